"""What must hold for any mix of observations, however odd."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from ddns_tray.core.addresses import canonical_set
from ddns_tray.core.judge import judge
from ddns_tray.core.model import (
    AddressState,
    Colour,
    LookError,
    Observation,
    RecordMemory,
    Role,
    Transport,
    VerdictKind,
    View,
)
from ddns_tray.core.reasons import REASONS
from tests.support.looks import KEY, NEW, NOW, OLD, OTHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ddns_tray.core.model import Verdict

ROUNDS = 5_000
ADDRESSES = [(NEW,), (NEW,), (NEW,), (OLD,), (NEW, OTHER), (), ("0.0.0.0",), ("192.168.1.5",), ("no address",)]
PATHS: Sequence[tuple[str, ...]] = [(), (), ("elsewhere.example",), ("www.example.org", "elsewhere.example")]


class Case:
    """One random case, and what came of it."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.calm = chance.random() < 0.4
        self.view = _view(chance, calm=self.calm)
        self.expected = chance.choice([None, frozenset({NEW}), frozenset({NEW}), frozenset({NEW, OTHER}), frozenset()])
        self.memory = _memory(chance)
        self.online = chance.choice([True, True, False, None])
        self.watched_only = chance.random() < 0.5
        self.address_state = chance.choice([None, *AddressState])
        self.verdict, self.after = self.judge(self.view, self.memory, NOW)

    def judge(self, view: View, memory: RecordMemory, now: float) -> tuple[Verdict, RecordMemory]:
        return judge(
            view,
            self.expected,
            memory,
            now=now,
            online=self.online,
            paused=False,
            watched_only=self.watched_only,
            address_state=self.address_state,
        )

    @property
    def wanted(self) -> frozenset[str]:
        return self.after.expected if self.expected is None else self.expected

    def witnesses(self, role: Role) -> list[Observation]:
        """Those of a role that said what the name leads to."""
        return [
            each
            for each in self.view.observations
            if each.role is role
            and each.error is None
            and each.rcode in {"NOERROR", "NXDOMAIN"}
            and not each.referral
            and (each.aa or role is not Role.AUTHORITATIVE)
        ]

    def is_right(self, seen: Observation) -> bool:
        return canonical_set(seen.answer) == self.wanted


@cache
def cases() -> list[Case]:
    return [Case(seed) for seed in range(ROUNDS)]


def _points_elsewhere(seen: Observation) -> bool:
    return bool(seen.cnames) and not seen.answer and seen.rcode == "NOERROR" and seen.negative_ttl is None


def _view(chance: random.Random, *, calm: bool) -> View:
    seen = [
        *(_observation(chance, Role.AUTHORITATIVE, f"ns{n}", calm=calm) for n in range(chance.randrange(4))),
        *(_observation(chance, Role.RESOLVER, f"r{n}", calm=calm) for n in range(chance.randrange(6))),
    ]
    error = chance.choice([None, None, None, LookError.TIMEOUT])
    return View(KEY, None if error else "example.org", tuple(seen), NOW, error, chance.choice([None, 4_200]))


def _observation(chance: random.Random, role: Role, server: str, *, calm: bool) -> Observation:
    answer = (NEW,) if calm and chance.random() < 0.9 else chance.choice(ADDRESSES)
    error = chance.choice(list(LookError)) if chance.random() < (0.05 if calm else 0.25) else None
    rcode = "NOERROR" if calm else chance.choice(["NOERROR"] * 5 + ["NXDOMAIN", "SERVFAIL", "REFUSED", "FORMERR", None])
    positive = rcode == "NOERROR" and error is None
    cnames = chance.choice(PATHS) if not calm else ()
    return Observation(
        role=role,
        server=server,
        address="192.0.2.1",
        transport=chance.choice(list(Transport)),
        at=NOW - chance.uniform(0, 5),
        rcode=None if error else rcode,
        answer=answer if positive else (),
        ttl=chance.choice([None, 0, 30, 60, 86_400]),
        aa=calm or chance.random() < 0.8,
        ede=chance.choice([(), (), (), (3,), (6,), (17,), (22,)]) if not calm else (),
        cnames=cnames,
        ttls=tuple(chance.choice([0, 30, 86_400]) for _ in range(chance.randrange(len(cnames) + 2))) if cnames else (),
        referral=not calm and chance.random() < 0.1,
        negative_ttl=chance.choice([None, 300]),
        serial=chance.choice([None, 1, 2, 2**32 - 1]),
        error=error,
        checking_disabled=chance.choice([None, "NOERROR", "SERVFAIL"]) if rcode == "SERVFAIL" else None,
    )


