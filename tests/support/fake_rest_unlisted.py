"""Stand-ins for services that do not list their zones, each written from the documentation that its module names."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.support.fake_rest import FakeRest, absolute, reply
from tests.support.fake_rest_clouds import BearerRest

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, HttpResponse
    from tests.support.fake_rest import Held, Seen


class FakeInfomaniak(BearerRest):
    base = "/2"

    def stranger(self) -> HttpResponse:
        return self.refused("not_authorized", 401)

    @staticmethod
    def refused(code: str, status: int) -> HttpResponse:
        return reply({"result": "error", "error": {"code": code, "description": f"It is {code}"}}, status)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"source": held.relative("."), "type": held.type, "target": held.content, "ttl": held.ttl}
        return {"id": int(held.id), **members, "updated_at": 1779826643}

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        match seen.method, seen.path:
            case "GET", ("zones", zone, "exists"):
                return reply({"result": "success", "data": zone in self.zones})
            case _, ("zones", zone, *_) if zone not in self.zones:
                return self.refused("object_not_found", 404)
            case "GET", ("zones", zone, "records"):
                return reply({"result": "success", "data": [self.shown(each) for each in self.own(zone)]})
            case "POST", ("zones", zone, "records"):
                source = seen.body["source"]
                assert source
                name = zone if source == "." else f"{source}.{zone}"
                made = self.create(name, seen.body["type"], seen.body["target"], seen.body["ttl"])
                if made is None:
                    return self.refused("validation_failed", 422)
                return reply({"result": "success", "data": self.shown(made)}, 201)
            case method, ("zones", zone, "records", number) if held := self.find(zone, number):
                if method == "DELETE":
                    self.records.remove(held)
                else:
                    assert method == "PUT"
                    held.content, held.ttl = seen.body["target"], seen.body["ttl"]
                return reply({"result": "success", "data": True})
        return self.refused("object_not_found", 404)


class FakeDynadot(FakeRest):
    """The TTL belongs to a domain, and its records have no ids."""

    base = "/restful/v2"
    changes_in_place = False

    def knows(self, seen: Seen) -> bool:
        body = seen.request.body.decode()
        lines = f"{self.secret}\n{seen.request.url.removeprefix('https://api.dynadot.com')}\n\n{body}"
        proof = base64.b64encode(hmac.digest(self.secret.encode(), lines.encode(), "sha256")).decode()
        shown = (seen.headers.get("Authorization"), seen.headers.get("X-Signature"))
        return shown == (f"Bearer {self.secret}", proof)

    def stranger(self) -> HttpResponse:
        return self.said(401, "Unauthorized")

    @staticmethod
    def said(code: int, message: str = "Success", **more: Any) -> HttpResponse:
        return reply({"code": code, "message": message, **more}, code)

    def route(self, seen: Seen) -> HttpResponse:
        _, zone, _ = seen.path
        if zone not in self.zones:
            return self.said(404, "Not Found", error={"description": "domain not found"})
        if seen.method == "GET":
            main = [self.shown(each) for each in self.own(zone, zone)]
            sub = [{"sub_host": each.relative(), **self.shown(each)} for each in self.own(zone) if each.name != zone]
            return self.said(200, data={"glue_info": {"dns_main_list": main, "dns_sub_list": sub, "ttl": 300}})
        listed = [("", each) for each in seen.body.get("dns_main_list", [])]
        listed += [(each["sub_host"], each) for each in seen.body.get("dns_sub_list", [])]
        ((host, asked),) = listed
        name, kind = absolute(host, zone), asked["record_type"].upper()
        if seen.method == "POST":
            assert seen.body["add_dns_to_current_setting"] is True
            made = self.create(name, kind, asked["record_value1"], 300)
            return self.said(200) if made else self.said(409, "Conflict")
        assert seen.method == "DELETE"
        wanted = (name, kind, asked["record_value1"])
        self.records[:] = [each for each in self.records if (each.name, each.type, each.content) != wanted]
        return self.said(200)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        return {"record_type": held.type.lower(), "record_value1": held.content, "record_value2": ""}


class FakeServercow(FakeRest):
    base = "/dns/v1"

    def knows(self, seen: Seen) -> bool:
        shown = (seen.headers.get("X-Auth-Username"), seen.headers.get("X-Auth-Password"))
        return shown == ("somebody", self.secret)

    def stranger(self) -> HttpResponse:
        return reply({"error": "unauthorized"})

    def route(self, seen: Seen) -> HttpResponse:
        _, zone = seen.path
        if zone not in self.zones:
            return reply({"error": "invalid domain"})
        if seen.method == "GET":
            return reply([self.shown(each) for each in self.rrsets(zone).values()])
        name = absolute(seen.body["name"], zone)
        if seen.method == "DELETE":
            self.drop(name, seen.body["type"])
            return reply({"message": "ok"})
        assert seen.method == "POST"
        done = self.put(name, seen.body["type"], seen.body["content"], seen.body["ttl"])
        return reply({"message": "ok"} if done else {"error": "conflicts with a CNAME record"})

    @staticmethod
    def shown(records: list[Held]) -> dict[str, Any]:
        first, contents = records[0], [each.content for each in records]
        content = contents[0] if len(contents) == 1 else contents
        return {"name": first.relative(""), "type": first.type, "ttl": first.ttl, "content": content}


class FakeEasyDns(FakeRest):
    def knows(self, seen: Seen) -> bool:
        pair = base64.b64encode(f"the-token:{self.secret}".encode()).decode()
        assert seen.params["format"] == "json"
        return seen.headers.get("Authorization") == f"Basic {pair}"

    def stranger(self) -> HttpResponse:
        return reply({"error": {"code": 401, "message": "Access denied"}}, 401)

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        refused = reply({"error": {"code": 400, "message": "Record conflicts"}}, 400)
        match seen.method, seen.path:
            case "GET", ("domain", zone):
                return reply({"data": {"domain": zone, "exists": "Y" if zone in self.zones else "N"}, "status": 200})
            case "GET", ("zones", "records", "all", zone):
                if zone not in self.zones:
                    return reply({"error": {"code": 404, "message": "Zone not found"}}, 404)
                return reply({"data": [self.shown(each) for each in self.own(zone)], "status": 200})
            case "PUT", ("zones", "records", "add", zone, type_name):
                made = self.create(absolute(seen.body["host"], zone), type_name, seen.body["rdata"], seen.body["ttl"])
                return reply({"data": self.shown(made), "status": 201}, 201) if made else refused
            case "POST", ("zones", "records", number):
                held = next((each for each in self.records if each.id == number), None)
                if held is None:
                    return reply({"error": {"code": 404, "message": "Record not found"}}, 404)
                assert absolute(seen.body["host"], held.zone) == held.name
                held.content, held.ttl = seen.body["rdata"], seen.body["ttl"]
                return reply({"data": self.shown(held), "status": 200})
            case "DELETE", ("zones", "records", zone, number) if held := self.find(zone, number):
                self.records.remove(held)
                return reply({"msg": "OK", "status": 200})
        return reply({"error": {"code": 404, "message": "Not found"}}, 404)

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"host": held.relative(), "ttl": str(held.ttl), "prio": "0", "type": held.type}
        return {"id": held.id, "domain": held.zone, **members, "rdata": held.content, "geozone_id": "0"}


class FakeNearlyFreeSpeech(FakeRest):
    """Knows a signature for five seconds, and each one only once."""

    changes_in_place = False

    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self.spent: set[str] = set()
        self.now: int | None = None

    def writes(self, request: HttpRequest) -> bool:
        return not request.url.endswith("/listRRs")

    def knows(self, seen: Seen) -> bool:
        assert seen.method == "POST"
        login, stamp, salt, proof = seen.headers["X-NFSN-Authentication"].split(";")
        body = hashlib.sha1(seen.request.body).hexdigest()  # noqa: S324 - the service's own scheme
        path = urlsplit(seen.request.url).path
        plain = f"{login};{stamp};{salt};{self.secret};{path};{body}"
        fresh = proof not in self.spent and len(salt) == 16
        self.spent.add(proof)
        return (login, proof, fresh) == ("somebody", hashlib.sha1(plain.encode()).hexdigest(), True)  # noqa: S324 - the service's own scheme

    def stranger(self) -> HttpResponse:
        return reply({"error": "The API request could not be authenticated.", "debug": "bad hash"}, 401)

    def route(self, seen: Seen) -> HttpResponse:
        _, zone, verb = seen.path
        if self.now is not None:
            stamp = int(seen.headers["X-NFSN-Authentication"].split(";")[1])
            if abs(stamp - self.now) > 5:
                debug = "The authentication timestamp was not within five seconds of the correct time."
                return reply({"error": "The API request could not be authenticated.", "debug": debug}, 401)
        if zone not in self.zones:
            return reply({"error": "Not found"}, 404)
        form = seen.body
        if verb == "listRRs":
            found = [self.shown(each) for each in self.own(zone)]
            return reply([each for each in found if all(each[name] == value for name, value in form.items())])
        name = absolute(form["name"], zone)
        if verb == "addRR":
            made = self.create(name, form["type"], form["data"], int(form["ttl"]))
            return reply() if made else reply({"error": "That record conflicts."}, 400)
        assert verb == "removeRR"
        wanted = (name, form["type"], form["data"])
        held = next((each for each in self.own(zone) if (each.name, each.type, each.content) == wanted), None)
        if held is None:
            return reply({"error": "That record does not exist."}, 404)
        self.records.remove(held)
        return reply()

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"name": held.relative(""), "type": held.type, "data": held.content, "ttl": held.ttl}
        return {**members, "scope": "member"}


class FakeNetcup(FakeRest):
    """Everything is a method within a session; the TTL is that of the zone."""

    base = "/run/webservice/servers/endpoint.php"

    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self.session = ""
        self.logins = 0

    def writes(self, request: HttpRequest) -> bool:
        return b"updateDnsRecords" in request.body

    def knows(self, seen: Seen) -> bool:
        assert seen.method == "POST"
        assert "JSON" in seen.params
        return True

    @staticmethod
    def said(seen: Seen, code: int, message: str = "", data: object = "") -> HttpResponse:
        status = "success" if code == 2000 else "error"
        told = {"shortmessage": message, "longmessage": message, "responsedata": data}
        return reply({"action": seen.body["action"], "status": status, "statuscode": code, **told})

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one return a route
        action, param = seen.body["action"], seen.body["param"]
        if action == "login":
            if (param["apikey"], param["apipassword"], param["customernumber"]) != (self.secret, self.secret, "4711"):
                return self.said(seen, 4013, "Validation Error. Api key or password is wrong.")
            self.logins += 1
            self.session = f"session-{self.logins}"
            return self.said(seen, 2000, data={"apisessionid": self.session})
        if param["apisessionid"] != self.session:
            return self.said(seen, 4001, "Api session id in invalid format")
        zone = param["domainname"]
        assert "*" not in zone, "what has no form of a domain counts as an error, of which some lead to a lock"
        if zone not in self.zones:
            return self.said(seen, 5028, "Domain not found")
        if action == "infoDnsZone":
            return self.said(seen, 2000, data={"name": zone, "ttl": "300", "serial": "1"})
        if action == "infoDnsRecords":
            shown = [self.shown(each) for each in self.own(zone)]
            return self.said(seen, 2000, data={"dnsrecords": shown}) if shown else self.said(seen, 5029, "none found")
        assert action == "updateDnsRecords"
        return self.update(seen, zone, param["dnsrecordset"]["dnsrecords"])

    def update(self, seen: Seen, zone: str, asked: list[dict[str, Any]]) -> HttpResponse:
        for each in asked:
            held = self.find(zone, each["id"]) if "id" in each else None
            if each.get("deleterecord"):
                assert held is not None
                self.records.remove(held)
            elif held is not None:
                assert absolute(each["hostname"], zone) == held.name
                held.content = each["destination"]
            elif self.create(absolute(each["hostname"], zone), each["type"], each["destination"], 300) is None:
                return self.said(seen, 4013, "Record conflicts with a CNAME")
        return self.said(seen, 2000, data={"dnsrecords": [self.shown(each) for each in self.own(zone)]})

    @staticmethod
    def shown(held: Held) -> dict[str, Any]:
        members = {"type": held.type, "priority": "0", "destination": held.content}
        return {"id": held.id, "hostname": held.relative(), **members, "deleterecord": False, "state": "yes"}
