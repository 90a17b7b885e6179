"""Stand-ins for services with paths, signed ones and others of China."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from ddns_tray.core.ports import Secret
from ddns_tray.providers.auth import basic_word
from ddns_tray.providers.signing import baidu, huawei
from tests.support.fake_rest import FakeRest, Held, Seen, absolute, reply
from tests.support.fake_signed import KEY_ID, names_in, signed_message, when

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpResponse


class FakeHuawei(FakeRest):
    """DNS at support.huaweicloud.com/intl/en-us/api-dns."""

    def knows(self, seen: Seen) -> bool:
        given, now = seen.headers["Authorization"], when(seen.headers["X-Sdk-Date"], huawei.TIME)
        message = signed_message(seen, names_in(given))
        return given == huawei.sign(message, access_key=KEY_ID, secret_key=self.secret, now=now).authorization

    def stranger(self) -> HttpResponse:
        return self.gateway("APIGW.0301", "Incorrect IAM authentication information: verify aksk signature fail")

    def gateway(self, code: str, message: str, status: int = 401) -> HttpResponse:
        return reply({"error_code": code, "error_msg": message, "request_id": "R"}, status)

    def refuse(self, code: str, message: str = "in its own words", status: int = 400) -> HttpResponse:
        return reply({"code": code, "message": message}, status)

    def route(self, seen: Seen) -> HttpResponse:
        match seen.method, *seen.path:
            case "GET", "v2", "zones":
                assert seen.params["type"] == "public"
                found = [{"id": f"z{number}", "name": f"{name}."} for name, number in self.zones.items()]
                return self.listed("zones", found, seen)
            case method, "v2.1", "zones", handle, "recordsets", *rest:
                zone = next((name for name, number in self.zones.items() if handle == f"z{number}"), None)
                if zone is None:
                    return self.refuse("DNS.0302", status=404)
                return self.one(method, zone, rest[0], seen) if rest else self.all(method, zone, seen)
        return self.refuse("DNS.0005", status=404)

    def listed(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        start = int(seen.params["offset"])
        part = items[start : start + min(int(seen.params["limit"]), self.largest_page)]
        return reply({name: part, "links": {}, "metadata": {"total_count": len(items)}})

    def shown(self, zone: str) -> list[dict[str, Any]]:
        return [
            {
                "id": self.set_id(name, kind),
                "name": f"{name}.",
                "type": kind,
                "ttl": held[0].ttl,
                "records": [each.content for each in held],
                "status": "ACTIVE",
                "line": "default_view",
                "description": None,
                **held[0].extra,
            }
            for (name, kind), held in self.rrsets(zone).items()
        ]

    @staticmethod
    def set_id(name: str, kind: str) -> str:
        return f"{kind}-{name}".encode().hex()

    def all(self, method: str, zone: str, seen: Seen) -> HttpResponse:
        if method == "GET":
            found = self.shown(zone)
            if "name" in seen.params:
                assert seen.params["search_mode"] == "equal"
                found = [each for each in found if each["name"] == seen.params["name"]]
            return self.listed("recordsets", found, seen)
        given = seen.body
        name = given["name"].removesuffix(".")
        assert given["line"] == "default_view"
        if self.own(zone, name) and (name, given["type"]) in self.rrsets(zone):
            return self.refuse("DNS.0312", "Duplicate record set")
        if not self.put(name, given["type"], given["records"], given["ttl"]):
            return self.refuse("DNS.0317", "Conflict with CNAME")
        return reply({"id": self.set_id(name, given["type"])}, 202)

    def one(self, method: str, zone: str, set_id: str, seen: Seen) -> HttpResponse:
        found = [key for key in self.rrsets(zone) if self.set_id(*key) == set_id]
        if not found:
            return self.refuse("DNS.0313", status=404)
        name, kind = found[0]
        if method == "DELETE":
            self.drop(name, kind)
        else:
            assert (seen.body["name"], seen.body["type"]) == (f"{name}.", kind)
            self.put(name, kind, seen.body["records"], seen.body["ttl"])
            for each in self.own(zone, name):
                if each.type == kind and seen.body.get("description"):
                    each.extra["description"] = seen.body["description"]
        return reply({"id": set_id}, 202)


class FakeBaidu(FakeRest):
    """DNS at cloud.baidu.com/doc/DNS."""

    def knows(self, seen: Seen) -> bool:
        given = seen.headers["Authorization"]
        now = when(seen.headers["x-bce-date"], baidu.TIME)
        message = signed_message(seen, given.split("/")[-2])
        return given == baidu.sign(message, access_key=KEY_ID, secret_key=self.secret, now=now).authorization

    def stranger(self) -> HttpResponse:
        return self.refuse("SignatureDoesNotMatch", "The request signature we calculated does not match.", 403)

    def refuse(self, code: str, message: str = "in its own words", status: int = 400) -> HttpResponse:
        return reply({"requestId": "R", "code": code, "message": message}, status)

    def marked(self, name: str, items: list[Any], seen: Seen) -> HttpResponse:
        start = int(seen.params.get("marker", "0"))
        end = start + min(int(seen.params["maxKeys"]), self.largest_page)
        more = end < len(items)
        return reply({"isTruncated": more, "nextMarker": str(end) if more else None, name: items[start:end]})

    def shown(self, each: Held) -> dict[str, Any]:
        return {
            "id": each.id,
            "rr": each.relative(),
            "status": "running",
            "type": each.type,
            "value": each.content,
            "ttl": each.ttl,
            "line": "default",
            "description": "",
            **each.extra,
        }

    def route(self, seen: Seen) -> HttpResponse:
        match seen.method, *seen.path:
            case "GET", "v1", "dns", "zone":
                return self.marked("zones", [{"id": f"z{n}", "name": name} for name, n in self.zones.items()], seen)
            case method, "v1", "dns", "zone", zone, "record", *rest:
                if zone not in self.zones:
                    return self.refuse("NoSuchZone", status=404)
                return self.record(method, zone, rest, seen)
        return self.refuse("NotFound", status=404)

    def record(self, method: str, zone: str, rest: list[str], seen: Seen) -> HttpResponse:
        if method == "GET":
            found = [self.shown(each) for each in self.own(zone)]
            return self.marked("records", [each for each in found if seen.params.get("rr") in {None, each["rr"]}], seen)
        if method == "POST":
            given = seen.body
            name = absolute(given["rr"], zone)
            held = self.create(name, given["type"], given["value"], given["ttl"])
            return self.refuse("RecordConflict", status=409) if held is None else reply(None)
        held = self.find(zone, rest[0])
        if held is None:
            return self.refuse("NoSuchRecord", status=404)
        if method == "DELETE":
            self.records.remove(held)
        else:
            held.content, held.ttl = seen.body["value"], seen.body["ttl"]
        return reply(None)


class FakeDnsla(FakeRest):
    """DNS.LA's API at dns.la/docs/ApiDoc."""

    types: ClassVar[dict[str, int]] = {"A": 1, "CNAME": 5, "TXT": 16, "AAAA": 28}

    def knows(self, seen: Seen) -> bool:
        return seen.headers["Authorization"] == f"Basic {basic_word(KEY_ID, Secret(self.secret))}"

    def stranger(self) -> HttpResponse:
        return reply({"code": 401, "msg": "auth failed"}, 401)

    def refuse(self, code: int, message: str = "in its own words") -> HttpResponse:
        return reply({"code": code, "msg": message, "data": None})

    def good(self, data: object) -> HttpResponse:
        return reply({"code": 200, "msg": "", "data": data})

    def listed(self, items: list[Any], seen: Seen) -> HttpResponse:
        part = self.numbered(items, seen, "pageIndex", "pageSize")
        return self.good({"total": len(items), "results": part})

    def shown(self, each: Held) -> dict[str, Any]:
        return {
            "id": each.id,
            "host": each.relative(),
            "type": self.types[each.type],
            "data": each.content,
            "ttl": each.ttl,
            "lineId": "",
            "disable": False,
            **each.extra,
        }

    def route(self, seen: Seen) -> HttpResponse:
        match seen.method, *seen.path:
            case "GET", "api", "domainList":
                names = [{"id": f"{n}", "displayDomain": f"{name}."} for name, n in self.zones.items()]
                return self.listed(names, seen)
            case "GET", "api", "recordList":
                zone = self.zone_of(seen.params["domainId"])
                if zone is None:
                    return self.refuse(10002)
                found = [self.shown(each) for each in self.own(zone)]
                return self.listed([each for each in found if seen.params.get("host") in {None, each["host"]}], seen)
            case "POST", "api", "record":
                zone = self.zone_of(seen.body["domainId"])
                assert zone
                kind = next(name for name, number in self.types.items() if number == seen.body["type"])
                name = absolute(seen.body["host"], zone)
                held = self.create(name, kind, seen.body["data"], seen.body["ttl"])
                return self.refuse(10010, "conflict") if held is None else self.good({"id": held.id})
            case method, "api", "record":
                return self.at_one(method, seen)
        return reply({"code": 404, "msg": "no such thing"}, 404)

    def at_one(self, method: str, seen: Seen) -> HttpResponse:
        wanted = seen.params["id"] if method == "DELETE" else seen.body["id"]
        held = next((each for each in self.records if each.id == wanted), None)
        if held is None:
            return self.refuse(10005)
        if method == "DELETE":
            self.records.remove(held)
        else:
            held.content, held.ttl = seen.body["data"], seen.body["ttl"]
            assert (held.relative(), self.types[held.type]) == (seen.body["host"], seen.body["type"])
        return self.good({})


