"""All services in one run, against servers that fail and quote what they were sent: nothing of a secret gets out."""

from __future__ import annotations

import html
import json
import logging
import traceback
from base64 import b64encode
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest

from ddns_tray import report
from ddns_tray.core.errors import ConnectFailed, ConnectionLost, DdnsTrayError, TimedOut
from ddns_tray.core.model import Change, ExistingRecord, ExistingSet, ProviderStatus, RecordKey, RecordType
from ddns_tray.core.ports import HttpRequest, HttpResponse, Secret
from ddns_tray.core.settings import RecordSettings
from ddns_tray.core.text import text
from ddns_tray.engine import RoundRequest
from ddns_tray.providers.entry import Opening
from ddns_tray.providers.lexicon import Lexicon
from ddns_tray.providers.lexicon.process import LexiconProcess, WorkerEnded
from ddns_tray.providers.registry import SPECS, checked_options, open_account
from ddns_tray.store.memory import MemoryFile
from ddns_tray.words import Words
from tests.contract.test_registry import enough
from tests.support.clock import FakeClock
from tests.support.engine_fakes import World
from tests.support.fake_rest_keyed import key_file, pem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ddns_tray.core.model import ProviderSpec
    from ddns_tray.core.ports import HttpClient, Provider
    from ddns_tray.engine import EngineSetup

KEY = RecordKey("home.example.test", RecordType.A)
IDS = tuple(each.id for each in SPECS if each.status is ProviderStatus.ALIVE)
MARK = "cAnArY/5e1f+Mark=="
FORMED = {
    "service_account_key": lambda: key_file("good"),
    "private_key": lambda: pem("good"),
    "key": lambda: b64encode(MARK.encode()).decode(),
}
"""Secrets that have to have a form: those fields have a canary of their own."""


def secrets_of(spec: ProviderSpec) -> dict[str, str]:
    """A marked secret for each field, no two alike."""
    return {
        field.name: FORMED[field.name]()
        if field.name in FORMED and spec.id in _KEYED
        else f"{MARK}{number}&{field.name}"
        for number, field in enumerate(spec.fields)
        if field.secret
    }


ROUNDS_EVERY = 5
"""A whole round of the engine is for every fifth failure: what it tells of an error is the same for all."""
_KEYED = {"google_cloud", "transip", "rfc2136"}


def spellings(secret: str) -> set[str]:
    """How a secret may look where it has got out. Of files with keys, every long line counts."""
    pieces = {line for line in secret.replace("\\n", "\n").splitlines() if len(line) > 40} or {secret}
    return {
        spelling
        for piece in (*pieces, secret)
        for spelling in (
            piece,
            quote(piece),
            quote(piece, safe=""),
            quote_plus(piece),
            html.escape(piece),
            b64encode(piece.encode()).decode().rstrip("="),
        )
    }


@dataclass
class Quoting:
    """An `HttpClient` that fails in one way, and quotes all that it was sent."""

    fail: Callable[[str], HttpResponse]
    requests: int = 0

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests += 1
        sent = f"{request.url} {list(request.params)} {dict(request.headers)} {request.body.decode('utf-8', 'replace')}"
        return self.fail(sent)

    async def aclose(self) -> None:
        """Nothing is open."""


def answered(status: int, content_type: str, form: Callable[[str], str]) -> Callable[[str], HttpResponse]:
    return lambda sent: HttpResponse(status, {"content-type": content_type}, form(sent).encode())


def in_json(sent: str) -> str:
    """The quotation at every place where services put their messages."""
    message = {"code": sent, "message": sent, "Message": sent, "reason": sent, "description": sent, "detail": sent}
    return json.dumps(
        {
            **message,
            "error": message,
            "errors": [message],
            "Error": message,
            "status": {"code": "-1", "message": sent},
            "Response": {"Error": {"Code": sent, "Message": sent}},
            "ResponseMetadata": {"Error": {"Code": sent, "Message": sent}},
            "statusDescription": sent,
            "error_description": sent,
            "longmessage": sent,
            "reply": {"code": 999, "detail": sent},
        }
    )


def in_words(sent: str) -> str:
    return json.dumps({"error": sent, "message": sent, "status": "ERROR", "result": sent})


def lost(error: Callable[[], DdnsTrayError]) -> Callable[[str], HttpResponse]:
    """Fail with a new error each time: one that is raised again and again keeps all its traces."""

    def fail(_sent: str) -> HttpResponse:
        raise error()

    return fail


FAILURES: Mapping[str, Callable[[str], HttpResponse]] = {
    "400": answered(400, "application/json", in_json),
    "401": answered(401, "application/json", in_json),
    "403": answered(403, "application/json", in_words),
    "404": answered(404, "text/plain", str),
    "409": answered(409, "application/json", in_words),
    "429": answered(429, "application/json", in_json),
    "500": answered(500, "text/plain", str),
    "refused with a good status": answered(200, "application/json", in_words),
    "another shape": answered(200, "application/json", in_json),
    "a list": answered(200, "application/json", lambda sent: json.dumps([sent, {"id": sent}])),
    "a line of words": answered(200, "text/plain", lambda sent: f"badauth {sent}\ngood {sent}"),
    "XML": answered(400, "text/xml", lambda sent: f"<e><Code>{html.escape(sent)}</Code></e>"),
    "a page": answered(200, "text/html", lambda sent: f"<html><title>{html.escape(sent)}</title></html>"),
    "a page of an outage": answered(503, "text/html", lambda sent: f"<html>{html.escape(sent)}</html>"),
    "a redirect": lambda sent: HttpResponse(302, {"location": f"https://elsewhere.test/{quote(sent)}"}, b""),
    "a stall": lost(lambda: TimedOut(text("No answer in time."), sent=True)),
    "a cut": lost(lambda: ConnectionLost(text("The connection broke."), sent=True)),
    "a closed door": lost(lambda: ConnectFailed(text("Nobody listens."))),
}


