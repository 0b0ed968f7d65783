"""Messages to addresses that people give us: signed, bounded in time, and never into our own network unawares.

A name is looked up once for each message and the connection goes to the address that was looked at, so that a name
cannot mean one thing when it is judged and another when it is called. Redirects are not followed.
"""

import asyncio
import hashlib
import hmac
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

import httpx

from paperdesk.core.kernel.errors import Invalid, Unavailable

TIMEOUT_S: Final = 10.0
_PORTS: Final = {"http": 80, "https": 443}
# Addresses of version 6 that stand for one of version 4, which the network may translate back.
_TRANSLATED: Final = (ip_network("64:ff9b::/96"), ip_network("2002::/16"), ip_network("2001::/32"))


class WebhookAddressRefused(Invalid):
    """A webhook goes to http or https at a public address, unless the settings let it reach private ones."""


class WebhookFailed(Unavailable):
    """Who was to be told did not answer within ten seconds, or not with a success."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A message and how its receiver can tell that it is ours: HMAC-SHA256 of `timestamp.body`, as hex."""

    body: bytes
    timestamp: str
    secret: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """Return what goes with the body."""
        signature = hmac.new(self.secret, self.timestamp.encode() + b"." + self.body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "Paperdesk-Timestamp": self.timestamp,
            "Paperdesk-Signature": f"sha256={signature}",
        }


def require_web_address(text: str, *, reaches_private: bool) -> str:
    """Return an address that a webhook may have; a name is judged when it is called. Raises WebhookAddressRefused."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in _PORTS or not url.host or url.userinfo or url.fragment:
        raise _refused("A webhook has an address such as https://example.com/hook, without a name or a password in it.")
    try:
        literal = ip_address(url.host)
    except ValueError:
        return str(url)
    if not (reaches_private or is_public(literal)):
        raise _refused("The address is not a public one.")
    return str(url)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address is outside every private, local or reserved network."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in each for each in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast


async def post_signed(text: str, message: Signed, *, reaches_private: bool) -> None:
    """Send a message once. Raises WebhookAddressRefused, and WebhookFailed when it may be sent again."""
    url = httpx.URL(require_web_address(text, reaches_private=reaches_private))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            address = await _looked_up(url, reaches_private=reaches_private)
            status = await _sent(url, address, message)
    except TimeoutError:
        raise WebhookFailed("The webhook did not answer within ten seconds.") from None
    except (OSError, httpx.TransportError) as error:
        raise WebhookFailed(f"The webhook could not be reached ({type(error).__name__}).") from None
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise WebhookFailed(f"The webhook answered with status {status}.", status=status)


async def _sent(url: httpx.URL, address: str, message: Signed) -> int:
    """Return the status of the answer; nothing else of it is read."""
    headers = {**message.headers, "Host": url.netloc.decode(), "User-Agent": "Paperdesk"}
    pinned, named = url.copy_with(host=address), {"sni_hostname": url.host}
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", pinned, content=message.body, headers=headers, extensions=named) as answer,
    ):
        return answer.status_code


async def _looked_up(url: httpx.URL, *, reaches_private: bool) -> str:
    port = url.port or _PORTS[url.scheme]
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if not reaches_private and not all(is_public(ip_address(each)) for each in addresses):
        raise _refused("The name stands for an address that is not public.")
    return addresses[0]


def _refused(why: str) -> WebhookAddressRefused:
    return WebhookAddressRefused(why)
