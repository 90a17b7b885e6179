"""How services deal out long lists: what to ask for first, and what next, seen from the page just read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ddns_tray.providers.shape import Json, Misfit

Params = tuple[tuple[str, str], ...]

MAX_PAGES = 1000
"""A service that never comes to an end must not keep us for ever."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read: the whole answer, its number from 1, and how many elements it and all so far had."""

    answer: Json
    number: int
    count: int
    seen: int


@dataclass(frozen=True, slots=True)
class Pages:
    """A manner of dealing out: the parameters of the first page, and those of the next, None after the last."""

    first: Params
    following: Callable[[Page], Params | None]


More = Callable[[Page], bool]

ONE_PAGE = Pages((), lambda _page: None)
"""All at once."""


def numbered(size: int, more: More, *, page: str = "page", per_page: str = "per_page", start: int = 1) -> Pages:
    """Pages with numbers."""
    sized = ((per_page, str(size)),) if per_page else ()

    def following(read: Page) -> Params | None:
        return ((page, str(start + read.number)), *sized) if more(read) else None

    return Pages(((page, str(start)), *sized), following)


def offset(size: int, more: More, *, skip: str = "offset", take: str = "limit") -> Pages:
    """Elements counted from the first one; `skip` says how many are behind us. An empty name is left out."""
    taken = ((take, str(size)),) if take else ()

    def following(read: Page) -> Params | None:
        return ((skip, str(read.seen)), *taken) if more(read) and read.count else None

    return Pages(((skip, "0"), *taken), following)


def cursor(mark: str, at: str, *params: tuple[str, str]) -> Pages:
    """A mark in each answer, at the place `at`, that leads to the next page as the parameter `mark`."""

    def following(read: Page) -> Params | None:
        found = maybe(read.answer, at)
        return ((mark, scalar(found)), *params) if found is not None and found.value != "" else None

    return Pages(params, following)


def while_full(size: int) -> More:
    """A page with room left is the last one."""
    return lambda page: page.count >= size


def while_given(place: str) -> More:
    """Somewhere in the answer stands something (true, a number, an address) as long as there are more."""

    def more(page: Page) -> bool:
        found = maybe(page.answer, place)
        return found is not None and bool(found.value)

    return more


def until_page(place: str) -> More:
    """The answer says how many pages there are."""

    def more(page: Page) -> bool:
        found = maybe(page.answer, place)
        return found is not None and page.number < number(found)

    return more


def until_seen(place: str) -> More:
    """The answer says how many elements there are."""

    def more(page: Page) -> bool:
        found = maybe(page.answer, place)
        return found is not None and page.count > 0 and page.seen < number(found)

    return more


# places in foreign JSON


def maybe(value: Json, place: str) -> Json | None:
    """What stands at a place such as `links.pages.next` or `errors.0.code`, or None; an empty place is the value."""
    found: Json | None = value
    for step in place.split(".") if place else ():
        if found is None:
            return None
        if step.isdecimal():
            elements = list(found.items())
            found = elements[int(step)] if int(step) < len(elements) else None
        else:
            found = found.get(step)
    return found


def at(value: Json, place: str) -> Json:
    """What stands at a place where something has to stand."""
    found = maybe(value, place)
    if found is None:
        raise Misfit(place)
    return found


def scalar(value: Json) -> str:
    """A string or a whole number, as a string: ids come as both."""
    if isinstance(value.value, int) and not isinstance(value.value, bool):
        return str(value.value)
    return value.string()


def number(value: Json) -> int:
    """A whole number, also one in quotation marks."""
    if isinstance(value.value, str) and value.value.isascii() and value.value.isdecimal():
        return int(value.value)
    return value.integer()
