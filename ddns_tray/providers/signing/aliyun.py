"""Alibaba Cloud's signatures: ACS3-HMAC-SHA256 and the older one of its RPC style, which others took over.

Sources, read on 2026-11-22: "V3 request structure and signature" at
help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature and "RPC mechanism" beside it. A request is
good for fifteen minutes, a nonce for one request.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from ddns_tray.providers.signing.message import (
    Message,
    Pairs,
    Signed,
    canonical,
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

ALGORITHM = "ACS3-HMAC-SHA256"
TIME = "%Y-%m-%dT%H:%M:%SZ"

Nonce = Callable[[], str]


def sign(message: Message, *, access_key_id: str, access_key_secret: str) -> Signed:
    """Sign with ACS3; the headers hold x-acs-date, x-acs-signature-nonce and x-acs-content-sha256."""
    form = canonical(message, encoded_path(message.path))
    text = f"{ALGORITHM}\n{form.digest}"
    signature = hmac_sha256(access_key_secret.encode(), text).hex()
    return Signed(
        form.request,
        text,
        signature,
        f"{ALGORITHM} Credential={access_key_id},SignedHeaders={form.signed_headers},Signature={signature}",
    )


def acs3(access_key_id: str, access_key_secret: Secret, *, nonce: Nonce) -> Auth:
    """Sign requests that bring x-acs-action and x-acs-version along."""

    def authorise(plain: HttpRequest, now: float) -> HttpRequest:
        request = exact(plain)
        ours = {
            "x-acs-date": utc(now, TIME),
            "x-acs-signature-nonce": nonce(),
            "x-acs-content-sha256": sha256(request.body).hexdigest(),
        }
        headers = {**request.headers, **ours}
        message = message_of(request, [(name, value) for name, value in headers.items() if name.startswith("x-acs-")])
        signed = sign(message, access_key_id=access_key_id, access_key_secret=access_key_secret.reveal())
        return replace(request, headers={**headers, "Authorization": signed.authorization})

    return authorise


def sign_rpc(method: str, params: Pairs, *, secret: str) -> Signed:
    """Sign parameters in the RPC style (HMAC-SHA1); the signature itself becomes the parameter `Signature`."""
    query = canonical_query(params)
    text = f"{method}&{encoded('/')}&{encoded(query)}"
    digest = hmac.digest(f"{secret}&".encode(), text.encode(), "sha1")
    signature = b64encode(digest).decode("ascii")
    return Signed(query, text, signature, signature)
