"""Stand-ins for services that are there for DNS alone, each written from the documentation that its module names."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, ClassVar

from tests.support.dns_servers import SUB_ZONE, ZONE
from tests.support.fake_rest import FakeRest, absolute, reply
from tests.support.fake_rest_clouds import BearerRest

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, HttpResponse
    from tests.support.fake_rest import Held, Seen


class FakeDesec(FakeRest):
    """The smallest TTL of its domains is `shortest`."""

    base = "/api/v1"
    shortest = 60

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("Authorization") == f"Token {self.secret}"

    def stranger(self) -> HttpResponse:
        return reply({"detail": "Invalid token."}, 401)

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("domains", ""):
                return reply([{"name": zone, "minimum_ttl": self.shortest, "touched": "…"} for zone in self.zones])
            case _, ("domains", zone, *_) if zone not in self.zones:
                return reply({"detail": "Not found."}, 404)
            case "GET", ("domains", zone, "rrsets", ""):
                only = absolute(seen.params["subname"], zone) if "subname" in seen.params else None
                return reply([self.shown(each) for each in self.rrsets(zone).values() if only in {None, each[0].name}])
            case "PATCH", ("domains", zone, "rrsets", ""):
                (asked,) = seen.body
                if asked["ttl"] < self.shortest:
                    return reply([{"ttl": ["Ensure this value is greater than or equal to 3600."]}], 400)
                name = absolute(asked["subname"], zone)
                if not self.put(name, asked["type"], asked["records"], asked["ttl"]):
                    return reply([{"non_field_errors": ["RRset with conflicting type present"]}], 400)
                return reply([asked] if asked["records"] else [])
        return reply({"detail": "Not found."}, 404)

    @staticmethod
    def shown(records: list[Held]) -> dict[str, Any]:
        first = records[0]
        return {
            "domain": first.zone,
            "subname": first.relative(""),
            "name": f"{first.name}.",
            "type": first.type,
            "records": [each.content for each in records],
            "ttl": first.ttl,
        }


class FakeDnsimple(BearerRest):
    """Each zone belongs to another account."""

    base = "/v2"

    def stranger(self) -> HttpResponse:
        return reply({"message": "Authentication failed"}, 401)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"zone_id": held.zone, "parent_id": None, "priority": None, "regions": ["global"]}
        name = {"name": held.relative(""), "content": held.content, "ttl": held.ttl, "type": held.type}
        return {"id": int(held.id), **name, **members, "system_record": False}

    def listing(self, items: list[Any], seen: Seen) -> HttpResponse:
        assert int(seen.params["per_page"]) <= 100
        pages = max(1, -(-len(items) // int(seen.params["per_page"])))
        info = {"current_page": int(seen.params["page"]), "total_entries": len(items), "total_pages": pages}
        return reply({"data": self.numbered(items, seen), "pagination": info})

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        accounts = {"1010": [ZONE], "2020": [SUB_ZONE]}
        if seen.path == ("accounts",):
            return reply({"data": [{"id": int(account), "email": "…"} for account in accounts]})
        match seen.method, seen.path:
            case "GET", (account, "zones"):
                zones = [{"id": 1, "account_id": int(account), "name": zone} for zone in accounts[account]]
                return self.listing(zones, seen)
            case _, (account, "zones", zone, *_) if zone not in accounts[account]:
                return reply({"message": f"Zone `{zone}` not found"}, 404)
            case "GET", (_, "zones", zone, "records"):
                only = absolute(seen.params["name"], zone) if "name" in seen.params else None
                return self.listing([self.shown(each) for each in self.own(zone, only)], seen)
            case "POST", (_, "zones", zone, "records"):
                asked = seen.body
                made = self.create(absolute(asked["name"], zone), asked["type"], asked["content"], asked["ttl"])
                if made is None:
                    return reply({"message": "Validation failed", "errors": {"base": ["conflict"]}}, 400)
                return reply({"data": self.shown(made)}, 201)
            case method, (_, "zones", zone, "records", number) if held := self.find(zone, number):
                if method == "DELETE":
                    self.records.remove(held)
                    return reply(status=204)
                assert method == "PATCH"
                held.content, held.ttl = seen.body["content"], seen.body["ttl"]
                return reply({"data": self.shown(held)})
        return reply({"message": "Record not found"}, 404)


class FakeNs1(FakeRest):
    """Shows a zone with short answers, and a record with all that its answers have."""

    base = "/v1"

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("X-NSONE-Key") == self.secret

    def stranger(self) -> HttpResponse:
        return reply({"message": "Unauthorized"}, 401)

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("zones",):
                copied = {"zone": "copied.test", "secondary": {"enabled": True}}
                return reply([copied, *({"zone": zone, "id": str(number)} for zone, number in self.zones.items())])
            case _, ("zones", zone, *_) if zone not in self.zones:
                return reply({"message": "zone not found"}, 404)
            case "GET", ("zones", zone):
                shown = [self.shown(each) for each in self.rrsets(zone).values()]
                return reply({"zone": zone, "ttl": 3600, "records": shown})
            case method, ("zones", zone, name, type_name):
                held = self.rrsets(zone).get((name, type_name))
                if method == "PUT":
                    return self.write(seen, name, type_name) if not held else reply({"message": "exists"}, 400)
                if held is None:
                    return reply({"message": "record not found"}, 404)
                if method == "POST":
                    return self.write(seen, name, type_name)
                if method == "DELETE":
                    self.drop(name, type_name)
                    return reply({})
                answers = [{"answer": [each.content], "id": each.id, **each.extra} for each in held]
                return reply({**self.shown(held), "answers": answers, "filters": [{"filter": "up"}]})
        return reply({"message": "not found"}, 404)

    def write(self, seen: Seen, name: str, type_name: str) -> HttpResponse:
        if self.clashes(name, type_name):
            return reply({"message": "record conflicts with a CNAME"}, 400)
        standing = self.rrsets(seen.path[1]).get((name, type_name))
        ttl = seen.body.get("ttl", standing[0].ttl if standing else 3600)
        self.drop(name, type_name)
        for each in seen.body["answers"]:
            extra = {member: each[member] for member in ("meta",) if member in each}
            self.hold(name, type_name, each["answer"][0], ttl, **extra)
        return reply({})

    @staticmethod
    def shown(records: list[Held]) -> dict[str, Any]:
        first = records[0]
        short = [each.content for each in records]
        members = {"link": None, "tier": 1, "short_answers": short, "ttl": first.ttl}
        return {"id": first.id, "zone": first.zone, "domain": first.name, "type": first.type, **members}


class FakeLuaDns(FakeRest):
    base = "/v1"

    def knows(self, seen: Seen) -> bool:
        pair = base64.b64encode(f"me@example.org:{self.secret}".encode()).decode()
        return seen.headers.get("Authorization") == f"Basic {pair}"

    def stranger(self) -> HttpResponse:
        return reply({"status": "Unauthorized", "message": "Invalid credentials"}, 401)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"content": held.content, "ttl": held.ttl, "generated": False}
        return {"id": int(held.id), "name": f"{held.name}.", "type": held.type, **members}

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        if seen.path == ("zones",):
            return reply([{"id": number, "name": zone, "synced": True} for zone, number in self.zones.items()])
        zone = self.zone_of(seen.path[1])
        missing = reply({"status": "Not Found", "message": "Not found"}, 404)
        if zone is None:
            return missing
        match seen.method, seen.path[2:]:
            case "GET", ("records",):
                return reply([self.shown(each) for each in self.own(zone)])
            case "POST", ("records",):
                asked = seen.body
                made = self.create(asked["name"].removesuffix("."), asked["type"], asked["content"], asked["ttl"])
                return reply(self.shown(made)) if made else reply({"message": "CNAME exists"}, 400)
            case method, ("records", number) if held := self.find(zone, number):
                if method == "DELETE":
                    self.records.remove(held)
                    return reply()
                assert method == "PUT"
                assert (seen.body["name"], seen.body["type"]) == (f"{held.name}.", held.type)
                held.content, held.ttl = seen.body["content"], seen.body["ttl"]
                return reply(self.shown(held))
        return missing


class FakeClouDns(FakeRest):
    """Takes forms alone."""

    def writes(self, request: HttpRequest) -> bool:
        return not request.url.endswith(("/list-zones.json", "/records.json"))

    def knows(self, seen: Seen) -> bool:
        assert seen.method == "POST"
        assert not seen.params
        return (seen.body["auth-id"], seen.body["auth-password"]) == ("4711", self.secret)

    def stranger(self) -> HttpResponse:
        return self.failed("Invalid authentication, incorrect auth-id or auth-password.")

    @staticmethod
    def failed(description: str) -> HttpResponse:
        return reply({"status": "Failed", "statusDescription": description})

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        form, (_, verb) = seen.body, seen.path
        if verb == "list-zones.json":
            zones = [{"name": zone, "type": "master", "zone": "domain", "status": "1"} for zone in self.zones]
            start, size = int(form["page"]) - 1, int(form["rows-per-page"])
            return reply(zones[start * size : (start + 1) * size])
        zone = form["domain-name"]
        if zone not in self.zones:
            return self.failed("Missing domain-name")
        if verb == "records.json":
            name = absolute(form["host"], zone) if form.get("host") else None
            shown = {each.id: self.shown(each) for each in self.own(zone, name)}
            return reply(shown or [])
        if verb == "add-record.json":
            ttl = int(form["ttl"])
            made = self.create(absolute(form["host"], zone), form["record-type"], form["record"], ttl)
            if made is None:
                return self.failed("You can't add this record: a CNAME exists for this host.")
            return reply({"status": "Success", "statusDescription": "added", "data": {"id": int(made.id)}})
        held = self.find(zone, form["record-id"])
        if held is None:
            return self.failed("Invalid record-id param.")
        if verb == "delete-record.json":
            self.records.remove(held)
        else:
            assert verb == "mod-record.json"
            assert absolute(form["host"], zone) == held.name
            held.content, held.ttl = form["record"], int(form["ttl"])
        return reply({"status": "Success", "statusDescription": "done"})

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"record": held.content, "ttl": str(held.ttl), "failover": "0", "status": 1}
        return {"id": held.id, "type": held.type, "host": held.relative(""), **members}


class FakeDynv6(BearerRest):
    """The addresses of a zone stand with the zone; records below it without data follow them."""

    base = "/api/v2"
    members: ClassVar = {"A": "ipv4address", "AAAA": "ipv6prefix"}

    def stranger(self) -> HttpResponse:
        return reply({"error": "unauthorized"}, 401)

    def of_zone(self, zone: str) -> dict[str, Any]:
        held = {each.type: each.content for each in self.own(zone, zone)}
        addresses = {member: held.get(kind, "") for kind, member in self.members.items()}
        return {"id": self.zones[zone], "name": zone, **addresses}

    def route(self, seen: Seen) -> HttpResponse:  # noqa: C901, PLR0911 - one return a route
        if seen.path == ("zones",):
            return reply([self.of_zone(zone) for zone in self.zones])
        zone = self.zone_of(seen.path[1])
        missing = reply({"error": "not found"}, 404)
        if zone is None:
            return missing
        match seen.method, seen.path[2:]:
            case "GET", ():
                return reply(self.of_zone(zone))
            case "PATCH", ():
                for kind, member in self.members.items():
                    if member in seen.body:
                        self.put(zone, kind, [seen.body[member]] if seen.body[member] else [], 300)
                return reply(self.of_zone(zone))
            case "GET", ("records",):
                return reply([self.shown(each) for each in self.own(zone) if each.name != zone])
            case "POST", ("records",):
                name = absolute(seen.body["name"], zone)
                assert name != zone
                made = self.create(name, seen.body["type"], seen.body["data"], 300)
                return reply(self.shown(made)) if made else reply({"error": "conflict"}, 422)
            case method, ("records", number) if held := self.find(zone, number):
                if method == "DELETE":
                    self.records.remove(held)
                    return reply(status=204)
                assert method == "PATCH"
                held.content = seen.body["data"]
                return reply(self.shown(held))
        return missing

    def shown(self, held: Held) -> dict[str, Any]:
        named = {"id": int(held.id), "zoneID": self.zones[held.zone], "name": held.relative("")}
        return {**named, "type": held.type, "data": held.content, "priority": None}
