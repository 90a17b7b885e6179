"""Stand-ins for registrars, each written from the documentation that the service's module names."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, ClassVar

from tests.support.fake_rest import FakeRest, absolute, reply
from tests.support.fake_rest_clouds import BearerRest

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, HttpResponse
    from tests.support.fake_rest import Held, Seen


class FakePorkbun(FakeRest):
    base = "/api/json/v3"

    def knows(self, seen: Seen) -> bool:
        return (seen.headers.get("X-API-Key"), seen.headers.get("X-Secret-API-Key")) == (self.secret, self.secret)

    def stranger(self) -> HttpResponse:
        return self.refused("Invalid API key. (001)", code="INVALID_API_KEYS_001")

    @staticmethod
    def refused(message: str, **more: str) -> HttpResponse:
        return reply({"status": "ERROR", "message": message, **more}, 400)

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("domain", "listAll"):
                start = int(seen.params["start"])
                shown = [{"domain": zone, "status": "ACTIVE", "tld": "test"} for zone in self.zones]
                return reply({"status": "SUCCESS", "domains": shown[start : start + 1000]})
            case _, ("dns", _, zone, *_) if zone not in self.zones:
                return self.refused("Invalid domain.")
            case "GET", ("dns", "retrieve", zone):
                return reply({"status": "SUCCESS", "cloudflare": "disabled", "records": self.shown(zone)})
            case "POST", ("dns", "create", zone):
                made = self.create(
                    absolute(seen.body["name"], zone), seen.body["type"], seen.body["content"], int(seen.body["ttl"])
                )
                if made is None:
                    return self.refused("Create error: We were unable to create the DNS record.")
                made.extra["notes"] = seen.body.get("notes", "")
                return reply({"status": "SUCCESS", "id": int(made.id)})
            case "POST", ("dns", verb, zone, number) if held := self.find(zone, number):
                if verb == "delete":
                    self.records.remove(held)
                else:
                    assert verb == "edit"
                    assert (absolute(seen.body["name"], zone), seen.body["type"]) == (held.name, held.type)
                    held.content, held.ttl = seen.body["content"], int(seen.body["ttl"])
                    held.extra["notes"] = seen.body.get("notes", "")
                return reply({"status": "SUCCESS"})
        return self.refused("Edit error: We were unable to edit the DNS record.")

    def shown(self, zone: str) -> list[dict[str, Any]]:
        return [
            {
                "id": each.id,
                "name": each.name,
                "type": each.type,
                "content": each.content,
                "ttl": str(each.ttl),
                "prio": None,
                "notes": each.extra.get("notes", ""),
            }
            for each in self.own(zone)
        ]


class FakeGandi(BearerRest):
    base = "/v5/livedns"

    @staticmethod
    def refused(status: int, cause: str) -> HttpResponse:
        return reply({"code": status, "message": cause, "object": "HTTPError", "cause": cause}, status)

    def stranger(self) -> HttpResponse:
        return self.refused(401, "Unauthorized")

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("domains",):
                shown = [{"fqdn": zone, "domain_href": f"…/{zone}"} for zone in self.zones]
                return reply(self.numbered(shown, seen))
            case _, ("domains", zone, *_) if zone not in self.zones:
                return self.refused(404, "Not Found")
            case "GET", ("domains", zone, "records"):
                return reply(self.numbered(self.shown(zone), seen))
            case "GET", ("domains", zone, "records", relative):
                shown = self.shown(zone, absolute(relative, zone))
                return reply(shown) if shown else self.refused(404, "Can't find the DNS record in the zone")
            case "PUT", ("domains", zone, "records", relative, type_name):
                values = seen.body["rrset_values"]
                if not values or not self.put(absolute(relative, zone), type_name, values, seen.body["rrset_ttl"]):
                    return self.refused(409, "A CNAME record already exists")
                return reply({"message": "DNS Record Created"}, 201)
            case "DELETE", ("domains", zone, "records", relative, type_name):
                self.drop(absolute(relative, zone), type_name)
                return reply(status=204)
        return self.refused(404, "Not Found")

    def shown(self, zone: str, name: str | None = None) -> list[dict[str, Any]]:
        return [
            {
                "rrset_name": each[0].relative(),
                "rrset_type": each[0].type,
                "rrset_ttl": each[0].ttl,
                "rrset_values": [held.content for held in each],
                "rrset_href": "…",
            }
            for each in self.rrsets(zone).values()
            if name in {None, each[0].name}
        ]


class FakeGoDaddy(FakeRest):
    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("Authorization") == f"sso-key {self.secret}:{self.secret}"

    def stranger(self) -> HttpResponse:
        return reply({"code": "UNABLE_TO_AUTHENTICATE", "message": "Unauthorized : Could not authenticate"}, 401)

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("v1", "domains"):
                shown = sorted(zone for zone in self.zones if zone > seen.params.get("marker", ""))
                limit = min(int(seen.params["limit"]), self.largest_page)
                return reply([{"domain": zone, "domainId": 1, "status": "ACTIVE"} for zone in shown[:limit]])
            case _, ("v1", "domains", zone, *_) if zone not in self.zones:
                return reply({"code": "UNKNOWN_DOMAIN", "message": "The given domain is not registered"}, 404)
            case "GET", ("v1", "domains", zone, "records"):
                size = min(int(seen.params.get("limit", "500")), 500)
                start = (
                    int(seen.params.get("offset", "1")) - 1
                ) * size  # the documentation says "offset", and means pages
                return reply([self.shown(each) for each in self.own(zone)[start : start + size]])
            case "PUT", ("v1", "domains", zone, "records", type_name, relative):
                assert seen.body
                ttls = {each["ttl"] for each in seen.body}
                name = absolute(relative, zone)
                if not self.put(name, type_name, [each["data"] for each in seen.body], ttls.pop()):
                    return reply({"code": "INVALID_BODY", "message": "Record conflicts with a CNAME"}, 422)
                return reply({})
            case "DELETE", ("v1", "domains", zone, "records", type_name, relative):
                gone = self.drop(absolute(relative, zone), type_name)
                return reply(status=204) if gone else reply({"code": "NOT_FOUND"}, 404)
        return reply({"code": "NOT_FOUND", "message": "not found"}, 404)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        return {"type": held.type, "name": held.relative(), "data": held.content, "ttl": held.ttl}


class FakeOvh(FakeRest):
    """Serves changes only after a refresh: `content` is what it serves."""

    base = "/1.0"
    calls_to_look = 2
    host: ClassVar[str] = "https://eu.api.ovh.com"

    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self.refreshed: list[str] = []

    def knows(self, seen: Seen) -> bool:
        stamp = seen.headers.get("X-Ovh-Timestamp", "")
        plain = f"{self.secret}+{self.secret}+{seen.method}+{seen.request.url}+{seen.request.body.decode()}+{stamp}"
        signature = "$1$" + hashlib.sha1(plain.encode()).hexdigest()  # noqa: S324 - the service's own scheme
        assert not seen.request.params
        return (
            seen.headers.get("X-Ovh-Signature"),
            seen.headers.get("X-Ovh-Application"),
            seen.headers.get("X-Ovh-Consumer"),
        ) == (signature, self.secret, self.secret)

    def stranger(self) -> HttpResponse:
        return self.refused("INVALID_CREDENTIAL", 403)

    @staticmethod
    def refused(code: str, status: int) -> HttpResponse:
        return reply({"errorCode": code, "httpCode": str(status), "message": "This credential is not valid"}, status)

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("domain", "zone"):
                return reply(list(self.zones))
            case _, ("domain", "zone", zone, *_) if zone not in self.zones:
                return reply({"class": "Client::NotFound", "message": "This service does not exist"}, 404)
            case "POST", ("domain", "zone", zone, "refresh"):
                self.refreshed.append(zone)
                return reply()
            case "GET", ("domain", "zone", zone, "record"):
                named = absolute(seen.params["subDomain"], zone) if "subDomain" in seen.params else None
                kind = seen.params.get("fieldType")
                return reply([int(each.id) for each in self.own(zone, named) if kind in {None, each.type}])
            case "POST", ("domain", "zone", zone, "record"):
                asked = seen.body
                name = absolute(asked["subDomain"], zone)
                made = self.create(name, asked["fieldType"], asked["target"], asked["ttl"])
                if made is None:
                    return reply({"class": "Client::BadRequest", "message": "A CNAME record exists"}, 400)
                return reply(self.shown(made))
            case _, ("domain", "zone", zone, "record", number) if held := self.find(zone, number):
                if seen.method == "GET":
                    return reply(self.shown(held))
                if seen.method == "DELETE":
                    self.records.remove(held)
                else:
                    assert seen.method == "PUT"
                    held.content, held.ttl = seen.body["target"], seen.body["ttl"]
                return reply()
        return reply({"class": "Client::NotFound", "message": "The requested object does not exist"}, 404)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"fieldType": held.type, "subDomain": held.relative(""), "target": held.content, "ttl": held.ttl}
        return {"id": int(held.id), "zone": held.zone, **members}


class FakeNameSilo(FakeRest):
    """Answers in the forms of its examples; every change gives a record another id."""

    base = "/api"

    def knows(self, seen: Seen) -> bool:
        assert seen.method == "GET"
        assert (seen.params["version"], seen.params["type"]) == ("1", "json")
        return seen.params.get("key") == self.secret

    def writes(self, request: HttpRequest) -> bool:
        return not request.url.endswith(("/listDomains", "/dnsListRecords"))

    def stranger(self) -> HttpResponse:
        return self.said(110, "Invalid API Key")

    @staticmethod
    def said(code: int, detail: str = "success", **more: Any) -> HttpResponse:
        request = {"operation": "…", "ip": "192.0.2.1"}
        return reply({"request": request, "reply": {"code": code, "detail": detail, **more}})

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        (operation,) = seen.path
        if operation == "listDomains":
            return self.said(300, domains=[{"domain": zone, "created": "2026-01-01"} for zone in self.zones])
        zone = self.zone_of(seen.params["domain"])
        if zone is None:
            return self.said(200, "Domain is not active, or does not belong to this user")
        if operation == "dnsListRecords":
            return self.listed(zone)
        held = self.find(zone, seen.params.get("rrid", ""))
        if operation == "dnsAddRecord":
            name = absolute(seen.params["rrhost"], zone)
            made = self.create(name, seen.params["rrtype"], seen.params["rrvalue"], int(seen.params["rrttl"]))
            return self.said(300, record_id=made.id) if made else self.said(280, "A CNAME exists for this host")
        if held is None:
            return self.said(280, "could not find the record")
        self.records.remove(held)
        if operation == "dnsDeleteRecord":
            return self.said(300)
        assert operation == "dnsUpdateRecord"
        assert absolute(seen.params["rrhost"], zone) == held.name
        changed = self.hold(held.name, held.type, seen.params["rrvalue"], int(seen.params["rrttl"]))
        return self.said(300, record_id=changed.id)

    def listed(self, zone: str) -> HttpResponse:
        records = [
            {
                "record_id": each.id,
                "type": each.type,
                "host": each.name,
                "value": each.content,
                "ttl": str(each.ttl),
                "distance": "0",
            }
            for each in self.own(zone)
        ]
        if not records:
            return self.said(300)
        return self.said(300, resource_record=records[0] if len(records) == 1 else records)


class FakeIonos(FakeRest):
    base = "/dns"

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("X-API-Key") == self.secret

    def stranger(self) -> HttpResponse:
        return reply([{"code": "UNAUTHORIZED", "message": "The customer is not authorized."}], 401)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"rootName": held.zone, "changeDate": "…", "disabled": False, **held.extra}
        return {"id": held.id, "name": held.name, "type": held.type, "content": held.content, "ttl": held.ttl} | members

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        if seen.path == ("v1", "zones"):
            zones = [{"id": str(number), "name": zone, "type": "NATIVE"} for zone, number in self.zones.items()]
            return reply([{"id": "7", "name": "copied.test", "type": "SLAVE"}, *zones])
        zone = self.zone_of(seen.path[2])
        missing = reply([{"code": "RECORD_NOT_FOUND", "message": "Record does not exist."}], 404)
        if zone is None:
            return missing
        match seen.method, seen.path[3:]:
            case "GET", ():
                shown = [self.shown(each) for each in self.own(zone, seen.params.get("recordName"))]
                return reply({"id": seen.path[2], "name": zone, "type": "NATIVE", "records": shown})
            case "POST", ("records",):
                (asked,) = seen.body
                made = self.create(asked["name"], asked["type"], asked["content"], asked["ttl"])
                if made is None:
                    return reply([{"code": "INVALID_RECORD", "message": "Record is invalid."}], 400)
                return reply([self.shown(made)], 201)
            case method, ("records", number) if held := self.find(zone, number):
                if method == "DELETE":
                    self.records.remove(held)
                    return reply()
                assert method == "PUT"
                assert seen.body.get("disabled") is False
                held.content, held.ttl = seen.body["content"], seen.body["ttl"]
                held.extra = {name: seen.body[name] for name in ("prio",) if name in seen.body}
                return reply(self.shown(held))
        return missing


class FakeNameCom(FakeRest):
    base = "/core/v1"

    def knows(self, seen: Seen) -> bool:
        pair = base64.b64encode(f"somebody:{self.secret}".encode()).decode()
        return seen.headers.get("Authorization") == f"Basic {pair}"

    def stranger(self) -> HttpResponse:
        return reply({"message": "Unauthenticated", "details": "Invalid credentials"}, 401)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        host = {} if held.name == held.zone else {"host": held.relative("")}
        members = {"domainName": held.zone, "fqdn": f"{held.name}.", "type": held.type, "answer": held.content}
        return {"id": int(held.id), **host, **members, "ttl": held.ttl, **held.extra}

    def listing(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        shown = self.numbered(items, seen, size="perPage")
        page, size = int(seen.params["page"]), min(int(seen.params["perPage"]), self.largest_page)
        following = page + 1 if page * size < len(items) else None
        return reply(({name: shown} if shown else {}) | {"nextPage": following})

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("domains",):
                return self.listing("domains", [{"domainName": zone} for zone in self.zones], seen)
            case _, ("domains", zone, *_) if zone not in self.zones:
                return reply({"message": "Not Found"}, 404)
            case "GET", ("domains", zone, "records"):
                return self.listing("records", [self.shown(each) for each in self.own(zone)], seen)
            case "POST", ("domains", zone, "records"):
                asked = seen.body
                made = self.create(absolute(asked["host"], zone), asked["type"], asked["answer"], asked["ttl"])
                if made is None:
                    return reply({"message": "Invalid Argument", "details": "A CNAME stands there"}, 400)
                return reply(self.shown(made))
            case method, ("domains", zone, "records", number) if held := self.find(zone, number):
                if method == "DELETE":
                    self.records.remove(held)
                    return reply({})
                assert method == "PUT"
                assert seen.body["host"] != "@"
                assert (absolute(seen.body["host"], zone), seen.body["type"]) == (held.name, held.type)
                held.content, held.ttl = seen.body["answer"], seen.body["ttl"]
                return reply(self.shown(held))
        return reply({"message": "Not Found"}, 404)
