"""Stand-ins for services of China with manners of their own."""

from __future__ import annotations

import json
from hashlib import md5
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl

from ddns_tray.core.ports import HttpResponse
from ddns_tray.providers.signing import aliyun
from tests.support.fake_rest import Held, Seen, absolute, reply
from tests.support.fake_signed import KEY_ID, FakeActions

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest


class FakeDnspod(FakeActions):
    """The token API at docs.dnspod.cn/api."""

    writing: ClassVar[tuple[str, ...]] = ("Record.Create", "Record.Modify", "Record.Remove")
    line_word = "默认"
    always_tells_of_nothing = False

    def action(self, seen: Seen) -> str:
        return seen.path[0]

    def route(self, seen: Seen) -> HttpResponse:
        answers = {
            "Domain.List": self.domains,
            "Record.List": self.listed,
            "Record.Create": self.made,
            "Record.Modify": self.changed,
            "Record.Remove": self.removed,
        }
        return answers[self.action(seen)](seen.body)

    def knows(self, seen: Seen) -> bool:
        assert (seen.method, seen.body["format"]) == ("POST", "json")
        assert seen.headers["User-Agent"].startswith("DDNS Tray/")
        given: str = seen.body["login_token"]
        return given == f"{KEY_ID},{self.secret}"

    def stranger(self) -> HttpResponse:
        return self.refuse("-1", "Login failed")

    def refuse(self, code: str, message: str = "in its own words") -> HttpResponse:
        return reply({"status": {"code": code, "message": message, "created_at": "2026-11-22 10:00:00"}})

    def good(self, **members: Any) -> HttpResponse:
        return reply({"status": {"code": "1", "message": "Action completed successful"}, **members})

    def part(self, items: list[Any], asked: dict[str, str]) -> list[Any]:
        start = int(asked["offset"])
        return items[start : start + min(int(asked["length"]), self.largest_page)]

    def domains(self, asked: dict[str, str]) -> HttpResponse:
        found = [{"id": number, "name": name, "status": "enable"} for name, number in self.zones.items()]
        return self.good(info={"domain_total": len(found)}, domains=self.part(found, asked))

    def listed(self, asked: dict[str, str]) -> HttpResponse:
        zone = self.zone_of(asked["domain_id"])
        if zone is None:
            return self.refuse("6", "Domain ID invalid")
        found = [self.shown(each) for each in self.own(zone)]
        found = [each for each in found if asked.get("sub_domain") in {None, each["name"]}]
        if not found and (self.always_tells_of_nothing or asked.get("error_on_empty") != "no"):
            return self.refuse("10", "No records")
        return self.good(info={"record_total": str(len(found))}, records=self.part(found, asked))

    def shown(self, each: Held) -> dict[str, Any]:
        return {
            "id": each.id,
            "ttl": str(each.ttl),
            "value": each.content,
            "enabled": "1",
            "name": each.relative(),
            "line": self.line_word,
            "type": each.type,
            "weight": None,
            **each.extra,
        }

    def made(self, asked: dict[str, str]) -> HttpResponse:
        zone = self.zone_of(asked["domain_id"])
        assert zone
        name = absolute(asked["sub_domain"], zone)
        if self.clashes(name, asked["record_type"]):
            return self.refuse("31", "Conflict of A and CNAME records")
        assert asked["record_line"].casefold() == self.line_word.casefold()
        held = self.create(name, asked["record_type"], asked["value"], int(asked["ttl"]))
        return self.refuse("104", "Record exists") if held is None else self.good(record={"id": held.id})

    def changed(self, asked: dict[str, str]) -> HttpResponse:
        held = self.held_at(asked["record_id"])
        if held is None:
            return self.refuse("8", "Record ID invalid")
        assert (held.relative(), held.type) == (asked["sub_domain"], asked["record_type"])
        held.content, held.ttl = asked["value"], int(asked["ttl"])
        held.extra = {"weight": asked["weight"]} if "weight" in asked else {}
        return self.good(record={"id": int(held.id), "value": held.content})

    def removed(self, asked: dict[str, str]) -> HttpResponse:
        held = self.held_at(asked["record_id"])
        if held is None:
            return self.refuse("8", "Record ID invalid")
        self.records.remove(held)
        return self.good()


class FakeDnspodAbroad(FakeDnspod):
    """The same at docs.dnspod.com."""

    line_word = "Default"
    always_tells_of_nothing = True


