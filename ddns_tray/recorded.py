"""What `check --json` has to hold so that it can be judged again, without a network and on any machine.

Defines: the keys `look` and `circumstances` of a record's report, and the way back from a report to what the judge is
given. Judges nothing. Times are written to the microsecond: the judge compares them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ddns_tray.core.errors import UsageError
from ddns_tray.core.model import (
    AddressState,
    Agreement,
    AtProvider,
    Behind,
    Circumstances,
    Family,
    LookError,
    Observation,
    RecordKey,
    RecordMemory,
    RecordType,
    Role,
    Transport,
    View,
)
from ddns_tray.core.text import text, without_control

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import RecordStatus

SCHEMA = 1
_MOST = 1e11
"""No time, TTL, serial or round trip is as large: as seconds it is the year 5138."""
_TIMES = ("expected_since", "served_since", "last_matched", "written_at")
_PLAIN = {"old_ttl": int, "old_negative": bool, "served_ttl": int, "served_negative": bool}


# --- to JSON ------------------------------------------------------------------------------------------------------


def exact_time(epoch: float | None) -> str | None:
    """A time in UTC with microseconds."""
    return None if epoch is None else f"{datetime.fromtimestamp(epoch, UTC).isoformat('T', 'microseconds')[:-6]}Z"


def of_look(status: RecordStatus) -> dict[str, Any]:
    """The part of a record's report that only the judge needs."""
    view, told = status.view, status.circumstances
    return {
        "look": None
        if view is None
        else {
            "time": exact_time(view.at),
            "delegation_error": None if view.delegation_error is None else view.delegation_error.value,
            "secondary_interval": view.secondary_interval,
            "wildcard": view.wildcard,
        },
        "circumstances": None
        if told is None
        else {
            "time": exact_time(told.at),
            "expected": None if told.expected is None else sorted(told.expected),
            "online": told.online,
            "watched_only": told.watched_only,
            "paused": told.paused,
            "address_state": None if told.address_state is None else told.address_state.value,
            "behind": None
            if told.behind is None
            else {"router": None if told.behind.router is None else str(told.behind.router)},
            "portal": told.portal,
            "memory": _of_memory(told.memory),
        },
    }


def _of_memory(memory: RecordMemory) -> dict[str, Any]:
    """What the judge uses of it; what only updates need stays at home."""
    return {
        **{name: exact_time(getattr(memory, name)) for name in _TIMES},
        **{name: getattr(memory, name) for name in _PLAIN},
        "expected": sorted(memory.expected),
        "written": list(memory.written),
        "old_assumed": memory.old_assumed,
        "served_path": list(memory.served_path),
        "served_path_ttl": memory.served_path_ttl,
        "served_edge": sorted(memory.served_edge),
        "cached_until": {server: exact_time(until) for server, until in memory.cached_until.items()},
        "at_provider": None if memory.at_provider is None else _of_provider(memory.at_provider),
    }


def _of_provider(found: AtProvider) -> dict[str, Any]:
    return {
        "time": exact_time(found.at),
        "addresses": sorted(found.addresses),
        "proxied": found.proxied,
        "asked": found.asked,
        "edge": sorted(found.edge),
    }


# --- and back -----------------------------------------------------------------------------------------------------


def read_report(content: str | bytes, source: str) -> dict[str, Any]:
    """Parse a saved report; raises `UsageError` for anything else."""
    try:
        report = _plausible(json.loads(content))
        good = report["schema"] == SCHEMA and all("circumstances" in each for each in report["records"])
    except (ValueError, TypeError, KeyError, RecursionError) as exc:
        raise _not_a_report(source) from exc
    if not good:
        raise _not_a_report(source)
    return dict(report)


def records_of(
    report: Mapping[str, Any], source: str
) -> list[tuple[dict[str, Any], RecordKey, View | None, Circumstances]]:
    """Each record of a report that was judged: as it was reported, and as the judge is given it."""
    try:
        return [
            (dict(each), key, None if each["look"] is None else _view(key, each), _circumstances(each["circumstances"]))
            for each in report["records"]
            if each["circumstances"] is not None
            for key in [_key_of(each)]
        ]
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise _not_a_report(source) from exc


def _key_of(record: Mapping[str, Any]) -> RecordKey:
    """Whose verdict it is; what is shown of the record beside its verdict has to be of its kind, too."""
    then, expected = record.get("verdict"), record["expected"]
    if not isinstance(then, str | None) or not isinstance(expected, list):
        raise TypeError
    for name in ("since", "proven"):
        epoch(record.get(name))
    return RecordKey(str(record["name"]), RecordType(record["type"]))


