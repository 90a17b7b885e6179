"""The `[[line]]` tables, and what else of the settings says by which way to ask, and whose address a name has."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from ddns_tray.core.model import AddressView, Binding
from ddns_tray.core.settings import LineSettings
from ddns_tray.core.settings_faults import Faults, known_hint
from ddns_tray.core.settings_tables import read_table
from ddns_tray.core.settings_values import shown
from ddns_tray.core.text import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ddns_tray.core.settings import AddressSettings, RecordSettings
    from ddns_tray.core.settings_faults import Fault
    from ddns_tray.core.toml_lines import KeyPath

_NOT_OF_A_LINE = frozenset({"command", "file", "interface", "static"})
"""What such a source says does not depend on the line through which others are asked."""


def read_lines(tables: Iterable[tuple[KeyPath, Mapping[str, object]]], faults: Faults) -> tuple[LineSettings, ...]:
    """Read all lines; what is wrong with one is noted, and the others are read all the same."""
    lines: dict[str, LineSettings] = {}
    ways: dict[Binding, str] = {}
    for path, table in tables:
        before = len(faults.found)
        values = read_table(table, "line", path, faults)
        if len(faults.found) > before:
            continue
        line = LineSettings(**values)
        if line.id in lines:
            faults.add(
                (*path, "id"),
                text("There are two lines with the id {line}.", line=line.id),
                text("Give one of them another id."),
            )
            continue
        lines[line.id] = line
        if not check_one_way(values, path, faults):
            continue
        if not binding_of(line):
            faults.add(
                path,
                text("Nothing says which way the line {line} is.", line=line.id),
                text('Write interface = "eth1", or local_address = "192.168.1.2" with an address of this computer.'),
            )
            continue
        other = ways.setdefault(binding_of(line), line.id)
        if other != line.id:
            faults.add(
                path,
                text("The lines {other} and {line} are the same way.", other=other, line=line.id),
                text("Remove one of the two, or give it its own interface."),
            )
    return tuple(lines.values())


def read_line(
    table: Mapping[str, object], others: Sequence[Mapping[str, object]]
) -> tuple[LineSettings | None, tuple[Fault, ...]]:
    """Read the table of one line beside those of all others, as a form has it, or say what is wrong with it.

    The path of a fault begins at the line's own keys; it is empty for a fault of the line as a whole.
    """
    faults = Faults()
    lines = read_lines(((("line", position), each) for position, each in enumerate((*others, table))), faults)
    own = tuple(replace(fault, path=fault.path[2:]) for fault in faults.found if fault.path[1] == len(others))
    return (None if own else lines[-1]), own


def check_one_way(values: Mapping[str, Any], path: KeyPath, faults: Faults) -> bool:
    """Refuse an interface and an address beside each other: they could mean two ways."""
    if not (values.get("interface") and values.get("local_address")):
        return True
    faults.add(
        (*path, "local_address"),
        text("There is an interface and a local address, and only one of the two can say which way to take."),
        text("Remove one of the two."),
    )
    return False


def check_line_of_record(record: RecordSettings, known: Collection[str], path: KeyPath, faults: Faults) -> None:
    """Check that the lines of a record exist, and that nothing else says whose address it shall have."""
    for position, line in enumerate(record.line):
        if line in known:
            continue
        faults.add(
            (*path, "line", position),
            text("There is no line {line}.", line=shown(line)),
            known_hint(line, tuple(known)) if known else text("Add a [[line]] table for each of your lines."),
        )
    if not record.line:
        return
    if record.expected:
        faults.add(
            (*path, "line"),
            text("{name} has expected addresses, so it follows no line.", name=record.name),
            text("Remove one of the two keys."),
        )
    if record.view is not AddressView.AUTO:
        faults.add(
            (*path, "view"),
            text("{name} follows lines, which already say whose address it shall have.", name=record.name),
            text("Remove one of the two keys."),
        )


def binding_of(way: LineSettings | AddressSettings) -> Binding:
    """Return what the interface or local address of a table binds to."""
    return Binding(way.interface, ip_address(way.local_address) if way.local_address else None)


def sources_of_line(line: LineSettings, address: AddressSettings) -> tuple[str, ...]:
    """Return the sources of a line: its own, or those of `[address]` that can be asked through a line."""
    if line.sources:
        return line.sources
    return tuple(source for source in address.sources if source.partition(":")[0] not in _NOT_OF_A_LINE)