class FakeRainyun(FakeRest):
    """Rainyun's API of version 2."""

    def knows(self, seen: Seen) -> bool:
        return seen.headers["x-api-key"] == self.secret

    def stranger(self) -> HttpResponse:
        return reply({"code": 401, "message": "bad key"}, 401)

    def refuse(self, code: int, message: str = "in its own words") -> HttpResponse:
        return reply({"code": code, "message": message})

    def good(self, data: object = "ok") -> HttpResponse:
        return reply({"code": 200, "data": data})

    def shown(self, each: Held) -> dict[str, Any]:
        return {
            "record_id": int(each.id),
            "host": each.relative(),
            "type": each.type,
            "value": each.content,
            "line": "DEFAULT",
            "ttl": each.ttl,
            "level": 10,
            **each.extra,
        }

    def route(self, seen: Seen) -> HttpResponse:
        match seen.method, *seen.path:
            case "GET", "product", "domain", "":
                asked = json.loads(seen.params["options"])
                found = [{"id": n, "domain": name} for name, n in self.zones.items()]
                part = found[(asked["page"] - 1) * asked["perPage"] :][: asked["perPage"]]
                return self.good({"TotalRecords": len(found), "Records": part})
            case method, "product", "domain", handle, "dns", *rest if rest == ([""] if method == "GET" else []):
                zone = self.zone_of(handle)
                return self.refuse(30011) if zone is None else self.record(method, zone, seen)
        return reply({"code": 404, "message": "no such thing"}, 404)

    def record(self, method: str, zone: str, seen: Seen) -> HttpResponse:
        if method == "GET":
            found = [self.shown(each) for each in self.own(zone)]
            part = self.numbered(found, seen, "page_no", "limit")
            return self.good({"TotalRecords": len(found), "Records": part or None})
        if method == "POST":
            given = seen.body
            held = self.create(absolute(given["host"], zone), given["type"], given["value"], given["ttl"])
            return self.refuse(30012) if held is None else self.good()
        held = self.find(zone, str(seen.body["record_id"]))
        if held is None:
            return self.refuse(30013)
        if method == "DELETE":
            assert seen.params["record_id"] == held.id
            self.records.remove(held)
        else:
            held.content, held.ttl = seen.body["value"], seen.body["ttl"]
            held.extra = {} if seen.body["level"] == 10 else {"level": seen.body["level"]}
        return self.good()
