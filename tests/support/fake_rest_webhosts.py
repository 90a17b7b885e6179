"""Stand-ins for hosters of web sites, each written from the documentation that the service's module names."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.support.fake_rest import FakeRest, absolute, reply
from tests.support.fake_rest_clouds import BearerRest

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpResponse
    from tests.support.fake_rest import Held, Seen


class FakeScaleway(FakeRest):
    base = "/domain/v2beta1"

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("X-Auth-Token") == self.secret

    def stranger(self) -> HttpResponse:
        return reply({"message": "authentication is denied", "type": "denied_authentication"}, 401)

    def listing(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        return reply({name: self.numbered(items, seen, size="page_size"), "total_count": len(items)})

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"priority": 0, "comment": None, "geo_ip_config": None, **held.extra}
        named = {"id": f"id-{held.id}", "name": held.relative(""), "type": held.type}
        return {**named, "data": held.content, "ttl": held.ttl, **members}

    def route(self, seen: Seen) -> HttpResponse:
        match seen.method, seen.path:
            case "GET", ("dns-zones",):
                zones = [zone.partition(".example.") for zone in self.zones]
                parts = [(head, "example.test") if dot else ("", head) for head, dot, _ in zones]
                return self.listing("dns_zones", [{"subdomain": sub, "domain": top} for sub, top in parts], seen)
            case _, ("dns-zones", zone, *_) if zone not in self.zones:
                return reply({"message": "resource is not found", "type": "not_found"}, 404)
            case "GET", ("dns-zones", zone, "records"):
                only = absolute(seen.params["name"], zone) if seen.params.get("name") else None
                return self.listing("records", [self.shown(each) for each in self.own(zone, only)], seen)
            case "PATCH", ("dns-zones", zone, "records"):
                (change,) = seen.body["changes"]
                assert seen.body["disallow_new_zone_creation"] is True
                return self.change(zone, change)
        return reply({"message": "resource is not found", "type": "not_found"}, 404)

    def change(self, zone: str, change: dict[str, Any]) -> HttpResponse:
        ((verb, asked),) = change.items()
        name, type_name = absolute(asked["id_fields"]["name"], zone), asked["id_fields"]["type"]
        if verb == "set" and self.clashes(name, type_name):
            return reply({"message": "a CNAME exists", "type": "invalid_arguments"}, 400)
        self.drop(name, type_name)
        for each in asked.get("records", []):
            assert (absolute(each["name"], zone), each["type"]) == (name, type_name)
            extra = {member: each[member] for member in ("comment", "geo_ip_config") if member in each}
            self.hold(name, type_name, each["data"], each["ttl"], **extra)
        return reply({"records": []})


class FakeVercel(BearerRest):
    def stranger(self) -> HttpResponse:
        error = {"code": "forbidden", "message": "Not authorized", "invalidToken": True}
        return reply({"error": error}, 403)

    def listing(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        start, size = int(seen.params.get("until", "0")), min(int(seen.params["limit"]), self.largest_page)
        following = start + size if start + size < len(items) else None
        info = {"count": len(items), "next": following, "prev": None}
        return reply({name: items[start : start + size], "pagination": info})

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"value": held.content, "ttl": held.ttl, "comment": held.extra.get("comment", "")}
        return {"id": f"rec_{held.id}", "slug": "", "name": held.relative(""), "type": held.type, **members}

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("v5", "domains"):
                return self.listing("domains", [{"name": zone, "verified": True} for zone in self.zones], seen)
            case "PATCH", ("v1", "domains", "records", number):
                held = next((each for each in self.records if f"rec_{each.id}" == number), None)
                if held is None:
                    return reply({"error": {"code": "not_found", "message": "no such record"}}, 404)
                held.content, held.ttl = seen.body["value"], seen.body["ttl"]
                held.extra["comment"] = seen.body["comment"]
                return reply(self.shown(held))
            case _, (_, "domains", zone, *_) if zone not in self.zones:
                return reply({"error": {"code": "not_found", "message": "no such domain"}}, 404)
            case "GET", ("v4", "domains", zone, "records"):
                return self.listing("records", [self.shown(each) for each in self.own(zone)], seen)
            case "POST", ("v2", "domains", zone, "records"):
                asked = seen.body
                made = self.create(absolute(asked["name"], zone), asked["type"], asked["value"], asked["ttl"])
                if made is None:
                    return reply({"error": {"code": "dns_cname_conflict", "message": "A CNAME exists"}}, 409)
                made.extra["comment"] = asked["comment"]
                return reply({"uid": f"rec_{made.id}", "updated": 1})
            case "DELETE", ("v2", "domains", zone, "records", number):
                held = self.find(zone, number.removeprefix("rec_"))
                if held is not None:
                    self.records.remove(held)
                    return reply({})
        return reply({"error": {"code": "not_found", "message": "not found"}}, 404)


class FakeNetlify(BearerRest):
    base = "/api/v1"
    changes_in_place = False

    def stranger(self) -> HttpResponse:
        return reply({"code": 401, "message": "Access Denied: Bad credentials"}, 401)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"hostname": held.name, "type": held.type, "value": held.content, "ttl": held.ttl}
        return {"id": f"5f{held.id}", **members, "priority": None, "site_id": None, "managed": False}

    def route(self, seen: Seen) -> HttpResponse:
        if seen.path == ("dns_zones",):
            return reply([{"id": f"z{number}", "name": zone} for zone, number in self.zones.items()])
        zone = self.zone_of(seen.path[1].removeprefix("z"))
        match seen.method, seen.path[2:]:
            case "GET", ("dns_records",) if zone:
                managed = {"id": "5f0", "hostname": zone, "type": "A", "value": "192.0.2.9", "ttl": 3600}
                return reply([{**managed, "managed": True}, *(self.shown(each) for each in self.own(zone))])
            case "POST", ("dns_records",) if zone:
                asked = seen.body
                made = self.create(asked["hostname"], asked["type"], asked["value"], asked["ttl"])
                if made is None:
                    return reply({"code": 422, "message": "A record with this name exists"}, 422)
                return reply(self.shown(made), 201)
            case "DELETE", ("dns_records", number) if zone and (held := self.find(zone, number.removeprefix("5f"))):
                self.records.remove(held)
                return reply(status=204)
        return reply({"code": 404, "message": "Not Found"}, 404)


class FakeBunny(FakeRest):
    types = ("A", "AAAA", "CNAME", "TXT")

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("AccessKey") == self.secret

    def stranger(self) -> HttpResponse:
        return reply({"Message": "Authorization has been denied for this request."}, 401)

    def shown(self, held: Held) -> dict[str, Any]:
        members = {"Weight": 100, "Accelerated": False, "MonitorType": 0, "Disabled": False, "Comment": None}
        named = {"Id": int(held.id), "Type": self.types.index(held.type), "Name": held.relative("")}
        return {**named, "Value": held.content, "Ttl": held.ttl, **members, **held.extra}

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        if seen.path == ("dnszone",):
            zones = [{"Id": number, "Domain": zone, "Records": []} for zone, number in self.zones.items()]
            more = int(seen.params["page"]) * int(seen.params["perPage"]) < len(zones)
            return reply({"Items": self.numbered(zones, seen, size="perPage"), "HasMoreItems": more})
        zone = self.zone_of(seen.path[1])
        missing = reply({"ErrorKey": "dnszone.not_found", "Field": "", "Message": "not found"}, 404)
        if zone is None:
            return missing
        match seen.method, seen.path[2:]:
            case "GET", ():
                shown = [self.shown(each) for each in self.own(zone)]
                return reply({"Id": self.zones[zone], "Domain": zone, "Records": shown})
            case "PUT", ("records",):
                made = self.create(absolute(seen.body["Name"], zone), self.types[seen.body["Type"]], "", 1)
                if made is None:
                    return reply({"ErrorKey": "validation_error", "Field": "Name", "Message": "conflict"}, 400)
                self.change(made, seen.body)
                return reply(self.shown(made), 201)
            case method, ("records", number) if held := self.find(zone, number):
                if method == "DELETE":
                    self.records.remove(held)
                else:
                    assert method == "POST"
                    self.change(held, seen.body)
                return reply(status=204)
        return missing

    @staticmethod
    def change(held: Held, asked: dict[str, Any]) -> None:
        held.content, held.ttl = asked["Value"], asked["Ttl"]
        held.extra = {name: value for name, value in asked.items() if name not in {"Type", "Name", "Value", "Ttl"}}


class FakeGcore(FakeRest):
    base = "/dns"

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("Authorization") == f"APIKey {self.secret}"

    def stranger(self) -> HttpResponse:
        return reply({"error": "unauthorized"}, 401)

    def listing(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        start, size = int(seen.params["offset"]), min(int(seen.params["limit"]), self.largest_page)
        return reply({name: items[start : start + size], "total_amount": len(items)})

    @staticmethod
    def shown(records: list[Held]) -> dict[str, Any]:
        first = records[0]
        values = [
            {"id": int(each.id), "content": [each.content], "enabled": True, "meta": None, **each.extra}
            for each in records
        ]
        named = {"name": first.name, "type": first.type, "ttl": first.ttl}
        return {**named, "filters": [], "pickers": None, "resource_records": values}

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("v2", "zones"):
                return self.listing("zones", [{"id": 1, "name": zone} for zone in self.zones], seen)
            case _, ("v2", "zones", zone, *_) if zone not in self.zones:
                return reply({"error": "get zone by name: zone is not found"}, 404)
            case "GET", ("v2", "zones", zone, "rrsets"):
                return self.listing("rrsets", [self.shown(each) for each in self.rrsets(zone).values()], seen)
            case method, ("v2", "zones", zone, name, type_name):
                there = (name, type_name) in self.rrsets(zone)
                if there is (method == "POST"):
                    return reply({"error": "record already exists or is not found"}, 409 if there else 404)
                if method != "DELETE" and self.clashes(name, type_name):
                    return reply({"error": "a CNAME exists"}, 400)
                self.drop(name, type_name)
                for each in seen.body["resource_records"] if method != "DELETE" else ():
                    extra = {member: each[member] for member in ("meta", "enabled") if member in each}
                    self.hold(name, type_name, each["content"][0], seen.body["ttl"], **extra)
                return reply({})
        return reply({"error": "not found"}, 404)


class FakeHostinger(BearerRest):
    base = "/api"

    def stranger(self) -> HttpResponse:
        return reply({"error": "Unauthenticated", "correlation_id": "…"}, 401)

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("domains", "v1", "portfolio"):
                free = {"id": 1, "domain": None, "type": "free_domain", "status": "pending_setup"}
                return reply([free, *({"id": number, "domain": zone} for zone, number in self.zones.items())])
            case _, ("dns", "v1", "zones", zone) if zone not in self.zones:
                return reply({"error": "Domain not found", "correlation_id": "…"}, 404)
            case "GET", ("dns", "v1", "zones", zone):
                return reply([self.shown(each) for each in self.rrsets(zone).values()])
            case "PUT", ("dns", "v1", "zones", zone):
                assert seen.body["overwrite"] is True
                (asked,) = seen.body["zone"]
                name = absolute(asked["name"], zone)
                if self.clashes(name, asked["type"]):
                    return reply({"error": "DNS resource record is not valid or conflicts"}, 422)
                self.drop(name, asked["type"])
                for each in asked["records"]:
                    extra = {"is_disabled": True} if each.get("is_disabled") else {}
                    self.hold(name, asked["type"], each["content"], asked["ttl"], **extra)
                return reply({"message": "Request accepted"})
            case "DELETE", ("dns", "v1", "zones", zone):
                (wanted,) = seen.body["filters"]
                self.drop(absolute(wanted["name"], zone), wanted["type"])
                return reply({"message": "Request accepted"})
        return reply({"error": "Not found"}, 404)

    @staticmethod
    def shown(records: list[Held]) -> dict[str, Any]:
        first = records[0]
        values = [{"content": each.content, "is_disabled": bool(each.extra.get("is_disabled"))} for each in records]
        return {"name": first.relative(), "type": first.type, "ttl": first.ttl, "records": values}


class FakeSpaceship(FakeRest):
    """Records have no ids; putting one that is there changes its TTL."""

    base = "/api/v1"
    changes_in_place = False

    def knows(self, seen: Seen) -> bool:
        return (seen.headers.get("X-API-Key"), seen.headers.get("X-API-Secret")) == (self.secret, self.secret)

    def stranger(self) -> HttpResponse:
        return reply({"detail": "Unauthorized"}, 401)

    def listing(self, items: list[Any], seen: Seen, largest: int) -> HttpResponse:
        start, size = int(seen.params["skip"]), int(seen.params["take"])
        assert size <= largest
        return reply({"items": items[start : start + size], "total": len(items)})

    def route(self, seen: Seen) -> HttpResponse:
        if seen.path == ("domains",):
            return self.listing([{"name": zone, "unicodeName": zone} for zone in self.zones], seen, 100)
        _, _, zone = seen.path
        if zone not in self.zones:
            return reply({"detail": "Domain not found"}, 404)
        if seen.method == "GET":
            return self.listing([self.shown(each) for each in self.own(zone)], seen, 500)
        (asked,) = seen.body["items"] if seen.method == "PUT" else seen.body
        wanted = (absolute(asked["name"], zone), asked["type"], asked["address"])
        left = [each for each in self.records if (each.name, each.type, each.content) != wanted]
        if seen.method == "PUT" and self.clashes(wanted[0], wanted[1]):
            return reply({"detail": "conflicts", "data": [{"field": "name", "details": "a CNAME exists"}]}, 422)
        self.records[:] = left
        if seen.method == "PUT":
            self.hold(*wanted, asked["ttl"])
        return reply(status=204)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"name": held.relative(), "ttl": held.ttl, "group": {"type": "custom"}}
        return {"type": held.type, **members, "address" if held.type in {"A", "AAAA"} else "value": held.content}


class FakeMythicBeasts(FakeRest):
    base = "/dns/v2"

    def knows(self, seen: Seen) -> bool:
        pair = base64.b64encode(f"the-key:{self.secret}".encode()).decode()
        return seen.headers.get("Authorization") == f"Basic {pair}"

    def stranger(self) -> HttpResponse:
        return reply({"error": "Authentication failed"}, 401)

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("zones",):
                return reply({"zones": list(self.zones)})
            case _, ("zones", zone, *_) if zone not in self.zones:
                return reply({"error": "Zone not found"}, 404)
            case "GET", ("zones", zone, "records"):
                only = absolute(seen.params["host"], zone) if "host" in seen.params else None
                template = {"host": "@", "ttl": 86400, "type": "A", "data": "192.0.2.80", "template": True}
                return reply({"records": [template, *(self.shown(each) for each in self.own(zone, only))]})
            case "PUT", ("zones", zone, "records", host, type_name):
                (ttl,) = {each["ttl"] for each in seen.body["records"]}
                data = [each["data"] for each in seen.body["records"]]
                if not self.put(absolute(host, zone), type_name, data, ttl):
                    return reply({"errors": ["CNAME conflicts with other records"]}, 400)
                return reply({"message": "1 record updated"})
            case "DELETE", ("zones", zone, "records", host, type_name):
                self.drop(absolute(host, zone), type_name)
                return reply({"records_removed": 1})
        return reply({"error": "Not found"}, 404)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        return {"host": held.relative(), "ttl": held.ttl, "type": held.type, "data": held.content}
