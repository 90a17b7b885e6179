"""A stand-in for Azure's sign-in and resource manager, written from the documentation that its module names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.fake_rest import FakeRest, absolute, reply

if TYPE_CHECKING:
    from ddns_tray.core.ports import HttpRequest, HttpResponse
    from tests.support.fake_rest import Held, Seen


class FakeAzure(FakeRest):
    """The sign-in and the resource manager. A record set has another etag after every change."""

    group = "My-Group"

    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self.tokens = 0
        self.etags: dict[tuple[str, str], int] = {}

    def writes(self, request: HttpRequest) -> bool:
        return request.method in {"PUT", "DELETE"}

    def knows(self, seen: Seen) -> bool:
        if seen.request.url.startswith("https://login.microsoftonline.com/"):
            return True
        assert seen.params["api-version"] == "2018-05-01"
        return seen.headers.get("Authorization") == f"Bearer token-{self.tokens}"

    def stranger(self) -> HttpResponse:
        return self.refused("InvalidAuthenticationToken", 401)

    @staticmethod
    def refused(code: str, status: int) -> HttpResponse:
        return reply({"error": {"code": code, "message": f"It is {code}"}}, status)

    def sign_in(self, seen: Seen) -> HttpResponse:
        assert seen.path == ("the-tenant", "oauth2", "v2.0", "token")
        asked = {
            "grant_type": "client_credentials",
            "client_id": "the-app",
            "scope": "https://management.azure.com/.default",
        }
        if seen.body != {**asked, "client_secret": self.secret}:
            return reply({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid secret"}, 401)
        self.tokens += 1
        return reply({"token_type": "Bearer", "expires_in": 3599, "access_token": f"token-{self.tokens}"})

    def route(self, seen: Seen) -> HttpResponse:
        if seen.request.url.startswith("https://login.microsoftonline.com/"):
            return self.sign_in(seen)
        start = ("subscriptions", "the-subscription")
        assert seen.path[:2] == start
        if seen.path[2:] == ("providers", "Microsoft.Network", "dnsZones"):
            return self.listed([self.of_zone(zone) for zone in self.zones], seen)
        match seen.path[2:]:
            case ("resourceGroups", self.group, "providers", "Microsoft.Network", "dnsZones", zone, *rest):
                if zone not in self.zones:
                    return self.refused("ResourceNotFound", 404)
                if rest == ["all"]:
                    return self.listed([self.shown(each) for each in self.rrsets(zone).values()], seen)
                return self.change(seen, zone, *rest)
        return self.refused("ResourceNotFound", 404)

    def listed(self, items: list[Any], seen: Seen) -> HttpResponse:
        size = min(100, self.largest_page)
        start = int(seen.params.get("$skipToken", "0"))
        link = f"https://management.azure.com/…?api-version=2018-05-01&$skipToken={start + size}"
        more = {"nextLink": link} if start + size < len(items) else {}
        return reply({"value": items[start : start + size], **more})

    def of_zone(self, zone: str) -> dict[str, Any]:
        where = (
            f"/subscriptions/the-subscription/resourceGroups/{self.group}/providers/Microsoft.Network/dnszones/{zone}"
        )
        return {"id": where, "name": zone, "type": "Microsoft.Network/dnszones", "properties": {"zoneType": "Public"}}

    def etag(self, name: str, type_name: str) -> str:
        return f"etag-{self.etags.get((name, type_name), 0)}"

    def shown(self, records: list[Held]) -> dict[str, Any]:
        first = records[0]
        lists: dict[str, dict[str, Any]] = {
            "A": {"ARecords": [{"ipv4Address": each.content} for each in records]},
            "AAAA": {"AAAARecords": [{"ipv6Address": each.content} for each in records]},
            "CNAME": {"CNAMERecord": {"cname": first.content}},
            "TXT": {"TXTRecords": [{"value": [each.content]} for each in records]},
        }
        properties = {"TTL": first.ttl, "fqdn": f"{first.name}.", "targetResource": {}, **lists[first.type]}
        named = {"name": first.relative(), "type": f"Microsoft.Network/dnszones/{first.type}"}
        return {**named, "etag": self.etag(first.name, first.type), "properties": properties | first.extra}

    def change(self, seen: Seen, zone: str, type_name: str, relative: str) -> HttpResponse:
        name = absolute(relative, zone)
        there = bool(self.rrsets(zone).get((name, type_name)))
        wanted = seen.headers.get("If-Match")
        if (wanted is not None and wanted != self.etag(name, type_name)) or (wanted is None and there):
            return self.refused("PreconditionFailed", 412)
        assert wanted is not None or seen.headers["If-None-Match"] == "*"
        if seen.method == "PUT" and self.clashes(name, type_name):
            return self.refused("BadRequest", 400)
        self.etags[name, type_name] = self.etags.get((name, type_name), 0) + 1
        self.drop(name, type_name)
        if seen.method == "PUT":
            properties = seen.body["properties"]
            listed, member = {"A": ("ARecords", "ipv4Address"), "AAAA": ("AAAARecords", "ipv6Address")}[type_name]
            extra = {"metadata": properties["metadata"]} if "metadata" in properties else {}
            for each in properties[listed]:
                self.hold(name, type_name, each[member], properties["TTL"], **extra)
        return reply({})
