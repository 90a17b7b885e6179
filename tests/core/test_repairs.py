"""What a repair would write, to the letter: a person says yes to just this."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ddns_tray.core.model import (
    AbortReason,
    Capabilities,
    Colour,
    ExistingRecord,
    ExistingSet,
    Observation,
    Reason,
    RecordKey,
    RecordMemory,
    RecordStatus,
    RecordType,
    Role,
    Transport,
    Verdict,
    VerdictKind,
    View,
)
from ddns_tray.core.repairs import Repair, RepairKind, Wish, lines, offered, plan_repair, same_records

KEY = RecordKey("home.example.org", RecordType.A)
MINE, OLD, ODD = "203.0.113.7", "203.0.113.8", "198.51.100.9"


def there(*records: ExistingRecord) -> ExistingSet:
    return ExistingSet(KEY, "example.org", records)


def planned(
    kind: RepairKind,
    existing: ExistingSet | None,
    *,
    desired: tuple[str, ...] | None = (MINE,),
    wish: Wish | None = None,
    capabilities: Capabilities | None = None,
    memory: RecordMemory | None = None,
) -> Repair:
    return plan_repair(
        kind,
        KEY,
        desired,
        existing,
        memory or RecordMemory(),
        wish=wish or Wish(),
        capabilities=capabilities or Capabilities(),
    )


def shown(repair: Repair) -> list[tuple[str | None, str | None]]:
    return [(address(line.before), address(line.after)) for line in lines(repair)]


def address(record: ExistingRecord | None) -> str | None:
    return None if record is None else record.address


def status(
    kind: VerdictKind, *, account: str | None = "home", ttl: int = 60, expected: tuple[str, ...] = (MINE,)
) -> RecordStatus:
    seen = Observation(Role.AUTHORITATIVE, "ns1", "192.0.2.1", Transport.UDP, 0.0, "NOERROR", (MINE,), ttl)
    verdict = Verdict(kind, Colour.RED, Reason(kind.value))
    return RecordStatus(KEY, account, expected, verdict, View(KEY, "example.org", (seen,), 0.0))


@pytest.mark.parametrize(
    ("kind", "fitting"),
    [
        (VerdictKind.MISSING, (RepairKind.CREATE,)),
        (VerdictKind.MISMATCH, (RepairKind.CORRECT,)),
        (VerdictKind.EXTRA, (RepairKind.REPLACE_EXTRA,)),
        (VerdictKind.MATCHED, ()),
        (VerdictKind.BOGUS, ()),
    ],
)
def test_each_verdict_has_at_most_one_repair(kind: VerdictKind, fitting: tuple[RepairKind, ...]) -> None:
    assert offered(status(kind)) == fitting
    assert offered(status(kind, account=None)) == ()
    assert offered(status(kind, expected=())) == ()


def test_a_proxy_that_the_settings_do_not_want_can_be_turned_off() -> None:
    verdict = Verdict(VerdictKind.PROXIED, Colour.YELLOW, Reason("proxied_unasked"))
    assert offered(replace(status(VerdictKind.PROXIED), verdict=verdict)) == (RepairKind.UNPROXY,)
    assert offered(status(VerdictKind.PROXIED)) == ()


def test_a_long_ttl_is_offered_to_be_lowered_once_nothing_else_is_wrong() -> None:
    assert offered(status(VerdictKind.PROPAGATING, ttl=3600)) == (RepairKind.LOWER_TTL,)
    assert offered(status(VerdictKind.MATCHED, ttl=300)) == ()
    assert offered(status(VerdictKind.EXTRA, ttl=3600)) == (RepairKind.REPLACE_EXTRA,)


def test_a_missing_record_is_created_with_the_ttl_that_the_settings_ask_for() -> None:
    repair = planned(RepairKind.CREATE, there(), wish=Wish(ttl=30), capabilities=Capabilities(ttl=(120, 600)))
    assert lines(repair)[0].after == ExistingRecord(MINE, 120)
    assert shown(repair) == [(None, MINE)]
    assert repair.change is not None
    assert repair.change.after == (MINE,)


def test_extra_addresses_are_removed_whoever_put_them_there() -> None:
    mine, odd = ExistingRecord(MINE, 60, id="1"), ExistingRecord(ODD, 60, id="2")
    repair = planned(RepairKind.REPLACE_EXTRA, there(odd, mine))
    assert repair.change is not None
    assert (repair.change.keep, repair.change.delete, repair.change.after) == ((mine,), (odd,), (MINE,))
    assert shown(repair) == [(ODD, None), (MINE, MINE)]
    assert [line.is_change for line in lines(repair)] == [True, False]


def test_foreign_addresses_are_turned_into_ours_and_not_doubled() -> None:
    one, two = ExistingRecord(ODD, 300, id="1"), ExistingRecord(OLD, 300, id="2")
    repair = planned(RepairKind.CORRECT, there(one, two))
    assert shown(repair) == [(ODD, MINE), (OLD, None)]
    assert lines(repair)[0].after == replace(one, address=MINE)
    assert repair.change is not None
    assert repair.change.after == (MINE,)


def test_a_right_address_behind_the_proxy_gets_the_proxy_switched_off() -> None:
    edge = there(ExistingRecord(MINE, 300, id="1", proxied=True))
    repair = planned(RepairKind.CORRECT, edge)
    assert repair.kind is RepairKind.UNPROXY
    (line,) = lines(repair)
    assert line.before is not None
    assert line.after is not None
    assert (line.before.proxied, line.after.proxied) == (True, False)
    wanted = planned(RepairKind.CORRECT, edge, wish=Wish(proxied=True))
    assert (wanted.kind, wanted.change) == (RepairKind.CORRECT, None), "who wants the proxy keeps it"


def test_what_is_right_at_the_provider_is_not_written() -> None:
    right = there(ExistingRecord(MINE, 60))
    for kind in (RepairKind.CORRECT, RepairKind.REPLACE_EXTRA):
        repair = planned(kind, right)
        assert (repair.change, repair.abort_reason) == (None, None)
        assert shown(repair) == [(MINE, MINE)]


def test_a_long_ttl_is_lowered_as_far_as_the_service_goes() -> None:
    long = there(ExistingRecord(MINE, 3600, id="1"))
    repair = planned(RepairKind.LOWER_TTL, long, wish=Wish(ttl=3600), capabilities=Capabilities(ttl=(120, 86400)))
    assert lines(repair)[0].after == ExistingRecord(MINE, 120, id="1")
    assert planned(RepairKind.LOWER_TTL, long, capabilities=Capabilities(ttl=None)).change is None


def test_without_a_known_address_nothing_is_planned() -> None:
    repair = planned(RepairKind.CORRECT, there(ExistingRecord(ODD)), desired=None)
    assert (repair.change, repair.abort_reason) == (None, AbortReason.ADDRESS_UNKNOWN)


def test_a_service_that_cannot_be_read_is_told_the_address_again() -> None:
    repair = planned(RepairKind.CORRECT, None, memory=RecordMemory(written=(MINE,)))
    assert shown(repair) == [(None, MINE)]


def test_a_record_of_another_kind_that_came_meanwhile_is_seen() -> None:
    assert planned(RepairKind.CREATE, there(ExistingRecord(ODD))).kind is RepairKind.CORRECT
    assert planned(RepairKind.REPLACE_EXTRA, there()).kind is RepairKind.CREATE


def test_a_set_is_the_same_in_any_order_and_another_with_any_difference() -> None:
    one, two = ExistingRecord(MINE, 60, id="1"), ExistingRecord(OLD, 60, id="2")
    assert same_records(there(one, two), there(two, one))
    assert not same_records(there(one, two), there(one))
    assert not same_records(there(one), there(replace(one, ttl=61)))
    assert not same_records(there(one), None)
    assert same_records(None, None)
