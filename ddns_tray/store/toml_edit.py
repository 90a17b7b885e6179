"""Carries a change of data over into TOML text, and leaves every other sign of it as it was.

tomlkit keeps the comments within one table. Between tables it does not know to whom a comment belongs, and it moves
tables that are written out of order; so here the text is cut into its blocks, and tomlkit sees one at a time. A comment
directly above a header belongs to that header's table and goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from ddns_tray.core.toml_lines import Block, blocks, key_lines

if TYPE_CHECKING:
    from ddns_tray.core.toml_lines import KeyPath


_SEVERAL = 2


class NotEditable(Exception):
    """The text has a shape that only a person should edit."""


def edit_text(toml: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return `toml`, which parses to `before`, changed so that it parses to `after`; the caller checks that it does.

    In an array of tables, tables can change in their places, some can go, or more can come at the end. Raises
    `NotEditable`.
    """
    return _edit_table(toml, (), before, after)


def _edit_table(toml: str, path: KeyPath, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    for key in before:
        if key not in after:
            toml = _drop_tables(toml, (*path, key), before[key]) or _set_key(toml, path, key, None)
    for key, value in after.items():
        old = before.get(key)
        if old == value and key in before:
            continue
        if isinstance(value, Mapping):
            toml = _edit_table(toml, (*path, key), old if isinstance(old, Mapping) else {}, value)
        elif _is_tables(value):
            toml = _edit_tables(toml, (*path, key), old if isinstance(old, list) else [], value, given=key in before)
        else:
            toml = _set_key(toml, path, key, value)
    return toml


def _edit_tables(toml: str, path: KeyPath, before: list[Any], after: list[Any], *, given: bool) -> str:
    if given and not before:
        toml = _set_key(toml, path[:-1], str(path[-1]), None)
    while len(after) < len(before):
        gone = next((at for at, table in enumerate(after) if table != before[at]), len(after))
        toml = _drop_block(toml, (*path, gone))
        before = before[:gone] + before[gone + 1 :]
    changed = [position for position, table in enumerate(after[: len(before)]) if table != before[position]]
    at_once = _edit_many(toml, path, {each: (before[each], after[each]) for each in changed})
    if at_once is not None:
        toml = at_once
    else:
        for position in changed:
            toml = _edit_table(toml, (*path, position), before[position], after[position])
    new = after[len(before) :]
    return _add_blocks(toml, (*path, len(before)), _header(path, "[[", "]]"), new) if new else toml


def _edit_many(
    toml: str, path: KeyPath, changes: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> str | None:
    """Change tables that hold values alone, each in its own block: the text is cut once, not once for each of them.

    None where they are written in another way, or there are not several.
    """
    if len(changes) < _SEVERAL or not all(_is_flat(one) and _is_flat(other) for one, other in changes.values()):
        return None
    own = {block.path: block for block in blocks(toml)}
    if not all((*path, position) in own for position in changes):
        return None
    pieces: list[str] = []
    done = 0
    for position, (before, after) in changes.items():
        block = own[*path, position]
        pieces += (toml[done : block.body], _with_keys(toml[block.body : block.keys_end], before, after))
        done = block.keys_end
    return "".join((*pieces, toml[done:]))


def _with_keys(keys: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    try:
        inner: Any = tomlkit.parse(keys)
        for key in before:
            if key not in after:
                del inner[key]
        for key, value in after.items():
            if key not in before or before[key] != value:
                inner[key] = value
    except TOMLKitError as exc:
        raise NotEditable from exc
    return tomlkit.dumps(inner)


def _drop_tables(toml: str, path: KeyPath, old: object) -> str | None:
    """Remove a whole array of tables, or return None if this is none."""
    if not _is_tables(old) or _find(toml, (*path, 0)) is None:
        return None
    assert isinstance(old, list)  # noqa: S101 - tells the type checker what _is_tables has found
    for position in range(len(old) - 1, -1, -1):
        toml = _drop_block(toml, (*path, position))
    return toml


def _drop_block(toml: str, path: KeyPath) -> str:
    block = _find(toml, path)
    if block is None:
        raise NotEditable
    above, below = toml[: block.start], toml[block.keys_end :]
    if not above or above.endswith(("\n\n", "\n\r\n")):
        below = below.lstrip("\r\n")
    return above + below if below else above.rstrip("\r\n") + "\n"


def _add_blocks(toml: str, path: KeyPath, header: str, tables: Sequence[Mapping[str, Any]]) -> str:
    """Put new blocks behind the last one of their kind, else at the end; `path` is that of the first."""
    relatives = [block for block in blocks(toml) if block.path and block.path[0] == path[0]]
    if isinstance(path[-1], int) and path[-1] > 0 and not relatives:
        raise NotEditable
    at = relatives[-1].keys_end if relatives else len(toml)
    above, below = toml[:at].rstrip("\r\n"), toml[at:].lstrip("\r\n")
    added = "\n".join(f"{header}\n{tomlkit.dumps(dict(items))}" for items in tables)
    return "".join((f"{above}\n\n" if above else "", added, f"\n{below}" if below else ""))


def _set_key(toml: str, table: KeyPath, key: str, value: object) -> str:
    """Set a key, or remove it if `value` is None (which TOML does not have)."""
    block = _home(toml, table, key)
    if block is None:
        if value is None or any(isinstance(part, int) for part in table):
            raise NotEditable
        return _add_blocks(toml, table, _header(table, "[", "]"), [{key: value}])
    try:
        keys = tomlkit.parse(toml[block.body : block.keys_end])
        inner: Any = keys
        for part in table[len(block.path) :]:
            inner = inner[part]
        if value is None:
            del inner[key]
        else:
            inner[key] = value
        changed = tomlkit.dumps(keys)
    except TOMLKitError as exc:
        raise NotEditable from exc
    above = toml[: block.body]
    gap = "\n" if above and not above.endswith("\n") else ""
    return f"{above}{gap}{changed}{toml[block.keys_end :]}"


def _home(toml: str, table: KeyPath, key: str) -> Block | None:
    """Find the block in which the key stands, or in which the rest of its table stands."""
    found = _find(toml, table)
    if found is not None:
        return found
    lines = key_lines(toml)
    line = lines.get((*table, key), lines.get(table))
    if line is None:
        return None
    for block in blocks(toml):
        first = toml.count("\n", 0, block.body) + 1
        keys = toml[block.body : block.keys_end]
        count = keys.count("\n") + (not keys.endswith("\n"))
        if first <= line < first + count and block.path == table[: len(block.path)]:
            return block
    return None


def _find(toml: str, path: KeyPath) -> Block | None:
    return next((block for block in blocks(toml) if block.path == path), None)


def _header(path: KeyPath, opening: str, closing: str) -> str:
    return f"{opening}{'.'.join(str(part) for part in path)}{closing}"


def _is_flat(table: Mapping[str, Any]) -> bool:
    return not any(isinstance(value, Mapping) or _is_tables(value) for value in table.values())


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(element, dict) for element in value)