def _memory(chance: random.Random) -> RecordMemory:
    def moment() -> float | None:
        return chance.choice([None, NOW - 1e6, NOW - 100, NOW - 10, NOW, NOW + 1e6])

    return RecordMemory(
        expected=chance.choice([frozenset(), frozenset({NEW}), frozenset({OLD})]),
        expected_since=moment(),
        served_since=moment(),
        old_ttl=chance.choice([None, 0, 60, 86_400]),
        old_negative=chance.random() < 0.3,
        last_matched=moment(),
        written=chance.choice([(), (NEW,), (OLD,)]),
        written_at=moment(),
        served_ttl=chance.choice([None, 60]),
        served_path=chance.choice(PATHS),
        served_path_ttl=chance.choice([None, 0, 86_400]),
        served_edge=chance.choice([frozenset(), frozenset({OLD})]),
        old_assumed=chance.random() < 0.3,
        cached_until=chance.choice([{}, {"r0": NOW + 30, "r1": NOW - 30}]),
    )


def test_every_verdict_is_in_the_vocabulary() -> None:
    kinds, codes = set(), set()
    for case in cases():
        reason = case.verdict.reason
        assert reason.data.keys() == REASONS[reason.code], case.verdict
        assert hash(case.verdict) == hash(case.verdict)
        kinds.add(case.verdict.kind)
        codes.add(reason.code)
    assert len(kinds) > 15
    assert len(codes) > 25


def test_green_is_always_proven() -> None:
    greens = 0
    for case in cases():
        if case.verdict.colour is not Colour.GREEN:
            continue
        greens += 1
        servers, resolvers = case.witnesses(Role.AUTHORITATIVE), case.witnesses(Role.RESOLVER)
        right = [each for each in resolvers if case.is_right(each)]
        told = [each for each in servers if not _points_elsewhere(each)]
        assert all(case.is_right(each) for each in told), case.verdict
        assert told or len(right) >= 2, case.verdict
        if case.verdict.kind is VerdictKind.AUTH_UNREACHABLE:
            assert sum(each.transport in {Transport.TLS, Transport.HTTPS} for each in right) >= 2
        assert case.expected is not None or case.watched_only
    assert greens > 300


def test_red_always_has_an_answer_behind_it() -> None:
    reds = 0
    for case in cases():
        if case.verdict.colour is Colour.RED:
            reds += 1
            assert any(each.rcode is not None or each.error is LookError.NO_ADDRESS for each in case.view.observations)
            assert case.online is not False or case.witnesses(Role.AUTHORITATIVE) or case.witnesses(Role.RESOLVER)
    assert reds > 500


def test_silence_is_never_a_colour_of_the_name() -> None:
    for case in cases():
        mute = replace(
            case.view,
            observations=tuple(
                replace(each, rcode=None, answer=(), error=LookError.TIMEOUT) for each in case.view.observations
            ),
        )
        verdict, memory = case.judge(mute, case.memory, NOW)
        assert verdict.colour in {Colour.GREY, Colour.YELLOW}
        if case.online is False:
            assert verdict.kind is VerdictKind.OFFLINE
            assert memory is case.memory


def test_the_order_of_the_observations_does_not_matter() -> None:
    chance = random.Random(1)
    for case in cases():
        shuffled = tuple(chance.sample(case.view.observations, len(case.view.observations)))
        assert case.judge(replace(case.view, observations=shuffled), case.memory, NOW) == (case.verdict, case.after)


def test_a_second_look_at_the_same_things_comes_to_the_same_verdict() -> None:
    for case in cases():
        again, memory = case.judge(case.view, case.after, NOW)
        if case.verdict.colour is Colour.GREEN:
            assert again == case.verdict
        assert again.kind is case.verdict.kind
        assert memory.expected == case.after.expected


def test_what_belongs_to_the_writer_is_left_alone() -> None:
    for case in cases():
        for name in ("ours", "written", "unconfirmed", "failures", "not_before", "blocked"):
            assert getattr(case.after, name) == getattr(case.memory, name)
        for moment in (case.after.served_since, case.after.last_matched, case.after.expected_since):
            assert moment is None or moment <= NOW or case.after is case.memory


def test_a_deadline_lies_ahead_and_waiting_for_it_ends() -> None:
    for case in cases():
        if case.verdict.deadline is None:
            continue
        assert case.verdict.deadline >= NOW
        assert case.verdict.colour is Colour.YELLOW
        if case.verdict.kind is VerdictKind.PROPAGATING:
            later = max(case.verdict.deadline, NOW) + 200_000
            assert case.judge(case.view, case.after, later)[0].kind is not VerdictKind.PROPAGATING
