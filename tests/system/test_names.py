"""Names that can be looked up, and names that could be once."""

from __future__ import annotations

import asyncio
import socket

import pytest

from ddns_tray.core.model import Family
from ddns_tray.system.names import REST, RememberedNames, ask_system


class System:
    """Answers what the test says, hangs, or fails; and a clock."""

    def __init__(self) -> None:
        self.answer: tuple[str, ...] | OSError | None = ("192.0.2.1",)
        self.asked = 0
        self.now = 0.0
        self.names = RememberedNames(self.ask, lambda: self.now)

    async def ask(self, host: str, family: Family) -> tuple[str, ...]:
        self.asked += 1
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, OSError):
            raise self.answer
        assert self.answer is not None
        return self.answer

    async def look_up(self) -> tuple[str, ...]:
        return await self.names("dns.example", Family.IPV4)


GONE = socket.gaierror(-3, "no resolver")


async def test_a_name_is_looked_up_anew_each_time() -> None:
    system = System()
    assert await system.look_up() == ("192.0.2.1",)
    system.answer = ("192.0.2.2",)
    assert await system.look_up() == ("192.0.2.2",)


@pytest.mark.parametrize("failure", [GONE, None])
async def test_a_name_that_was_known_stays_known_and_the_system_is_left_alone_for_a_while(
    failure: OSError | None,
) -> None:
    system = System()
    await system.look_up()
    system.answer = failure
    assert await system.look_up() == ("192.0.2.1",)
    asked = system.asked
    assert await system.look_up() == ("192.0.2.1",)
    assert system.asked == asked
    system.now += REST
    system.answer = ("192.0.2.3",)
    assert await system.look_up() == ("192.0.2.3",)


async def test_a_name_that_was_never_known_is_an_error() -> None:
    system = System()
    system.answer = GONE
    with pytest.raises(socket.gaierror):
        await system.look_up()


async def test_nothing_found_is_not_remembered() -> None:
    system = System()
    system.answer = ()
    assert await system.look_up() == ()
    system.answer = GONE
    with pytest.raises(socket.gaierror):
        await system.look_up()


class Elsewhere:
    """Somebody else who may be asked."""

    def __init__(self) -> None:
        self.answer: tuple[str, ...] | OSError = ("192.0.2.9",)
        self.asked = 0

    async def __call__(self, host: str, family: Family, /) -> tuple[str, ...]:
        self.asked += 1
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("failure", [GONE, None])
async def test_a_name_that_was_never_known_is_asked_for_elsewhere_where_the_system_cannot_tell(
    failure: OSError | None,
) -> None:
    system, elsewhere = System(), Elsewhere()
    system.names = RememberedNames(system.ask, lambda: system.now, elsewhere)
    assert await system.look_up() == ("192.0.2.1",)
    assert elsewhere.asked == 0
    system.names = RememberedNames(system.ask, lambda: system.now, elsewhere)
    system.answer = failure
    assert await system.look_up() == ("192.0.2.9",)
    elsewhere.answer = GONE
    assert await system.look_up() == ("192.0.2.9",)


@pytest.mark.parametrize("answer", [socket.gaierror(-4, "elsewhere"), ()])
async def test_where_nobody_tells_it_is_the_failure_of_the_system(answer: tuple[str, ...] | OSError) -> None:
    system, elsewhere = System(), Elsewhere()
    system.names = RememberedNames(system.ask, lambda: system.now, elsewhere)
    system.answer, elsewhere.answer = GONE, answer
    with pytest.raises(socket.gaierror, match="no resolver"):
        await system.look_up()


async def test_the_system_knows_this_machine() -> None:
    assert await ask_system("localhost", Family.IPV4) == ("127.0.0.1",)
