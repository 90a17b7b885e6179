"""The evidence matrix: how answers become rows and columns, what a cell says, and how the keyboard moves in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLabel

from ddns_tray.core.model import Colour, LookError, Reason, Role, Transport, Verdict, VerdictKind
from ddns_tray.ui.evidence import matrix
from ddns_tray.ui.evidence_table import EvidenceModel, EvidenceTable
from ddns_tray.ui.record_detail import RecordDetail
from ddns_tray.ui.theme import Theme
from ddns_tray.words import Shape, Words
from tests.support import snapshots
from tests.support.snapshots import MINE, NOW, OLD

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ddns_tray.core.model import Observation, RecordStatus

pytestmark = pytest.mark.usefixtures("qapp")
SPOKEN = Qt.ItemDataRole.AccessibleTextRole


@pytest.fixture
def model(qapp: QApplication) -> EvidenceModel:
    made = EvidenceModel(Words("en"), qapp)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Warning, made)
    return made


def asked(server: str, address: str, transport: Transport = Transport.UDP, role: Role = Role.RESOLVER) -> Observation:
    return replace(snapshots.seen(server, role=role, transport=transport), address=address)


def many_ways() -> RecordStatus:
    """One operator asked in four ways, another in one, and a server of the zone with two addresses."""
    return snapshots.record(
        "x.example.org",
        observations=(
            asked("udp://192.0.2.1", "192.0.2.1"),
            asked("tls://dns.example", "192.0.2.1", Transport.TLS),
            asked("https://dns.example/dns-query", "", Transport.HTTPS),
            asked("tcp://192.0.2.1", "192.0.2.1", Transport.TCP),
            asked("udp://198.51.100.9", "198.51.100.9"),
            asked("ns1.example.net", "203.0.113.1", role=Role.AUTHORITATIVE),
            asked("ns2.example.net", "203.0.113.2", role=Role.AUTHORITATIVE),
            asked("ns1.example.net", "2001:db8::1", role=Role.AUTHORITATIVE),
        ),
    )


def test_servers_are_rows_and_transports_are_columns() -> None:
    view = many_ways().view
    assert view is not None
    found = matrix(view.observations)
    assert found.transports == tuple(Transport)
    assert [(row.name, row.addresses, row.continues, list(row.cells)) for row in found.rows] == [
        ("ns1.example.net", ("203.0.113.1",), False, [Transport.UDP]),
        ("ns1.example.net", ("2001:db8::1",), True, [Transport.UDP]),
        ("ns2.example.net", ("203.0.113.2",), False, [Transport.UDP]),
        ("192.0.2.1", ("192.0.2.1",), False, [Transport.UDP, Transport.TLS, Transport.HTTPS, Transport.TCP]),
        ("198.51.100.9", ("198.51.100.9",), False, [Transport.UDP]),
    ]


def test_only_transports_that_occur_are_columns_and_nothing_makes_nothing() -> None:
    assert matrix([asked("https://dns.example/a", "", Transport.HTTPS)]).transports == (Transport.HTTPS,)
    assert matrix(()) == matrix([])
    assert matrix(()).rows == ()


def test_two_answers_of_one_server_over_one_transport_are_both_kept() -> None:
    twice = [asked(f"https://dns.example/{path}", "192.0.2.1", Transport.HTTPS) for path in "ab"]
    assert [list(row.cells.values()) for row in matrix(twice).rows] == [[twice[0]], [twice[1]]]


def test_servers_without_an_address_are_not_one_server() -> None:
    unheard = [asked(f"ns{at}.example.net", "", role=Role.AUTHORITATIVE) for at in (1, 2)]
    assert [row.name for row in matrix(unheard).rows] == ["ns1.example.net", "ns2.example.net"]


def test_a_cell_says_the_answer_and_its_times(model: EvidenceModel) -> None:
    model.show_record(snapshots.propagating())
    rows = [[model.cell(row, column) for column in range(3)] for row in range(model.rowCount())]
    right = f"{MINE}\n18 ms · TTL 300"
    assert rows == [
        ["ns1.example-dns.net\nauthoritative · 192.0.2.53", right, ""],
        ["ns2.example-dns.net\nauthoritative · 198.51.100.53", right.replace("18", "21"), ""],
        ["cloudflare-dns.com\nresolver · 203.0.113.53", "", f"{MINE}\n12 ms · TTL 300"],
        ["8.8.8.8\nresolver", f"{OLD} (old)\n9 ms · TTL 252", ""],
    ]
    headings = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(3)]
    assert headings == ["Asked", "UDP", "DNS over HTTPS"]
    assert [model.sign(row, 1) for row in range(4)] == [Shape.CHECK, Shape.CHECK, None, Shape.WARNING]


def test_the_second_address_of_a_server_stands_alone_but_is_spoken_in_full(model: EvidenceModel) -> None:
    model.show_record(many_ways())
    index = model.index(1, 0)
    assert index.data() == "2001:db8::1"
    assert index.data(SPOKEN) == "ns1.example.net\nauthoritative\n2001:db8::1"


def test_a_screen_reader_hears_all_of_an_answer_and_that_nobody_was_asked(model: EvidenceModel) -> None:
    model.show_record(snapshots.propagating())
    said = model.index(3, 1).data(SPOKEN)
    assert said.startswith(f"8.8.8.8 (resolver), UDP: {OLD} (old)\nnot right\n9 ms\nThis resolver may give")
    assert model.index(3, 1).data(Qt.ItemDataRole.ToolTipRole) == said
    assert "\nright\n" in model.index(0, 1).data(SPOKEN)
    empty = model.index(3, 2)
    assert (empty.data(), empty.data(SPOKEN), empty.data(Qt.ItemDataRole.ToolTipRole)) == ("", "not asked", None)


def test_dnssec_and_extended_errors_are_told(model: EvidenceModel) -> None:
    proven = replace(snapshots.seen("udp://192.0.2.1"), ad=True, ede=(3, 22))
    model.show_record(snapshots.record("x.example.org", observations=(proven,)))
    assert model.evidence(0, 1)[-2:] == (
        "The resolver says that DNSSEC proves it (AD).",
        "Extended DNS errors: 3, 22",
    )


def test_behind_a_proxy_its_edge_is_what_is_right(model: EvidenceModel) -> None:
    record = snapshots.record("x.example.org", observations=snapshots.witnesses(answer=(OLD,)))
    reason = Reason("proxied", {"expected": (OLD,), "origin": record.expected})
    model.show_record(replace(record, verdict=Verdict(VerdictKind.PROXIED, Colour.GREEN, reason)))
    assert {model.sign(row, 1) for row in range(model.rowCount())} == {Shape.CHECK}
    assert not model.first_wrong().isValid()


def test_a_server_that_gives_an_alias_into_another_zone_is_not_shown_as_wrong(model: EvidenceModel) -> None:
    alias = replace(
        asked("ns1.example.org", "192.0.2.1", role=Role.AUTHORITATIVE), answer=(), cnames=("there.example.net",)
    )
    record = snapshots.record("x.example.org", observations=(alias, *snapshots.witnesses(answer=(MINE,))))
    model.show_record(record)
    assert {model.sign(row, 1) for row in range(model.rowCount())} == {Shape.CHECK}
    model.show_record(replace(record, verdict=replace(record.verdict, colour=Colour.RED)))
    assert model.sign(0, 1) is Shape.CROSS


def test_the_ttl_of_caches_counts_down_and_that_of_the_servers_stands(qapp: QApplication) -> None:
    now = [NOW - 22]  # when they were asked
    model = EvidenceModel(Words("en"), qapp, now=lambda: now[0])
    model.show_record(snapshots.propagating())
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.column(), last.row())))
    now[0] += 250
    model.tick()
    assert told == [(1, 3)]
    assert model.cell(0, 1).endswith("TTL 300")
    assert model.cell(2, 2).endswith("TTL 50")
    assert model.cell(3, 1).endswith("TTL 2")
    now[0] += 10
    assert model.cell(3, 1).endswith("TTL 0")


def test_a_wrong_authoritative_answer_weighs_more_than_a_silent_resolver(model: EvidenceModel) -> None:
    silent = snapshots.seen("udp://9.9.9.9", error=LookError.TIMEOUT)
    model.show_record(snapshots.record("x.example.org", observations=snapshots.witnesses(silent, answer=(OLD,))))
    assert [model.sign(row, 1) for row in range(3)] == [Shape.CROSS, Shape.CROSS, Shape.WARNING]
    assert model.cell(2, 1) == "no answer in time"
    assert "overloaded or down" in model.tip(2, 1)


def test_a_new_look_at_the_same_servers_keeps_the_place_of_the_reader(model: EvidenceModel) -> None:
    record = snapshots.propagating()
    model.show_record(record)
    told: list[str] = []
    model.modelReset.connect(lambda: told.append("reset"))
    model.dataChanged.connect(lambda *_: told.append("changed"))
    model.show_record(replace(record, proven_at=NOW))
    assert told == ["changed"]
    model.show_record(many_ways())
    assert told == ["changed", "reset"]


def test_arrow_keys_lead_from_answer_to_answer_and_each_is_told_below(qtbot: QtBot, qapp: QApplication) -> None:
    detail = RecordDetail(Words("en"), lambda: NOW, Theme(qapp))
    qtbot.addWidget(detail)
    detail.show_record(snapshots.propagating())
    detail.resize(700, detail.height_for(700))
    detail.show()
    table = detail.findChild(EvidenceTable)
    assert table is not None
    assert (table.currentIndex().row(), table.currentIndex().column()) == (3, 1)
    said = {label.text() for label in detail.findChildren(QLabel)}
    assert any(each.startswith("8.8.8.8 (resolver), UDP") for each in said)
    resized: list[None] = []
    detail.resized.connect(lambda: resized.append(None))
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Right):
        QTest.keyClick(table, key)
    said = {label.text() for label in detail.findChildren(QLabel)}
    assert any(each.startswith("cloudflare-dns.com 203.0.113.53 (resolver), DNS over HTTPS") for each in said)
    assert len(resized) == 2


def test_a_wide_matrix_scrolls(qtbot: QtBot, model: EvidenceModel) -> None:
    model.show_record(many_ways())
    table = EvidenceTable(model, "evidence")
    qtbot.addWidget(table)
    table.fit(2000)
    roomy = table.height()
    table.fit(320)
    assert table.height() > roomy
    table.resize(320, table.height())
    table.show()
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() > 0)
