"""From where somebody asks: the peer, or what a proxy says that is ours. Anybody else's word for it is not taken."""

import ipaddress
from collections.abc import Sequence

from starlette.requests import Request

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MOST = 20  # of a header that anybody can write


def place_of(request: Request, proxies: Sequence[Network]) -> str:
    """The address of whoever asks. X-Forwarded-For is read from its end, where our own proxies wrote: each of them
    vouches for the one before. What they did not write may be made up."""
    peer = request.client.host if request.client else ""
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")[-MOST:]
    for text in reversed(said):
        known, before = _address(peer), _address(text.strip())
        if known is None or before is None or not any(known in one for one in proxies):
            break
        peer = str(before)
    return peer


def _address(text: str) -> Address | None:
    """`192.0.2.7`, `2001:db8::1`, and as some proxies write them: with a port, in brackets."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
