"""A stand-in for netcup's REST API, written from the clients that its adapter names (2026-11-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.fake_rest import Held, Seen, absolute, reply
from tests.support.fake_rest_clouds import BearerRest

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpResponse


class FakeNetcupCloud(BearerRest):
    """Every change makes a revision; beside them stands a draft that somebody has not committed."""

    base = "/v1"
    calls_to_look = 2

    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self.serial = 2026112301
        self.older: set[str] = set()
        self.past = 1
        """How many revisions there have been before."""

    @staticmethod
    def good(result: object, status: int = 200, **pagination: int) -> HttpResponse:
        meta = {"pagination": pagination} if pagination else None
        return reply({"success": True, "errors": [], "meta": meta, "result": result}, status)

    @staticmethod
    def bad(code: str, status: int, message: str = "in its own words") -> HttpResponse:
        return reply({"success": False, "errors": [{"code": code, "message": message}], "result": None}, status)

    def stranger(self) -> HttpResponse:
        return self.bad("authenticationError", 400)

    def listing(self, items: list[Any], seen: Seen) -> HttpResponse:
        assert int(seen.params["perPage"]) <= 100
        page, last = int(seen.params["page"]), max(1, -(-len(items) // int(seen.params["perPage"])))
        shown = self.numbered(items, seen, size="perPage")
        return self.good(shown, page=page, perPage=100, totalEntries=len(items), lastPage=last)

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        if seen.path == ("domain",):
            name = seen.params["fqdn"]
            if name not in self.zones:
                return self.bad("resourceDoesNotExist", 404)
            return self.good([{"id": self.zones[name], "fqdn": name, "isDnsManaged": name not in self.older}])
        zone = self.zone_of(seen.path[1])
        if zone is None or not seen.path[1].isdecimal():
            return self.bad("resourceDoesNotExist", 404)
        match seen.method, seen.path[2:]:
            case "GET", ("dns", "revision"):
                return self.listing(self.revisions(), seen)
            case "GET", ("dns", "revision", "committed", "record"):
                return self.listing([self.shown(each) for each in self.own(zone)], seen)
            case "GET", ("dns", "revision", _, "record"):
                return self.listing([], seen)
            case "POST", ("changeset",):
                return self.change(zone, seen.body)
        return self.bad("resourceDoesNotExist", 404)

    def revisions(self) -> list[dict[str, Any]]:
        old = {"identifier": "old", "createdAt": "2026-08-01T10:00:00Z", "state": "x"}
        return [
            *({**old, "serial": self.serial - number} for number in range(self.past, 0, -1)),
            {"identifier": "committed", "createdAt": "2026-11-01T10:00:00Z", "state": "x", "serial": self.serial},
            {"identifier": "draft", "createdAt": "2026-11-20T10:00:00Z", "state": "x", "serial": None},
        ]

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"type": held.type, "rdata": held.content, "ttl": held.ttl, "immutable": False}
        return {"identifier": held.id, "name": held.relative(), **members}

    def change(self, zone: str, asked: dict[str, Any]) -> HttpResponse:
        """Carry out all or nothing."""
        assert asked["autoCommit"]
        assert asked["strict"]
        before = list(self.records)
        for each in asked["delete"]:
            name = absolute(each["name"], zone)
            wanted = (name, each["type"], each["rdata"], each["ttl"])
            found = next(
                (held for held in self.records if (held.name, held.type, held.content, held.ttl) == wanted), None
            )
            if found is None:
                self.records[:] = before
                return self.bad("recordDoesNotExist", 422)
            self.records.remove(found)
        for each in asked["create"]:
            if self.create(absolute(each["name"], zone), each["type"], each["rdata"], each["ttl"]) is None:
                self.records[:] = before
                return self.bad("validationError", 422)
        self.serial += 1
        return self.good({"identifier": "committed", "state": "x", "serial": self.serial})