class QuotingProcess(LexiconProcess):
    """dns-lexicon that fails in one way, and quotes all that it was told."""

    def __init__(self, kinds: list[str], status: int | None) -> None:
        super().__init__()
        object.__setattr__(self, "_failure", {"kinds": kinds, "status": status, "retry_after": None})

    async def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        failure = {**self.__dict__["_failure"], "words": json.dumps(request)}
        if failure["kinds"] == ["stuck"]:
            raise WorkerEnded(in_time=False)
        return {"requests": 1, "stage": "sign_in", "page": False, "failure": failure}


def openings(spec: ProviderSpec) -> list[Callable[[], Provider]]:
    """The accounts of a service, one for each failure."""
    secrets = {name: Secret(value) for name, value in secrets_of(spec).items()}
    options = enough(spec) | ({"server": "127.0.0.1", "port": "1"} if spec.id == "rfc2136" else {})
    if spec.family == "lexicon":
        failures: list[tuple[list[str], int | None]] = [
            (["HTTPError"], status) for status in (400, 401, 403, 404, 429, 500)
        ]
        failures += [([kind], None) for kind in ("Exception", "AuthenticationError", "KeyError", "SSLError", "stuck")]
        opening = Opening(spec, checked_options(spec.id, options), secrets, _nobody(), FakeClock())
        return [partial(Lexicon, opening, QuotingProcess(*told)) for told in failures]
    clients = [Quoting(fail) for fail in FAILURES.values()]
    if spec.id == "rfc2136":
        clients = clients[:1]
    return [partial(open_account, spec.id, options, secrets, http=http, clock=FakeClock()) for http in clients]


def _nobody() -> HttpClient:
    return Quoting(FAILURES["a closed door"])


class AccountWorld(World):
    """An engine of which the account is a real one, and the memory a file."""

    def __init__(self, opener: Callable[[], Provider], folder: Path) -> None:
        self._account = opener
        self._folder = folder
        super().__init__(records=[RecordSettings(KEY.name, (KEY.type,), account="home", expected=("203.0.113.7",))])

    def setup(self) -> EngineSetup:
        async def opened() -> Provider:
            return self._account()

        return replace(super().setup(), accounts=MappingProxyType({"home": opened}))


async def attempts(provider: Provider) -> list[DdnsTrayError]:
    """What each thing that can be asked of a provider ends with."""
    existing = ExistingSet(KEY, "example.test", (ExistingRecord("198.51.100.1", ttl=300, id="1"),))
    blind = not provider.capabilities.list_records
    changes = (
        Change(KEY, None if blind else ExistingSet(KEY, "example.test", ()), ("203.0.113.7",), create=("203.0.113.7",)),
        Change(KEY, existing, ("203.0.113.7",), replace=((existing.records[0], "203.0.113.7"),)),
        Change(KEY, existing, (), delete=existing.records),
    )
    asked: list[Callable[[], Any]] = [
        provider.test,
        provider.zones,
        lambda: provider.records("example.test"),
        lambda: provider.read(KEY),
        *(partial(provider.apply, change) for change in changes[: 1 if blind else 3]),
    ]
    errors: list[DdnsTrayError] = []
    for ask in asked:
        try:
            await ask()
        except DdnsTrayError as exc:
            errors.append(exc)
    return errors


def told_by(error: BaseException) -> list[str]:
    """All words in which an error may be met, those of a crash report among them."""
    told = ["".join(traceback.format_exception(error))]
    seen: BaseException | None = error
    while seen is not None:
        told += [str(seen), repr(seen), repr(seen.args), repr(getattr(seen, "problem", None))]
        seen = seen.__cause__ or seen.__context__
    return told


@pytest.mark.parametrize("service", IDS)
async def test_no_secret_gets_out_however_a_service_fails(
    service: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    (spec,) = [each for each in SPECS if each.id == service]
    words, told, met = Words("en"), [], 0
    for number, opener in enumerate(openings(spec)):
        provider = opener()
        told.append(repr(provider))
        errors = await attempts(provider)
        met += len(errors)
        assert all(error.problem.title.message for error in errors), "an error says what is wrong"
        told += [words for error in {type(each): each for each in errors}.values() for words in told_by(error)]
        told += [f"{error} {error.problem!r}" for error in errors]
        if number % ROUNDS_EVERY:
            continue
        world = AccountWorld(opener, tmp_path)
        results = await world.engine.run_once(RoundRequest(update=True))
        memory = MemoryFile(tmp_path / "memory.json")
        memory.save(world.memory.kept)
        snapshot = world.shown()
        told += [repr(results), repr(snapshot), json.dumps(report.snapshot_report(snapshot, words))]
        told += [json.dumps(report.update_report(results, words)), (tmp_path / "memory.json").read_text("utf-8")]
    assert met >= len(openings(spec)) - 4, "failures are met; a status of success may be all that a service says"
    told.append(caplog.text)
    out = "\n".join(told)
    for name, secret in secrets_of(spec).items():
        assert not any(each in out for each in spellings(secret)), name
