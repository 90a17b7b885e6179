"""bce-auth-v1, the signature of Baidu AI Cloud.

Source: "Generating the authentication string" at cloud.baidu.com/doc/Reference/s/wjwvz1xt2 (read on 2026-11-22). Values
of headers are percent-encoded; the signature says itself for how many seconds it is good.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.providers.signing.message import (
    Message,
    Signed,
    canonical_headers,
    canonical_query,
    encoded,
    encoded_path,
    exact,
    hmac_sha256,
    message_of,
    utc,
)

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Secret
    from ddns_tray.providers.auth import Auth

TIME = "%Y-%m-%dT%H:%M:%SZ"
GOOD_FOR = 1800


def sign(message: Message, *, access_key: str, secret_key: str, now: float, good_for: int = GOOD_FOR) -> Signed:
    """Sign. `string_to_sign` is the prefix, of which the key for the canonical request is made."""
    headers = canonical_headers(message.headers)
    lines = [f"{encoded(name)}:{encoded(value)}" for name, value in headers.items()]
    request = "\n".join((message.method, encoded_path(message.path), canonical_query(message.query), *sorted(lines)))
    prefix = f"bce-auth-v1/{access_key}/{utc(now, TIME)}/{good_for}"
    key = hmac_sha256(secret_key.encode(), prefix).hex()
    signature = hmac_sha256(key.encode(), request).hex()
    return Signed(request, prefix, signature, f"{prefix}/{';'.join(headers)}/{signature}")


def bce(access_key: str, secret_key: Secret) -> Auth:
    """Sign requests."""

    def authorise(plain: HttpRequest, now: float) -> HttpRequest:
        request = exact(plain)
        headers = {**request.headers, "x-bce-date": utc(now, TIME)}
        message = message_of(request, [("x-bce-date", headers["x-bce-date"])])
        signed = sign(message, access_key=access_key, secret_key=secret_key.reveal(), now=now)
        return replace(request, headers={**headers, "Authorization": signed.authorization})

    return authorise
