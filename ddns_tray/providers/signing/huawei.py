"""SDK-HMAC-SHA256, the signature of Huawei Cloud.

Source: "API signature algorithm" at support.huaweicloud.com/devg-apisign/api-sign-algorithm.html, parts 002 to 005
(read on 2026-11-22). The path ends with a slash in the canonical request, whether or not it does on the wire. A request
is good for fifteen minutes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.providers.signing.message import (
    Message,
    Signed,
    canonical,
    encoded_path,
    exact,
    hmac_sha256,
    message_of,
    utc,
)

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Secret
    from ddns_tray.providers.auth import Auth

ALGORITHM = "SDK-HMAC-SHA256"
TIME = "%Y%m%dT%H%M%SZ"


def sign(message: Message, *, access_key: str, secret_key: str, now: float) -> Signed:
    """Sign; the headers hold x-sdk-date, which is `now`."""
    path = message.path if message.path.endswith("/") else f"{message.path}/"
    form = canonical(message, encoded_path(path))
    text = "\n".join((ALGORITHM, utc(now, TIME), form.digest))
    signature = hmac_sha256(secret_key.encode(), text).hex()
    return Signed(
        form.request,
        text,
        signature,
        f"{ALGORITHM} Access={access_key}, SignedHeaders={form.signed_headers}, Signature={signature}",
    )


def sdk_hmac(access_key: str, secret_key: Secret) -> Auth:
    """Sign requests."""

    def authorise(plain: HttpRequest, now: float) -> HttpRequest:
        request = exact(plain)
        headers = {**request.headers, "X-Sdk-Date": utc(now, TIME)}
        message = message_of(request, [("x-sdk-date", headers["X-Sdk-Date"])])
        signed = sign(message, access_key=access_key, secret_key=secret_key.reveal(), now=now)
        return replace(request, headers={**headers, "Authorization": signed.authorization})

    return authorise
