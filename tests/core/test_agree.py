from __future__ import annotations

import random
from dataclasses import replace
from ipaddress import ip_address

import pytest

from ddns_tray.core.agree import agree, offline
from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.model import AddressState, Agreement, Behind, Family, Sighting, SourceKind
from ddns_tray.core.text import text

NOW = 1_800_000_000.0
A, B = "11.22.33.44", "55.66.77.88"
FAILED = Problem(ProblemCode.TIMED_OUT, text("No answer in time."))
HTTPS, DNS, INTERFACE, STATIC = SourceKind.HTTPS, SourceKind.DNS, SourceKind.INTERFACE, SourceKind.STATIC


def saw(
    origin: str,
    address: str | None,
    kind: SourceKind = HTTPS,
    *,
    problem: Problem | None = None,
    family: Family = Family.IPV4,
) -> Sighting:
    seen = None if address is None else ip_address(address)
    return Sighting(f"{kind}://{origin}/", origin, kind, family, seen, NOW, problem)


def failed(origin: str, kind: SourceKind = HTTPS) -> Sighting:
    return saw(origin, None, kind, problem=FAILED)


def conclude(
    *sightings: Sighting,
    quorum: int = 2,
    allow_private: bool = False,
    previous: Agreement | None = None,
    now: float = NOW,
    family: Family = Family.IPV4,
    origins: int | None = None,
) -> Agreement:
    return agree(
        family, sightings, quorum=quorum, allow_private=allow_private, previous=previous, now=now, origins=origins
    )


def test_two_independent_sources_agree() -> None:
    agreement = conclude(saw("one", A), saw("two", A))
    assert (agreement.state, str(agreement.address)) == (AddressState.AGREED, A)
    assert agreement.since == NOW


def test_two_sources_of_one_host_are_one_witness() -> None:
    assert conclude(saw("one", A), saw("one", A), failed("two")).state is AddressState.UNKNOWN


@pytest.mark.parametrize("kind", [HTTPS, INTERFACE, STATIC, SourceKind.COMMAND, SourceKind.FILE])
def test_a_single_configured_source_is_believed(kind: SourceKind) -> None:
    assert conclude(saw("only", A, kind)).state is AddressState.AGREED


def test_a_lone_early_answer_is_not_a_lone_source() -> None:
    assert conclude(saw("one", A), origins=3).state is AddressState.UNKNOWN


def test_of_two_sources_one_is_not_enough_when_the_other_fails() -> None:
    assert conclude(saw("one", A), failed("two")).state is AddressState.UNKNOWN


def test_a_quorum_of_nonsense_still_needs_one_witness() -> None:
    assert conclude(quorum=0).state is AddressState.UNKNOWN
    assert conclude(saw("one", A), failed("two"), quorum=-3).state is AddressState.AGREED


def test_two_sources_that_contradict_are_a_dispute() -> None:
    agreement = conclude(saw("one", A), saw("two", B))
    assert (agreement.state, agreement.address) == (AddressState.DISPUTED, None)


def test_a_majority_outweighs_one_contradiction() -> None:
    assert str(conclude(saw("one", A), saw("two", A), saw("three", B)).address) == A


def test_as_many_contradictions_as_witnesses_are_a_dispute() -> None:
    agreement = conclude(saw("one", A), saw("two", A), saw("three", B), saw("four", "9.9.9.9"))
    assert agreement.state is AddressState.DISPUTED


def test_two_addresses_with_a_quorum_each_are_a_dispute_even_if_one_has_more() -> None:
    agreement = conclude(saw("1", A), saw("2", A), saw("3", A), saw("4", B), saw("5", B))
    assert agreement.state is AddressState.DISPUTED


def test_where_two_kinds_answer_two_kinds_have_to_agree() -> None:
    assert conclude(saw("one", A), saw("two", A), saw("dns", B, DNS)).state is AddressState.DISPUTED
    assert conclude(saw("one", A), saw("two", B), saw("dns", A, DNS)).state is AddressState.AGREED
    assert conclude(saw("one", A), saw("two", A), failed("dns", DNS)).state is AddressState.AGREED


