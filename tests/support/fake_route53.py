"""A stand-in for Route 53, written from its API Reference of 2013-04-01."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from ddns_tray.core.ports import HttpResponse
from ddns_tray.providers.signing import aws
from tests.support.fake_rest import FakeRest, Held, Seen
from tests.support.fake_signed import KEY_ID, names_in, signed_message, when

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
CONFLICT = (
    "[RRSet of type {type} with DNS name {name}. is not permitted because a conflicting RRSet of type CNAME with the "
    "same DNS name already exists in zone.]"
)


class FakeRoute53(FakeRest):
    """One account. `extra` of a record is XML for its set, such as an alias or a routing policy."""

    base = "/2013-04-01"

    def seen(self, request: HttpRequest) -> Seen:
        parts = urlsplit(request.url)
        segments = tuple(unquote(each) for each in parts.path.removeprefix(self.base).split("/")[1:])
        body = ET.fromstring(request.body) if request.body else None  # noqa: S314 - as above
        params = dict(request.params) | dict(parse_qsl(parts.query))
        return Seen(request.method, segments, params, request.headers, body, request)

    def knows(self, seen: Seen) -> bool:
        given, now = seen.headers["Authorization"], when(seen.headers["X-Amz-Date"], aws.TIME)
        plain = signed_message(seen, names_in(given))
        path = urlsplit(seen.request.url).path
        expected = aws.sign(
            type(plain)(plain.method, path, plain.query, plain.headers, plain.body),
            access_key=KEY_ID,
            secret_key=self.secret,
            region="us-east-1",
            service="route53",
            now=now,
        )
        return given == expected.authorization

    def stranger(self) -> HttpResponse:
        return self.refuse("SignatureDoesNotMatch", "The request signature we calculated does not match.", 403)

    def refuse(self, code: str, message: str = "in its own words", status: int = 400) -> HttpResponse:
        inner = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        return self.answer("ErrorResponse", f"{inner}<RequestId>R</RequestId>", status)

    def answer(self, root: str, inner: str, status: int = 200) -> HttpResponse:
        body = f'<?xml version="1.0"?>\n<{root} xmlns="{NAMESPACE}">{inner}</{root}>'
        return HttpResponse(status, {"content-type": "text/xml"}, body.encode())

    def route(self, seen: Seen) -> HttpResponse:
        match seen.method, *seen.path:
            case "GET", "hostedzone":
                return self.hosted(seen)
            case method, "hostedzone", handle, "rrset":
                zone = self.zone_of(handle.removeprefix("Z"))
                if zone is None:
                    return self.refuse("NoSuchHostedZone", status=404)
                return self.sets(zone, seen) if method == "GET" else self.change(zone, seen.body)
        return self.refuse("UnknownOperation", status=404)

    def hosted(self, seen: Seen) -> HttpResponse:
        zones = [(f"Z{number}", name, "false") for name, number in self.zones.items()]
        zones.append(("ZP", "example.net", "true"))
        start = int(seen.params.get("marker", "0"))
        size = min(int(seen.params["maxitems"]), self.largest_page)
        shown = "".join(
            f"<HostedZone><Id>/hostedzone/{handle}</Id><Name>{name}.</Name><CallerReference>r</CallerReference>"
            f"<Config><PrivateZone>{private}</PrivateZone></Config></HostedZone>"
            for handle, name, private in zones[start : start + size]
        )
        more = start + size < len(zones)
        mark = f"<NextMarker>{start + size}</NextMarker>" if more else ""
        inner = f"<HostedZones>{shown}</HostedZones><IsTruncated>{json.dumps(more)}</IsTruncated>{mark}"
        return self.answer("ListHostedZonesResponse", f"{inner}<MaxItems>{size}</MaxItems>")

    @staticmethod
    def order(name: str) -> list[str]:
        return name.split(".")[::-1]

    def sets(self, zone: str, seen: Seen) -> HttpResponse:
        found = sorted(self.rrsets(zone).items(), key=lambda item: (self.order(item[0][0]), item[0][1]))
        if "name" in seen.params:
            start = (
                self.order(seen.params["name"].removesuffix(".").replace("\\052", "*")),
                seen.params.get("type", ""),
            )
            found = [item for item in found if (self.order(item[0][0]), item[0][1]) >= start]
        size = min(int(seen.params["maxitems"]), 300, self.largest_page)
        shown = "".join(self.shown(name, kind, held) for (name, kind), held in found[:size])
        more = len(found) > size
        following = ""
        if more:
            name, kind = found[size][0]
            following = f"<NextRecordName>{self.escaped(name)}.</NextRecordName><NextRecordType>{kind}</NextRecordType>"
        held_in = f"<ResourceRecordSets>{shown}</ResourceRecordSets>"
        inner = f"{held_in}<IsTruncated>{json.dumps(more)}</IsTruncated>{following}<MaxItems>{size}</MaxItems>"
        return self.answer("ListResourceRecordSetsResponse", inner)

    @staticmethod
    def escaped(name: str) -> str:
        return escape(name.replace("*", "\\052").replace("/", "\\057").replace("a\\032b", "a\\040b"))

    def shown(self, name: str, kind: str, held: list[Held]) -> str:
        special = held[0].extra.get("xml", "")
        values = "".join(f"<ResourceRecord><Value>{escape(each.content)}</Value></ResourceRecord>" for each in held)
        content = f"<TTL>{held[0].ttl}</TTL><ResourceRecords>{values}</ResourceRecords>"
        if "AliasTarget" in special:
            content = ""
        head = f"<Name>{self.escaped(name)}.</Name><Type>{kind}</Type>"
        return f"<ResourceRecordSet>{head}{special}{content}</ResourceRecordSet>"

    def change(self, zone: str, body: ET.Element) -> HttpResponse:
        assert body.tag == f"{{{NAMESPACE}}}ChangeResourceRecordSetsRequest"
        for change in body.iter(f"{{{NAMESPACE}}}Change"):
            text = {each.tag.rpartition("}")[2]: each.text or "" for each in change.iter()}
            values = [each.text or "" for each in change.iter(f"{{{NAMESPACE}}}Value")]
            name, kind = text["Name"].removesuffix("."), text["Type"]
            assert name == zone or name.endswith(f".{zone}")
            if text["Action"] == "DELETE":
                there = self.rrsets(zone).get((name, kind), [])
                if [(each.content, str(each.ttl)) for each in there] != [(value, text["TTL"]) for value in values]:
                    return self.refuse("InvalidChangeBatch", "the values provided do not match the current values")
                self.drop(name, kind)
            else:
                assert text["Action"] == "UPSERT"
                if not self.put(name, kind, values, int(text["TTL"])):
                    return self.refuse("InvalidChangeBatch", CONFLICT.format(type=kind, name=name))
        info = "<ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status></ChangeInfo>"
        return self.answer("ChangeResourceRecordSetsResponse", info)