class FakeWest(FakeActions):
    """West.cn's API of version 2, all of it in GBK."""

    base = "/api/v2"
    writing: ClassVar[tuple[str, ...]] = ("adddnsrecord", "moddnsrecord", "deldnsrecord")

    def seen(self, request: HttpRequest) -> Seen:
        plain = super().seen(request)
        body = dict(parse_qsl(request.body.decode(), keep_blank_values=True, encoding="gbk"))
        return Seen(plain.method, plain.path, plain.params, plain.headers, body, request)

    def action(self, seen: Seen) -> str:
        action: str = seen.body["act"]
        return action

    def knows(self, seen: Seen) -> bool:
        assert (seen.method, seen.path) == ("POST", ("domain", ""))
        assert seen.body["username"] == KEY_ID
        expected = md5(f"{KEY_ID}{self.secret}{seen.body['time']}".encode(), usedforsecurity=False).hexdigest()
        return bool(seen.body["token"] == expected)

    def gbk(self, body: object) -> HttpResponse:
        content = json.dumps(body, ensure_ascii=False).encode("gbk")
        return HttpResponse(200, {"content-type": "application/json; charset=gb2312"}, content)

    def stranger(self) -> HttpResponse:
        return self.refuse(500, "认证失败", errcode=10000)

    def refuse(self, code: int, message: str, **more: int) -> HttpResponse:
        return self.gbk({"result": code, "clientid": "R", "msg": message, **more})

    def good(self, **data: Any) -> HttpResponse:
        return self.gbk({"result": 200, "clientid": "R", "msg": "成功", "data": data})

    def part(self, items: list[Any], page: str, limit: str) -> list[Any]:
        size = min(int(limit), self.largest_page)
        return items[(int(page) - 1) * size : int(page) * size]

    def do_getdomains(self, asked: dict[str, Any]) -> HttpResponse:
        found = [{"domain": name} for name in self.zones]
        return self.good(total=len(found), items=self.part(found, asked["page"], asked["limit"]))

    def do_getdnsrecord(self, asked: dict[str, Any]) -> HttpResponse:
        if asked["domain"] not in self.zones:
            return self.refuse(500, "无权操作或数据不存在", errcode=20001)
        found = [
            {
                "id": int(each.id),
                "item": each.relative(),
                "value": each.content,
                "type": each.type,
                "level": 10,
                "ttl": each.ttl,
                "line": "",
                "pause": 0,
                **each.extra,
            }
            for each in self.own(asked["domain"])
            if asked.get("host", "") in each.relative()
        ]
        if not found:
            return self.refuse(500, "查询数据结果为空", errcode=30001)
        return self.good(total=len(found), items=self.part(found, asked["pageno"], asked["limit"]))

    def do_adddnsrecord(self, asked: dict[str, Any]) -> HttpResponse:
        name = absolute(asked["host"], asked["domain"])
        held = self.create(name, asked["type"], asked["value"], int(asked["ttl"]))
        return self.refuse(500, "解析记录冲突") if held is None else self.good(id=int(held.id))

    def do_moddnsrecord(self, asked: dict[str, Any]) -> HttpResponse:
        held = self.find(asked["domain"], asked["id"])
        if held is None:
            return self.refuse(500, "解析记录ID有误", errcode=20120)
        held.content, held.ttl = asked["value"], int(asked["ttl"])
        return self.good(id=int(held.id))

    def do_deldnsrecord(self, asked: dict[str, Any]) -> HttpResponse:
        held = self.find(asked["domain"], asked["id"])
        if held is None:
            return self.refuse(500, "解析记录ID有误", errcode=20120)
        self.records.remove(held)
        return self.good(id=int(held.id))