def _plausible(value: Any) -> Any:
    """The document with numbers that somebody can have measured, and without signs that a terminal would obey."""
    if isinstance(value, dict):
        return {_plausible(name): _plausible(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plausible(member) for member in value]
    if isinstance(value, int | float) and not abs(value) < _MOST:  # not a number is not less either
        raise ValueError
    return without_control(value) if isinstance(value, str) else value


def addresses_of(report: Mapping[str, Any], source: str) -> dict[Family, Agreement]:
    """The conclusions about our addresses, without their witnesses."""
    try:
        return {
            family: Agreement(
                family,
                AddressState(found["state"]),
                None if found["address"] is None else ip_address(found["address"]),
                (),
            )
            for family in Family
            for found in [report["addresses"][family.value]]
        }
    except (ValueError, TypeError, KeyError) as exc:
        raise _not_a_report(source) from exc


def epoch(written: str | None) -> float | None:
    """Read a time of a report."""
    if written is None:
        return None
    found = datetime.fromisoformat(written).timestamp()
    if not 0 <= found < _MOST:
        raise ValueError
    return found


def _not_a_report(source: str) -> UsageError:
    return UsageError(
        text("{file} does not hold what check --json prints.", file=source),
        text("Save one with: ddns-tray check --json > {file}", file="FILE" if source == "-" else source),
    )


def _view(key: RecordKey, record: Mapping[str, Any]) -> View:
    look = record["look"]
    return View(
        key=key,
        zone=record["zone"],
        observations=tuple(_observation(each) for each in record["observations"]),
        at=_moment(look["time"]),
        delegation_error=None if look["delegation_error"] is None else LookError(look["delegation_error"]),
        secondary_interval=_whole(look["secondary_interval"]),
        wildcard=bool(look.get("wildcard", False)),
    )


def _observation(seen: Mapping[str, Any]) -> Observation:
    return Observation(
        role=Role(seen["role"]),
        server=str(seen["server"]),
        address=str(seen["address"]),
        transport=Transport(seen["transport"]),
        at=_moment(seen["time"]),
        rcode=None if seen["rcode"] is None else str(seen["rcode"]),
        answer=_words(seen["answer"]),
        ttl=_whole(seen["ttl"]),
        aa=bool(seen["aa"]),
        ad=bool(seen["ad"]),
        ede=tuple(int(code) for code in seen["ede"]),
        cnames=_words(seen["cnames"]),
        referral=bool(seen["referral"]),
        negative_ttl=_whole(seen["negative_ttl"]),
        serial=_whole(seen["serial"]),
        rtt_ms=None if seen["rtt_ms"] is None else float(seen["rtt_ms"]),
        error=None if seen["error"] is None else LookError(seen["error"]["code"]),
        checking_disabled=None if seen.get("checking_disabled") is None else str(seen["checking_disabled"]),
        ttls=tuple(int(ttl) for ttl in seen.get("ttls", ())),
    )


def _circumstances(told: Mapping[str, Any]) -> Circumstances:
    state, behind = told["address_state"], told.get("behind")
    return Circumstances(
        at=_moment(told["time"]),
        expected=None if told["expected"] is None else frozenset(_words(told["expected"])),
        memory=_memory(told["memory"]),
        online=None if told["online"] is None else bool(told["online"]),
        watched_only=bool(told["watched_only"]),
        paused=bool(told["paused"]),
        address_state=None if state is None else AddressState(state),
        behind=None
        if behind is None
        else Behind(None if behind["router"] is None else ip_address(str(behind["router"]))),
        portal=None if told.get("portal") is None else str(told["portal"]),
    )


def _memory(kept: Mapping[str, Any]) -> RecordMemory:
    plain: dict[str, Any] = {name: epoch(kept[name]) for name in _TIMES}
    plain |= {name: None if kept[name] is None else kind(kept[name]) for name, kind in _PLAIN.items()}
    return RecordMemory(
        expected=frozenset(_words(kept["expected"])),
        written=_words(kept["written"]),
        old_assumed=bool(kept.get("old_assumed", False)),
        served_path=_words(kept.get("served_path", [])),
        served_path_ttl=_whole(kept.get("served_path_ttl")),
        served_edge=frozenset(_words(kept.get("served_edge", []))),
        cached_until=MappingProxyType({str(server): _moment(at) for server, at in kept["cached_until"].items()}),
        at_provider=None if kept.get("at_provider") is None else _provider(kept["at_provider"]),
        **plain,
    )


def _provider(found: Mapping[str, Any]) -> AtProvider:
    return AtProvider(
        addresses=frozenset(_words(found["addresses"])),
        proxied=bool(found["proxied"]),
        at=_moment(found["time"]),
        asked=None if found["asked"] is None else bool(found["asked"]),
        edge=frozenset(_words(found["edge"])),
    )


def _words(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError
    return tuple(str(each) for each in values)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _moment(written: str) -> float:
    found = epoch(written)
    if found is None:
        raise TypeError
    return found
