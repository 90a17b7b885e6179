"""Whether an answer may come from a wildcard: a name that nobody has created is asked for beside it.

Why: a name under `*.example.org` looks right although there is no record of its own; then a change of "its" record may
change nothing, or everything beside it. That is no fault, so it is a note and no verdict (RFC 4592).

Only an authoritative server is asked, since a resolver would remember the "no" of a name that nobody will ever ask for
again; once in a while for all names below one parent.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from ddns_tray.core.model import Role
from ddns_tray.core.names import is_in_zone
from ddns_tray.verify import answers
from ddns_tray.verify.delegation import NotFound
from ddns_tray.verify.queries import prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import RecordKey, RecordType, View
    from ddns_tray.core.ports import Clock
    from ddns_tray.verify.asker import Asker
    from ddns_tray.verify.delegation import Delegations

MOST_NAMES = 64
"""In a look at more names than this nobody reads notes."""
KEPT_FOR = 3600.0
_SERVERS_TRIED = 2
_LONGEST_PARENT = 230


class Wildcards:
    """Remembers what stands beside names, parent by parent."""

    def __init__(self, asker: Asker, delegations: Delegations, clock: Clock) -> None:
        self._asker = asker
        self._delegations = delegations
        self._clock = clock
        self._beside: dict[tuple[str, RecordType], tuple[frozenset[str], float]] = {}

    def forget(self) -> None:
        """Ask anew next time."""
        self._beside.clear()

    async def note(self, views: Mapping[RecordKey, View]) -> dict[RecordKey, View]:
        """Return the views with `wildcard` set where a made-up name has the same addresses."""
        now = self._clock.monotonic()
        self._beside = {place: known for place, known in self._beside.items() if known[1] > now}
        asked = {_place(view): view for view in views.values() if _is_worth_asking(view)}
        fresh = [self._ask(place, view.key.name) for place, view in asked.items() if place not in self._beside]
        await asyncio.gather(*fresh)
        return {key: self._noted(view) for key, view in views.items()}

    def _noted(self, view: View) -> View:
        beside, _ = self._beside.get(_place(view), (frozenset[str](), 0.0))
        same = beside and _is_worth_asking(view) and beside in _authoritative_answers(view)
        return replace(view, wildcard=True) if same else view

    async def _ask(self, place: tuple[str, RecordType], name: str) -> None:
        parent, kind = place
        try:
            delegation = await self._delegations.find(name)
        except NotFound:
            return
        made_up = f"x{secrets.token_hex(6)}.{parent}"
        query = prepare(made_up, kind.value, recursive=False)
        targets = sorted(delegation.targets, key=lambda target: target.endpoint is None or target.endpoint.is_ipv6)
        for target in targets[:_SERVERS_TRIED]:
            reply = await self._asker.ask(target, query, self._asker.patience.walk[:1])
            if reply.message is not None and answers.is_authoritative(reply.message):
                found = frozenset(answers.follow_chain(reply.message, made_up, kind.value).addresses)
                self._beside[place] = (found, self._clock.monotonic() + KEPT_FOR)
                return


def _place(view: View) -> tuple[str, RecordType]:
    return view.key.name.partition(".")[2], view.key.type


def _is_worth_asking(view: View) -> bool:
    """Say whether the name has an answer of its own zone, and a parent in that zone beside whom to ask."""
    parent = _place(view)[0]
    if view.zone is None or view.key.name.startswith("*.") or len(parent) > _LONGEST_PARENT:
        return False
    return is_in_zone(parent, view.zone) and bool(_authoritative_answers(view))


def _authoritative_answers(view: View) -> set[frozenset[str]]:
    return {frozenset(each.answer) for each in view.observations if each.role is Role.AUTHORITATIVE and each.answer}
