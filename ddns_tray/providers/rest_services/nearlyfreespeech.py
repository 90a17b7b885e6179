"""NearlyFreeSpeech.NET, its API.

Source: "Introduction", "Authentication" and "DNS" at members.nearlyfreespeech.net/wiki/API (read on 2026-11-22).
Everything goes by POST with a form and a signature, in which the salt keeps two equal requests of a second apart and
which is good for five seconds. Records have no ids: another one is added before the old one is removed.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha1
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ddns_tray.core.errors import ClockSkewed
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_form import as_form
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import maybe
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, Provider, Secret
    from ddns_tray.providers.auth import Auth
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_pages import Params
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_MEMBER = "member"


def _fault(status: int, body: Json) -> Fault | None:
    """Read `error`, and in `debug` whether the clocks disagree."""
    if status < HTTPStatus.BAD_REQUEST:
        return None
    told, more = maybe(body, "error"), maybe(body, "debug")
    message = told.string() if told is not None else ""
    details = more.string() if more is not None else ""
    return Fault("clock" if "timestamp" in details.lower() else "", f"{message} {details}".strip())


def _params(draft: Draft) -> Params:
    return (("name", draft.name), ("type", draft.type), ("data", draft.address))


SERVICE = RestService(
    records=Listing("/dns/{zone}/listRRs", method="POST"),
    named=Listing("/dns/{zone}/listRRs", params=(("name", "{name}"),), method="POST"),
    record=RecordShape(
        type="type",
        name="name",
        content="data",
        ttl="ttl",
        id="",
        skip=lambda item: item.get("scope") is not None and item["scope"].string() != _MEMBER,
    ),
    names=Names.RELATIVE,
    create=Call("POST", "/dns/{zone}/addRR", params=lambda draft: (*_params(draft), ("ttl", str(draft.ttl)))),
    delete=Call("POST", "/dns/{zone}/removeRR", params=_params),
    fault=_fault,
    codes={"clock": ClockSkewed},
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    auth = signed(opening.option("login"), opening.secret("api_key"))
    return open_service(opening, SERVICE, auth)


def signed(login: str, key: Secret) -> Auth:
    """Sign requests: SHA-1 over login, time, salt, key, path and the SHA-1 of the body, joined by semicolons."""
    sent = 0

    def authorise(request: HttpRequest, now: float) -> HttpRequest:
        nonlocal sent
        sent += 1
        form = as_form(request)
        time, body = str(int(now)), _sha1(form.body)
        salt = _sha1(f"{now!r} {sent} {request.url}".encode())[:16]
        path_alone = urlsplit(form.url).path
        proof = _sha1(f"{login};{time};{salt};{key.reveal()};{path_alone};{body}".encode())
        headers = {"X-NFSN-Authentication": f"{login};{time};{salt};{proof}"}
        return replace(form, headers={**form.headers, **headers})

    return authorise


def _sha1(content: bytes) -> str:
    return sha1(content, usedforsecurity=False).hexdigest()