def test_a_quorum_of_one_asks_for_one_kind() -> None:
    agreement = conclude(saw("one", A), saw("two", A), saw("dns", B, DNS), quorum=1)
    assert agreement.state is AddressState.DISPUTED
    assert conclude(saw("one", A), failed("dns", DNS), quorum=1).state is AddressState.AGREED


def test_a_host_that_contradicts_itself_is_no_quorum() -> None:
    assert conclude(saw("one", A), saw("one", B)).state is AddressState.DISPUTED


def test_failures_are_never_no_address() -> None:
    assert conclude(failed("one"), failed("two")).state is AddressState.UNKNOWN
    assert conclude().state is AddressState.UNKNOWN


def test_no_address_takes_a_quorum_that_says_so() -> None:
    assert conclude(saw("one", None), saw("two", None)).state is AddressState.NONE
    assert conclude(saw("one", None), failed("two")).state is AddressState.UNKNOWN
    assert conclude(saw("only", None, INTERFACE)).state is AddressState.NONE


def test_no_address_of_one_source_does_not_contradict_a_quorum() -> None:
    assert conclude(saw("one", A), saw("two", A), saw("eth0", None, INTERFACE)).state is AddressState.AGREED


@pytest.mark.parametrize("address", ["100.64.3.2", "192.168.1.5", "203.0.113.7", "224.0.0.1"])
def test_an_address_that_the_world_cannot_reach_is_refused_and_kept_as_evidence(address: str) -> None:
    agreement = conclude(saw("one", address), saw("two", address))
    assert (agreement.state, agreement.address) == (AddressState.NOT_ROUTABLE, None)
    for sighting in agreement.sightings:
        assert str(sighting.address) == address
        assert sighting.problem is not None
        assert sighting.problem.code is ProblemCode.NOT_ROUTABLE
        assert address in str(sighting.problem.title)


def test_different_private_addresses_of_one_line_are_not_routable_together() -> None:
    agreement = conclude(saw("eth0", "192.168.1.5", INTERFACE), saw("router", "100.64.3.2", SourceKind.ROUTER))
    assert agreement.state is AddressState.NOT_ROUTABLE


def test_one_private_address_does_not_speak_for_a_source_that_failed() -> None:
    assert conclude(saw("eth0", "192.168.1.5", INTERFACE), failed("one")).state is AddressState.UNKNOWN


def test_a_refused_address_neither_votes_nor_contradicts() -> None:
    agreement = conclude(saw("one", A), saw("two", A), saw("eth0", "192.168.1.5", INTERFACE))
    assert str(agreement.address) == A
    assert conclude(saw("one", A), saw("eth0", "192.168.1.5", INTERFACE)).state is AddressState.UNKNOWN


def test_private_addresses_count_where_they_are_allowed() -> None:
    agreement = conclude(saw("one", "203.0.113.7"), saw("two", "203.0.113.7"), allow_private=True)
    assert (agreement.state, str(agreement.address)) == (AddressState.AGREED, "203.0.113.7")
    assert all(sighting.problem is None for sighting in agreement.sightings)


@pytest.mark.parametrize("address", ["0.0.0.0", "224.0.0.1", "169.254.1.1"])
def test_no_permission_makes_a_host_of_these(address: str) -> None:
    assert conclude(saw("one", address), saw("two", address), allow_private=True).state is AddressState.NOT_ROUTABLE


def test_a_detectors_own_refusal_is_judged_anew() -> None:
    refused = Problem(ProblemCode.NOT_ROUTABLE, text("Not from here."))
    one, two = saw("one", "10.0.0.1", problem=refused), saw("two", "10.0.0.1", problem=refused)
    assert conclude(one, two).state is AddressState.NOT_ROUTABLE
    assert conclude(one, two, allow_private=True).state is AddressState.AGREED


