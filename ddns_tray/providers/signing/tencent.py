"""TC3-HMAC-SHA256, the signature of Tencent Cloud's API 3.0.

Source: "Signature v3" at cloud.tencent.com/document/api/213/30654 (read on 2026-11-22). Header values are signed in
lower case; a request is good for five minutes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.providers.signing.message import (
    Message,
    Signed,
    canonical,
    derived_key,
    encoded_path,
    hmac_sha256,
    message_of,
    utc,
)

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Secret
    from ddns_tray.providers.auth import Auth

ALGORITHM = "TC3-HMAC-SHA256"


def sign(message: Message, *, secret_id: str, secret_key: str, service: str, now: float) -> Signed:
    """Sign for one service; `now` is also to be sent as X-TC-Timestamp."""
    lowered = replace(message, headers=tuple((name, value.lower()) for name, value in message.headers))
    form = canonical(lowered, encoded_path(message.path))
    day = utc(now, "%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    text = "\n".join((ALGORITHM, str(int(now)), scope, form.digest))
    signature = hmac_sha256(derived_key(f"TC3{secret_key}", day, service, "tc3_request"), text).hex()
    return Signed(
        form.request,
        text,
        signature,
        f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={form.signed_headers}, Signature={signature}",
    )


def tc3(secret_id: str, secret_key: Secret, *, service: str) -> Auth:
    """Sign requests that bring X-TC-Action and X-TC-Version along."""

    def authorise(request: HttpRequest, now: float) -> HttpRequest:
        content_type = request.headers["Content-Type"]
        message = message_of(request, [("content-type", content_type), ("x-tc-action", request.headers["X-TC-Action"])])
        signed = sign(message, secret_id=secret_id, secret_key=secret_key.reveal(), service=service, now=now)
        extra = {"X-TC-Timestamp": str(int(now)), "Authorization": signed.authorization}
        return replace(request, headers={**request.headers, **extra})

    return authorise
