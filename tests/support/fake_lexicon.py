"""Stand-ins for services that are reached through dns-lexicon: real servers on loopback, since it runs in a process."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs

from ddns_tray.core.ports import HttpRequest, HttpResponse
from tests.support.fake_rest import FakeRest, Held, Seen, reply
from tests.support.http_server import Answer, Fault, HttpServer, Received

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class _EveryPath(dict[str, Any]):
    """A script that answers all paths alike."""

    def __init__(self, script: Callable[[Received], Answer]) -> None:
        super().__init__()
        self._script = script

    def get(self, key: str, default: object = None) -> Any:
        return self._script


@dataclass
class Served:
    """A stand-in behind a real port. `waiting` are answers for the next requests that fit, in order."""

    fake: FakeRest
    waiting: list[tuple[Answer, Callable[[HttpRequest], bool]]] = field(default_factory=list)
    requests: list[HttpRequest] = field(default_factory=list)
    server: HttpServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = HttpServer(_EveryPath(self._answer))

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.server.__aexit__(kind, error, trace)

    @property
    def url(self) -> str:
        """Where it is."""
        return self.server.url("").rstrip("/")

    def fail_next(self, answer: Answer, when: Callable[[HttpRequest], bool] = lambda _request: True) -> None:
        """Answer the next request that fits so; if the answer is lost on the way, the request is carried out."""
        self.waiting.append((answer, when))

    def _answer(self, received: Received) -> Answer:
        request = HttpRequest(
            received.method,
            self.url + received.path,
            headers={name.title(): value for name, value in received.headers.items()},
            params=tuple((name, each) for name, given in parse_qs(received.query).items() for each in given),
            body=received.body if received.body.strip() not in {b"", b"{}"} else b"",
        )
        self.requests.append(request)
        if not self.waiting or not self.waiting[0][1](request):
            return _over_http(self._respond(request))
        answer, _ = self.waiting.pop(0)
        if answer.fault is not Fault.NONE:
            self._respond(request)
        return answer

    def _respond(self, request: HttpRequest) -> HttpResponse:
        seen = self.fake.seen(request)
        return self.fake.route(seen) if self.fake.knows(seen) else self.fake.stranger()


def _over_http(response: HttpResponse) -> Answer:
    return Answer(response.status, response.body, tuple(response.headers.items()))


class FakeExoscale(FakeRest):
    """Exoscale's DNS API, version 1 (community.exoscale.com/api/dns, read on 2026-11-22)."""

    key_id = "EXOthekey"

    def knows(self, seen: Seen) -> bool:
        return seen.headers.get("X-Dns-Token") == f"{self.key_id}:{self.secret}"

    def route(self, seen: Seen) -> HttpResponse:  # noqa: PLR0911 - one answer for each call
        match seen.method, seen.path:
            case "GET", ("v1", "domains", zone) if zone in self.zones:
                return reply({"domain": {"id": self.zones[zone], "name": zone}})
            case "GET", ("v1", "domains", zone, "records") if zone in self.zones:
                return reply([{"record": self._shown(each)} for each in self.own(zone)])
            case "POST", ("v1", "domains", zone, "records") if zone in self.zones:
                wish = seen.body["record"]
                name = f"{wish['name']}.{zone}" if wish["name"] else zone
                held = self.create(name, wish["record_type"], wish["content"], wish["ttl"])
                return reply({"errors": "taken"}, 422) if held is None else reply({"record": self._shown(held)}, 201)
            case (("PUT" | "DELETE") as method, ("v1", "domains", zone, "records", number)):
                record = self.find(zone, number)
                if record is None:
                    return reply({"message": "not found"}, 404)
                if method == "DELETE":
                    self.records.remove(record)
                    return reply({})
                # The documentation wraps the members, the library sends them bare, and the service takes both.
                wish = seen.body.get("record", seen.body)
                record.content, record.ttl = wish["content"], wish["ttl"]
                return reply({"record": self._shown(record)})
            case _:
                return reply({"message": "not found"}, 404)

    @staticmethod
    def _shown(held: Held) -> dict[str, Any]:
        return {
            "id": int(held.id),
            "name": held.relative(""),
            "content": held.content,
            "ttl": held.ttl,
            "prio": None,
            "record_type": held.type,
        }


class FakeGlesys(FakeRest):
    """GleSYS' API (github.com/glesys/API, "domain", read on 2026-11-22)."""

    user = "CL12345"

    def knows(self, seen: Seen) -> bool:
        word = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
        return seen.headers.get("Authorization") == f"Basic {word}"

    def writes(self, request: HttpRequest) -> bool:
        return request.url.endswith(("addrecord", "updaterecord", "deleterecord"))

    def route(self, seen: Seen) -> HttpResponse:
        wish = seen.body or {}
        match seen.path[-1]:
            case "list":
                return self._good(domains=[{"domainname": zone} for zone in self.zones])
            case "listrecords":
                return self._good(records=[self._shown(each) for each in self.own(wish["domainname"])])
            case "addrecord":
                held = self.create(wish["host"], wish["type"], wish["data"], wish["ttl"])
                return reply({"response": {"status": {"code": 400}}}, 400) if held is None else self._good()
            case "updaterecord" | "deleterecord" as action:
                record = next((each for each in self.records if each.id == str(wish["recordid"])), None)
                if record is None:
                    return reply({"response": {"status": {"code": 404}}}, 404)
                if action == "deleterecord":
                    self.records.remove(record)
                else:
                    record.content, record.ttl = wish["data"], wish["ttl"]
                return self._good()
            case _:
                return reply({"response": {"status": {"code": 404}}}, 404)

    @staticmethod
    def _good(**members: object) -> HttpResponse:
        return reply({"response": {"status": {"code": 200}, **members}})

    @staticmethod
    def _shown(held: Held) -> dict[str, Any]:
        return {
            "recordid": int(held.id),
            "domainname": held.zone,
            "host": held.name,
            "type": held.type,
            "data": held.content,
            "ttl": held.ttl,
        }


def stuck_worker() -> str:
    """A worker that reads its question and then never answers, as source."""
    return "import sys, time; sys.stdin.read(); time.sleep(600)"


def scripted_worker(told: object) -> str:
    """A worker that answers so, as source."""
    return f"import sys; sys.stdin.read(); print({json.dumps(json.dumps(told))})"
