"""A quick copy is the copy that the standard library makes, in every respect."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from ddns_tray.core.copies import altered
from ddns_tray.core.model import Observation, RecordMemory, Role, Transport, View
from tests.support.looks import NEW, auth, look

SEEN = Observation(Role.RESOLVER, "udp://192.0.2.53", "192.0.2.53", Transport.UDP, 1.0, "NOERROR", ("192.0.2.1",), 60)


@pytest.mark.parametrize(
    ("thing", "changes"),
    [
        (SEEN, {"at": 2.0, "ttl": 5, "rtt_ms": 0.5}),
        (SEEN, {}),
        (RecordMemory(expected=frozenset({NEW}), failures=2), {"last_matched": 3.0}),
        (look(auth("ns1", NEW)), {"at": 7.0, "wildcard": True}),
    ],
)
def test_it_is_what_replace_gives(thing: Observation | RecordMemory | View, changes: dict[str, object]) -> None:
    quick, slow = altered(thing, **changes), replace(thing, **changes)  # type: ignore[arg-type]
    assert type(quick) is type(thing)
    assert (quick, repr(quick), thing) == (slow, repr(slow), replace(thing))


def test_it_is_frozen_and_has_its_hash() -> None:
    quick = altered(SEEN, at=2.0)
    with pytest.raises(FrozenInstanceError):
        quick.at = 3.0  # type: ignore[misc]
    assert {quick} == {replace(SEEN, at=2.0)}


def test_a_field_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(KeyError):
        altered(SEEN, when=2.0)


@dataclass(frozen=True, slots=True)
class Counted:
    first: int
    second: int

    def __post_init__(self) -> None:
        assert self.first <= self.second


@dataclass(frozen=True)
class Open:
    first: int = 1
    second: int = 2


def test_what_does_more_than_hold_its_fields_is_not_copied_in_this_way() -> None:
    for thing in (Counted(1, 2), Open()):
        with pytest.raises(TypeError):
            altered(thing, first=2)
