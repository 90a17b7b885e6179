from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.addresses import canonical_address
from ddns_tray.core.model import (
    AbortReason,
    Change,
    ExistingRecord,
    ExistingSet,
    Intent,
    Plan,
    RecordKey,
    RecordMemory,
    RecordType,
)
from ddns_tray.core.plan import plan

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = RecordKey("home.example.org", RecordType.A)
A, B, C, D = "11.22.33.44", "55.66.77.88", "9.9.9.9", "8.8.4.4"


def existing(*records: str | ExistingRecord) -> ExistingSet:
    made = (each if isinstance(each, ExistingRecord) else ExistingRecord(each) for each in records)
    return ExistingSet(KEY, "example.org", tuple(made))


def decide(
    desired: tuple[str, ...] | None,
    there: ExistingSet | None,
    *,
    ours: Sequence[str] = (),
    memory: RecordMemory | None = None,
    force: bool = False,
    ttl: int | None = None,
    proxied: bool | None = None,
    comment: str | None = None,
    key: RecordKey = KEY,
) -> Plan:
    known = memory or RecordMemory(ours=frozenset(ours))
    return plan(key, desired, there, known, force=force, ttl=ttl, proxied=proxied, comment=comment)


def change_of(made: Plan) -> Change:
    assert made.change is not None
    return made.change


# --- what is not known ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [None, existing(), existing(A), existing(A, B)])
@pytest.mark.parametrize("force", [False, True])
def test_an_unknown_address_touches_nothing(there: ExistingSet | None, *, force: bool) -> None:
    made = decide(None, there, ours=[A], force=force)
    assert made == Plan(KEY, Intent.ABORT, None, AbortReason.ADDRESS_UNKNOWN)


# --- services that can be read ----------------------------------------------------------------------------------------


def test_what_is_equal_is_left_alone() -> None:
    assert decide((A,), existing(A)) == Plan(KEY, Intent.PRESERVE)
    assert decide((A, B), existing(B, A)) == Plan(KEY, Intent.PRESERVE)


def test_addresses_are_compared_by_meaning() -> None:
    key = RecordKey("home.example.org", RecordType.AAAA)
    there = ExistingSet(key, None, (ExistingRecord("2A02:810D:0:0::7"),))
    assert decide(("2a02:810d::7",), there, key=key).intent is Intent.PRESERVE


def test_a_missing_record_is_created() -> None:
    change = change_of(decide((A,), existing(), ttl=60, proxied=False, comment="home"))
    assert (change.after, change.create, change.replace, change.delete) == ((A,), (A,), (), ())
    assert (change.ttl, change.proxied, change.comment) == (60, False, "home")


def test_the_only_record_was_handed_to_us_with_the_name() -> None:
    old = ExistingRecord(B, id="r1")
    change = change_of(decide((A,), existing(old)))
    assert (change.replace, change.create, change.delete, change.after) == (((old, A),), (), (), (A,))


def test_several_foreign_records_are_not_touched() -> None:
    assert decide((A,), existing(B, C)) == Plan(KEY, Intent.ABORT, None, AbortReason.NOT_OURS)


def test_force_replaces_a_foreign_set() -> None:
    there = existing(B, C)
    change = change_of(decide((A,), there, force=True))
    assert change.replace == ((there.records[0], A),)
    assert change.delete == (there.records[1],)
    assert change.after == (A,)


def test_ours_changes_and_foreign_ones_stay() -> None:
    there = existing(C, B)
    change = change_of(decide((A,), there, ours=[B]))
    assert change.keep == (there.records[0],)
    assert change.replace == ((there.records[1], A),)
    assert change.after == (C, A)


def test_foreign_extra_addresses_are_left_for_the_verdict_to_tell() -> None:
    assert decide((A,), existing(A, B)).intent is Intent.PRESERVE


def test_an_old_address_of_ours_beside_the_right_one_is_deleted() -> None:
    there = existing(A, B)
    change = change_of(decide((A,), there, ours=[A, B]))
    assert (change.keep, change.delete, change.after) == ((there.records[0],), (there.records[1],), (A,))


