"""NameSilo, its API version 1.

Source: "API Reference" at namesilo.com/api-reference (read on 2026-11-22). Everything is a GET, the key is a parameter,
and success is code 300 in the body. Every change gives a record another id. TTL is an hour at least.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.errors import (
    AuthenticationFailed,
    PermissionDenied,
    ProviderUnavailable,
    RequestRejected,
    ZoneNotFound,
)
from ddns_tray.providers.rest import Fault
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import at, maybe, scalar
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ddns_tray.core.ports import HttpRequest, Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_pages import Params
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_ALWAYS = (("version", "1"), ("type", "json"))


def _domains(answer: Json) -> Iterator[Json]:
    """Read the domains, which have stood in the answer in several forms: names, or objects, alone or in an array."""
    domains = at(answer, "reply.domains")
    if isinstance(domains.value, dict):
        domains = domains["domain"]
    for item in domains.items() if isinstance(domains.value, list) else (domains,):
        yield item["domain"] if isinstance(item.value, dict) else item


def _records(answer: Json) -> Iterator[Json]:
    """Read the records; an empty zone has none, and one alone may stand without its array."""
    records = maybe(answer, "reply.resource_record")
    if records is None:
        return iter(())
    return records.items() if isinstance(records.value, list) else iter((records,))


def _fault(_status: int, body: Json) -> Fault | None:
    code = scalar(at(body, "reply.code"))
    detail = maybe(body, "reply.detail")
    return None if code == "300" else Fault(code, detail.string() if detail is not None else "")


def _rest(draft: Draft) -> Params:
    return (
        *_ALWAYS,
        ("domain", draft.zone.name),
        ("rrhost", draft.name),
        ("rrvalue", draft.address),
        ("rrttl", str(draft.ttl)),
    )


def _id(draft: Draft) -> Params:
    return (("rrid", draft.words()["id"]),)


SERVICE = RestService(
    zones=Listing("/listDomains", items=_domains, params=_ALWAYS),
    zone=ZoneShape(name="", id=""),
    records=Listing("/dnsListRecords", items=_records, params=(*_ALWAYS, ("domain", "{zone}"))),
    record=RecordShape(id="record_id", type="type", name="host", content="value", ttl="ttl"),
    names=Names.RELATIVE,
    names_read=Names.ABSOLUTE,
    create=Call("GET", "/dnsAddRecord", params=lambda draft: (*_rest(draft), ("rrtype", draft.type))),
    update=Call("GET", "/dnsUpdateRecord", params=lambda draft: (*_rest(draft), *_id(draft))),
    delete=Call("GET", "/dnsDeleteRecord", params=lambda draft: (*_ALWAYS, ("domain", draft.zone.name), *_id(draft))),
    fault=_fault,
    codes={
        "110": AuthenticationFailed,  # invalid API key
        "112": PermissionDenied,  # not for sub-accounts
        "113": PermissionDenied,  # not from this address
        "200": ZoneNotFound,  # the domain is not active or belongs to somebody else
        "201": ProviderUnavailable,  # internal system error
        "280": RequestRejected,  # DNS modification error
    },
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    key = opening.secret("api_key")

    def authorise(request: HttpRequest, _now: float) -> HttpRequest:
        return replace(request, params=(*request.params, ("key", key.reveal())))

    return open_service(opening, SERVICE, authorise)
