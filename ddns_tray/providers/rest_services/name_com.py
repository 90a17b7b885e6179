"""name.com, its Core API, which took the place of version 4.

Source: "DNS" and "Domains" of the Core API and the "Migration Guide" at docs.name.com (read on 2026-11-23). Paths and
members are those of version 4, which is being shut down. The user name and the token go by HTTP Basic. A change
replaces the whole record; the host of the zone itself is empty, as an "@" was refused in changes (ddns-updater 724).
TTL is 300 seconds at least; 20 requests a second are allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.providers.auth import basic, basic_word
from ddns_tray.providers.rest_family import open_service
from ddns_tray.providers.rest_family_names import Names
from ddns_tray.providers.rest_family_pages import numbered, while_given
from ddns_tray.providers.rest_family_service import Call, Listing, RecordShape, RestService, ZoneShape, fault_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ddns_tray.core.ports import Provider
    from ddns_tray.providers.entry import Opening
    from ddns_tray.providers.rest_family_service import Draft
    from ddns_tray.providers.shape import Json

_PAGES = numbered(1000, while_given("nextPage"), per_page="perPage")


def _body(draft: Draft) -> object:
    return {**draft.kept, "host": draft.name, "type": draft.type, "answer": draft.address, "ttl": draft.ttl}


def _records(answer: Json) -> Iterator[Json]:
    """Read the records; an empty zone leaves the member out."""
    records = answer.get("records")
    return records.items() if records is not None else iter(())


SERVICE = RestService(
    zones=Listing("/domains", items="domains", pages=_PAGES),
    zone=ZoneShape(name="domainName", id="domainName"),
    records=Listing("/domains/{zone}/records", items=_records, pages=_PAGES),
    record=RecordShape(id="id", type="type", name="host", content="answer", ttl="ttl", keep=("priority",)),
    names=Names.RELATIVE,
    create=Call("POST", "/domains/{zone}/records", _body),
    update=Call("PUT", "/domains/{zone}/records/{id}", _body),
    delete=Call("DELETE", "/domains/{zone}/records/{id}"),
    fault=fault_at(message="message"),
)


def open_account(opening: Opening) -> Provider:
    """Open an account."""
    user, token = opening.option("username"), opening.secret("api_token")
    return open_service(opening, SERVICE, basic(user, token), also_secret=(basic_word(user, token),))
