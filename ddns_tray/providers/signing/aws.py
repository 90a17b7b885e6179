"""AWS Signature Version 4.

Source: "AWS Signature Version 4 for API requests" at docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
(read on 2026-11-22). The path is normalised and encoded once more than it is on the wire. A request is good for five
minutes. What S3 does differently is not here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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

ALGORITHM = "AWS4-HMAC-SHA256"
TIME = "%Y%m%dT%H%M%SZ"


def sign(message: Message, *, access_key: str, secret_key: str, region: str, service: str, now: float) -> Signed:
    """Sign; the headers hold x-amz-date, which is `now`."""
    form = canonical(message, encoded_path(normalised(message.path)))
    time = utc(now, TIME)
    steps = (time[:8], region, service, "aws4_request")
    text = "\n".join((ALGORITHM, time, "/".join(steps), form.digest))
    signature = hmac_sha256(derived_key(f"AWS4{secret_key}", *steps), text).hex()
    return Signed(
        form.request,
        text,
        signature,
        f"{ALGORITHM} Credential={access_key}/{'/'.join(steps)}, SignedHeaders={form.signed_headers}, "
        f"Signature={signature}",
    )


def normalised(path: str) -> str:
    """Take out dot segments and doubled slashes (RFC 3986 §6.2.2.3); a slash at the end stays."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept[-1:] = []
        elif segment not in {"", "."}:
            kept.append(segment)
    tail = "/" if kept and path.endswith(("/", "/.", "/..")) else ""
    return f"/{'/'.join(kept)}{tail}"


def sigv4(access_key: str, secret_key: Secret, *, region: str, service: str) -> Auth:
    """Sign requests."""

    def authorise(plain: HttpRequest, now: float) -> HttpRequest:
        request = exact(plain)
        headers = {**request.headers, "X-Amz-Date": utc(now, TIME)}
        message = message_of(request, [("x-amz-date", headers["X-Amz-Date"])])
        signed = sign(
            replace(message, path=urlsplit(request.url).path),
            access_key=access_key,
            secret_key=secret_key.reveal(),
            region=region,
            service=service,
            now=now,
        )
        return replace(request, headers={**headers, "Authorization": signed.authorization})

    return authorise
