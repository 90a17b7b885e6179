"""Stand-ins for the services of Tencent Cloud that are signed with TC3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ddns_tray.providers.signing import tencent
from tests.support.fake_rest import Held, Seen, reply
from tests.support.fake_signed import KEY_ID, FakeActions, names_in, signed_message

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpResponse


class FakeTc3(FakeActions):
    """What all of Tencent Cloud's stand-ins have in common."""

    product = ""
    version = ""

    def action(self, seen: Seen) -> str:
        return seen.headers["X-TC-Action"]

    def knows(self, seen: Seen) -> bool:
        given, now = seen.headers["Authorization"], int(seen.headers["X-TC-Timestamp"])
        assert seen.headers["X-TC-Version"] == self.version
        assert (seen.method, seen.path, dict(seen.params)) == ("POST", ("",), {})
        message = signed_message(seen, names_in(given))
        expected = tencent.sign(message, secret_id=KEY_ID, secret_key=self.secret, service=self.product, now=now)
        return given == expected.authorization

    def stranger(self) -> HttpResponse:
        return self.refuse("AuthFailure.SignatureFailure", "The provided credentials could not be validated.")

    def refuse(self, code: str, message: str = "in its own words") -> HttpResponse:
        return reply({"Response": {"Error": {"Code": code, "Message": message}, "RequestId": "R"}})

    def good(self, **members: Any) -> HttpResponse:
        return reply({"Response": {**members, "RequestId": "R"}})

    def part(self, items: list[Any], asked: dict[str, Any]) -> list[Any]:
        assert isinstance(asked["Offset"], int)
        assert isinstance(asked["Limit"], int)
        return items[asked["Offset"] : asked["Offset"] + min(asked["Limit"], self.largest_page)]


class FakeDnspodCloud(FakeTc3):
    """DNSPod at cloud.tencent.com/document/api/1427."""

    product = "dnspod"
    version = "2021-03-23"

    def do_DescribeDomainList(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - the service's name
        found = [{"DomainId": number, "Name": name, "Status": "ENABLE"} for name, number in self.zones.items()]
        return self.good(DomainCountInfo={"DomainTotal": len(found)}, DomainList=self.part(found, asked))

    def do_DescribeRecordList(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        zone = asked["Domain"]
        if zone not in self.zones:
            return self.refuse("InvalidParameterValue.DomainNotExists")
        found = [self.shown(each) for each in self.own(zone)]
        found = [each for each in found if asked.get("Subdomain") in {None, each["Name"]}]
        if not found and asked.get("ErrorOnEmpty") != "no":
            return self.refuse("ResourceNotFound.NoDataOfRecord")
        return self.good(RecordCountInfo={"TotalCount": len(found)}, RecordList=self.part(found, asked))

    def shown(self, each: Held) -> dict[str, Any]:
        return {
            "RecordId": int(each.id),
            "Value": each.content,
            "Status": "ENABLE",
            "Name": each.relative(),
            "Line": "默认",
            "LineId": "0",
            "Type": each.type,
            "Weight": None,
            "Remark": "",
            "TTL": each.ttl,
            **each.extra,
        }

    def do_CreateRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        zone = asked["Domain"]
        name = zone if asked["SubDomain"] == "@" else f"{asked['SubDomain']}.{zone}"
        assert isinstance(asked["TTL"], int)
        extra = {} if asked["RecordLine"] == "默认" else {"Line": asked["RecordLine"]}
        held = self.create(name, asked["RecordType"], asked["Value"], asked["TTL"], **extra)
        if held is None:
            return self.refuse("InvalidParameter.DomainRecordExist")
        return self.good(RecordId=int(held.id))

    def do_ModifyRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.find(asked["Domain"], str(asked["RecordId"]))
        if held is None:
            return self.refuse("InvalidParameter.RecordIdInvalid")
        assert (held.relative(), held.type) == (asked["SubDomain"], asked["RecordType"])
        held.content, held.ttl = asked["Value"], asked["TTL"]
        given = {"Weight": asked.get("Weight"), "Remark": asked.get("Remark", "")}
        held.extra = {name: value for name, value in {**held.extra, **given}.items() if value}
        return self.good(RecordId=asked["RecordId"])

    def do_DeleteRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        held = self.find(asked["Domain"], str(asked["RecordId"]))
        if held is None:
            return self.refuse("InvalidParameter.RecordIdInvalid")
        self.records.remove(held)
        return self.good()


class FakeEdgeOne(FakeTc3):
    """EdgeOne at cloud.tencent.com/document/api/1552."""

    product = "teo"
    version = "2022-09-01"

    def handle(self, zone: str) -> str:
        return f"zone-{self.zones[zone]}"

    def zone_at(self, handle: str) -> str | None:
        return next((zone for zone in self.zones if self.handle(zone) == handle), None)

    def do_DescribeZones(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - the service's name
        found = [{"ZoneId": self.handle(zone), "ZoneName": zone, "Type": "full"} for zone in self.zones]
        found.append({"ZoneId": "zone-cname", "ZoneName": "example.net", "Type": "partial"})
        return self.good(TotalCount=len(found), Zones=self.part(found, asked))

    def do_DescribeDnsRecords(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        zone = self.zone_at(asked["ZoneId"])
        if zone is None:
            return self.refuse("ResourceNotFound")
        found = self.own(zone)
        for condition in asked.get("Filters", []):
            assert (condition["Name"], condition["Fuzzy"]) == ("name", False)
            found = [each for each in found if each.name in condition["Values"]]
        shown = self.part([self.shown(each) for each in found], asked)
        return self.good(TotalCount=len(found), DnsRecords=shown or None)

    def shown(self, each: Held) -> dict[str, Any]:
        return {
            "ZoneId": self.handle(each.zone),
            "RecordId": f"record-{each.id}",
            "Name": each.name,
            "Type": each.type,
            "Location": "Default",
            "Content": each.content,
            "TTL": each.ttl,
            "Weight": -1,
            "Status": "enable",
            **each.extra,
        }

    def do_CreateDnsRecord(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        assert self.zone_at(asked["ZoneId"])
        assert asked["Location"] == "Default"
        held = self.create(asked["Name"], asked["Type"], asked["Content"], asked["TTL"])
        if held is None:
            return self.refuse("InvalidParameter.RecordConflict")
        return self.good(RecordId=f"record-{held.id}")

    def do_ModifyDnsRecords(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        for given in asked["DnsRecords"]:
            held = self.held_at(given["RecordId"].removeprefix("record-"))
            if held is None:
                return self.refuse("InvalidParameter.RecordIdInvalid")
            assert (held.name, held.type) == (given["Name"], given["Type"])
            held.content, held.ttl = given["Content"], given["TTL"]
        return self.good()

    def do_DeleteDnsRecords(self, asked: dict[str, Any]) -> HttpResponse:  # noqa: N802 - as above
        for record_id in asked["RecordIds"]:
            held = self.held_at(record_id.removeprefix("record-"))
            if held is None:
                return self.refuse("InvalidParameter.RecordIdInvalid")
            self.records.remove(held)
        return self.good()
