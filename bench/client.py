"""A client that costs next to nothing, so that what is measured is the server.

It speaks just enough HTTP/1.1: one connection kept open per client, bodies by Content-Length or in chunks.
"""

import http.cookies
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode


class Response:
    __slots__ = ("body", "head", "status")

    def __init__(self, status: int, head: bytes, body: bytes) -> None:
        self.status, self.head, self.body = status, head, body

    def header(self, name: str) -> str:
        found = re.search(rb"(?im)^" + name.encode() + rb":[ ]*([^\r\n]*)", self.head)
        return found.group(1).decode() if found else ""


class Client:
    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.connect()

    def connect(self) -> None:
        """Open the connection, anew if there was one: a server closes those that are idle for long."""
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def request(self, method: str, path: str, *, body: bytes = b"", headers: str = "") -> bytes:
        """The bytes of a request; made once, they can be sent many times."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{headers}"
        if cookies:
            head += f"Cookie: {cookies}\r\n"
        if body or method == "POST":
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + b"\r\n" + body

    def send(self, request: bytes) -> Response:
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status = int(head[9:12])
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if status == 304 or status == 204:
            body = b""
        elif length:
            wanted = int(length.group(1))
            while len(self.buffer) < wanted:
                self._receive()
            body, self.buffer = self.buffer[:wanted], self.buffer[wanted:]
        else:
            body = self._chunks()
        for cookie in re.findall(rb"(?im)^set-cookie: *([^\r\n]*)", head):
            for name, morsel in http.cookies.SimpleCookie(cookie.decode()).items():
                self.cookies[name] = morsel.value
        return Response(status, head, body)

    def get(self, path: str, headers: str = "") -> Response:
        return self.send(self.request("GET", path, headers=headers))

    def post(self, path: str, fields: dict[str, str]) -> Response:
        return self.send(self.posting(path, fields))

    def posting(self, path: str, fields: dict[str, str]) -> bytes:
        """The bytes of a form that is sent."""
        headers = f"Referer: http://127.0.0.1:{self.port}{path}\r\n"
        return self.request("POST", path, body=urlencode(fields).encode(), headers=headers)

    def _receive(self) -> None:
        received = self.socket.recv(1 << 20)
        if not received:
            raise ConnectionError("The server closed the connection.")
        self.buffer += received

    def _chunks(self) -> bytes:
        parts = []
        while True:
            while b"\r\n" not in self.buffer:
                self._receive()
            size_line, _, self.buffer = self.buffer.partition(b"\r\n")
            size = int(size_line, 16)
            while len(self.buffer) < size + 2:
                self._receive()
            parts.append(self.buffer[:size])
            self.buffer = self.buffer[size + 2 :]
            if size == 0:
                return b"".join(parts)


def hidden_fields(page: bytes) -> dict[str, str]:
    """The hidden fields of the form, with their values."""
    found = {}
    for tag in re.findall(rb"<input[^>]*>", page):
        if b'type="hidden"' in tag:
            name, value = re.search(rb'name="([^"]*)"', tag), re.search(rb'value="([^"]*)"', tag)
            if name:
                found[name.group(1).decode()] = value.group(1).decode() if value else ""
    return found


@dataclass(frozen=True)
class Measured:
    """Requests (or whole flows) a second, and the times of each in milliseconds."""

    count: int
    seconds: float
    times_ms: list[float]

    @classmethod
    def of_all(cls, turns: Sequence["Measured"]) -> "Measured":
        """Several measurements of the same as one."""
        return cls(
            sum(turn.count for turn in turns),
            sum(turn.seconds for turn in turns),
            [time_ms for turn in turns for time_ms in turn.times_ms],
        )

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    @property
    def median_ms(self) -> float:
        return sorted(self.times_ms)[len(self.times_ms) // 2]

    @property
    def p95_ms(self) -> float:
        return sorted(self.times_ms)[int(len(self.times_ms) * 0.95)]


def many(act: Callable[[int], None], *, clients: int, seconds: float = 0, times: int = 0) -> Measured:
    """Let `clients` threads repeat `act(number)` for so many seconds, or so many times each."""
    results: list[list[float]] = [[] for _ in range(clients)]
    failures: list[BaseException] = []
    start_line = threading.Barrier(clients + 1)

    def run(number: int) -> None:
        start_line.wait()
        end = time.perf_counter() + seconds
        n = 0
        try:
            while n < times if times else time.perf_counter() < end:
                started = time.perf_counter()
                act(number)
                results[number].append((time.perf_counter() - started) * 1000)
                n += 1
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    start_line.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    if failures:
        raise failures[0]
    all_times = [t for times_ms in results for t in times_ms]
    return Measured(len(all_times), elapsed, all_times)