def test_an_address_beside_another_problem_is_no_vote() -> None:
    hostile = Problem(ProblemCode.UNEXPECTED_ANSWER, text("Two addresses in one answer."))
    assert conclude(saw("one", A, problem=hostile), saw("two", A)).state is AddressState.UNKNOWN


def test_an_address_of_the_other_family_is_refused() -> None:
    agreement = conclude(saw("one", "2a02:810d::7"), saw("two", "2a02:810d::7"))
    assert agreement.state is AddressState.UNKNOWN
    assert {each.problem.code for each in agreement.sightings if each.problem} == {ProblemCode.WRONG_FAMILY}


def test_sightings_of_the_other_family_are_left_out() -> None:
    six = saw("one", "2a02:810d::7", family=Family.IPV6)
    assert conclude(saw("one", A), saw("two", A), six).sightings == (saw("one", A), saw("two", A))
    assert str(conclude(six, family=Family.IPV6).address) == "2a02:810d::7"


def test_since_stays_while_the_conclusion_stays() -> None:
    before = conclude(saw("one", A), saw("two", A))
    assert conclude(saw("three", A), saw("two", A), previous=before, now=NOW + 60).since == NOW
    assert conclude(saw("one", B), saw("two", B), previous=before, now=NOW + 60).since == NOW + 60
    assert conclude(failed("one"), failed("two"), previous=before, now=NOW + 60).since == NOW + 60


def test_offline_explains_an_unknown_address_only() -> None:
    unknown = conclude(failed("one"), failed("two"))
    none = conclude(saw("eth0", None, INTERFACE))
    agreed = conclude(saw("fixed", A, STATIC))
    disputed = conclude(saw("one", A), saw("two", B))
    assert offline(unknown).state is AddressState.OFFLINE
    assert offline(none).state is AddressState.OFFLINE
    assert offline(agreed) is agreed
    assert offline(disputed) is disputed


def test_offline_remembers_since_when() -> None:
    first = offline(conclude(failed("one")))
    later = conclude(failed("one"), previous=first, now=NOW + 60)
    assert offline(later).since == NOW + 60
    assert offline(later, first).since == NOW
    assert offline(later, conclude(saw("one", A))).since == NOW + 60


def test_whatever_the_sightings_an_agreed_address_has_its_quorum_and_no_equal_rival() -> None:
    chance = random.Random(20261122)
    agreed = 0
    for _ in range(5_000):
        sightings = [_random_sighting(chance) for _ in range(chance.randrange(7))]
        quorum = chance.randrange(1, 4)
        agreement = conclude(*sightings, quorum=quorum)
        assert (agreement.address is not None) == (agreement.state is AddressState.AGREED)
        shuffled = conclude(*chance.sample(sightings, len(sightings)), quorum=quorum)
        assert replace(shuffled, sightings=()) == replace(agreement, sightings=())
        if agreement.address is None:
            continue
        agreed += 1
        votes = [each for each in agreement.sightings if each.problem is None and each.address is not None]
        backing = {each.origin for each in votes if each.address == agreement.address}
        others = {each.origin for each in votes if each.address != agreement.address}
        assert len(backing) >= min(quorum, len({each.origin for each in sightings}))
        assert len(others) < len(backing)
        assert agreement.address.is_global
    assert agreed > 500


def _random_sighting(chance: random.Random) -> Sighting:
    origin = chance.choice(["one", "two", "three", "four"])
    kind = chance.choice([HTTPS, HTTPS, DNS, INTERFACE])
    address = chance.choice([A, A, A, B, None, "10.0.0.1", "100.64.0.1"])
    return saw(origin, address, kind, problem=chance.choice([None, None, None, FAILED]))


# --- between our router and the world ---------------------------------------------------------------------------------

ROUTER = SourceKind.ROUTER
NO_ADDRESS = Problem(ProblemCode.NO_OUTSIDE_ADDRESS, text("None at the moment."))


