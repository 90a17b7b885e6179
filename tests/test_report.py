"""The JSON that programs rely on: keys, kinds and forms exactly as promised."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest

from ddns_tray import report
from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import (
    AbortReason,
    AddressState,
    Capabilities,
    Colour,
    Family,
    FieldSpec,
    LookError,
    Outcome,
    ProviderSpec,
    RecordKey,
    RecordType,
    UpdateResult,
    VerdictKind,
)
from ddns_tray.core.release import Release, UpdateNews
from ddns_tray.core.text import text
from ddns_tray.words import Words
from tests.support import snapshots
from tests.support.snapshots import MINE, NOW, OLD

EN = Words("en")
ZH = Words("zh_CN")

# The contract: a kind for each key, or an inner contract. A tuple is a choice.
NULL = type(None)
ERROR = {"code": str, "title": str, "hint": (str, NULL), "retry_after": (int, float, NULL)}
SIGHTING = {"source": str, "address": (str, NULL), "error": (ERROR, NULL)}
ADDRESS = {"state": str, "address": (str, NULL), "sightings": [SIGHTING]}
ADDRESSES = {"ipv4": ADDRESS, "ipv6": ADDRESS}
OBSERVATION = {
    "role": str,
    "server": str,
    "address": str,
    "transport": str,
    "rcode": (str, NULL),
    "answer": [str],
    "ttl": (int, NULL),
    "ad": bool,
    "ede": [int],
    "checking_disabled": (str, NULL),
    "rtt_ms": (float, int, NULL),
    "error": (ERROR, NULL),
}
RECORD = {
    "name": str,
    "type": str,
    "colour": str,
    "verdict": str,
    "expected": [str],
    "reason": {"code": str, "text": str},
    "deadline": (str, NULL),
    "observations": [OBSERVATION],
}
CHECK = {"schema": int, "time": str, "colour": str, "addresses": ADDRESSES, "records": [RECORD]}
RESULT = {
    "name": str,
    "type": str,
    "outcome": str,
    "before": [str],
    "after": [str],
    "calls": int,
    "error": (ERROR, NULL),
}
UPDATE = {"schema": int, "results": [RESULT]}
FIELD = {"name": str, "label": str, "help": str, "secret": bool, "required": bool}
CAPABILITIES = {
    "a": bool,
    "aaaa": bool,
    "list_zones": bool,
    "list_records": bool,
    "proxied": bool,
    "multi_value": bool,
    "wildcard": bool,
    "ttl": ([int], NULL),
}
PROVIDER = {
    "id": str,
    "title": str,
    "aliases": [str],
    "family": str,
    "status": str,
    "fields": [FIELD],
    "capabilities": CAPABILITIES,
}
PROVIDERS = {"schema": int, "providers": [PROVIDER]}

VERDICTS = [
    "matched",
    "propagating",
    "overdue",
    "stale",
    "secondary_lag",
    "mismatch",
    "extra",
    "missing",
    "bogus",
    "lame",
    "servfail",
    "refused",
    "timeout",
    "hijacked",
    "internal_view",
    "filtered",
    "proxied",
    "double_nat",
    "auth_unreachable",
    "offline",
    "paused",
    "unknown",
]


def holds(value: Any, contract: Any) -> bool:
    """Whether a value keeps a contract; additions are allowed, nothing may be missing."""
    if isinstance(contract, tuple):
        return any(holds(value, choice) for choice in contract)
    if isinstance(contract, list):
        return isinstance(value, list) and all(holds(each, contract[0]) for each in value)
    if isinstance(contract, dict):
        return isinstance(value, dict) and all(key in value and holds(value[key], contract[key]) for key in contract)
    if contract in {int, float} and isinstance(value, bool):
        return False
    return isinstance(value, contract)


def plain(data: Any) -> Any:
    """What a program reads back."""
    return json.loads(json.dumps(data))


@pytest.mark.parametrize("words", [EN, ZH], ids=["en", "zh_CN"])
@pytest.mark.parametrize(
    "make", [snapshots.green, snapshots.troubled, snapshots.paused, snapshots.offline, snapshots.empty]
)
def test_a_snapshot_keeps_the_contract_of_check(make: Any, words: Words) -> None:
    data = plain(report.snapshot_report(make(), words))
    assert holds(data, CHECK)
    assert data["schema"] == 1


def test_the_contract_of_check_can_be_broken() -> None:
    data = plain(report.snapshot_report(snapshots.green(), EN))
    del data["records"][0]["observations"][0]["ede"]
    assert not holds(data, CHECK)


def test_the_words_of_verdicts_and_colours_are_those_promised() -> None:
    assert [kind.value for kind in VerdictKind] == VERDICTS
    for kind in VerdictKind:
        data = report.snapshot_report(snapshots.snapshot(snapshots.record("a.example.org", kind, Colour.YELLOW)), EN)
        [record] = report.objects(data["records"])
        assert record["verdict"] == kind.value
        assert record["colour"] == "yellow"


def test_times_are_iso_8601_in_utc() -> None:
    data = plain(report.snapshot_report(snapshots.on_its_way(), EN))
    assert data["time"] == "2027-01-15T08:00:00Z"
    deadlines = {record["name"]: record["deadline"] for record in data["records"]}
    assert deadlines["home.example.org"] == "2027-01-15T08:04:12Z"
    assert deadlines["nas.example.org"] is None


def test_a_pause_without_end_has_no_time() -> None:
    assert report.iso_time(float("inf")) is None


def test_a_server_without_an_answer_has_an_error_and_one_with_an_answer_has_none() -> None:
    silent = snapshots.seen("udp://9.9.9.9", error=LookError.TIMEOUT)
    status = snapshots.record("a.example.org", observations=snapshots.witnesses(silent))
    data = plain(report.snapshot_report(snapshots.snapshot(status), EN))
    spoken, _, mute = data["records"][0]["observations"]
    assert spoken["error"] is None
    assert spoken["rcode"] == "NOERROR"
    assert mute["error"]["code"] == "timeout"
    assert mute["rcode"] is None
    assert mute["answer"] == []


def test_addresses_have_both_families_whether_looked_for_or_not() -> None:
    data = plain(report.addresses_report(snapshots.green(), EN))
    assert holds(data, ADDRESSES)
    assert data["ipv4"]["state"] == "agreed"
    assert data["ipv4"]["address"] == MINE
    assert data["ipv4"]["sightings"][2]["error"]["code"] == "detector"
    assert data["ipv6"] == {"state": "unknown", "address": None, "since": None, "sightings": []}


@pytest.mark.parametrize("state", list(AddressState))
def test_every_state_of_an_address_has_its_word(state: AddressState) -> None:
    whole = replace(snapshots.green(), addresses={Family.IPV4: snapshots.address(state)})
    data = plain(report.addresses_report(whole, EN))
    assert data["ipv4"]["state"] == state.value
    assert (data["ipv4"]["address"] is None) is (state is not AddressState.AGREED)


def test_lines_and_who_follows_them_are_reported() -> None:
    data = plain(report.snapshot_report(snapshots.on_two_lines(), EN))
    fibre, lte = data["lines"]
    assert (fibre["id"], fibre["interface"], fibre["local_address"]) == ("fibre", "eth0", None)
    assert [each["code"] for each in fibre["remarks"]] == ["no_interface", "bound_by_address"]
    assert fibre["addresses"]["ipv4"]["line"] == "down"
    assert fibre["addresses"]["ipv4"]["line_since"] == report.iso_time(NOW - 300)
    assert fibre["addresses"]["ipv4"]["sightings"]
    assert (lte["interface"], lte["local_address"]) == (None, "192.168.8.2")
    assert (lte["addresses"]["ipv4"]["line"], lte["addresses"]["ipv4"]["address"]) == ("up", MINE)
    assert [each["follows"] for each in data["records"]] == ["lte", None]
    assert data["detours"] == {}


def test_a_detour_is_reported_with_the_address_of_the_house() -> None:
    data = plain(report.snapshot_report(snapshots.behind_a_vpn(), EN))
    detour = data["detours"]["ipv4"]
    assert (detour["interface"], detour["home_interface"], detour["tunnel"]) == ("wg0", "eth0", True)
    assert detour["home"]["address"] == OLD
    assert data["addresses"]["ipv4"]["address"] == MINE
    assert data["lines"] == []


def test_status_says_how_each_line_fares_and_that_our_traffic_takes_another_way() -> None:
    lines = report.report_lines(report.snapshot_report(snapshots.on_two_lines(), EN))
    assert "Line fibre (eth0): down · IPv4: no source could tell the address" in lines
    detoured = report.report_lines(report.snapshot_report(snapshots.behind_a_vpn(), EN))
    assert any("leaves through the VPN wg0" in line for line in detoured)


def test_ip_says_in_words_how_each_line_fares() -> None:
    lines = report.address_lines(snapshots.on_two_lines(), EN)
    assert "Line fibre (eth0)" in lines
    assert "  down · IPv4: no source could tell the address" in lines
    assert "  Its interface or address is not there at the moment." in lines
    assert "Line lte (192.168.8.2)" in lines
    assert "  up · IPv4: 11.22.33.44, as 2 sources agree" in lines
    assert "  home.example.org follows it." in lines


def test_ip_says_in_words_that_our_traffic_takes_another_way() -> None:
    lines = report.address_lines(snapshots.behind_a_vpn(), EN)
    assert (
        "IPv4: the traffic of this computer leaves through the VPN wg0."
        f" The world sees {MINE}; your own line (eth0) has the address {OLD}."
    ) in lines
    assert lines[-1].startswith("Choose in the settings of home.example.org, under “Behind a VPN”")
    other = report.address_lines(snapshots.behind_a_vpn(tunnel=False, home=None), EN)
    assert "IPv4: the traffic of this computer leaves through wg0 and not through eth0." in other
    same = report.address_lines(snapshots.behind_a_vpn(home=MINE), EN)
    assert any(f"sees the address of your own line all the same: {MINE}." in line for line in same)


def results() -> tuple[UpdateResult, ...]:
    home, nas, cam = (RecordKey(f"{host}.example.org", RecordType.A) for host in ("home", "nas", "cam"))
    limited = Problem(ProblemCode.RATE_LIMITED, text("Too many calls."), text("Wait a minute."), retry_after=60.0)
    return (
        UpdateResult(home, Outcome.UPDATED, (OLD,), (MINE,), 2, NOW),
        UpdateResult(nas, Outcome.FAILED, (OLD,), (OLD,), 1, NOW, limited),
        UpdateResult(cam, Outcome.NOOP, (), (), 1, NOW, abort_reason=AbortReason.ADDRESS_UNKNOWN),
    )


def test_updates_keep_their_contract() -> None:
    data = plain(report.update_report(results(), EN))
    assert holds(data, UPDATE)
    updated, failed, aborted = data["results"]
    assert updated["outcome"] == "updated"
    assert updated["before"] == [OLD]
    assert updated["after"] == [MINE]
    assert updated["error"] is None
    assert failed["error"] == {
        "code": "rate_limited",
        "title": "Too many calls.",
        "hint": "Wait a minute.",
        "retry_after": 60.0,
    }
    assert aborted["error"]["code"] == "address_unknown"


def test_updates_read_as_lines_with_the_hint_below() -> None:
    lines = report.update_lines(report.update_report(results(), EN))
    assert lines[0] == f"home.example.org A  Changed {OLD} to {MINE}"
    assert lines[1] == "nas.example.org A   Not written: Too many calls."
    assert lines[2].strip() == "Wait a minute."


def specs() -> tuple[ProviderSpec, ...]:
    key = FieldSpec("api_key", text("API key"), text("Find it in the settings."), secret=True)
    return (
        ProviderSpec("powerdns", "PowerDNS", "rest", (key,), Capabilities(), ("pdns",)),
        ProviderSpec("fixed", "Fixed", "dyndns2", (), Capabilities(ttl=None)),
    )


def test_providers_keep_their_contract() -> None:
    data = plain(report.providers_report(specs(), EN))
    assert holds(data, PROVIDERS)
    assert data["providers"][0]["fields"][0]["secret"] is True
    assert data["providers"][0]["capabilities"]["ttl"] == [0, 2147483647]
    assert data["providers"][1]["capabilities"]["ttl"] is None


def test_labels_are_spoken_in_the_persons_language_and_codes_are_not() -> None:
    key = FieldSpec("time", text("Time"), text("Time"))
    spec = ProviderSpec("powerdns", "PowerDNS", "rest", (key,), Capabilities())
    data = plain(report.providers_report((spec,), ZH))
    assert data["providers"][0]["fields"][0]["label"] == ZH.tr("Time") != "Time"
    assert data["providers"][0]["fields"][0]["name"] == "time"


def test_the_real_registry_keeps_the_contract_of_providers() -> None:
    from ddns_tray.providers.registry import SPECS

    assert holds(plain(report.providers_report(SPECS, EN)), PROVIDERS)


def test_tables_are_aligned_by_what_a_terminal_shows() -> None:
    assert report.cells("域名") == 4
    assert report.cells("name") == 4
    assert report.table([("域名", "x"), ("a", "y")]) == ["域名  x", "a     y"]
    assert report.table([]) == []


def test_a_report_of_another_process_reads_as_lines() -> None:
    lines = report.report_lines(report.snapshot_report(snapshots.on_its_way(), EN))
    assert lines[0] == "2 names right, 1 on its way"
    assert "  home.example.org  A  green in 4:12" in lines


def test_a_report_of_an_unknown_form_does_no_harm() -> None:
    assert report.report_lines({"records": 3, "problems": [None]}) == []


def test_a_newer_version_is_told_to_programs_and_in_a_line() -> None:
    release = Release("1.2.3", 7, NOW, NOW, "https://ddns-tray.example/1.2.3")
    words = Words("en")
    told = report.snapshot_report(replace(snapshots.troubled(), news=UpdateNews(release)), words)
    said = "Version 1.2.3 of DDNS Tray is there"
    assert told["update"] == {"version": "1.2.3", "page": release.page, "text": said}
    assert report.report_lines(told)[-1] == f"{said}: {release.page}"
    assert report.snapshot_report(snapshots.troubled(), words)["update"] is None


def test_ip_says_which_source_does_not_agree() -> None:
    snapshot = snapshots.green()
    found = snapshot.addresses[Family.IPV4]
    liar = replace(found.sightings[0], source="liar:", address=ip_address("1.1.1.1"))
    lying = replace(found, sightings=(*found.sightings, liar))
    lines = report.address_lines(replace(snapshot, addresses={Family.IPV4: lying}), EN)
    assert [line.split(maxsplit=1)[1] for line in lines if "liar:" in line] == ["1.1.1.1 (does not agree)"]
    assert sum("does not agree" in line for line in lines) == 1


def test_who_looks_once_is_not_promised_another_look() -> None:
    snapshot = snapshots.troubled()
    running, once = (report.snapshot_report(snapshot, EN, once=each) for each in (False, True))
    assert "The next check shows" in json.dumps(running)
    assert "The next check shows" not in json.dumps(once)
