"""How one answer stands to what was expected; for the sign beside it. The verdict on the whole is the judge's."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from ddns_tray.core.model import Role, VerdictKind
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from ddns_tray.core.model import Observation, RecordStatus
    from ddns_tray.words import Words

_ROLE_ORDER = {Role.PARENT: 0, Role.AUTHORITATIVE: 1, Role.RESOLVER: 2}


def ordered_observations(record: RecordStatus) -> list[Observation]:
    """Parent, authoritative servers, resolvers; each in the order in which they were asked."""
    if record.view is None:
        return []
    return sorted(record.view.observations, key=lambda seen: _ROLE_ORDER[seen.role])


def is_right(record: RecordStatus, seen: Observation) -> bool:
    """Whether the answer is exactly the expected set; behind a proxy that is its edge."""
    edge = record.verdict.reason.data.get("expected") if record.verdict.kind is VerdictKind.PROXIED else None
    expected = edge if isinstance(edge, tuple) else record.expected
    return bool(seen.answer) and {ip_address(each) for each in seen.answer} == {ip_address(each) for each in expected}


def shape_of(record: RecordStatus, seen: Observation) -> Shape:
    """Right, wrong where it counts most, or wrong or silent elsewhere."""
    if is_right(record, seen):
        return Shape.CHECK
    if seen.role is Role.AUTHORITATIVE and seen.error is None:
        return Shape.CROSS
    return Shape.WARNING


def spoken_answer(words: Words, record: RecordStatus, seen: Observation) -> str:
    """The answer, marked if it is what stood there before our last write."""
    answer = words.observation(seen)
    before = record.last_update.before if record.last_update is not None else ()
    if seen.answer and before and set(seen.answer) == set(before) and not is_right(record, seen):
        return words.tr("{answer} (old)", answer=answer)
    return answer
