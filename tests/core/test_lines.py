"""When a name moves from one line to another: single rules, and random lives of lines."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest

from ddns_tray.core.errors import Problem, ProblemCode
from ddns_tray.core.lines import (
    DOUBT_PAUSE,
    LOOKS_TO_FALL,
    SECONDS_TO_FALL,
    LineHealth,
    Sign,
    follow,
    looked,
    next_look,
    sign_of,
    watched,
)
from ddns_tray.core.model import AddressState, Agreement, Family, LineState, Sighting, SourceKind
from ddns_tray.core.text import text

ADDRESS = ip_address("11.22.33.44")
FIBRE, LTE, SATELLITE = "fibre", "lte", "satellite"
ORDER = (FIBRE, LTE, SATELLITE)
RETURN = {FIBRE: 300.0, LTE: 300.0, SATELLITE: 300.0}
INTERVAL = 60.0


@dataclass
class Lines:
    """Several lines that are looked at together, and the name that follows them."""

    now: float = 1000.0
    wall: float = 1_800_000_000.0
    current: str | None = None
    health: dict[str, LineHealth] = field(default_factory=dict)

    def look(self, after: float = 60.0, asleep: float = 0.0, /, **signs: Sign) -> str | None:
        self.now += after
        self.wall += after + asleep
        for line, sign in signs.items():
            before = self.health.get(line, LineHealth())
            self.health[line] = looked(before, sign, now=self.now, wall=self.wall, interval=INTERVAL)
        self.current = follow(ORDER, self.health, self.current, return_after=RETURN, now=self.now)
        return self.current

    def until_down(self, line: str, sign: Sign = Sign.SILENT, **others: Sign) -> None:
        for _ in range(LOOKS_TO_FALL):
            self.look(DOUBT_PAUSE, **{line: sign}, **others)
        assert self.health[line].state is LineState.DOWN

    def next(self) -> float | None:
        return next_look(ORDER, self.health, self.current, return_after=RETURN, now=self.now)


def test_the_first_line_is_followed_as_soon_as_it_is_up() -> None:
    assert Lines().look(fibre=Sign.UP, lte=Sign.UP) == FIBRE


def test_a_first_line_that_fails_once_is_waited_for() -> None:
    lines = Lines()
    assert lines.look(fibre=Sign.SILENT, lte=Sign.UP) is None
    assert lines.look(fibre=Sign.UP, lte=Sign.UP) == FIBRE


@pytest.mark.parametrize("sign", [Sign.SILENT, Sign.GONE, Sign.USELESS])
def test_a_line_that_is_really_down_hands_over(sign: Sign) -> None:
    lines = Lines()
    lines.look(fibre=Sign.UP, lte=Sign.UP)
    for _ in range(LOOKS_TO_FALL - 1):
        assert lines.look(DOUBT_PAUSE, fibre=sign, lte=Sign.UP) == FIBRE
    assert lines.look(DOUBT_PAUSE, fibre=sign, lte=Sign.UP) == LTE


def test_looks_in_quick_succession_do_not_bring_a_line_down() -> None:
    lines = Lines()
    lines.look(fibre=Sign.UP, lte=Sign.UP)
    for _ in range(10):
        assert lines.look(SECONDS_TO_FALL / 20, fibre=Sign.GONE, lte=Sign.UP) == FIBRE


def test_a_line_that_somebody_is_heard_through_is_not_down() -> None:
    lines = Lines()
    lines.look(fibre=Sign.UP, lte=Sign.UP)
    for number in range(50):
        sign = Sign.UNCLEAR if number % LOOKS_TO_FALL == 0 else Sign.SILENT
        assert lines.look(fibre=sign, lte=Sign.UP) == FIBRE
    assert lines.health[FIBRE].state is LineState.DOUBTFUL


def test_where_no_line_is_up_the_name_stays() -> None:
    lines = Lines()
    lines.look(fibre=Sign.UP, lte=Sign.UP)
    lines.until_down(FIBRE, lte=Sign.SILENT)
    assert lines.look(fibre=Sign.SILENT, lte=Sign.UNCLEAR, satellite=Sign.SILENT) == FIBRE
    assert lines.look(fibre=Sign.SILENT, lte=Sign.UNCLEAR, satellite=Sign.UP) == SATELLITE


def test_the_name_returns_when_the_line_has_been_up_for_its_time() -> None:
    lines = Lines()
    lines.look(fibre=Sign.UP, lte=Sign.UP)
    lines.until_down(FIBRE, lte=Sign.UP)
    lines.look(fibre=Sign.UP, lte=Sign.UP)
    for _ in range(4):
        assert lines.look(fibre=Sign.UP, lte=Sign.UP) == LTE
    assert lines.next() == 60.0
    assert lines.look(fibre=Sign.UP, lte=Sign.UP) == FIBRE
    assert lines.next() is None


def test_a_failed_look_starts_the_time_of_return_anew() -> None:
    lines = Lines(current=LTE)
    for number in range(40):
        assert lines.look(fibre=Sign.SILENT if number % 5 == 0 else Sign.UP, lte=Sign.UP) == LTE


def test_from_a_dead_line_the_name_goes_back_at_once() -> None:
    lines = Lines(current=LTE)
    lines.look(fibre=Sign.SILENT, lte=Sign.UP)
    lines.until_down(LTE, fibre=Sign.SILENT)
    assert lines.look(fibre=Sign.UP, lte=Sign.SILENT) == FIBRE


def test_of_two_earlier_lines_the_first_that_is_back_takes_over() -> None:
    lines = Lines(current=SATELLITE)
    for _ in range(5):
        lines.look(fibre=Sign.SILENT, lte=Sign.UP, satellite=Sign.UP)
    assert lines.look(fibre=Sign.UP, lte=Sign.UP, satellite=Sign.UP) == LTE


def test_after_a_restart_the_followed_line_gets_its_chance_and_the_time_of_return_counts_anew() -> None:
    lines = Lines(current=LTE)
    assert lines.look(fibre=Sign.UP, lte=Sign.SILENT) == LTE
    for _ in range(4):
        assert lines.look(fibre=Sign.UP, lte=Sign.UP) == LTE
    assert lines.look(fibre=Sign.UP, lte=Sign.UP) == FIBRE


def test_a_night_of_sleep_is_no_time_of_being_up_and_none_of_being_down() -> None:
    lines = Lines(current=LTE)
    lines.look(fibre=Sign.UP, lte=Sign.UP)
    assert lines.look(60.0, 30_000.0, fibre=Sign.UP, lte=Sign.UP) == LTE
    lines = Lines(current=FIBRE)
    lines.look(fibre=Sign.SILENT, lte=Sign.UP)
    lines.look(fibre=Sign.SILENT, lte=Sign.UP)
    assert lines.look(60.0, 30_000.0, fibre=Sign.SILENT, lte=Sign.UP) == FIBRE


def test_a_followed_line_that_is_no_longer_in_the_settings_counts_as_none() -> None:
    lines = Lines(current="dial-up")
    assert lines.look(fibre=Sign.SILENT, lte=Sign.UP) is None
    assert lines.look(fibre=Sign.UP, lte=Sign.UP) == FIBRE


def test_a_doubt_is_looked_into_soon_and_certainty_is_not() -> None:
    lines = Lines()
    lines.look(fibre=Sign.UP, lte=Sign.SILENT)
    assert lines.next() is None
    lines.look(fibre=Sign.SILENT, lte=Sign.UP)
    assert lines.next() == DOUBT_PAUSE
    lines.until_down(FIBRE, lte=Sign.UP)
    assert lines.current == LTE
    assert lines.next() is None


def test_random_lives_of_lines_keep_the_promises() -> None:
    """Search 20,000 lives: a name leaves a line only if it is down or an earlier one is back, and only for one up."""
    chance = random.Random(20)
    for _ in range(20_000):
        lines = Lines(current=chance.choice([None, *ORDER]))
        history: dict[str, list[tuple[float, Sign]]] = {line: [] for line in ORDER}
        luck = {line: chance.random() for line in ORDER}
        for _ in range(chance.randint(1, 25)):
            before = lines.current
            signs = {line: Sign.UP if chance.random() < luck[line] else chance.choice(list(Sign)) for line in ORDER}
            lines.look(chance.choice([1.0, DOUBT_PAUSE, 60.0, 120.0]), **signs)
            for line in ORDER:
                history[line].append((lines.now, signs[line]))
            after = lines.current
            if after == before:
                continue
            assert after is not None
            assert signs[after] is Sign.UP
            if before is None:
                assert all(_fallen(history[line]) for line in ORDER[: ORDER.index(after)])
            elif not _fallen(history[before]):
                assert ORDER.index(after) < ORDER.index(before)
                assert _up_for(history[after]) >= RETURN[after]


def _fallen(looks: list[tuple[float, Sign]]) -> bool:
    """Say, by counting anew, whether the last looks make a line one that is down."""
    row = 0
    for _, sign in reversed(looks):
        if not sign.is_bad:
            break
        row += 1
    return row >= LOOKS_TO_FALL and looks[-1][0] - looks[-row][0] >= SECONDS_TO_FALL


def _up_for(looks: list[tuple[float, Sign]]) -> float:
    start = looks[-1][0]
    for time, sign in reversed(looks):
        if sign is not Sign.UP:
            break
        start = time
    return looks[-1][0] - start


# --- what one look says ---


def seen(
    kind: SourceKind = SourceKind.HTTPS, *, code: ProblemCode | None = None, address: bool | None = None
) -> Sighting:
    problem = None if code is None else Problem(code, text("No."))
    shown = ADDRESS if (code is None if address is None else address) else None
    return Sighting("source", "origin", kind, Family.IPV4, shown, 0.0, problem)


def agreement(state: AddressState, *sightings: Sighting) -> Agreement:
    return Agreement(Family.IPV4, state, ADDRESS if state is AddressState.AGREED else None, sightings)


TIMED_OUT = seen(code=ProblemCode.TIMED_OUT)
CLAIM = seen(SourceKind.ROUTER)


@pytest.mark.parametrize(
    ("found", "sign"),
    [
        (agreement(AddressState.AGREED, seen()), Sign.UP),
        (agreement(AddressState.NONE), Sign.USELESS),
        (agreement(AddressState.NOT_ROUTABLE), Sign.USELESS),
        (agreement(AddressState.DISPUTED, seen(), seen()), Sign.UNCLEAR),
        (agreement(AddressState.UNKNOWN, seen(), TIMED_OUT), Sign.UNCLEAR),
        (agreement(AddressState.UNKNOWN, TIMED_OUT, TIMED_OUT), Sign.SILENT),
        (agreement(AddressState.UNKNOWN, TIMED_OUT, CLAIM), Sign.SILENT),
        (agreement(AddressState.UNKNOWN, CLAIM), Sign.UNCLEAR),
        (agreement(AddressState.UNKNOWN, TIMED_OUT, seen(code=ProblemCode.CAPTIVE_PORTAL)), Sign.SILENT),
        (agreement(AddressState.UNKNOWN, TIMED_OUT, seen(code=ProblemCode.TLS_FAILED)), Sign.SILENT),
        (agreement(AddressState.UNKNOWN, TIMED_OUT, seen(code=ProblemCode.NOT_AN_ADDRESS)), Sign.UNCLEAR),
        (agreement(AddressState.UNKNOWN, TIMED_OUT, seen(code=ProblemCode.RESTING)), Sign.SILENT),
        (agreement(AddressState.UNKNOWN, seen(code=ProblemCode.RATE_LIMITED)), Sign.UNCLEAR),
        (agreement(AddressState.UNKNOWN), Sign.UNCLEAR),
        (agreement(AddressState.UNKNOWN, seen(SourceKind.ROUTER, code=ProblemCode.NO_OUTSIDE_ADDRESS)), Sign.SILENT),
    ],
)
def test_what_a_look_says(found: Agreement, sign: Sign) -> None:
    assert sign_of(found, present=True) is sign
    assert sign_of(found, present=False) is Sign.GONE


# --- which lines have to be watched ---


def test_a_line_without_another_to_change_to_is_not_watched() -> None:
    assert watched((FIBRE,), {}, FIBRE) == ()


def test_all_lines_are_watched_until_one_is_followed() -> None:
    assert watched(ORDER, {}, None) == ORDER
    assert watched(ORDER, {}, "of an older setting") == ORDER


def test_the_followed_line_and_those_before_it_are_watched_and_all_once_it_is_not_certain() -> None:
    lines = Lines()
    lines.look(**dict.fromkeys(ORDER, Sign.UP))
    assert watched(ORDER, lines.health, lines.current) == (FIBRE,)
    lines.look(fibre=Sign.SILENT, lte=Sign.UP)
    assert watched(ORDER, lines.health, lines.current) == ORDER
    lines.until_down(FIBRE, lte=Sign.UP)
    assert lines.current == LTE
    assert watched(ORDER, lines.health, lines.current) == (FIBRE, LTE)
