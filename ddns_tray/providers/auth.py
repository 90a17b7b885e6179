"""How requests show who sends them. An `Auth` takes a request and the time, and returns the request as it goes out.

Schemes that sign the whole request fit the same shape; they need the time, which is why it is there.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.ports import HttpRequest

if TYPE_CHECKING:
    from ddns_tray.core.ports import Secret

Auth = Callable[[HttpRequest, float], HttpRequest]


def header(name: str, secret: Secret, *, scheme: str = "") -> Auth:
    """Send the secret in a header, after the word of the scheme if there is one."""

    def authorise(request: HttpRequest, _now: float) -> HttpRequest:
        value = f"{scheme} {secret.reveal()}" if scheme else secret.reveal()
        return replace(request, headers={**request.headers, name: value})

    return authorise


def bearer(token: Secret) -> Auth:
    """Send a token (RFC 6750)."""
    return header("Authorization", token, scheme="Bearer")


def basic(user: str, password: Secret) -> Auth:
    """Send a user name and a password (RFC 7617, in UTF-8)."""

    def authorise(request: HttpRequest, _now: float) -> HttpRequest:
        return replace(request, headers={**request.headers, "Authorization": f"Basic {basic_word(user, password)}"})

    return authorise


def basic_word(user: str, password: Secret) -> str:
    """The Base64 word of HTTP's Basic scheme; as secret as the password."""
    return b64encode(f"{user}:{password.reveal()}".encode()).decode("ascii")
