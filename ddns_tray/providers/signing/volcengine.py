"""Volcengine's signature: the shape of AWS Signature Version 4 with other words in it.

Source: "Signature method" at volcengine.com/docs/6369/67269 (read on 2026-11-22). A request is good for
fifteen minutes.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from ddns_tray.providers.signing.message import (
    Message,
    Signed,
    canonical,
    derived_key,
    encoded_path,
    exact,
    hmac_sha256,
    message_of,
    utc,
)

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Secret
    from ddns_tray.providers.auth import Auth

ALGORITHM = "HMAC-SHA256"
TIME = "%Y%m%dT%H%M%SZ"


def sign(message: Message, *, access_key: str, secret_key: str, region: str, service: str, now: float) -> Signed:
    """Sign; the headers hold x-date, which is `now`, and x-content-sha256."""
    form = canonical(message, encoded_path(message.path))
    time = utc(now, TIME)
    steps = (time[:8], region, service, "request")
    text = "\n".join((ALGORITHM, time, "/".join(steps), form.digest))
    signature = hmac_sha256(derived_key(secret_key, *steps), text).hex()
    return Signed(
        form.request,
        text,
        signature,
        f"{ALGORITHM} Credential={access_key}/{'/'.join(steps)}, SignedHeaders={form.signed_headers}, "
        f"Signature={signature}",
    )


def volcengine(access_key: str, secret_key: Secret, *, region: str, service: str) -> Auth:
    """Sign requests."""

    def authorise(plain: HttpRequest, now: float) -> HttpRequest:
        request = exact(plain)
        ours = {"X-Date": utc(now, TIME), "X-Content-Sha256": sha256(request.body).hexdigest()}
        signed = sign(
            message_of(request, ours.items()),
            access_key=access_key,
            secret_key=secret_key.reveal(),
            region=region,
            service=service,
            now=now,
        )
        return replace(request, headers={**request.headers, **ours, "Authorization": signed.authorization})

    return authorise