@pytest.mark.parametrize(
    ("router", "behind"),
    [
        (saw("router", A, ROUTER), None),
        (saw("router", "192.168.178.2", ROUTER), Behind(ip_address("192.168.178.2"))),
        (saw("router", "100.64.3.2", ROUTER), Behind(ip_address("100.64.3.2"))),
        (saw("router", B, ROUTER), Behind(ip_address(B))),
        (saw("router", None, ROUTER, problem=NO_ADDRESS), Behind(None)),
        (failed("router", ROUTER), None),
        (failed("other"), None),
    ],
)
def test_a_router_with_another_address_than_the_world_sees_stands_behind_something(
    router: Sighting, behind: Behind | None
) -> None:
    agreement = conclude(saw("one", A), saw("two", A, DNS), router)
    assert (agreement.state, agreement.behind) == (AddressState.AGREED, behind)


def test_of_two_words_of_the_router_the_one_that_fits_counts() -> None:
    words = (saw("router", None, ROUTER, problem=NO_ADDRESS), saw("router", A, ROUTER))
    for told in (words, words[::-1]):
        assert conclude(saw("one", A), saw("two", A, DNS), *told).behind is None


def test_without_agreement_nothing_is_said_of_what_is_between() -> None:
    assert conclude(saw("one", A), saw("router", "192.168.178.2", ROUTER), quorum=2).behind is None


# --- liars ------------------------------------------------------------------------------------------------------------

CASES = 100_000


@pytest.mark.slow
def test_with_fewer_liars_than_the_quorum_a_liars_address_is_never_agreed() -> None:
    """Honest sources tell the truth or fail; liars say anything, also the truth, in concert, and under several names.

    The quorum is the effective one: no more than there are origins. That there is no address, or none that the world
    could reach, is a lie as well. All of this holds while only some have answered, too.
    """
    dice = random.Random(20261122)
    truth, lies = ip_address(A), [ip_address(each) for each in (B, "99.88.77.66", "10.0.0.1", "100.64.0.1", "2606::1")]
    kinds, agreed = list(SourceKind), 0
    for _ in range(CASES):
        quorum = dice.randint(1, 5)
        honest = [(f"h{number}", dice.choice(kinds)) for number in range(dice.randint(0, 6))]
        liars = [(f"l{number}", dice.choice(kinds)) for number in range(dice.randint(0, 4))]
        if len(liars) >= min(quorum, len(honest) + len(liars)):
            continue
        concerted = dice.choice(lies)
        sightings = []
        for origin, kind in honest:
            seen, problem = (truth, None) if dice.random() < 0.7 else (None, FAILED)
            sightings.append(Sighting(origin, origin, kind, Family.IPV4, seen, NOW, problem))
        for origin, kind in liars:
            for _name in range(dice.randint(1, 3)):
                said = dice.choice([concerted, concerted, *lies, truth, None])
                sightings.append(Sighting(origin, origin, kind, Family.IPV4, said, NOW, None))
        dice.shuffle(sightings)
        known = dice.randint(0, 12)
        conclusion = conclude(*sightings, quorum=quorum, allow_private=dice.random() < 0.3, origins=known)
        heard = sightings[: dice.randint(0, len(sightings))]
        early = conclude(*heard, quorum=quorum, origins=len(honest) + len(liars))
        for each in (conclusion, early):
            assert each.address in {None, truth}, sightings
            assert each.state not in {AddressState.NONE, AddressState.NOT_ROUTABLE}, sightings
        agreed += conclusion.state is AddressState.AGREED
    assert agreed > CASES / 10  # the search is of cases that matter


@pytest.mark.slow
def test_enough_honest_sources_of_two_kinds_are_not_talked_down_by_fewer_liars() -> None:
    dice = random.Random(7)
    for _ in range(10_000):
        quorum = dice.randint(1, 4)
        count = dice.randint(max(2, quorum), 6)
        honest = [saw(f"h{number}", A, (HTTPS, DNS)[number % 2]) for number in range(count)]
        liars = [saw(f"l{number}", B, dice.choice(list(SourceKind))) for number in range(dice.randint(0, quorum - 1))]
        both = honest + liars
        dice.shuffle(both)
        assert str(conclude(*both, quorum=quorum).address) == A
