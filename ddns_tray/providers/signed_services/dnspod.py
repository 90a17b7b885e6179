"""DNSPod's own API with tokens, in China (dnspod.cn) and abroad (dnspod.com).

Sources: "Domain.List", "Record.List", "Record.Create", "Record.Modify", "Record.Remove" and the common answers at
docs.dnspod.cn/api and dnspod.github.io/dnspod-api-doc; docs.dnspod.com for the service abroad (read on 2026-11-22). A
client has to name itself and its version. More than thirty wrong log-ins in five minutes lock an account for an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray import __version__
from ddns_tray.core.errors import (
    AbuseBlocked,
    AuthenticationFailed,
    PermissionDenied,
    RateLimited,
    RecordConflict,
    RecordNotFound,
    ZoneNotFound,
)
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import at, maybe, offset, scalar, until_seen
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape
from ddns_tray.providers.signed_services.actions import (
    Account,
    Manner,
    elements,
    in_form,
    numbered,
    open_actions,
    with_other,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.refusals import Refusal
    from ddns_tray.providers.rest import Fault
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json
    from ddns_tray.providers.signed_services.actions import Asked

USER_AGENT = f"DDNS Tray/{__version__}"
_PAGE = 500
EMPTY = "10"

CODES: Mapping[str, Refusal] = with_other(
    {
        "-1": AuthenticationFailed,
        "-2": RateLimited,
        "-3": PermissionDenied,
        "-4": PermissionDenied,
        "-7": PermissionDenied,
        "-8": AbuseBlocked,
        "-15": PermissionDenied,
        "-85": PermissionDenied,
        "6": ZoneNotFound,
        "7": ZoneNotFound,
        "8": RecordNotFound,
        "9": PermissionDenied,
        EMPTY: RecordNotFound,
        "10004": AuthenticationFailed,
        "21": RecordConflict,
        "31": RecordConflict,
        "83": AuthenticationFailed,
        "85": AuthenticationFailed,
    }
)


_by_number = numbered(CODES, code="status.code", message="status.message", good="1")


def _fault(status: int, body: Json) -> Fault | None:
    """Read `status`; an empty list is no fault, though the service abroad says so."""
    found = _by_number(status, body)
    return None if found is not None and found.code == EMPTY else found


def _records(answer: Json) -> Iterable[Json]:
    return () if scalar(at(answer, "status.code")) == EMPTY else elements("records")(answer)


def described(line: str) -> RestService:
    """Describe the service for the records of one line."""

    def members(draft: Draft) -> dict[str, object]:
        weight = draft.kept.get("weight")
        return {
            "domain_id": draft.zone.id,
            "sub_domain": draft.name,
            "record_type": draft.type,
            "record_line": line,
            "value": draft.address,
            "ttl": draft.ttl,
            **({"weight": weight} if weight is not None else {}),
        }

    def skip(item: Json) -> bool:
        enabled = maybe(item, "enabled")
        return (enabled is not None and scalar(enabled) != "1") or item["line"].string().casefold() != line.casefold()

    params = (("domain_id", "{zone}"), ("error_on_empty", "no"))
    pages = offset(_PAGE, until_seen("info.record_total"), take="length")
    return RestService(
        zones=Listing(
            "/Domain.List",
            items=elements("domains"),
            pages=offset(_PAGE, until_seen("info.domain_total"), take="length"),
        ),
        zone=ZoneShape(name="name", id="id"),
        records=Listing("/Record.List", items=_records, params=params, pages=pages),
        named=Listing("/Record.List", items=_records, params=(*params, ("sub_domain", "{name}")), pages=pages),
        record=RecordShape(id="id", name="name", type="type", content="value", ttl="ttl", keep=("weight",), skip=skip),
        names=Names.RELATIVE_AT,
        create=Call("POST", "/Record.Create", members),
        update=Call("POST", "/Record.Modify", lambda draft: {**members(draft), "record_id": draft.words()["id"]}),
        delete=Call(
            "POST", "/Record.Remove", lambda draft: {"domain_id": draft.zone.id, "record_id": draft.words()["id"]}
        ),
        fault=_fault,
        codes=CODES,
    )


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    token = opening.secret("api_token")
    login = f"{opening.option('token_id')},{token.reveal()}"

    def build(asked: Asked) -> HttpRequest:
        common = {"login_token": login, "format": "json", "lang": "en"}
        url = f"{asked.base_url}/{asked.action}"
        return in_form({**common, **asked.members}, url, {"User-Agent": USER_AGENT})

    account = Account(Manner(build), lambda request, _now: request, (login,))
    return open_actions(opening, described(opening.option("line")), account)
