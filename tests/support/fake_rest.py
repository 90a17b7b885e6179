"""What stand-ins for REST services have in common: a store of records, the reading of a request, a few answers.

A stand-in is written from its service's documentation, not from our description of it: which credentials, paths,
members and answers there are. It understands nothing else, so that a wrong request fails.
"""

from __future__ import annotations

import itertools
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from ddns_tray.core.ports import HttpResponse
from tests.support.dns_servers import SUB_ZONE, ZONE, Datum

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ddns_tray.core.ports import HttpRequest


@dataclass
class Held:
    """One record that the service holds; `extra` are members that are not ours."""

    id: str
    zone: str
    name: str
    type: str
    content: str
    ttl: int
    extra: dict[str, Any] = field(default_factory=dict)

    def relative(self, apex: str = "@") -> str:
        return apex if self.name == self.zone else self.name.removesuffix(f".{self.zone}")


@dataclass(frozen=True)
class Seen:
    """A request as the service reads it. `body` is JSON, or a mapping of form fields."""

    method: str
    path: tuple[str, ...]
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    request: HttpRequest


class FakeRest(ABC):
    """One account. `base` is the path before all others."""

    base: ClassVar[str] = ""
    calls_to_look: ClassVar[int] = 1
    changes_in_place: ClassVar[bool] = True

    def __init__(self, secret: str, zones: Sequence[str] = (ZONE, SUB_ZONE)) -> None:
        self.secret = secret
        self._numbers = itertools.count(101)
        self.zones = {zone: next(self._numbers) for zone in zones}
        self.records: list[Held] = []
        self.largest_page = 1000

    def seed(self, data: Iterable[Datum]) -> None:
        """Hold this and nothing else."""
        self.records.clear()
        for datum in data:
            self.hold(datum.name, datum.type, datum.content, datum.ttl)

    def hold(self, name: str, type_name: str, content: str, ttl: int = 300, **extra: Any) -> Held:
        """Put a record into the longest zone that holds its name, without asking whether that makes sense."""
        zone = max((zone for zone in self.zones if name == zone or name.endswith(f".{zone}")), key=len)
        held = Held(str(next(self._numbers)), zone, name, type_name, content, ttl, extra)
        self.records.append(held)
        return held

    def content(self) -> set[Datum]:
        """What is held."""
        return {Datum(each.name, each.type, each.content, each.ttl) for each in self.records}

    # what services do

    def own(self, zone: str, name: str | None = None) -> list[Held]:
        return [each for each in self.records if each.zone == zone and name in {None, each.name}]

    def find(self, zone: str, record_id: str) -> Held | None:
        return next((each for each in self.own(zone) if each.id == record_id), None)

    def zone_of(self, handle: str) -> str | None:
        """The zone with that number or name."""
        return next((zone for zone, number in self.zones.items() if handle in {zone, str(number)}), None)

    def clashes(self, name: str, type_name: str) -> bool:
        """Whether a CNAME stands where this wants to be."""
        types = {each.type for each in self.records if each.name == name}
        return "CNAME" in types - {type_name} or (type_name == "CNAME" and bool(types - {"CNAME"}))

    def create(self, name: str, type_name: str, content: str, ttl: int, **extra: Any) -> Held | None:
        """Add a record, or None if that is refused."""
        same = any((each.name, each.type, each.content) == (name, type_name, content) for each in self.records)
        return None if same or self.clashes(name, type_name) else self.hold(name, type_name, content, ttl, **extra)

    def put(self, name: str, type_name: str, contents: Iterable[str], ttl: int) -> bool:
        """Replace an RRset, or refuse."""
        if self.clashes(name, type_name):
            return False
        self.drop(name, type_name)
        for content in contents:
            self.hold(name, type_name, content, ttl)
        return True

    def drop(self, name: str, type_name: str) -> bool:
        """Remove an RRset; False if there is none."""
        left = [each for each in self.records if (each.name, each.type) != (name, type_name)]
        found = len(left) != len(self.records)
        self.records[:] = left
        return found

    def rrsets(self, zone: str) -> dict[tuple[str, str], list[Held]]:
        found: dict[tuple[str, str], list[Held]] = {}
        for each in self.own(zone):
            found.setdefault((each.name, each.type), []).append(each)
        return found

    def numbered(self, items: Sequence[Any], seen: Seen, page: str = "page", size: str = "per_page") -> list[Any]:
        """The elements of the page that was asked for."""
        length = min(int(seen.params.get(size, "20")), self.largest_page)
        start = (int(seen.params.get(page, "1")) - 1) * length
        return list(items[start : start + length])

    def writes(self, request: HttpRequest) -> bool:
        """Whether a request is meant to change something."""
        return request.method != "GET"

    # the wire

    async def send(self, request: HttpRequest) -> HttpResponse:
        seen = self.seen(request)
        return self.route(seen) if self.knows(seen) else self.stranger()

    def seen(self, request: HttpRequest) -> Seen:
        """Read a request."""
        parts = urlsplit(request.url)
        assert parts.path.startswith(self.base), request.url
        assert "%2A" not in parts.path, "Hetzner knows a wildcard as it is, and does not find an encoded one"
        assert "%40" not in parts.path, "as above, for the apex"
        segments = tuple(unquote(segment) for segment in parts.path.removeprefix(self.base).split("/")[1:])
        kind = request.headers.get("Content-Type", "")
        body: Any = None
        if kind.startswith("application/x-www-form-urlencoded"):
            body = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        elif request.body:
            assert kind == "application/json", kind
            body = json.loads(request.body)
        params = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **dict(request.params)}
        return Seen(request.method, segments, params, request.headers, body, request)

    async def aclose(self) -> None:  # noqa: B027 - nothing is open
        """Nothing is open."""

    @abstractmethod
    def knows(self, seen: Seen) -> bool:
        """Whether the credentials are good."""

    def stranger(self) -> HttpResponse:
        """The answer to wrong credentials."""
        return reply({"message": "Unauthorized"}, 401)

    @abstractmethod
    def route(self, seen: Seen) -> HttpResponse:
        """Answer."""


def reply(body: object = None, status: int = 200, **headers: str) -> HttpResponse:
    """An answer in JSON; without a body where there is none."""
    content = b"" if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, {"content-type": "application/json", **named}, content)


def absolute(relative: str, zone: str) -> str:
    """The owner name of a relative one."""
    return zone if relative in {"", "@"} else f"{relative}.{zone}"
