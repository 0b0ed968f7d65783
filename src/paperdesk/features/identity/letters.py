"""What is written to people, each letter with one link that works once."""

from paperdesk.infra.mail import Letter
from paperdesk.infra.settings import Settings


def confirmation(settings: Settings, to: str, token: str) -> Letter:
    """Return what somebody gets who has just registered."""
    return Letter(
        to,
        "Confirm your address at Paperdesk",
        f"Somebody, probably you, registered this address.\n\nConfirm it and sign in: {link_of(settings, token)}\n\n"
        "The link works once, and for a day; for a quarter of an hour after it you can choose a password.\n"
        "If it was not you, do nothing: without the link nobody comes in.",
    )


def way_back_in(settings: Settings, to: str, token: str) -> Letter:
    """Return what somebody gets who asked for a way in, or registered an address that has an account."""
    return Letter(
        to,
        "Your way into Paperdesk",
        f"Somebody, probably you, asked for a way in.\n\nSign in: {link_of(settings, token)}\n\n"
        "The link works once, and for a day; for a quarter of an hour after it you can choose a new password.\n"
        "If it was not you, do nothing: your password is as it was.",
    )


def link_of(settings: Settings, token: str) -> str:
    """Return the address of a sign-in link; the token is in the part that browsers never send."""
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"{base.rstrip('/')}/sign-in#token={token}"
