"""Messages to addresses of other people: which are taken, what they are signed with, and what a failure is."""

import hashlib
import hmac
from ipaddress import ip_address

import pytest

from paperdesk.infra.webhooks import (
    Signed,
    WebhookAddressRefused,
    WebhookFailed,
    is_public,
    post_signed,
    require_web_address,
)

MESSAGE = Signed(b"{}", "2026-01-05T12:00:00Z", b"secret")


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.com/",
        "example.com/hook",
        "https://",
        "https://me:secret@example.com/",
        "https://example.com/#part",
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://192.168.1.1:8080/hook",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[fe80::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "\x00",
    ],
)
def test_an_address_inside_a_network_or_none_at_all_is_refused(address: str) -> None:
    with pytest.raises(WebhookAddressRefused):
        require_web_address(address, reaches_private=False)


def test_public_addresses_are_taken_and_private_ones_where_the_settings_let_them() -> None:
    for address in ("https://example.com/hook?x=1", "http://93.184.216.34:8080/", "https://[2606:4700::1111]/"):
        assert require_web_address(address, reaches_private=False) == address
    assert require_web_address("http://127.0.0.1:9/", reaches_private=True) == "http://127.0.0.1:9/"
    assert is_public(ip_address("93.184.216.34"))
    assert not is_public(ip_address("100.64.0.1"))


async def test_a_name_that_stands_for_a_private_address_is_refused_when_it_is_called() -> None:
    assert require_web_address("http://localhost:9/", reaches_private=False) == "http://localhost:9/"
    with pytest.raises(WebhookAddressRefused):
        await post_signed("http://localhost:9/", MESSAGE, reaches_private=False)


async def test_nobody_at_the_address_is_a_failure_that_may_pass() -> None:
    with pytest.raises(WebhookFailed):
        await post_signed("http://127.0.0.1:9/", MESSAGE, reaches_private=True)


def test_the_signature_is_of_the_timestamp_and_the_body() -> None:
    expected = hmac.new(b"secret", b"2026-01-05T12:00:00Z.{}", hashlib.sha256).hexdigest()
    assert MESSAGE.headers["Paperdesk-Signature"] == f"sha256={expected}"
    assert MESSAGE.headers["Paperdesk-Timestamp"] == "2026-01-05T12:00:00Z"