def test_a_missing_address_beside_a_right_one_is_created_without_touching_foreign_ones() -> None:
    there = existing(A, B)
    change = change_of(decide((A, C), there))
    assert (change.create, change.replace, change.delete, change.after) == ((C,), (), (), (A, B, C))


def test_of_duplicates_one_stays_and_the_others_go_last() -> None:
    first, second = ExistingRecord(A, id="1"), ExistingRecord(A, id="2")
    change = change_of(decide((A,), existing(first, second)))
    assert (change.keep, change.delete, change.after) == ((first,), (second,), (A,))


def test_a_single_address_given_twice_by_the_provider_is_ours_to_change() -> None:
    first, second = ExistingRecord(B, id="1"), ExistingRecord(B, id="2")
    change = change_of(decide((A,), existing(first, second)))
    assert (change.replace, change.delete, change.after) == (((first, A),), (second,), (A,))


@pytest.mark.parametrize(
    ("found", "ttl", "proxied", "comment", "intent"),
    [
        (ExistingRecord(A, ttl=300), 60, None, None, Intent.UPDATE),
        (ExistingRecord(A, ttl=60), 60, None, None, Intent.PRESERVE),
        (ExistingRecord(A, ttl=300), None, None, None, Intent.PRESERVE),
        (ExistingRecord(A), 60, None, None, Intent.PRESERVE),
        (ExistingRecord(A, proxied=True), None, False, None, Intent.UPDATE),
        (ExistingRecord(A, proxied=True), None, None, None, Intent.PRESERVE),
        (ExistingRecord(A), None, True, None, Intent.PRESERVE),
        (ExistingRecord(A, comment="old"), None, None, "new", Intent.UPDATE),
        (ExistingRecord(A, comment=""), None, None, "new", Intent.UPDATE),
        (ExistingRecord(A, comment="mine"), None, None, None, Intent.PRESERVE),
        (ExistingRecord(A), None, None, "new", Intent.PRESERVE),
        (ExistingRecord(A, ttl=1, proxied=True), 60, None, None, Intent.PRESERVE),
        (ExistingRecord(A, ttl=1, proxied=True), 60, True, None, Intent.PRESERVE),
        (ExistingRecord(A, ttl=1, proxied=True), 60, False, None, Intent.UPDATE),
    ],
)
def test_only_what_was_asked_for_and_is_known_to_differ_is_rewritten(
    found: ExistingRecord, ttl: int | None, comment: str | None, intent: Intent, *, proxied: bool | None
) -> None:
    made = decide((A,), existing(found), ttl=ttl, proxied=proxied, comment=comment)
    assert made.intent is intent
    if made.change is not None:
        assert made.change.replace == ((found, A),)
        assert made.change.after == (A,)


def test_a_foreign_record_keeps_its_own_ttl() -> None:
    assert decide((A,), existing(ExistingRecord(A, ttl=60), ExistingRecord(B, ttl=300)), ttl=60).change is None


def test_force_writes_what_is_equal() -> None:
    there = existing(A)
    change = change_of(decide((A,), there, force=True))
    assert change.replace == ((there.records[0], A),)
    assert change.after == (A,)


def test_force_leaves_a_foreign_record_beside_the_right_one() -> None:
    there = existing(A, B)
    assert change_of(decide((A,), there, force=True)).after == (A, B)


# --- clearing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("force", [False, True])
def test_clearing_deletes_only_what_is_ours(*, force: bool) -> None:
    there = existing(A, B)
    made = decide((), there, ours=[A], force=force)
    change = change_of(made)
    assert made.intent is Intent.CLEAR
    assert (change.keep, change.delete, change.after) == ((there.records[1],), (there.records[0],), (B,))


def test_clearing_our_only_record_leaves_nothing() -> None:
    assert change_of(decide((), existing(A), ours=[A])).after == ()