class FakeEranet(FakeActions):
    """The interface of Eranet, now.cn and Tnet at todaynic.com/docApi."""

    base = "/api/Dns"

    def action(self, seen: Seen) -> str:
        return seen.path[0]

    def knows(self, seen: Seen) -> bool:
        given = dict(seen.params)
        signature = given.pop("Signature")
        assert (seen.method, given["AccessInstanceID"]) == ("GET", KEY_ID)
        return signature == aliyun.sign_rpc("GET", tuple(given.items()), secret=self.secret).signature

    def stranger(self) -> HttpResponse:
        return self.refuse("Signature does not match")

    def refuse(self, message: str) -> HttpResponse:
        return reply({"RequestId": "R", "error": message})

    def good(self, **members: Any) -> HttpResponse:
        return reply({"RequestId": "R", **members})

    def do_DescribeRecordIndex(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - the service's name
        zone = asked["Domain"]
        if zone not in self.zones:
            return self.refuse("Domain does not exist")
        found = [
            {
                "id": int(each.id),
                "Domain": zone,
                "Host": each.relative(),
                "Type": each.type,
                "Value": each.content,
                "Ttl": each.ttl,
                "State": 1,
                **each.extra,
            }
            for each in self.own(zone)
            if asked.get("Host") in {None, each.relative()}
        ]
        return self.good(Data=found)

    def do_AddDomainRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        name = absolute(asked["Host"], asked["Domain"])
        held = self.create(name, asked["Type"], asked["Value"], int(asked["Ttl"]))
        return self.refuse("Record conflicts") if held is None else self.good(Id=int(held.id))

    def do_UpdateDomainRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.find(asked["Domain"], asked["Id"])
        if held is None:
            return self.refuse("Record is missing")
        held.content, held.ttl = asked["Value"], int(asked["Ttl"])
        return self.good(Id=int(held.id))

    def do_DeleteDomainRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.held_at(asked["Id"])
        if held is None:
            return self.refuse("Record is missing")
        self.records.remove(held)
        return self.good()


class FakeDnscom(FakeActions):
    """The older API at 51dns.com/document/api."""

    base = "/api"
    writing: ClassVar[tuple[str, ...]] = ("record_create", "record_modify", "record_remove")

    def action(self, seen: Seen) -> str:
        assert seen.path[2:] == ("",)
        return "_".join(seen.path[:2])

    def knows(self, seen: Seen) -> bool:
        given = dict(seen.body)
        told = given.pop("hash")
        assert given["apiKey"] == KEY_ID
        query = "&".join(f"{name}={value}" for name, value in sorted(given.items()))
        return bool(told == md5(f"{query}{self.secret}".encode(), usedforsecurity=False).hexdigest())

    def stranger(self) -> HttpResponse:
        return self.refuse(4, "hash验证错误")

    def refuse(self, code: int, message: str) -> HttpResponse:
        return reply({"code": code, "message": message, "data": []})

    def listed(self, items: list[Any], asked: dict[str, Any]) -> HttpResponse:
        size, page = min(int(asked["pageSize"]), self.largest_page), int(asked["page"])
        part = items[(page - 1) * size : page * size]
        count = -(-len(items) // size)
        return reply({"code": 0, "message": "", "data": {"data": part, "page": page, "pageCount": count}})

    def do_domain_list(self, asked: dict[str, Any]) -> HttpResponse:
        found = [{"domainsID": number, "domains": name, "state": "0"} for name, number in self.zones.items()]
        return self.listed(found, asked)

    def do_record_list(self, asked: dict[str, Any]) -> HttpResponse:
        zone = self.zone_of(asked["domainID"])
        if zone is None:
            return self.refuse(30, "域名不存在")
        found = [
            {
                "recordID": int(each.id),
                "record": each.relative(),
                "type": each.type,
                "value": each.content,
                "TTL": each.ttl,
                "viewID": 0,
                **each.extra,
            }
            for each in self.own(zone)
            if asked.get("host") in {None, each.relative()}
        ]
        return self.listed(found, asked)

    def do_record_create(self, asked: dict[str, Any]) -> HttpResponse:
        zone = self.zone_of(asked["domainID"])
        assert zone
        held = self.create(absolute(asked["host"], zone), asked["type"], asked["value"], int(asked["TTL"]))
        if held is None:
            return self.refuse(40, "记录冲突")
        return reply({"code": 0, "message": "", "data": {"recordID": int(held.id)}})

    def do_record_modify(self, asked: dict[str, Any]) -> HttpResponse:
        held = self.held_at(asked["recordID"])
        if held is None:
            return self.refuse(41, "记录没有找到")
        held.content, held.ttl = asked["newvalue"], int(asked["newTTL"])
        return reply({"code": 0, "message": "", "data": []})

    def do_record_remove(self, asked: dict[str, Any]) -> HttpResponse:
        held = self.held_at(asked["recordID"])
        if held is None:
            return self.refuse(41, "记录没有找到")
        self.records.remove(held)
        return reply({"code": 0, "message": "", "data": []})
