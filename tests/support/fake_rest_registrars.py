"""Stand-ins for registrars, each written from the documentation that the service's module names."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, ClassVar

from tests.support.fake_rest import FakeRest, absolute, reply
from tests.support.fake_rest_clouds import BearerRest

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpResponse
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
                return reply([self.shown(each) for each in self.own(zone)])
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