def test_a_lone_record_that_we_never_had_is_not_cleared() -> None:
    assert decide((), existing(A)).intent is Intent.PRESERVE


@pytest.mark.parametrize("force", [False, True])
def test_there_is_nothing_to_clear_where_nothing_is_ours(*, force: bool) -> None:
    assert decide((), existing(), force=force).intent is Intent.PRESERVE
    assert decide((), existing(A, B), force=force).intent is Intent.PRESERVE


# --- services that cannot be read -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("desired", "memory", "force", "intent"),
    [
        ((A,), RecordMemory(), False, Intent.UPDATE),
        ((A,), RecordMemory(written=(A,)), False, Intent.PRESERVE),
        ((A,), RecordMemory(written=(B,)), False, Intent.UPDATE),
        ((A,), RecordMemory(written=(A,), unconfirmed=True), False, Intent.UPDATE),
        ((A,), RecordMemory(written=(A,)), True, Intent.UPDATE),
        ((A, B), RecordMemory(written=(B, A)), False, Intent.PRESERVE),
        ((), RecordMemory(), False, Intent.PRESERVE),
        ((), RecordMemory(), True, Intent.PRESERVE),
        ((), RecordMemory(written=(A,)), False, Intent.CLEAR),
        ((), RecordMemory(unconfirmed=True), False, Intent.CLEAR),
    ],
)
def test_where_nothing_can_be_read_our_last_write_speaks(
    desired: tuple[str, ...], memory: RecordMemory, intent: Intent, *, force: bool
) -> None:
    made = decide(desired, None, memory=memory, force=force, ttl=60)
    assert made.intent is intent
    assert (made.change is None) == (intent is Intent.PRESERVE)
    if made.change is not None:
        assert (made.change.existing, made.change.after, made.change.create) == (None, desired, desired)
        assert made.change.ttl == 60


# --- for all of them --------------------------------------------------------------------------------------------------


def carried_out(change: Change) -> ExistingSet:
    """Do to single records what the change says."""
    replaced = {id(record): address for record, address in change.replace}
    assert change.existing is not None
    standing = [
        ExistingRecord(replaced.get(id(record), record.address), change.ttl if id(record) in replaced else record.ttl)
        for record in change.existing.records
        if record not in change.delete
    ]
    return existing(*standing, *(ExistingRecord(address, change.ttl) for address in change.create))


def test_every_plan_is_safe_complete_and_done_after_one_go() -> None:
    chance = random.Random(20261122)
    intents: set[Intent] = set()
    for _ in range(5_000):
        records = [
            ExistingRecord(chance.choice([A, B, C, D]), chance.choice([None, 60, 300]), id=str(number))
            for number in range(chance.randrange(5))
        ]
        there = existing(*records)
        ours = frozenset(chance.sample([A, B, C, D], chance.randrange(3)))
        desired = tuple(chance.sample([A, B, C], chance.randrange(4)))
        force = chance.random() < 0.2
        ttl = chance.choice([None, 60])
        made = decide(desired, there, ours=list(ours), force=force, ttl=ttl)
        intents.add(made.intent)
        if made.change is None:
            continue
        change = made.change
        lots = [*change.keep, *(record for record, _ in change.replace), *change.delete]
        assert sorted(record.id or "" for record in lots) == sorted(record.id or "" for record in records)
        assert set(desired) <= set(change.after)
        assert len(set(change.after)) == len(change.after)
        done = carried_out(change)
        assert {canonical_address(each) for each in done.addresses} == set(change.after)
        foreign = set(there.addresses) - ours - set(desired)
        lone = len(set(there.addresses)) == 1
        whole = force and not (ours | set(desired)) & set(there.addresses) and bool(desired)
        if not lone and not whole:
            assert foreign <= set(change.after)
        again = decide(desired, done, ours=[*ours, *desired], ttl=ttl)
        assert again.change is None
        assert again.intent is Intent.PRESERVE
    assert intents == {Intent.PRESERVE, Intent.UPDATE, Intent.CLEAR, Intent.ABORT}
