"""Stand-ins for clouds and hosters, each written from the documentation that the service's module names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.fake_rest import FakeRest, absolute, reply

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpResponse
    from tests.support.fake_rest import Held, Seen


class BearerRest(FakeRest):
    """A service that wants a bearer token."""

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("Authorization") == f"Bearer {self.secret}"


class FakeDigitalOcean(BearerRest):
    base = "/v2"

    def stranger(self) -> HttpResponse:
        return reply({"id": "unauthorized", "message": "Unable to authenticate you"}, 401)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"priority": None, "port": None, "weight": None, "flags": None, "tag": None}
        return {
            "id": int(held.id),
            "type": held.type,
            "name": held.relative(),
            "data": held.content,
            "ttl": held.ttl,
            **members,
        }

    def listing(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        shown = self.numbered(items, seen)
        rest = int(seen.params.get("page", "1")) * min(int(seen.params.get("per_page", "20")), 200) < len(items)
        pages = {"pages": {"next": "https://api.digitalocean.com/v2/…", "last": "…"}} if rest else {}
        return reply({name: shown, "links": pages, "meta": {"total": len(items)}})

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("domains",):
                return self.listing("domains", [{"name": zone, "ttl": 1800} for zone in self.zones], seen)
            case _, ("domains", zone, "records", *_) if zone not in self.zones:
                return reply({"id": "not_found", "message": "The resource you requested could not be found."}, 404)
            case "GET", ("domains", zone, "records"):
                records = [self.shown(each) for each in self.own(zone, seen.params.get("name"))]
                return self.listing("domain_records", records, seen)
            case "POST", ("domains", zone, "records"):
                asked = seen.body
                made = self.create(absolute(asked["name"], zone), asked["type"], asked["data"], asked["ttl"])
                if made is None:
                    return reply({"id": "unprocessable_entity", "message": "CNAME records cannot share a name"}, 422)
                return reply({"domain_record": self.shown(made)}, 201)
            case _, ("domains", zone, "records", number) if held := self.find(zone, number):
                if seen.method == "DELETE":
                    self.records.remove(held)
                    return reply(status=204)
                assert seen.method == "PATCH"
                assert seen.body["type"] == held.type
                held.content, held.ttl = seen.body["data"], seen.body["ttl"]
                return reply({"domain_record": self.shown(held)})
        return reply({"id": "not_found", "message": "The resource you requested could not be found."}, 404)


class FakeLinode(BearerRest):
    base = "/v4"

    def stranger(self) -> HttpResponse:
        return reply({"errors": [{"reason": "Invalid Token"}]}, 401)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        return {
            "id": int(held.id),
            "type": held.type,
            "name": held.relative(""),
            "target": held.content,
            "ttl_sec": held.ttl,
            "priority": 0,
            "service": None,
            "tag": None,
        }

    def listing(self, items: list[Any], seen: Seen) -> HttpResponse:
        assert 25 <= int(seen.params["page_size"]) <= 500
        shown = self.numbered(items, seen, size="page_size")
        pages = -(-len(items) // min(int(seen.params["page_size"]), self.largest_page))
        return reply({"data": shown, "page": int(seen.params["page"]), "pages": pages, "results": len(items)})

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        if seen.path == ("domains",):
            copies = [{"id": 1, "domain": "copied.test", "type": "slave"}]
            own = [{"id": number, "domain": zone, "type": "master"} for zone, number in self.zones.items()]
            return self.listing([*copies, *own], seen)
        zone = self.zone_of(seen.path[1]) if seen.path[1].isdecimal() else None
        match seen.method, seen.path:
            case "GET", ("domains", _, "records") if zone:
                return self.listing([self.shown(each) for each in self.own(zone)], seen)
            case "POST", ("domains", _, "records") if zone:
                asked = seen.body
                made = self.create(absolute(asked["name"], zone), asked["type"], asked["target"], asked["ttl_sec"])
                if made is None:
                    return reply({"errors": [{"reason": "Record conflict", "field": "name"}]}, 400)
                return reply(self.shown(made))
            case _, ("domains", _, "records", number) if zone and (held := self.find(zone, number)):
                if seen.method == "DELETE":
                    self.records.remove(held)
                    return reply({})
                assert seen.method == "PUT"
                held.content, held.ttl = seen.body["target"], seen.body["ttl_sec"]
                return reply(self.shown(held))
        return reply({"errors": [{"reason": "Not found"}]}, 404)


class FakeVultr(BearerRest):
    base = "/v2"

    def stranger(self) -> HttpResponse:
        return reply({"error": "Invalid API token.", "status": 401}, 401)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"name": held.relative(""), "data": held.content, "priority": -1, "ttl": held.ttl}
        return {"id": f"cb676a46-{held.id}", "type": held.type, **members}

    def listing(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        size = min(int(seen.params["per_page"]), self.largest_page)
        start = int(seen.params.get("cursor", "0"))
        following = str(start + size) if start + size < len(items) else ""
        links = {"next": following, "prev": ""}
        return reply({name: items[start : start + size], "meta": {"total": len(items), "links": links}})

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("domains",):
                return self.listing("domains", [{"domain": zone, "dns_sec": "disabled"} for zone in self.zones], seen)
            case _, ("domains", zone, "records", *_) if zone not in self.zones:
                return reply({"error": "Invalid domain.", "status": 404}, 404)
            case "GET", ("domains", zone, "records"):
                return self.listing("records", [self.shown(each) for each in self.own(zone)], seen)
            case "POST", ("domains", zone, "records"):
                asked = seen.body
                made = self.create(absolute(asked["name"], zone), asked["type"], asked["data"], asked["ttl"])
                if made is None:
                    return reply({"error": "Unable to add record: it conflicts.", "status": 400}, 400)
                return reply({"record": self.shown(made)}, 201)
            case _, ("domains", zone, "records", number) if held := self.find(zone, number.removeprefix("cb676a46-")):
                if seen.method == "DELETE":
                    self.records.remove(held)
                else:
                    assert seen.method == "PATCH"
                    held.content, held.ttl = seen.body["data"], seen.body["ttl"]
                return reply(status=204)
        return reply({"error": "Invalid record.", "status": 404}, 404)


class FakeHetzner(BearerRest):
    base = "/v1"

    def stranger(self) -> HttpResponse:
        return reply({"error": {"code": "unauthorized", "message": "unable to authenticate"}}, 401)

    def listing(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        assert int(seen.params["per_page"]) <= 50
        page, shown = int(seen.params["page"]), self.numbered(items, seen)
        last = max(1, -(-len(items) // int(seen.params["per_page"])))
        info = {"page": page, "per_page": 50, "next_page": page + 1 if page < last else None, "last_page": last}
        return reply({name: shown, "meta": {"pagination": info}})

    @staticmethod
    def refused(code: str, status: int) -> HttpResponse:
        return reply({"error": {"code": code, "message": f"it is {code}", "details": None}}, status)

    def shown(self, zone: str, records: list[Held]) -> dict[str, Any]:
        first = records[0]
        return {
            "id": f"{first.relative()}/{first.type}",
            "name": first.relative(),
            "type": first.type,
            "ttl": first.ttl,
            "labels": {},
            "protection": {"change": False},
            "zone": self.zones[zone],
            "records": [{"value": each.content, "comment": each.extra.get("comment", "")} for each in records],
        }

    def route(self, seen: Seen) -> HttpResponse:  # noqa: C901, PLR0911 - one return a route
        if seen.path == ("zones",):
            zones = [{"id": number, "name": zone, "mode": "primary"} for zone, number in self.zones.items()]
            return self.listing("zones", [{"id": 1, "name": "copied.test", "mode": "secondary"}, *zones], seen)
        zone = self.zone_of(seen.path[1])
        if zone is None:
            return self.refused("not_found", 404)
        sets = self.rrsets(zone)
        match seen.method, seen.path[2:]:
            case "GET", ("rrsets",):
                wanted = seen.params.get("name")
                found = [self.shown(zone, each) for each in sets.values() if wanted in {None, each[0].relative()}]
                return self.listing("rrsets", found, seen)
            case "POST", ("rrsets",):
                name, type_name = absolute(seen.body["name"], zone), seen.body["type"]
                if (name, type_name) in sets:
                    return self.refused("uniqueness_error", 409)
                return self.set(name, type_name, seen.body["records"], seen.body["ttl"], 201)
            case method, ("rrsets", relative, type_name, *action):
                name = absolute(relative, zone)
                if (name, type_name) not in sets:
                    return self.refused("not_found", 404)
                ttl = sets[name, type_name][0].ttl
                if method == "DELETE":
                    self.drop(name, type_name)
                    return self.action()
                if action == ["actions", "set_records"]:
                    return self.set(name, type_name, seen.body["records"], ttl, 201)
                assert action == ["actions", "change_ttl"]
                for each in sets[name, type_name]:
                    each.ttl = seen.body["ttl"]
                return self.action()
        return self.refused("not_found", 404)

    def set(self, name: str, type_name: str, records: list[dict[str, str]], ttl: int, status: int) -> HttpResponse:
        if self.clashes(name, type_name):
            return self.refused("invalid_input", 422)
        self.drop(name, type_name)
        for each in records:
            self.hold(name, type_name, each["value"], ttl, comment=each["comment"])
        return self.action(status)

    @staticmethod
    def action(status: int = 201) -> HttpResponse:
        return reply({"action": {"id": 1, "command": "set_rrset_records", "status": "running", "error": None}}, status)
