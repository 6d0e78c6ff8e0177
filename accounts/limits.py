"""How often one address or one client may do something, counted in the cache that all processes share."""

import hashlib
import ipaddress

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def is_within_limit(what: str, who: str, *, times: int, seconds: int) -> bool:
    """Count one act; say whether it is among the `times` that are allowed in any stretch of so many seconds.

    An act that is refused does not count. `who` is hashed: the cache holds no addresses.
    """
    digest = hashlib.sha256(who.encode()).hexdigest()
    # One mark per allowed act, each with its own end: adding one is atomic in every cache, raising a number is not.
    marks = [f"limit:{what}:{digest}:{number}" for number in range(times)]
    taken = cache.get_many(marks)
    return any(cache.add(mark, True, seconds) for mark in marks if mark not in taken)


def client_address(request: HttpRequest) -> str:
    """Return the network address to count a client by: IPv4, or the /64 network of an IPv6 address.

    Behind settings.TRUSTED_PROXIES proxies it is the one that the outermost of them saw. What a client writes into
    X-Forwarded-For itself stands further left and is not believed.
    """
    address = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        address = hops[-settings.TRUSTED_PROXIES]
    try:
        ip = ipaddress.ip_address(_without_port(address))
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        # A household or an office has a whole /64 to choose addresses from.
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
