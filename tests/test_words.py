"""Words: every state has a sentence in both languages, and the sentences say what is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from ipaddress import ip_address

import pytest

from ddns_tray.core.alerting import AlertMemory, Notice, NoticeKind, changes
from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import (
    AbortReason,
    AddressState,
    Agreement,
    Colour,
    Family,
    LookError,
    Observation,
    Outcome,
    Phase,
    Reason,
    RecordKey,
    RecordStatus,
    RecordType,
    Role,
    Sighting,
    SourceKind,
    Transport,
    UpdateResult,
    Verdict,
    VerdictKind,
)
from ddns_tray.core.reasons import REASONS
from ddns_tray.core.text import Text, text
from ddns_tray.words import LANGUAGES, Shape, Words, evidence, resolve_language, verdicts
from ddns_tray.words.catalogue import catalogue
from ddns_tray.words.facts import facts
from ddns_tray.words.language import supported
from ddns_tray.words.sayings import SAYINGS, WHAT_FAILS_IS_LEFT
from ddns_tray.words.shapes import COLOUR_WORDS
from ddns_tray.words.speaker import Plural
from ddns_tray.words.verdicts import LABELS, TITLES, Explanation, explain
from tests.support import snapshots
from tests.support.looks import KEY as LOOKED_AT
from tests.support.looks import auth, look, resolver
from tests.support.snapshots import MINE, NOW, OLD

EN = Words("en", UTC)
ZH = Words("zh_CN", UTC)
BOTH = pytest.mark.parametrize("words", [EN, ZH], ids=LANGUAGES)

_TUPLES = {
    "seen": (OLD,),
    "expected": (MINE,),
    "extra": (OLD,),
    "hidden": (MINE,),
    "origin": (MINE,),
    "servers": ("ns1.example.net",),
    "ahead": ("ns2.example.net",),
    "resolvers": ("udp://9.9.9.9",),
    "router": ("192.168.178.2",),
    "portal": ("login.hotel.example",),
}
_NUMBERS = {
    "expires": NOW + 60,
    "read": NOW - 60,
    "right": 2,
    "resolvers_asked": 3,
    "servers_right": 2,
    "resolvers_right": 3,
}


def reason(code: str, *, many: bool = False, seen: tuple[str, ...] = (OLD,), rcode: str = "REFUSED") -> Reason:
    """A reason with the facts that the judge promises for its code, and no others."""
    facts: dict[str, str | int | float | tuple[str, ...]] = {}
    for name in REASONS[code]:
        if name == "rcode":
            facts[name] = rcode
        elif name in _TUPLES:
            facts[name] = (
                tuple(f"{each}{end}" for each in _TUPLES[name] for end in ("", "1")) if many else _TUPLES[name]
            )
        else:
            facts[name] = _NUMBERS[name]
    if "seen" in facts and not seen:
        facts["seen"] = ()
    return Reason(code, facts)


def bare(kind: VerdictKind, colour: Colour, why: Reason, deadline: float | None = None) -> RecordStatus:
    """A record of which nothing is known but the verdict."""
    return RecordStatus(RecordKey("home.example.org", RecordType.A), "home", (), Verdict(kind, colour, why, deadline))


def literals() -> set[str]:
    """Every entry of the tables."""
    tables: list[Text | Plural] = [*LABELS.values(), *TITLES.values(), *COLOUR_WORDS.values()]
    tables += [*evidence.ROLES.values(), *evidence.SOURCE_KINDS.values(), *evidence.LOOK_ERRORS.values()]
    tables += [*evidence.LOOK_HINTS.values(), *evidence.ADDRESS_STATES.values(), *evidence.OUTCOMES.values()]
    tables += [*evidence.ABORT_REASONS.values(), WHAT_FAILS_IS_LEFT]
    tables += [*verdicts._FINER_LABELS.values(), *verdicts._FINER_TITLES.values()]
    for saying in SAYINGS.values():
        tables += [each for each in (saying.cause, saying.next, saying.action, saying.watched) if each is not None]
        tables += [saying.abroad] if saying.abroad is not None else []
    return {each.singular if isinstance(each, Plural) else each.message for each in tables}


# --- totality -----------------------------------------------------------------------------------------------------


def test_every_kind_of_verdict_has_a_label_a_title_and_a_saying() -> None:
    assert set(LABELS) == set(VerdictKind)
    assert set(TITLES) == set(VerdictKind)
    assert {kind.value for kind in VerdictKind} <= set(SAYINGS)


def test_every_reason_of_the_judge_has_a_saying() -> None:
    assert set(REASONS) <= set(SAYINGS)


@BOTH
@pytest.mark.parametrize("code", sorted(REASONS))
@pytest.mark.parametrize("colour", list(Colour))
@pytest.mark.parametrize("shape", ["one", "many", "none", "NXDOMAIN", "NODATA"])
def test_an_explanation_needs_no_fact_that_the_judge_does_not_promise(
    words: Words, code: str, colour: Colour, shape: str
) -> None:
    why = reason(
        code,
        many=shape == "many",
        seen=() if shape == "none" else (OLD,),
        rcode=shape if shape in {"NXDOMAIN", "NODATA"} else "REFUSED",
    )
    explained = words.verdict_explanation(bare(VerdictKind.UNKNOWN, colour, why, NOW + 60), NOW)
    assert "?" not in explained
    assert "{" not in explained
    assert explained.strip()


@pytest.mark.parametrize(
    ("observations", "said"),
    [
        ((auth("ns1", MINE), resolver("udp://9.9.9.9", OLD)), "servers right: 1 of 1 · resolvers right: 0 of 1"),
        ((auth("ns1", MINE),), "servers right: 1 of 1"),
        ((resolver("udp://9.9.9.9", OLD),), "Resolvers right: 0 of 1"),
        ((), ""),
    ],
)
def test_evidence_counts_nobody_who_was_not_asked(observations: tuple[Observation, ...], said: str) -> None:
    key, verdict = RecordKey("home.example.org", RecordType.A), Verdict(VerdictKind.STALE, Colour.RED, reason("stale"))
    told = explain(EN, RecordStatus(key, None, (MINE,), verdict, look(*observations)), NOW).evidence
    assert told.removeprefix("Authoritative ") == said
    right = {"servers_right": int(bool(observations)), "resolvers_right": 0, "resolvers_asked": 0}
    alone = Verdict(VerdictKind.MATCHED, Colour.GREEN, Reason("authoritative_only", right))
    told = explain(EN, RecordStatus(key, None, (MINE,), alone, look()), NOW).evidence
    assert told == ("Authoritative servers right: 1" if observations else "")


def test_a_wildcard_is_told_with_the_evidence() -> None:
    status = snapshots.record("home.example.org", observations=snapshots.witnesses(answer=(MINE,)))
    assert status.view is not None
    told = explain(EN, replace(status, view=replace(status.view, wildcard=True)), NOW).evidence
    assert told.startswith(
        f"{explain(EN, status, NOW).evidence.partition(' · proven')[0]} · a wildcard may have answered"
    )


@pytest.mark.parametrize(
    ("code", "kind", "label", "title"),
    [
        ("proxied", VerdictKind.PROXIED, "right, proxied", "Right, behind the provider's proxy"),
        ("proxied_unread", VerdictKind.PROXIED, "behind a proxy", "Behind the provider's proxy"),
        ("proxy_off", VerdictKind.PROXIED, "not behind the proxy", "Not behind the provider's proxy"),
        ("mismatch", VerdictKind.MISMATCH, "wrong address", "The name leads to another address"),
    ],
)
def test_only_a_proven_proxy_is_called_right(code: str, kind: VerdictKind, label: str, title: str) -> None:
    status = bare(kind, Colour.YELLOW, reason(code))
    assert (EN.record_line(status, NOW), EN.verdict_title(status)) == (label, title)


@pytest.mark.parametrize(
    ("code", "kind", "colour", "label", "title"),
    [
        ("address_unknown", VerdictKind.UNKNOWN, Colour.GREY, "your address is not known", "Your address is not known"),
        ("not_looked", VerdictKind.UNKNOWN, Colour.GREY, "not looked yet", "Not looked yet"),
        ("too_few_witnesses", VerdictKind.UNKNOWN, Colour.GREY, "not proven", "Nothing is proven"),
        ("resolvers_silent", VerdictKind.TIMEOUT, Colour.YELLOW, "resolvers silent", "No resolver answers"),
        ("servers_silent", VerdictKind.TIMEOUT, Colour.YELLOW, "a server is silent", "A name server does not answer"),
        ("timeout", VerdictKind.TIMEOUT, Colour.RED, "no answer", "The name servers do not answer"),
        ("servers_disagree", VerdictKind.MISMATCH, Colour.RED, "servers disagree", "The name servers disagree"),
        ("lame", VerdictKind.LAME, Colour.YELLOW, "delegation not in order", "The delegation is not in order"),
        ("lame", VerdictKind.LAME, Colour.RED, "delegation broken", "The delegation is broken"),
    ],
)
def test_the_heading_blames_nobody_else_and_says_no_more_than_is_known(
    code: str, kind: VerdictKind, colour: Colour, label: str, title: str
) -> None:
    status = bare(kind, colour, reason(code))
    assert (EN.verdict_label(status), EN.verdict_title(status)) == (label, title)


_PASSES_ALONE = {"offline", "not_looked", "just_written", "propagating", "resolvers_not_asked"}
_LAGS = {"servers_disagree", "secondary_lag"}
_GREEN = {"matched", "consistent", "absent", "authoritative_only", "resolvers_only", "proxied"}


@pytest.mark.parametrize("code", sorted(REASONS.keys() - _GREEN))
@pytest.mark.parametrize("account", [None, "home"])
@pytest.mark.parametrize("colour", [Colour.YELLOW, Colour.RED])
def test_whatever_is_wrong_has_a_cause_evidence_a_next_step_and_something_to_do(
    code: str, account: str | None, colour: Colour
) -> None:
    view = look(auth("ns1", OLD), auth("ns2", rcode="REFUSED"), resolver("udp://9.9.9.9", error=LookError.TIMEOUT))
    kind = VerdictKind(code) if code in set(VerdictKind) else VerdictKind.UNKNOWN
    heals = code in _PASSES_ALONE or (code in _LAGS and colour is Colour.YELLOW)
    verdict = Verdict(kind, colour, reason(code), NOW + 60 if heals else None)
    status = RecordStatus(RecordKey("home.example.org", RecordType.A), account, (), verdict, view)
    explained = explain(EN, status, NOW)
    assert explained.cause
    assert explained.next
    assert "servers" in explained.evidence
    assert "\n" not in explained.evidence
    assert bool(explained.action) is not heals


def test_without_anything_to_compare_with_answers_are_counted() -> None:
    view = look(
        auth("ns1", rcode="NXDOMAIN"),
        auth("ns2", rcode="REFUSED"),
        resolver("udp://9.9.9.9", OLD),
        resolver("udp://1.1.1.1", error=LookError.TIMEOUT),
    )
    verdict = Verdict(VerdictKind.MISSING, Colour.RED, Reason("missing", {"rcode": "NXDOMAIN", "servers": ("ns1",)}))
    status = RecordStatus(RecordKey("home.example.org", RecordType.A), None, (), verdict, view)
    said = explain(EN, status, NOW).evidence
    assert said == "Authoritative servers that answered: 1 of 2 · resolvers that answered: 1 of 2"


@BOTH
def test_a_code_that_nobody_knows_yet_is_explained_by_its_kind(words: Words) -> None:
    status = bare(VerdictKind.OFFLINE, Colour.GREY, Reason("something_new"))
    known = bare(VerdictKind.OFFLINE, Colour.GREY, Reason("offline"))
    assert words.verdict_explanation(status, NOW) == words.verdict_explanation(known, NOW)


def test_every_sentence_of_the_tables_is_spoken_in_chinese() -> None:
    same_in_both = {"UDP", "TCP", "DNS over TLS", "DNS over HTTPS"}
    chinese = catalogue("zh_CN")
    silent = {each for each in literals() - same_in_both if _spoken(chinese, each) == each}
    assert silent == set()


def _spoken(chinese: object, literal: str) -> str:
    saying = next(
        (each.cause for each in SAYINGS.values() if isinstance(each.cause, Plural) and each.cause.singular == literal),
        None,
    )
    assert hasattr(chinese, "ngettext")
    assert hasattr(chinese, "gettext")
    return str(chinese.ngettext(saying.singular, saying.plural, 2) if saying else chinese.gettext(literal))


@BOTH
def test_every_member_of_every_enum_has_a_word(words: Words) -> None:
    said = [
        *(words.colour(each) for each in Colour),
        *(words.verdict(each) for each in VerdictKind),
        *(words.address_state(each) for each in AddressState),
        *(words.source_kind(each) for each in SourceKind),
        *(words.role(each) for each in Role),
        *(words.transport(each) for each in Transport),
        *(words.outcome_word(each) for each in Outcome),
    ]
    assert all(said)
    assert set(evidence.LOOK_HINTS) == set(evidence.LOOK_ERRORS) == set(LookError)
    assert set(evidence.ABORT_REASONS) == set(AbortReason)


@BOTH
@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("before", [(), (OLD,)])
@pytest.mark.parametrize("after", [(), (MINE,)])
@pytest.mark.parametrize("problem", [None, Problem(ProblemCode.PROVIDER, text("It is broken."))])
def test_every_outcome_has_a_sentence(
    words: Words, outcome: Outcome, before: tuple[str, ...], after: tuple[str, ...], problem: Problem | None
) -> None:
    key = RecordKey("home.example.org", RecordType.A)
    spoken = words.outcome(UpdateResult(key, outcome, before, after, 1, NOW, problem))
    assert spoken
    assert "{" not in spoken
    assert "?" not in spoken


@BOTH
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_notice_has_a_title_and_a_body(words: Words, kind: NoticeKind) -> None:
    status = snapshots.mismatch()
    notice = Notice(
        kind, NOW, Family.IPV4, OLD, MINE, status.key, Verdict(VerdictKind.MISMATCH, Colour.RED, reason("mismatch"))
    )
    title, body = words.notice(notice)
    assert title
    assert body
    assert "?" not in title + body
    assert "{" not in title + body


def test_a_notice_says_what_the_window_says_of_the_same_record() -> None:
    for account in ("home", None):
        status = replace(snapshots.mismatch(), account=account)
        (notice,), _ = changes(AlertMemory(), snapshots.snapshot(status), quiet_until=None)
        _, body = EN.notice(notice)
        assert ("only watches this name" in body) is (account is None)
        told = EN.verdict_parts(status, NOW)
        assert body == f"{told.cause}\n{told.action}"


# --- shapes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("colour", "phase", "expected"),
    [
        (Colour.GREEN, Phase.IDLE, Shape.CHECK),
        (Colour.YELLOW, Phase.IDLE, Shape.WARNING),
        (Colour.RED, Phase.IDLE, Shape.CROSS),
        (Colour.GREY, Phase.PAUSED, Shape.PAUSE),
        (Colour.RED, Phase.PAUSED, Shape.PAUSE),
        (Colour.GREY, Phase.STARTING, Shape.BUSY),
        (Colour.GREY, Phase.CHECKING, Shape.BUSY),
        (Colour.YELLOW, Phase.UPDATING, Shape.BUSY),
        (Colour.GREEN, Phase.CHECKING, Shape.CHECK),
    ],
)
def test_state_becomes_shape_in_one_place(colour: Colour, phase: Phase, expected: Shape) -> None:
    assert EN.shape(colour, phase) is expected


def test_shapes_differ_without_any_colour() -> None:
    assert len({shape.symbol for shape in Shape}) == len(Shape)


# --- the whole ----------------------------------------------------------------------------------------------------


def test_the_first_line_says_how_things_are_worst_first() -> None:
    assert EN.status_sentence(snapshots.green(), NOW) == "All 3 names are right"
    assert EN.status_sentence(snapshots.on_its_way(), NOW) == "2 names right, 1 on its way"
    worried = snapshots.snapshot(snapshots.extra(), snapshots.propagating())
    assert EN.status_sentence(worried, NOW) == "One name needs you, one is on its way"
    assert (
        EN.status_sentence(snapshots.snapshot(snapshots.record("nas.example.org")), NOW) == "nas.example.org is right"
    )
    assert EN.status_sentence(snapshots.empty(), NOW) == "No names yet"
    assert EN.status_sentence(snapshots.offline(), NOW) == "No connection to the internet"


def test_a_name_counts_once_by_the_worst_of_its_records() -> None:
    both = snapshots.snapshot(
        snapshots.record("nas.example.org"),
        snapshots.record("nas.example.org", VerdictKind.MISSING, Colour.RED, record_type=RecordType.AAAA),
        snapshots.record("home.example.org"),
    )
    assert EN.status_sentence(both, NOW) == "One name needs you, one is right"


def test_yellow_that_does_not_heal_alone_is_not_called_on_its_way() -> None:
    doubtful = snapshots.snapshot(
        snapshots.record("nas.example.org", VerdictKind.HIJACKED, Colour.YELLOW), snapshots.record("home.example.org")
    )
    assert EN.status_sentence(doubtful, NOW) == "One name needs a look, one is right"


def test_a_name_that_was_looked_at_is_not_said_to_wait_for_that() -> None:
    lost = snapshots.record("home.example.org", VerdictKind.UNKNOWN, Colour.GREY, reason=Reason("address_unknown"))
    fresh = snapshots.record("nas.example.org", VerdictKind.UNKNOWN, Colour.GREY, reason=Reason("not_looked"))
    good, bad = snapshots.record("vpn.example.org"), snapshots.extra()
    said = [
        EN.status_sentence(snapshots.snapshot(*records), NOW)
        for records in ((lost,), (fresh,), (lost, good), (lost, fresh), (lost, bad), (lost, good, bad))
    ]
    assert said == [
        "Nothing can be said about home.example.org at the moment",
        "nas.example.org has not been looked at yet",
        "1 name right, 1 cannot be judged",
        "One name not looked at yet, 1 cannot be judged",
        "One name needs you, one cannot be judged",
        "One name needs you, one cannot be judged",
    ]
    pair = snapshots.snapshot(lost, replace(lost, key=RecordKey("nas.example.org", RecordType.A)))
    assert EN.status_sentence(pair, NOW) == "2 names cannot be judged"


def test_a_pause_says_until_when() -> None:
    assert EN.status_sentence(snapshots.paused(), NOW) == f"Paused until {EN.time(NOW + 3600)}"
    forever = replace(snapshots.paused(), paused_until=float("inf"))
    assert EN.status_sentence(forever, NOW) == "Paused"


def test_the_second_line_names_the_address_and_its_age() -> None:
    assert EN.status_detail(snapshots.green(), NOW) == f"Address {MINE} · changed 2 min ago"
    unchanged = replace(snapshots.green(), address_changed_at=None)
    assert EN.status_detail(unchanged, NOW) == f"Address {MINE}"


def test_the_tooltip_names_the_address_and_the_worst_record() -> None:
    assert EN.tooltip(snapshots.green(), NOW).splitlines() == [
        "DDNS Tray: All 3 names are right",
        f"Address {MINE} · changed 2 min ago",
    ]
    _, _, worst = EN.tooltip(
        replace(snapshots.troubled(), records=(snapshots.propagating(), snapshots.extra())), NOW
    ).splitlines()
    assert worst == "cam.example.org: extra address"
    _, _, slow = EN.tooltip(snapshots.on_its_way(), NOW).splitlines()
    assert slow == "home.example.org: on its way"
    assert len(EN.tooltip(snapshots.paused(), NOW).splitlines()) == 2


@BOTH
@pytest.mark.parametrize("state", [each for each in AddressState if each is not AddressState.AGREED])
def test_the_second_line_says_why_there_is_no_address(words: Words, state: AddressState) -> None:
    without = replace(snapshots.green(), addresses={Family.IPV4: Agreement(Family.IPV4, state, None, ())})
    assert MINE not in words.status_detail(without, NOW)
    assert words.status_detail(without, NOW)


@BOTH
@pytest.mark.parametrize("phase", list(Phase))
def test_the_whole_can_be_told_in_every_phase(words: Words, phase: Phase) -> None:
    for make in (snapshots.green, snapshots.troubled, snapshots.empty, snapshots.offline, snapshots.unspeakable):
        whole = replace(make(), phase=phase)
        assert words.status_detail(whole, NOW) in words.tooltip(whole, NOW)
        assert words.next_check(whole, NOW)
        for status in whole.records:
            assert words.record_line(status, NOW)
            assert words.verdict_title(status)


# --- one record ---------------------------------------------------------------------------------------------------


def test_the_menu_line_counts_down_and_then_names_the_verdict() -> None:
    assert EN.record_line(snapshots.record("nas.example.org"), NOW) == "right"
    assert EN.record_line(snapshots.propagating(seconds=252), NOW) == "green in 4:12"
    assert EN.record_line(snapshots.propagating(seconds=252), NOW + 300) == "on its way"
    assert EN.record_line(snapshots.mismatch(), NOW) == "wrong address"


def test_nothing_is_promised_of_an_answer_that_may_be_no_old_one() -> None:
    why = Reason(
        "resolvers_differ",
        {"seen": (OLD,), "expected": (MINE,), "resolvers": ("udp://8.8.8.8",), "expires": NOW + 240},
    )
    status = replace(snapshots.propagating(), verdict=Verdict(VerdictKind.PROPAGATING, Colour.YELLOW, why, NOW + 270))
    parts = EN.verdict_parts(status, NOW)
    assert parts.cause == f"One resolver (8.8.8.8) says {OLD} instead of {MINE}."
    assert parts.next == f"If that is what was there before, it runs out at {EN.time(NOW + 240)}."
    assert EN.record_line(status, NOW) == "resolvers differ"
    assert EN.verdict_title(status) == "Resolvers say something else"
    assert "needs a look" in EN.status_sentence(snapshots.snapshot(status), NOW)
    denied = replace(status, verdict=replace(status.verdict, reason=Reason(why.code, {**why.data, "seen": ()})))
    assert EN.verdict_parts(denied, NOW).cause == "One resolver (8.8.8.8) says that there is no such record."


def explained(kind: VerdictKind, colour: Colour, why: Reason, *seen: Observation) -> Explanation:
    """What is said of a watched name at which this was seen."""
    status = RecordStatus(LOOKED_AT, None, (), Verdict(kind, colour, why), look(*seen))
    return EN.verdict_parts(status, NOW)


def test_an_alias_to_nothing_is_not_said_to_be_missing_itself() -> None:
    why = Reason("missing", {"rcode": "NXDOMAIN", "servers": ("ns1.there",)})
    beyond = auth("ns1.there", rcode="NXDOMAIN", cnames=("gone.there.example",))
    alias = auth("ns1", cnames=("gone.there.example",), negative_ttl=None)
    said = explained(VerdictKind.MISSING, Colour.RED, why, alias, beyond)
    assert said.cause == "home.example.org is an alias of gone.there.example, and there is no A record for that."
    assert said.action == "Correct the alias at your provider, or create what it leads to."
    assert EN.observation(alias) == "alias of gone.there.example"
    assert EN.observation(beyond) == "no such name"
    assert "does not exist" in explained(VerdictKind.MISSING, Colour.RED, why, auth("ns1", rcode="NXDOMAIN")).cause


ALIAS = auth("ns1", cnames=("home.there.example",), negative_ttl=None)


def test_a_server_that_gives_an_alias_into_another_zone_is_not_counted_among_those_that_are_wrong() -> None:
    there = auth("ns1.there", OLD, cnames=("home.there.example",))
    wrong = Reason("mismatch", {"seen": (OLD,), "expected": (MINE,), "servers": ("ns1.there",)})
    said = explained(VerdictKind.MISMATCH, Colour.RED, wrong, ALIAS, there)
    assert said.evidence == "Authoritative servers right: 0 of 1"
    assert explained(VerdictKind.MISMATCH, Colour.RED, wrong, ALIAS).evidence == ""


@pytest.mark.parametrize("code", ["lame", "timeout", "servers_silent", "mismatch", "extra"])
def test_whoever_runs_the_zone_that_an_alias_leads_into_has_to_act_there(code: str) -> None:
    why = reason(code)
    failing = auth("ns1.example.net", rcode="REFUSED", cnames=("home.there.example",))
    kind = VerdictKind(code) if code in set(VerdictKind) else VerdictKind.TIMEOUT
    colour = Colour.YELLOW if code == "servers_silent" else Colour.RED
    assert "an alias of home.there.example" in explained(kind, colour, why, ALIAS, failing).action
    at_home = auth("ns1.example.net", rcode="REFUSED")
    assert "an alias" not in explained(kind, colour, why, ALIAS, at_home).action
    inside = auth("ns1.example.net", OLD, cnames=("www.example.org",))
    assert "an alias" not in explained(kind, colour, why, inside).action


def test_a_server_with_several_addresses_is_counted_once_by_the_worst_of_its_answers() -> None:
    seen = (
        auth("ns1", OLD, address="192.0.2.1"),
        auth("ns1", error=LookError.TIMEOUT, address="192.0.2.2"),
        auth("ns2", MINE, address="192.0.2.3"),
        auth("ns2", rcode="REFUSED", address="192.0.2.4"),
        auth("ns3", error=LookError.TIMEOUT, address="192.0.2.5"),
        auth("ns3", rcode="SERVFAIL", address="192.0.2.6"),
        auth("ns4", error=LookError.UNREACHABLE, address="2620:fe::fe"),
    )
    counted = facts(replace(snapshots.mismatch(), view=look(*seen))).authoritative
    assert (counted.wrong, counted.right, counted.failed, counted.silent) == (("ns1",), ("ns2",), ("ns3",), ("ns4",))
    assert counted.broken == ("ns3",)


def test_nothing_turns_green_by_itself_while_servers_fail() -> None:
    status = snapshots.propagating(seconds=252)
    assert EN.verdict_parts(status, NOW).next.startswith("It turns green by itself")
    assert status.view is not None
    lame = auth("ns9", rcode="REFUSED", address="192.0.2.9")
    with_lame = replace(status, view=replace(status.view, observations=(*status.view.observations, lame)))
    assert EN.verdict_parts(with_lame, NOW).next == (
        f"Old answers are gone by {EN.time(NOW + 252)} at the latest; what is left then is that name servers fail: ns9."
    )
    assert EN.record_line(with_lame, NOW) == "on its way"
    assert "needs a look" in EN.status_sentence(snapshots.snapshot(with_lame), NOW)


def test_an_address_that_lacks_beside_others_is_named() -> None:
    why = Reason("mismatch", {"seen": (MINE,), "expected": (MINE, OLD), "servers": ("ns1",)})
    status = replace(bare(VerdictKind.MISMATCH, Colour.RED, why), expected=(MINE, OLD), view=look(auth("ns1", MINE)))
    assert EN.verdict_parts(status, NOW).cause == (
        f"The authoritative servers lack {OLD}, which should be there beside {MINE}."
    )
    assert (EN.verdict_label(status), EN.verdict_title(status)) == ("address missing", "The name lacks an address")


@pytest.mark.parametrize("name", ["nas", "nas.local", "router.home.arpa", "nas.example.org"])
def test_a_name_that_only_a_network_of_its_own_can_know_is_told_as_that(name: str) -> None:
    status = bare(VerdictKind.MISSING, Colour.RED, reason("missing", rcode="NXDOMAIN"))
    said = EN.verdict_parts(replace(status, key=RecordKey(name, RecordType.A)), NOW).action
    assert ("The world's DNS does not have such names" in said) is (name != "nas.example.org")


@pytest.mark.parametrize("code", ["address_unknown", "not_routable"])
def test_who_has_no_ipv6_is_not_told_to_use_it(code: str) -> None:
    for record_type, other in ((RecordType.A, False), (RecordType.AAAA, True)):
        status = replace(
            bare(VerdictKind.UNKNOWN, Colour.GREY, Reason(code)), key=RecordKey("home.example.org", record_type)
        )
        said = EN.verdict_parts(status, NOW)
        assert ("IPv6 address" in said.cause) is other
        assert ("take AAAA from the types of the name" in said.action) is other
        assert not (other and "use IPv6" in said.action)


def test_who_looks_once_is_not_promised_another_look() -> None:
    mismatch, waiting = snapshots.mismatch(), snapshots.propagating(seconds=252)
    offline = bare(VerdictKind.OFFLINE, Colour.GREY, Reason("offline"))
    assert EN.verdict_parts(mismatch, NOW).next == "The next check shows whether this is still so."
    assert EN.verdict_parts(offline, NOW).next.startswith("DDNS Tray looks again")
    assert [EN.verdict_parts(each, NOW, once=True).next for each in (mismatch, offline)] == ["", ""]
    assert EN.verdict_parts(waiting, NOW, once=True) == EN.verdict_parts(waiting, NOW)


@pytest.mark.parametrize(
    ("zone", "cause"),
    [
        ("example.org", "The authoritative servers say that home.example.org does not exist."),
        ("org", "The zone org knows no domain example.org: it has expired, or nobody has registered it."),
        ("", "There is no top-level domain org, so home.example.org leads nowhere."),
        (None, "The authoritative servers say that home.example.org does not exist."),
    ],
)
def test_a_domain_that_is_gone_as_a_whole_is_told_as_that(zone: str | None, cause: str) -> None:
    status = bare(VerdictKind.MISSING, Colour.RED, reason("missing", rcode="NXDOMAIN"))
    view = replace(look(auth("ns1", rcode="NXDOMAIN")), zone=zone)
    said = EN.verdict_parts(replace(status, view=view), NOW)
    assert said.cause == cause
    assert ("registrar" in said.action) is (zone == "org")


def test_the_line_that_tells_no_address_is_named() -> None:
    why = Verdict(VerdictKind.UNKNOWN, Colour.GREY, Reason("address_unknown"))
    status = replace(snapshots.record("home.example.org"), verdict=why, line="fibre")
    assert "from line fibre" in EN.verdict_parts(status, NOW).cause
    assert "line" not in EN.verdict_parts(replace(status, line=None), NOW).cause


@pytest.mark.parametrize("code", ["servfail", "resolvers_servfail"])
def test_aliases_in_a_circle_are_shown(code: str) -> None:
    seen = auth("ns1", rcode="SERVFAIL", cnames=("two.example.org", "home.example.org"))
    said = explained(VerdictKind.SERVFAIL, Colour.RED, reason(code), seen)
    assert said.cause.endswith(": home.example.org → two.example.org → home.example.org.")
    straight = auth("ns1", rcode="SERVFAIL", cnames=("two.example.org",))
    assert "circle" not in explained(VerdictKind.SERVFAIL, Colour.RED, reason(code), straight).cause


def test_a_server_without_an_address_is_told_as_that() -> None:
    nowhere = Reason("lame", {"rcode": "no_address", "servers": ("ns2",)})
    said = explained(VerdictKind.LAME, Colour.YELLOW, nowhere)
    assert said.cause == "One name server of the zone has no address, so nobody can ask it: ns2."
    several = Reason("lame", {"rcode": "NOERROR, REFUSED, no_address", "servers": ("ns1", "ns2", "ns3")})
    red = explained(VerdictKind.LAME, Colour.RED, several).cause
    assert "(without authority, REFUSED and no address): ns1, ns2 and ns3." in red


@pytest.mark.parametrize("code", ["lame", "servfail"])
def test_servers_that_only_seem_to_fail_are_not_blamed(code: str) -> None:
    why = Reason(code, {"rcode": "REFUSED", "servers": ("ns1", "ns2")})
    both = auth("ns1", rcode="REFUSED"), auth("ns2", rcode="REFUSED")
    said = explained(VerdictKind(code), Colour.YELLOW, why, *both, resolver("tls://1.1.1.1", MINE))
    assert said.cause.startswith("As seen from here none of the zone's servers serves it (REFUSED: ns1 and ns2)")
    some = explained(VerdictKind(code), Colour.YELLOW, why, *both, auth("ns3", MINE))
    assert "As seen from here" not in some.cause
    assert "As seen from here" not in explained(VerdictKind(code), Colour.RED, why, *both).cause


def test_a_server_that_lacks_the_record_is_said_to_lack_it() -> None:
    why = Reason("servers_disagree", {"seen": (), "expected": (MINE,), "servers": ("ns2",), "ahead": ("ns1",)})
    seen = auth("ns1", MINE), auth("ns2")
    said = explained(VerdictKind.PROPAGATING, Colour.YELLOW, why, *seen)
    assert said.cause == "One authoritative server (ns2) has no such record."
    late = explained(VerdictKind.MISMATCH, Colour.RED, why, *seen)
    assert late.cause == f"One authoritative server (ns2) says nothing instead of {MINE}, and has had time enough."
    assert late.action


def test_two_resolvers_of_one_host_are_told_apart() -> None:
    why = Reason("resolvers_silent", {"resolvers": ("tcp://192.0.2.9", "udp://192.0.2.8", "udp://192.0.2.9?ca=x")})
    said = explained(VerdictKind.TIMEOUT, Colour.YELLOW, why)
    assert said.cause == "No resolver answers: tcp://192.0.2.9, 192.0.2.8 and udp://192.0.2.9."


def test_an_address_that_nothing_needs_is_not_waited_for() -> None:
    nothing = replace(snapshots.snapshot(snapshots.record("nas.example.org")), addresses={})
    assert EN.status_detail(replace(nothing, rounds=0), NOW) == "Address not known yet"
    assert "was not looked for" in EN.status_detail(replace(nothing, rounds=1), NOW)


def test_propagation_is_explained_with_witnesses_and_time() -> None:
    why = Reason(
        "propagating",
        {"seen": (OLD,), "expected": (MINE,), "resolvers": ("udp://8.8.8.8", "udp://9.9.9.9"), "expires": NOW + 240},
    )
    status = replace(snapshots.propagating(), verdict=Verdict(VerdictKind.PROPAGATING, Colour.YELLOW, why, NOW + 270))
    parts = EN.verdict_parts(status, NOW)
    until, latest = EN.time(NOW + 240), EN.time(NOW + 270)
    assert parts.cause == (
        "Right at the authoritative servers; 2 resolvers (8.8.8.8 and 9.9.9.9) still hold the old address"
        f" until {until}."
    )
    assert parts.evidence == "Authoritative servers right: 2 of 2 · resolvers right: 1 of 2"
    assert parts.next == f"It turns green by itself, by {latest} at the latest."
    assert parts.action == ""


def test_what_can_be_done_depends_on_whether_we_may_write() -> None:
    why = reason("mismatch")
    verdict = Verdict(VerdictKind.MISMATCH, Colour.RED, why)
    kept = replace(snapshots.mismatch(), verdict=verdict)
    watched = replace(kept, account=None)
    assert "Update now" in EN.verdict_parts(kept, NOW).action
    assert "Update now" not in EN.verdict_parts(watched, NOW).action


def test_many_servers_are_counted_beyond_a_few() -> None:
    servers = tuple(f"ns{number}.example.net" for number in range(9))
    status = bare(VerdictKind.TIMEOUT, Colour.YELLOW, Reason("servers_silent", {"servers": servers}))
    cause = EN.verdict_parts(status, NOW).cause
    assert cause.startswith("9 authoritative servers")
    assert "ns2.example.net and 6 more" in cause
    assert "ns3" not in cause


# --- single facts -------------------------------------------------------------------------------------------------


def test_an_agreement_counts_independent_witnesses() -> None:
    assert EN.agreement(snapshots.address()) == f"IPv4: {MINE}, as 2 sources agree"
    static = Sighting("static:1.1.1.1", "static", SourceKind.STATIC, Family.IPV4, ip_address("1.1.1.1"), NOW)
    alone = Agreement(Family.IPV4, AddressState.AGREED, ip_address("1.1.1.1"), (static,))
    assert EN.agreement(alone) == "IPv4: 1.1.1.1, as one source says"


def test_an_address_that_is_not_known_is_not_known_for_a_reason() -> None:
    nobody = Agreement(Family.IPV4, AddressState.UNKNOWN, None, ())
    one = Sighting("a", "a", SourceKind.HTTPS, Family.IPV4, ip_address("1.1.1.1"), NOW)
    failed = replace(one, address=None, problem=Problem(ProblemCode.TIMED_OUT, text("Silence.")))
    assert EN.agreement(nobody) == "IPv4: not known yet"
    assert EN.agreement(replace(nobody, sightings=(failed,))) == "IPv4: no source could tell the address"
    too_few = replace(nobody, sightings=(failed, one))
    assert EN.agreement(too_few) == "IPv4: not certain, as too few sources agree"


@BOTH
def test_a_sighting_that_was_refused_shows_address_and_reason(words: Words) -> None:
    problem = Problem(ProblemCode.NOT_ROUTABLE, text("It is private."))
    seen = Sighting("https://a.example", "a", SourceKind.HTTPS, Family.IPV4, ip_address("10.0.0.1"), NOW, problem)
    assert "10.0.0.1" in words.sighting(seen)
    assert "It is private." in words.sighting(seen)


@BOTH
@pytest.mark.parametrize("error", [None, *LookError])
@pytest.mark.parametrize("rcode", ["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "NOTIMP"])
def test_every_answer_has_words(words: Words, error: LookError | None, rcode: str) -> None:
    assert words.observation(snapshots.seen("udp://9.9.9.9", (), rcode=rcode, error=error))


def test_a_failed_dnssec_check_is_told_apart_from_a_failure() -> None:
    failed = snapshots.seen("udp://9.9.9.9", (), rcode="SERVFAIL")
    assert EN.observation(failed) == "server failure (SERVFAIL)"
    rejected = replace(failed, checking_disabled="NOERROR")
    assert EN.observation(replace(failed, ede=(6,))) == "its DNSSEC checks fail (SERVFAIL)"
    assert EN.observation(rejected) == "answers only without its DNSSEC checks (SERVFAIL)"


def test_an_answer_is_shown_as_it_is() -> None:
    assert EN.observation(snapshots.seen("udp://9.9.9.9", (MINE, OLD))) == f"{MINE}, {OLD}"


# --- times --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "english"),
    [
        (0, "0 s"),
        (-3, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (11_100, "3 h 5 min"),
        (86_400, "1 d"),
        (187_200, "2 d 4 h"),
    ],
)
def test_durations_have_at_most_two_units(seconds: float, english: str) -> None:
    assert EN.duration(seconds) == english


def test_durations_and_times_are_those_of_the_language() -> None:
    assert ZH.duration(12) == "12 秒"
    assert ZH.duration(11_100) == "3 小时 5 分钟"
    assert ZH.ago(NOW - 120, NOW) == "2 分钟前"
    assert ZH.listing(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert ZH.listing(["1.1.1.1", "8.8.8.8"]) == "1.1.1.1 和 8.8.8.8"
    assert EN.listing(["a", "b", "c"]) == "a, b and c"


def test_a_time_has_its_date_only_on_another_day() -> None:
    assert EN.time(NOW) == "08:00:00"
    assert EN.time(NOW + 60, NOW) == "08:01:00"
    assert EN.time(NOW + 86_400, NOW) == "2027-01-16 08:00"


def test_countdowns_run_like_clocks() -> None:
    assert EN.countdown(252) == "4:12"
    assert EN.countdown(3852) == "1:04:12"
    assert EN.countdown(-1) == "0:00"
    assert [EN.countdown(86_399), EN.countdown(86_400), EN.countdown(665_278)] == ["23:59:59", "1 d", "7 d 16 h"]


# --- languages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "environ", "desktop", "language"),
    [
        ("en", {"LANG": "zh_CN.UTF-8"}, (), "en"),
        ("zh_CN", {"LANG": "en_US.UTF-8"}, (), "zh_CN"),
        ("auto", {"LANG": "zh_CN.UTF-8"}, (), "zh_CN"),
        ("auto", {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, ("zh-Hans-CN",), "en"),
        ("auto", {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh_CN:en"}, (), "zh_CN"),
        ("auto", {"LANG": "C.UTF-8", "LANGUAGE": "zh_CN"}, (), "en"),
        ("auto", {}, ("zh-Hans-CN", "en-US"), "zh_CN"),
        ("auto", {}, ("fr-FR",), "en"),
        ("auto", {}, (), "en"),
        ("tlh", {"LANG": "zh_CN.UTF-8"}, (), "en"),
    ],
)
def test_the_language_is_the_one_chosen_or_that_of_the_system(
    setting: str, environ: dict[str, str], desktop: tuple[str, ...], language: str
) -> None:
    assert resolve_language(setting, environ, lambda: desktop) == language


@pytest.mark.parametrize("tag", ["zh", "zh_CN", "zh-Hans", "zh_SG.UTF-8", "zh_TW@x", "ZH-cn"])
def test_all_of_chinese_leads_to_simplified_chinese(tag: str) -> None:
    assert supported(tag) == "zh_CN"


def test_a_language_without_a_catalogue_speaks_the_literals() -> None:
    assert Words("xx").language == "en"
    assert catalogue("xx").gettext("Right everywhere.") == "Right everywhere."
