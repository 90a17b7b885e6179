"""Stand-ins for services whose requests are signed; each signature is computed anew from what is on the wire."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from ddns_tray.providers.signing import aliyun, volcengine
from ddns_tray.providers.signing.message import Message, host_of
from tests.support.fake_rest import FakeRest, Held, Seen, reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.ports import HttpRequest, HttpResponse

KEY_ID = "example.test"
"""What the tests of all services give as the public half of their keys."""
NOW = 1_800_000_000.0


def signed_message(seen: Seen, names: str) -> Message:
    """The request as it came, with the headers that the client says it has signed."""
    found = {name.lower(): value for name, value in seen.headers.items()} | {"host": host_of(seen.request.url)}
    headers = tuple((name, found[name]) for name in names.split(";"))
    path = "/" + "/".join(seen.path)
    return Message(seen.method, path, tuple(seen.params.items()), headers, seen.request.body)


def names_in(authorization: str) -> str:
    return authorization.partition("SignedHeaders=")[2].partition(",")[0].strip()


def when(written: str, form: str) -> float:
    return datetime.strptime(written, form).replace(tzinfo=UTC).timestamp()


class FakeActions(FakeRest):
    """A service with actions: methods named after them answer."""

    writing: ClassVar[tuple[str, ...]] = ("Add", "Create", "Update", "Modify", "Delete")
    clock_skewed = False

    def action(self, seen: Seen) -> str:
        raise NotImplementedError

    def members(self, seen: Seen) -> dict[str, Any]:
        return {**seen.params, **(seen.body or {})}

    def route(self, seen: Seen) -> HttpResponse:
        answer: Callable[[dict[str, Any]], HttpResponse] = getattr(self, f"do_{self.action(seen)}")
        return answer(self.members(seen))

    def held_at(self, record_id: str) -> Held | None:
        return next((each for each in self.records if each.id == record_id), None)

    def action_of(self, request: HttpRequest) -> str:
        return self.action(self.seen(request))

    def writes(self, request: HttpRequest) -> bool:
        return self.action_of(request).startswith(self.writing)


class FakeAliyun(FakeActions):
    """ "DescribeDomains" and its neighbours at alibabacloud.com/help/en/dns."""

    line_word = "default"

    def action(self, seen: Seen) -> str:
        return seen.headers["x-acs-action"]

    def knows(self, seen: Seen) -> bool:
        given = seen.headers["Authorization"]
        assert seen.headers["x-acs-version"] == "2015-01-09"
        assert (seen.method, seen.path, seen.request.body) == ("POST", ("",), b"")
        message = signed_message(seen, names_in(given))
        return given == aliyun.sign(message, access_key_id=KEY_ID, access_key_secret=self.secret).authorization

    def stranger(self) -> HttpResponse:
        return self.refuse("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")

    def refuse(self, code: str, message: str = "in its own words", status: int = 400) -> HttpResponse:
        return reply({"RequestId": "R", "HostId": "h", "Code": code, "Message": message}, status)

    def do_DescribeDomains(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - the service's name
        size, page = int(asked["PageSize"]), int(asked["PageNumber"])
        names = list(self.zones)
        found = [{"DomainName": name, "DomainId": str(self.zones[name])} for name in names]
        listed = found[(page - 1) * size : page * size]
        return reply({"RequestId": "R", "TotalCount": len(names), "PageNumber": page, "Domains": {"Domain": listed}})

    def do_DescribeDomainRecords(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        if asked["DomainName"] not in self.zones:
            return self.refuse("InvalidDomainName.NoExist")
        return self.listed(self.own(asked["DomainName"]), asked)

    def do_DescribeSubDomainRecords(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        if asked["DomainName"] not in self.zones:
            return self.refuse("InvalidDomainName.NoExist")
        assert int(asked["PageSize"]) <= 100
        return self.listed(self.own(asked["DomainName"], asked["SubDomain"].removeprefix("@.")), asked)

    def listed(self, records: list[Held], asked: dict[str, Any]) -> HttpResponse:
        size, page = min(int(asked["PageSize"]), self.largest_page), int(asked["PageNumber"])
        shown = [self.shown(each) for each in records[(page - 1) * size : page * size]]
        body = {"RequestId": "R", "TotalCount": len(records), "PageSize": size, "DomainRecords": {"Record": shown}}
        return reply(body)

    def shown(self, each: Held) -> dict[str, Any]:
        return {
            "RR": each.relative(),
            "Line": "default",
            "Status": "ENABLE",
            "Locked": False,
            "Type": each.type,
            "DomainName": each.zone,
            "Value": each.content,
            "RecordId": each.id,
            "TTL": each.ttl,
            **each.extra,
        }

    def do_AddDomainRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        zone = asked["DomainName"]
        name = zone if asked["RR"] == "@" else f"{asked['RR']}.{zone}"
        if self.clashes(name, asked["Type"]):
            return self.refuse("DomainRecordConflict")
        extra = {} if asked["Line"] == self.line_word else {"Line": asked["Line"]}
        held = self.create(name, asked["Type"], asked["Value"], int(asked["TTL"]), **extra)
        if held is None:
            return self.refuse("DomainRecordDuplicate", "The DNS record already exists.")
        return reply({"RequestId": "R", "RecordId": held.id})

    def do_UpdateDomainRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.held_at(asked["RecordId"])
        if held is None:
            return self.refuse("InvalidRecordId.NotFound")
        if (held.content, str(held.ttl)) == (asked["Value"], asked["TTL"]):
            return self.refuse("DomainRecordDuplicate", "The DNS record already exists.")
        assert (held.relative(), held.type) == (asked["RR"], asked["Type"])
        held.content, held.ttl = asked["Value"], int(asked["TTL"])
        return reply({"RequestId": "R", "RecordId": held.id})

    def do_DeleteDomainRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.held_at(asked["RecordId"])
        if held is None:
            return self.refuse("InvalidRecordId.NotFound")
        self.records.remove(held)
        return reply({"RequestId": "R", "RecordId": held.id})


class FakeVolcengine(FakeActions):
    """The DNS service at volcengine.com/docs/6758."""

    def action(self, seen: Seen) -> str:
        return seen.params["Action"]

    def knows(self, seen: Seen) -> bool:
        given, now = seen.headers["Authorization"], when(seen.headers["X-Date"], volcengine.TIME)
        assert seen.params["Version"] == "2018-08-01"
        assert (seen.method == "POST") == self.action(seen).startswith(self.writing)
        message = signed_message(seen, names_in(given))
        expected = volcengine.sign(
            message, access_key=KEY_ID, secret_key=self.secret, region="cn-north-1", service="DNS", now=now
        )
        return given == expected.authorization

    def stranger(self) -> HttpResponse:
        return self.refuse("SignatureDoesNotMatch", status=401)

    def refuse(self, code: str, message: str = "in its own words", status: int = 400) -> HttpResponse:
        error = {"CodeN": 100010, "Code": code, "Message": message}
        return reply({"ResponseMetadata": {"RequestId": "R", "Error": error}}, status)

    def good(self, **members: Any) -> HttpResponse:
        return reply({"ResponseMetadata": {"RequestId": "R"}, "Result": members})

    def part(self, items: list[Any], asked: dict[str, Any]) -> list[Any]:
        size, page = min(int(asked["PageSize"]), self.largest_page), int(asked["PageNumber"])
        return items[(page - 1) * size : page * size]

    def do_ListZones(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - the service's name
        found = [{"ZID": number, "ZoneName": name} for name, number in self.zones.items()]
        return self.good(Total=len(found), Zones=self.part(found, asked))

    def do_ListRecords(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        zone = self.zone_of(asked["ZID"])
        if zone is None:
            return self.refuse("ErrZoneNotFound", status=404)
        found = [self.shown(each) for each in self.own(zone)]
        if "Host" in asked:
            assert asked["SearchMode"] == "exact"
            if int(asked["PageSize"]) >= 500:
                return self.refuse("ErrPageSizeNotValid", "page size must be less than 500 when search")
            found = [each for each in found if each["Host"] == asked["Host"]]
        return self.good(TotalCount=len(found), Records=self.part(found, asked) or None)

    def shown(self, each: Held) -> dict[str, Any]:
        return {
            "RecordID": f"99{each.id}",
            "Host": each.relative(),
            "Type": each.type,
            "Value": each.content,
            "TTL": each.ttl,
            "Line": "default",
            "Enable": True,
            "Remark": "",
            **each.extra,
        }

    def do_CreateRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        assert isinstance(asked["ZID"], int)
        zone = self.zone_of(str(asked["ZID"]))
        name = zone if asked["Host"] == "@" else f"{asked['Host']}.{zone}"
        assert name
        extra = {} if asked["Line"] == "default" else {"Line": asked["Line"]}
        held = self.create(name, asked["Type"], asked["Value"], asked["TTL"], **extra)
        return self.refuse("ErrRecordConflict") if held is None else self.good(RecordID=f"99{held.id}")

    def do_UpdateRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.held_at(asked["RecordID"].removeprefix("99"))
        if held is None:
            return self.refuse("ErrRecordNotFound", status=404)
        assert (held.relative(), held.type) == (asked["Host"], asked["Type"])
        held.content, held.ttl = asked["Value"], asked["TTL"]
        return self.good(RecordID=asked["RecordID"])

    def do_DeleteRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.held_at(asked["RecordID"].removeprefix("99"))
        if held is None:
            return self.refuse("ErrRecordNotFound", status=404)
        self.records.remove(held)
        return self.good()


class FakeEsa(FakeActions):
    """ESA at alibabacloud.com/help/en/edge-security-acceleration/esa."""

    def action(self, seen: Seen) -> str:
        return seen.headers["x-acs-action"]

    def knows(self, seen: Seen) -> bool:
        given = seen.headers["Authorization"]
        assert seen.headers["x-acs-version"] == "2024-09-10"
        assert (seen.method == "GET") == self.action(seen).startswith("List")
        message = signed_message(seen, names_in(given))
        return given == aliyun.sign(message, access_key_id=KEY_ID, access_key_secret=self.secret).authorization

    def stranger(self) -> HttpResponse:
        return self.refuse("SignatureDoesNotMatch")

    def refuse(self, code: str, message: str = "in its own words", status: int = 400) -> HttpResponse:
        return reply({"RequestId": "R", "Code": code, "Message": message}, status)

    def part(self, name: str, items: list[Any], asked: dict[str, Any]) -> HttpResponse:
        size, page = min(int(asked["PageSize"]), self.largest_page), int(asked["PageNumber"])
        return reply({"RequestId": "R", "TotalCount": len(items), name: items[(page - 1) * size : page * size]})

    def do_ListSites(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - the service's name
        found = [{"SiteId": number, "SiteName": name, "AccessType": "NS"} for name, number in self.zones.items()]
        return self.part("Sites", [*found, {"SiteId": 7, "SiteName": "example.net", "AccessType": "CNAME"}], asked)

    def do_ListRecords(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        zone = self.zone_of(asked["SiteId"])
        if zone is None:
            return self.refuse("InvalidParameter.SiteId")
        found = self.own(zone, asked.get("RecordName"))
        assert ("RecordName" in asked) == (asked.get("RecordMatchType") == "exact")
        return self.part("Records", [self.shown(each) for each in found], asked)

    def shown(self, each: Held) -> dict[str, Any]:
        return {
            "RecordId": int(each.id),
            "RecordName": each.name,
            "RecordType": "A/AAAA" if each.type in {"A", "AAAA"} else each.type,
            "Data": {"Value": each.content},
            "Ttl": each.ttl,
            "Proxied": False,
            "Comment": "",
            **each.extra,
        }

    def special(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert (asked["Proxied"] == "true") == ("BizName" in asked)
        edge = {"Proxied": True, "BizName": asked["BizName"]} if asked["Proxied"] == "true" else {}
        return edge | ({"Comment": asked["Comment"]} if asked["Comment"] else {})

    def do_CreateRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        assert (self.zone_of(asked["SiteId"]), asked["Type"]) != (None, "")
        content = json.loads(asked["Data"])["Value"]
        kind = "AAAA" if ":" in content else "A"
        held = self.create(asked["RecordName"], kind, content, int(asked["Ttl"]), **self.special(asked))
        if held is None:
            return self.refuse("Record.ConflictRecord")
        return reply({"RequestId": "R", "RecordId": int(held.id)})

    def do_UpdateRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.held_at(asked["RecordId"])
        if held is None:
            return self.refuse("InvalidRecordId")
        held.content, held.ttl = json.loads(asked["Data"])["Value"], int(asked["Ttl"])
        held.extra = self.special(asked)
        return reply({"RequestId": "R"})

    def do_DeleteRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.held_at(asked["RecordId"])
        if held is None:
            return self.refuse("InvalidRecordId")
        self.records.remove(held)
        return reply({"RequestId": "R"})
