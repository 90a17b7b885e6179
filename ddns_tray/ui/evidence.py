"""How one answer stands to what was expected, and servers by transports. The verdict on the whole is the judge's."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ddns_tray.core.model import Colour, Role, Transport, VerdictKind
from ddns_tray.ui.display import server_name
from ddns_tray.words import Shape
from ddns_tray.words.facts import leads_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ddns_tray.core.model import Observation, RecordStatus
    from ddns_tray.words import Words

_ROLE_ORDER = {Role.AUTHORITATIVE: 0, Role.PARENT: 1, Role.RESOLVER: 2}


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One server at one address, and what it answered over each transport.

    `continues` says that the row above is the same server at another address.
    """

    role: Role
    name: str
    addresses: tuple[str, ...]
    cells: Mapping[Transport, Observation]
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Matrix:
    """Servers by transports: only transports that occur, in the order of `Transport`."""

    transports: tuple[Transport, ...] = ()
    rows: tuple[MatrixRow, ...] = ()


def matrix(observations: Iterable[Observation]) -> Matrix:
    """Group what was seen: authoritative servers first, then parents, then resolvers, each in the order of asking.

    Addresses of one authoritative server stand below each other. A resolver that was asked in several ways (the same
    host or the same address) is one row; where it was asked twice in the same way, the second is a row of its own.
    """
    groups: dict[tuple[Role, object], list[list[Observation]]] = {}
    ordered = sorted(observations, key=lambda seen: _ROLE_ORDER[seen.role])
    for seen in ordered:
        resolver = seen.role is Role.RESOLVER
        rows = groups.setdefault((seen.role, None if resolver else seen.server), [])
        fitting = next((row for row in rows if _fits(row, seen)), None)
        if fitting is None:
            rows.append([seen])
        else:
            fitting.append(seen)
    made = [
        _row(row, continues=role is not Role.RESOLVER and at > 0)
        for (role, _), rows in groups.items()
        for at, row in enumerate(rows)
    ]
    occurring = {seen.transport for seen in ordered}
    return Matrix(tuple(each for each in Transport if each in occurring), tuple(made))


def _fits(row: list[Observation], seen: Observation) -> bool:
    """Whether it is about the same server, and its cell is free."""
    if any(seen.transport is other.transport for other in row):
        return False
    if seen.address and any(seen.address == other.address for other in row):
        return True
    return seen.role is Role.RESOLVER and any(server_name(seen) == server_name(other) for other in row)


def _row(row: list[Observation], *, continues: bool) -> MatrixRow:
    addresses = tuple(dict.fromkeys(seen.address for seen in row if seen.address))
    cells = {seen.transport: seen for seen in row}
    return MatrixRow(row[0].role, server_name(row[0]), addresses, cells, continues)


def is_right(record: RecordStatus, seen: Observation) -> bool:
    """Whether the answer is exactly the expected set; behind a proxy that is its edge.

    An alias into another zone is no answer of its own: it is right as long as the name is not wrong.
    """
    if leads_on(seen):
        return record.verdict.colour is not Colour.RED
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
