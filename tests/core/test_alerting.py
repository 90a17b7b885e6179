from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType

from ddns_tray.core.alerting import AlertMemory, Notice, NoticeKind, changes
from ddns_tray.core.case import verdict
from ddns_tray.core.model import (
    AddressState,
    Agreement,
    Colour,
    Family,
    Phase,
    RecordKey,
    RecordStatus,
    RecordType,
    Snapshot,
    Verdict,
    VerdictKind,
)

NOW = 1_800_000_000.0
HOME = RecordKey("home.example.org", RecordType.A)
NAS = RecordKey("nas.example.org", RecordType.A)
RED = verdict(VerdictKind.MISMATCH, Colour.RED)
GREEN = verdict(VerdictKind.MATCHED, Colour.GREEN)
YELLOW = verdict(VerdictKind.PROPAGATING, Colour.YELLOW)
GREY = verdict(VerdictKind.OFFLINE, Colour.GREY)
A, B = "11.22.33.44", "55.66.77.88"


class Teller:
    """Feeds snapshots one after the other, as a subscriber does, and keeps what was said."""

    def __init__(self) -> None:
        self.memory = AlertMemory()

    def see(
        self,
        home: Verdict | None = None,
        *,
        nas: Verdict | None = None,
        address: str | None = None,
        quiet_until: float | None = None,
    ) -> list[tuple[NoticeKind, RecordKey | Family | None]]:
        return [(each.kind, each.key or each.family) for each in self.hear(snapshot(home, nas, address), quiet_until)]

    def hear(self, after: Snapshot, quiet_until: float | None = None) -> tuple[Notice, ...]:
        notices, self.memory = changes(self.memory, after, quiet_until=quiet_until)
        return notices


def snapshot(home: Verdict | None, nas: Verdict | None, address: str | None) -> Snapshot:
    state = AddressState.AGREED if address else AddressState.UNKNOWN
    agreement = Agreement(Family.IPV4, state, ip_address(address) if address else None, ())
    records = tuple(RecordStatus(key, None, (), each) for key, each in ((HOME, home), (NAS, nas)) if each is not None)
    return Snapshot(NOW, Phase.IDLE, Colour.GREY, MappingProxyType({Family.IPV4: agreement}), records)


def test_a_record_that_turns_red_is_told_once() -> None:
    teller = Teller()
    assert teller.see(GREEN) == []
    assert teller.see(RED) == [(NoticeKind.TROUBLE, HOME)]
    assert teller.see(RED) == []


def test_a_record_that_is_red_at_the_start_is_told() -> None:
    assert Teller().see(RED) == [(NoticeKind.TROUBLE, HOME)]


def test_yellow_says_nothing_but_may_turn_red() -> None:
    teller = Teller()
    assert teller.see(YELLOW) == []
    assert teller.see(RED) == [(NoticeKind.TROUBLE, HOME)]


def test_only_green_ends_a_trouble() -> None:
    teller = Teller()
    teller.see(RED)
    assert teller.see(GREY) == []
    assert teller.see(YELLOW) == []
    assert teller.see(RED) == []
    assert teller.see(GREEN) == [(NoticeKind.RECOVERED, HOME)]
    assert teller.see(GREEN) == []
    assert teller.see(RED) == [(NoticeKind.TROUBLE, HOME)]


def test_grey_is_silent() -> None:
    teller = Teller()
    assert teller.see(GREY) == []
    assert teller.see(GREEN) == []
    assert teller.see(GREY) == []


def test_each_record_has_its_own_story() -> None:
    teller = Teller()
    assert teller.see(RED, nas=GREEN) == [(NoticeKind.TROUBLE, HOME)]
    assert teller.see(GREEN, nas=RED) == [(NoticeKind.RECOVERED, HOME), (NoticeKind.TROUBLE, NAS)]


def test_a_record_that_is_gone_is_forgotten() -> None:
    teller = Teller()
    teller.see(RED)
    teller.see(None)
    assert teller.memory.troubled == frozenset()
    assert teller.see(RED) == [(NoticeKind.TROUBLE, HOME)]


