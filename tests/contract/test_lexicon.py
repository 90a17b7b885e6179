"""Services through dns-lexicon: the contract on two real servers, and that a stuck library neither hangs nor leaks."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.errors import (
    ConfigError,
    DdnsTrayError,
    PermissionDenied,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    TimedOut,
    Unconfirmed,
    UnexpectedAnswer,
    ZoneNotFound,
)
from ddns_tray.core.model import Change, ExistingRecord, ExistingSet, ProviderStatus
from ddns_tray.core.ports import Secret
from ddns_tray.providers.entry import Opening
from ddns_tray.providers.lexicon import Lexicon
from ddns_tray.providers.lexicon.process import LexiconProcess, WorkerEnded
from ddns_tray.providers.registry import checked_options, spec
from tests.contract.suite import CANARY, HOME, NEW, OLD, OTHER, Harness, ZonedContract, assert_silent, update
from tests.support.clock import FakeClock
from tests.support.dns_servers import SUB_ZONE, ZONE, Datum, missing_program, powerdns_server
from tests.support.fake_cloudflare import FakeCloudflare
from tests.support.fake_lexicon import FakeExoscale, FakeGlesys, Served, scripted_worker, stuck_worker
from tests.support.faults import MAINTENANCE_PAGE, WireFault
from tests.support.http_server import Answer, Fault
from tests.support.lexicon_zygote import ready_library

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from ddns_tray.core.ports import Provider

pytestmark = pytest.mark.slow

OPTIONS = {"exoscale": {"auth_key": FakeExoscale.key_id}, "glesys": {"auth_username": FakeGlesys.user}}
FAULTS = {WireFault.STALL: Answer(fault=Fault.STALL), WireFault.CUT: Answer(fault=Fault.CUT)}
PATIENT = LexiconProcess(deadline=60.0, timeout=2.0)
"""As the product starts it. Most tests have the library loaded already: see `library`."""


class LexiconHarness(Harness):
    """One service, with the real library and a real server."""

    calls_to_look = 2

    def __init__(self, service: str, served: Served, process: LexiconProcess) -> None:
        self.spec = spec(service)
        self.served = served
        self.process = process

    def open(self, *, secret: str | None = None, process: LexiconProcess | None = None) -> Provider:
        domains = {"domains": f"{ZONE}, {SUB_ZONE}", "base_url": self.served.url}
        options = checked_options(self.spec.id, {**domains, **OPTIONS[self.spec.id]})
        secrets = {field.name: Secret(secret or self.secret) for field in self.spec.fields if field.secret}
        return Lexicon(
            Opening(self.spec, options, secrets, FakeCloudflare(token="unused"), FakeClock()), process or self.process
        )

    def seed(self, data: Iterable[Datum]) -> None:
        self.served.fake.seed(data)

    def content(self) -> set[Datum]:
        return self.served.fake.content()

    def fail_wire(self, fault: WireFault, *, on_write: bool) -> None:
        self.served.fail_next(FAULTS[fault], lambda request: not on_write or self.served.fake.writes(request))


@pytest.fixture(scope="module")
def library() -> Iterator[LexiconProcess]:
    """The library in a process for each question, but loaded once."""
    with ready_library("exoscale", "glesys") as command:
        yield replace(PATIENT, command=command)


@pytest.fixture
async def harness(library: LexiconProcess) -> AsyncIterator[LexiconHarness]:
    async with Served(FakeGlesys(CANARY)) as served:
        yield LexiconHarness("glesys", served, library)


@pytest.fixture
async def exoscale(library: LexiconProcess) -> AsyncIterator[LexiconHarness]:
    async with Served(FakeExoscale(CANARY)) as served:
        yield LexiconHarness("exoscale", served, library)


class TestThroughLexicon(ZonedContract):
    """What the contract asks of sets of several addresses is refused here instead."""

    async def test_several_addresses_are_written_as_one_set(self, provider: Provider, harness: Harness) -> None:
        harness.seed((Datum(HOME.name, "A", OLD),))
        with pytest.raises(RequestRejected, match="several addresses"):
            await update(provider, HOME, NEW, OTHER)
        assert harness.content() == {Datum(HOME.name, "A", OLD)}

    async def test_the_address_of_somebody_else_stays_beside_ours(self, provider: Provider, harness: Harness) -> None:
        both = {Datum(HOME.name, "A", OLD), Datum(HOME.name, "A", OTHER)}
        harness.seed(both)
        with pytest.raises(RequestRejected, match="several addresses"):
            await update(provider, HOME, NEW, ours=(OLD,))
        assert harness.content() == both

    async def test_clearing_removes_only_ours(self, provider: Provider, harness: Harness) -> None:
        both = {Datum(HOME.name, "A", OLD), Datum(HOME.name, "A", OTHER)}
        harness.seed(both)
        with pytest.raises(RequestRejected, match="several addresses"):
            await update(provider, HOME, ours=(OLD,))
        assert harness.content() == both

    async def test_a_cname_that_comes_after_the_look_is_a_conflict_too(
        self, provider: Provider, harness: Harness
    ) -> None:
        """The refusal has no words, so it is told as one; the CNAME stays."""
        alias = Datum(HOME.name, "CNAME", f"xhome.{ZONE}")
        harness.seed((alias,))
        nothing = ExistingSet(HOME, ZONE, ())
        with pytest.raises(RequestRejected):
            await provider.apply(Change(HOME, nothing, (NEW,), create=(NEW,)))
        assert harness.content() == {alias}


async def test_another_service_goes_through_the_same_door(exoscale: LexiconHarness) -> None:
    stays = Datum(HOME.name, "AAAA", "2001:db8::1")
    exoscale.seed((stays,))
    provider = exoscale.open()
    await update(provider, HOME, OLD, ttl=300)
    assert exoscale.content() == {stays, Datum(HOME.name, "A", OLD, 300)}
    await update(provider, HOME, NEW, ours=(OLD,))
    assert exoscale.content() == {stays, Datum(HOME.name, "A", NEW, 300)}
    await update(provider, HOME, ours=(NEW,))
    assert exoscale.content() == {stays}
    assert (await provider.test()).zones == (ZONE, SUB_ZONE)


async def test_a_real_powerdns_is_written_through_the_library(tmp_path: Path) -> None:
    absent = missing_program("pdns_server", "pdnsutil")
    if absent is not None:
        pytest.skip(absent)
    with powerdns_server(tmp_path) as server:
        server.reset(())
        options = {"auth_token": server.api_key, "pdns_server": f"http://127.0.0.1:{server.api_port}"}
        question = {"provider": "powerdns", "options": options, "domain": ZONE, "endpoint": "", "ttl": 60}
        question |= {"name": HOME.name, "types": ["A", "CNAME"]}
        step = {"do": "create", "id": None, "type": "A", "name": HOME.name, "content": NEW}
        told = await PATIENT.ask({**question, "step": step})
        assert Datum(HOME.name, "A", NEW, 60) in server.content()
        assert {"type": "A", "name": HOME.name, "content": NEW, "ttl": 60}.items() <= next(
            record for record in told["records"] if record["name"] == HOME.name
        ).items()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(429, headers=(("Retry-After", "77"),)), RateLimited),
        (Answer(403, b"{}"), PermissionDenied),
        (Answer(404, b"{}"), ZoneNotFound),
        (Answer(422, b"{}"), RequestRejected),
        (Answer(503, b"{}"), ProviderUnavailable),
        (Answer(200, MAINTENANCE_PAGE, (("Content-Type", "text/html"),)), ProviderUnavailable),
        (Answer(403, MAINTENANCE_PAGE, (("Content-Type", "text/html"),)), ProviderUnavailable),
        (Answer(200, b"[1]", (("Content-Type", "application/json"),)), UnexpectedAnswer),
        (Answer(200, b"{", (("Content-Type", "application/json"),)), UnexpectedAnswer),
        (Answer(302, headers=(("Location", "http://127.0.0.2:9/"),)), UnexpectedAnswer),
    ],
)
async def test_what_goes_wrong_is_told_in_our_kinds(
    exoscale: LexiconHarness, answer: Answer, kind: type[DdnsTrayError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    exoscale.served.fail_next(answer)
    with pytest.raises(DdnsTrayError) as caught:
        await exoscale.open().read(HOME)
    assert type(caught.value) is kind
    assert caught.value.problem.hint is not None
    assert_silent(caught.value, CANARY, caplog)
    assert len(exoscale.served.requests) == 1
    if kind is RateLimited:
        assert caught.value.retry_after == 77


async def test_a_write_that_does_not_show_is_not_called_done(exoscale: LexiconHarness) -> None:
    exoscale.seed((Datum(HOME.name, "A", OLD),))
    exoscale.served.fail_next(Answer(200, b'{"record": {}}'), lambda request: request.method == "PUT")
    with pytest.raises(Unconfirmed):
        await update(exoscale.open(), HOME, NEW)
    assert exoscale.content() == {Datum(HOME.name, "A", OLD)}


async def test_a_library_that_is_stuck_is_ended_at_its_deadline_and_leaves_nothing(exoscale: LexiconHarness) -> None:
    before = children()
    process = LexiconProcess(command=(sys.executable, "-c", stuck_worker()), deadline=0.3)
    provider = exoscale.open(process=process)
    with pytest.raises(TimedOut):
        await provider.read(HOME)
    existing = ExistingSet(HOME, ZONE, ())
    with pytest.raises(Unconfirmed):
        await provider.apply(Change(HOME, existing, (NEW,), create=(NEW,)))
    assert children() == before


async def test_a_question_that_nobody_waits_for_any_more_ends_at_once(exoscale: LexiconHarness) -> None:
    before = children()
    process = LexiconProcess(command=(sys.executable, "-c", stuck_worker()), deadline=300)
    asking = asyncio.create_task(exoscale.open(process=process).read(HOME))
    await asyncio.to_thread(wait_for, lambda: children() > before)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.to_thread(wait_for, lambda: children() == before)


async def test_a_worker_that_dies_is_told_as_what_it_is(exoscale: LexiconHarness) -> None:
    process = LexiconProcess(command=(sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(ConfigError, match="does not run"):
        await exoscale.open(process=process).read(HOME)
    with pytest.raises(WorkerEnded):
        await process.ask({})


async def test_secrets_are_in_no_argument_and_no_environment(exoscale: LexiconHarness) -> None:
    code = (
        "import json, os, sys\n"
        "question = sys.stdin.read()\n"
        "seen = ' '.join([*sys.argv, *os.environ, *os.environ.values()])\n"
        "told = 'canary' in question and 'canary' not in seen and 'HOME' in seen\n"
        "records = [{'id': 1, 'type': 'A', 'name': 'home.example.test', 'content': '203.0.113.7', 'ttl': 60}]\n"
        "print(json.dumps({'requests': 1, 'records': records if told else []}))\n"
    )
    environ = {**os.environ, "DDNS_TRAY_SECRET_OTHER_TOKEN": "a canary of another account"}
    provider = exoscale.open(process=LexiconProcess(command=(sys.executable, "-c", code), environ=environ))
    existing = await provider.read(HOME)
    assert existing is not None
    assert existing.addresses == (NEW,)
    assert CANARY not in repr(provider)


@pytest.mark.parametrize(
    ("words", "kinds", "stage", "kind"),
    [
        ("No domain found", ["AuthenticationError", "LexiconError", "Exception"], "sign_in", "zone_not_found"),
        ("login failed", ["AuthenticationError", "LexiconError", "Exception"], "sign_in", "authentication_failed"),
        ("wrong password", ["Exception", "BaseException"], "sign_in", "authentication_failed"),
        ("record is locked", ["Exception", "BaseException"], "list", "request_rejected"),
        ("", ["SSLError", "ConnectionError", "OSError"], "sign_in", "tls_failed"),
        ("", ["ConnectionError", "OSError"], "sign_in", "connect_failed"),
        ("", ["KeyError", "LookupError"], "list", "unexpected_answer"),
        ("", ["ConnectionError", "OSError"], "write", "unconfirmed"),
        ("", ["ConnectTimeout", "ConnectionError", "Timeout"], "write", "connect_failed"),
    ],
)
async def test_errors_of_the_library_are_told_apart(
    exoscale: LexiconHarness, words: str, kinds: list[str], stage: str, kind: str
) -> None:
    failure = {"kinds": kinds, "status": None, "retry_after": None, "words": f"{words} {CANARY}"}
    told = {"requests": 1, "stage": stage, "page": False, "failure": failure}
    process = LexiconProcess(command=(sys.executable, "-c", scripted_worker(told)))
    with pytest.raises(DdnsTrayError) as caught:
        await exoscale.open(process=process).read(HOME)
    assert caught.value.code == kind
    assert caught.value.problem.hint is not None
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("apex", ["", "@", f".{ZONE}", f"@.{ZONE}", f"{ZONE}.", ZONE])
@pytest.mark.parametrize("written", ["home", f"home.{ZONE}", f"HOME.{ZONE}."])
async def test_names_are_known_however_the_library_writes_them(
    exoscale: LexiconHarness, apex: str, written: str
) -> None:
    records = [
        {"id": number, "type": "A", "name": name, "content": NEW, "ttl": "60"}
        for number, name in enumerate((apex, written, f"x{written}", apex or None))
    ]
    told = {"requests": 1, "stage": "list", "page": False, "records": records}
    process = LexiconProcess(command=(sys.executable, "-c", scripted_worker(told)))
    sets = await exoscale.open(process=process).records(ZONE)
    assert [each.key.name for each in sets] == [ZONE, HOME.name, f"x{HOME.name}"]


async def test_numbers_stay_numbers_on_their_way_back(exoscale: LexiconHarness) -> None:
    exoscale.seed((Datum(HOME.name, "A", OLD),))
    existing = await exoscale.open(process=PATIENT).read(HOME)
    assert existing is not None
    (record,) = existing.records
    assert isinstance(record, ExistingRecord)
    assert record.extra["handle"] == record.id


def test_every_row_names_options_that_the_library_knows() -> None:
    from argparse import ArgumentParser
    from importlib import import_module

    from ddns_tray.providers.catalogue.lexicon import ROWS

    for row in ROWS.values():
        module = import_module(f"lexicon._private.providers.{row.provider}")
        parser = ArgumentParser()
        module.Provider.configure_parser(parser)
        known = {action.dest for action in parser._actions}
        assert {*row.secret, *row.plain, *row.fixed} <= known, row.id
        if row.base_url:
            options = dict.fromkeys((*row.secret, *row.plain), "x") | dict(row.fixed)
            config = import_module("lexicon.config").ConfigResolver()
            config.with_dict({"provider_name": row.provider, "domain": "example.test", row.provider: options})
            assert module.Provider(config).api_endpoint == row.base_url, row.id
        assert spec(row.id).status is ProviderStatus.ALIVE


def children() -> set[str]:
    """The processes that we have started and that still run."""
    if sys.platform != "linux":
        pytest.skip("only Linux tells which processes we have started")
    return {child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()}


def wait_for(condition: Callable[[], object]) -> None:
    """Return as soon as it holds; the test's own time limit is the end of patience."""
    while not condition():
        time.sleep(0.001)
