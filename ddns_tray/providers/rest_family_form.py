"""Requests as forms, for services that speak JSON only in their answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest
    from ddns_tray.providers.rest_family_pages import Params


def as_form(request: HttpRequest, *more: tuple[str, str]) -> HttpRequest:
    """Move the parameters of a request into its body, where no log and no server on the way notes them."""
    fields: Params = (*request.params, *more)
    headers = {**request.headers, "Content-Type": "application/x-www-form-urlencoded"}
    return replace(request, params=(), headers=headers, body=urlencode(fields).encode())