def test_the_first_address_is_learned_and_a_change_is_told_with_both() -> None:
    teller = Teller()
    assert teller.see(address=A) == []
    (notice,) = teller.hear(snapshot(None, None, B))
    assert (notice.kind, notice.family, notice.before, notice.after) == (
        NoticeKind.ADDRESS_CHANGED,
        Family.IPV4,
        A,
        B,
    )
    assert teller.see(address=B) == []


def test_an_address_that_is_unknown_for_a_while_has_not_changed() -> None:
    teller = Teller()
    teller.see(address=A)
    assert teller.see(address=None) == []
    assert teller.see(address=A) == []
    assert teller.see(address=B) == [(NoticeKind.ADDRESS_CHANGED, Family.IPV4)]


def test_what_still_holds_after_the_quiet_is_told_then() -> None:
    teller = Teller()
    teller.see(GREEN, address=A)
    assert teller.see(RED, address=B, quiet_until=NOW + 1) == []
    assert teller.see(RED, address=B, quiet_until=NOW) == [
        (NoticeKind.ADDRESS_CHANGED, Family.IPV4),
        (NoticeKind.TROUBLE, HOME),
    ]


def test_nothing_is_told_in_a_pause_and_what_holds_after_it_is_told_then() -> None:
    teller = Teller()
    assert teller.see(GREEN, address=A) == []
    assert teller.hear(replace(snapshot(GREY, None, B), phase=Phase.PAUSED)) == ()
    assert teller.see(GREEN, address=B) == [(NoticeKind.ADDRESS_CHANGED, Family.IPV4)]


def test_what_passed_in_the_quiet_is_never_told() -> None:
    teller = Teller()
    teller.see(GREEN, address=A)
    assert teller.see(RED, address=B, quiet_until=NOW + 1) == []
    assert teller.see(GREEN, address=A, quiet_until=NOW - 1) == []


def test_a_notice_carries_the_verdict_that_it_is_about() -> None:
    (notice,) = Teller().hear(snapshot(RED, None, None))
    assert notice.verdict is RED
    assert notice.at == NOW


def test_yellow_is_told_to_those_who_ask_once_it_has_lasted() -> None:
    def yellow_since(since: float | None) -> Snapshot:
        now = snapshot(YELLOW, GREEN, None)
        return replace(now, records=tuple(replace(record, since=since) for record in now.records))

    for since, after, kinds in (
        (NOW - 900, None, []),
        (None, 900, []),
        (NOW - 899, 900, []),
        (NOW - 900, 900, [NoticeKind.WARNING]),
    ):
        notices, _ = changes(AlertMemory(), yellow_since(since), quiet_until=None, warn_after=after)
        assert [notice.kind for notice in notices] == kinds
    teller = Teller()
    lasting = yellow_since(NOW - 900)
    first, teller.memory = changes(teller.memory, lasting, quiet_until=None, warn_after=900)
    assert [(notice.kind, notice.key) for notice in first] == [(NoticeKind.WARNING, HOME)]
    again, teller.memory = changes(teller.memory, lasting, quiet_until=None, warn_after=900)
    assert again == ()
    assert teller.see(GREEN) == [(NoticeKind.RECOVERED, HOME)]
    assert teller.memory.warned == frozenset()


def test_red_after_yellow_is_told_and_yellow_after_red_is_not() -> None:
    teller = Teller()
    memory = AlertMemory(warned=frozenset({HOME}))
    teller.memory = memory
    assert teller.see(RED) == [(NoticeKind.TROUBLE, HOME)]
    lasting = snapshot(YELLOW, None, None)
    lasting = replace(lasting, records=tuple(replace(record, since=NOW - 9_000) for record in lasting.records))
    notices, teller.memory = changes(teller.memory, lasting, quiet_until=None, warn_after=900)
    assert notices == ()
    assert teller.see(GREEN) == [(NoticeKind.RECOVERED, HOME)]
