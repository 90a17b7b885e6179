"""A stand-in for Cloudflare's API on the `HttpClient` port, as far as records of names go.

Written from "List Zones", "DNS Records for a Zone" and "Verify Token" at developers.cloudflare.com/api (2026-11-22).
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ddns_tray.core.ports import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.ports import HttpRequest

ADDRESS_LIKE = frozenset({"A", "AAAA", "CNAME"})


@dataclass
class FakeRecord:
    """One DNS record."""

    id: str
    zone_id: str
    name: str
    type: str
    content: str
    ttl: int = 1
    proxied: bool = False
    comment: str | None = None
    tags: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "content": self.content,
            "proxiable": self.type in ADDRESS_LIKE,
            "proxied": self.proxied,
            "ttl": self.ttl,
            "settings": {},
            "meta": {},
            "comment": self.comment,
            "tags": self.tags,
            "created_on": "2026-01-01T00:00:00Z",
            "modified_on": "2026-01-01T00:00:00Z",
        }


class FakeCloudflare:
    """One user's zones. `tokens` maps a token to the zones that it may see; `base` is the path before `/zones`."""

    def __init__(self, *zones: str, token: str, base: str = "/client/v4") -> None:
        self._ids = (f"{number:032x}" for number in itertools.count(1))
        self.zones = {name: next(self._ids) for name in zones}
        self.records: list[FakeRecord] = []
        self.told_of_zones: dict[str, Any] = {}
        self.tokens: dict[str, frozenset[str]] = {token: frozenset(zones)}
        self.may_write = True
        self.expires_on: str | None = None
        self.largest_page = 50
        self._base = base

    def add(self, name: str, type_name: str, content: str, **members: Any) -> FakeRecord:
        """Put a record into the longest zone that holds its name."""
        zone = max((zone for zone in self.zones if name == zone or name.endswith(f".{zone}")), key=len)
        record = FakeRecord(next(self._ids), self.zones[zone], name, type_name, content, **members)
        self.records.append(record)
        return record

    async def aclose(self) -> None:
        """Nothing is open."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        assert parts.path.startswith(self._base), request.url
        segments = [unquote(segment) for segment in parts.path.removeprefix(self._base).split("/")[1:]]
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            return _error(400, 6003, "Invalid request headers")
        if token not in self.tokens:
            return _error(403, 9109, "Invalid access token")
        body = json.loads(request.body) if request.body else {}
        return self._route(request.method, segments, dict(request.params), body, self.tokens[token])

    def _route(
        self, method: str, segments: list[str], params: Mapping[str, str], body: dict[str, Any], seen: frozenset[str]
    ) -> HttpResponse:
        match method, segments:
            case "GET", ["user", "tokens", "verify"]:
                expiry = {"expires_on": self.expires_on} if self.expires_on else {}
                return _result({"id": "0" * 32, "status": "active", **expiry})
            case "GET", ["zones"]:
                found = [
                    {"id": zone_id, "name": name, "status": "active", **self.told_of_zones}
                    for name, zone_id in sorted(self.zones.items())
                    if name in seen and params.get("name", name) == name
                ]
                return self._page(found, params, self.largest_page)
            case _, ["zones", zone_id, "dns_records", *rest]:
                if zone_id not in {self.zones[name] for name in seen}:
                    return _error(403, 10000, "Authentication error")
                if method != "GET" and not self.may_write:
                    return _error(403, 10000, "Authentication error")
                return self._records(method, zone_id, rest, params, body)
        return _error(404, 7003, "Could not route to this path, perhaps your object identifier is invalid?")

    def _records(
        self, method: str, zone_id: str, rest: list[str], params: Mapping[str, str], body: dict[str, Any]
    ) -> HttpResponse:
        own = [record for record in self.records if record.zone_id == zone_id]
        if method == "GET" and not rest:
            found = [
                record.as_json()
                for record in own
                if params.get("name", record.name) == record.name and params.get("type", record.type) == record.type
            ]
            return self._page(found, params, 5_000_000)
        if method == "POST" and not rest:
            return self._create(zone_id, own, body)
        record = next((each for each in own if rest == [each.id]), None)
        if record is None:
            return _error(404, 81044, "Record does not exist.")
        if method == "DELETE":
            self.records.remove(record)
            return _result({"id": record.id})
        assert method == "PATCH", method
        return self._patch(record, own, body)

    def _create(self, zone_id: str, own: list[FakeRecord], body: dict[str, Any]) -> HttpResponse:
        record = FakeRecord(next(self._ids), zone_id, body["name"], body["type"], body["content"])
        refused = _trouble(record, own, body)
        if refused is not None:
            return refused
        self.records.append(record)
        return self._patch(record, own, body)

    @staticmethod
    def _patch(record: FakeRecord, own: list[FakeRecord], body: dict[str, Any]) -> HttpResponse:
        refused = _trouble(record, [other for other in own if other is not record], body)
        if refused is not None:
            return refused
        for name in ("name", "type", "content", "ttl", "proxied", "comment", "tags"):
            if name in body:
                setattr(record, name, body[name])
        if record.proxied:
            record.ttl = 1
        return _result(record.as_json())

    @staticmethod
    def _page(found: list[dict[str, Any]], params: Mapping[str, str], largest: int) -> HttpResponse:
        page, per_page = int(params.get("page", "1")), min(int(params.get("per_page", "20")), largest)
        shown = found[(page - 1) * per_page : page * per_page]
        pages = -(-len(found) // per_page)
        info = {
            "page": page,
            "per_page": per_page,
            "count": len(shown),
            "total_count": len(found),
            "total_pages": pages,
        }
        return _answer(200, {"success": True, "errors": [], "messages": [], "result": shown, "result_info": info})


def _trouble(record: FakeRecord, others: list[FakeRecord], body: dict[str, Any]) -> HttpResponse | None:
    ttl = body.get("ttl", record.ttl)
    if ttl != 1 and not 60 <= ttl <= 86400:
        return _error(400, 9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.")
    name, content = body.get("name", record.name), body.get("content", record.content)
    siblings = [other for other in others if other.name == name]
    if any("CNAME" in {other.type, record.type} for other in siblings):
        return _error(400, 81053, "An A, AAAA, or CNAME record with that host already exists.")
    if any((other.type, other.content) == (record.type, content) for other in siblings):
        return _error(400, 81058, "An identical record already exists.")
    return None


def _result(result: object) -> HttpResponse:
    return _answer(200, {"success": True, "errors": [], "messages": [], "result": result})


def _error(status: int, code: int, message: str) -> HttpResponse:
    body = {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}
    return _answer(status, body)


def _answer(status: int, body: object) -> HttpResponse:
    return HttpResponse(status, {"content-type": "application/json"}, json.dumps(body).encode())
