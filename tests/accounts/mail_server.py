"""A mail server for tests, on a free port of this machine: it takes what real ones take, is slow, refuses or drops."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage

# Steps of a conversation at which something can go wrong: “220” is the greeting, “.” the end of the content.
STEPS = ("220", "EHLO", "MAIL", "RCPT", "DATA", ".")
# Instead of an answer: the connection ends. TAKES_AND_DROPS keeps the mail first, as servers do that end too early.
DROPS, TAKES_AND_DROPS = "drops", "takes and drops"


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received: list[bytes] = []
        self.refused: set[bytes] = set()
        # What is said, or done, once instead of the right answer, by step; a number is a silence of so many seconds.
        self.faults: dict[str, str | float] = {}
        # Set when a mail has arrived; it is taken into `received` and answered only while `may_answer` is set.
        self.arrived = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for content in self.received]


class Dropped(Exception):
    """The connection ends without another word."""


class Conversation(socketserver.StreamRequestHandler):
    """RFC 5321, the part of it that every client uses."""

    server: MailServer

    def handle(self) -> None:
        with suppress(Dropped, OSError):  # the client was killed, or nobody waits for its answer any more
            self.answer("220", "220 test")
            while line := self.rfile.readline():
                verb = line[:4].decode("ascii", "replace").upper().strip()
                if verb == "DATA":
                    if self.answer(verb, "354 go on"):
                        self.take_content()
                elif verb == "RCPT" and any(address in line for address in self.server.refused):
                    self.say("550 no such mailbox")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.answer(verb, "250 ok")

    def take_content(self) -> None:
        content = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                # The client ended in the middle: RFC 5321 §4.5.3.2 takes nothing then.
                raise Dropped
            content += line.removeprefix(b".") if line.startswith(b"..") else line
        self.server.arrived.set()
        self.server.may_answer.wait(20)
        if self.server.faults.get(".") in (None, TAKES_AND_DROPS):
            self.server.received.append(content)
        self.answer(".", "250 taken")

    def answer(self, step: str, words: str) -> bool:
        """Say what is right at a step, or what a fault of it says; return whether it was right."""
        fault = self.server.faults.pop(step, None)
        if fault in (DROPS, TAKES_AND_DROPS):
            raise Dropped
        if isinstance(fault, float):
            time.sleep(fault)
            fault = None
        self.say(fault or words)
        return fault is None

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.may_answer.set()
            server.shutdown()
