"""What other processes may ask of the running instance, and what it answers; JSON objects both ways.

    {"verb": "status", "evidence": true}      → the report of `status --json`; false leaves out evidence and reasons
    {"verb": "check"}                         → {"accepted": true}; a round follows
    {"verb": "update", "names": […], "force": false} → the report of `update --json`
    {"verb": "raise"}                         → {"accepted": true} where there is a window to show
    {"verb": "reload"}                        → {"accepted": true} if the settings on disk are good
    {"verb": "renew"}                         → {"accepted": true}; accounts are opened anew: a secret is another
    {"verb": "quit"}                          → {"accepted": true}

An answer that is an error is {"error": {…}}. Only this person's processes can reach the endpoint (`system.instance`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ddns_tray.core.errors import DdnsTrayError, UsageError
from ddns_tray.core.text import text
from ddns_tray.report import problem_report, record_report, snapshot_report, update_report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from ddns_tray.core.model import Snapshot
    from ddns_tray.wiring import Runtime
    from ddns_tray.words import Words

ACCEPTED = {"accepted": True}
_RECORDS_AT_ONCE = 20
"""So many are reported within some milliseconds."""


class RequestHandler:
    """Answers requests for one runtime. `raise_window` and `quit_instance` belong to the door."""

    def __init__(
        self,
        runtime: Runtime,
        words: Callable[[], Words],
        *,
        quit_instance: Callable[[], None],
        raise_window: Callable[[], None] | None = None,
    ) -> None:
        self._runtime = runtime
        self._words = words
        self._quit = quit_instance
        self._raise = raise_window

    async def __call__(self, request: Mapping[str, Any]) -> dict[str, Any] | AsyncIterator[str]:
        """Answer one request, at length in parts; whatever is wrong with it becomes an error in the answer."""
        try:
            return await self._answer(request)
        except DdnsTrayError as exc:
            return {"error": problem_report(exc.problem, self._words())}

    async def _answer(self, request: Mapping[str, Any]) -> dict[str, Any] | AsyncIterator[str]:
        verb = request.get("verb")
        engine = self._runtime.engine
        if verb == "status":
            now = self._runtime.clock.now()
            return _status(engine.snapshot, self._words(), now, evidence=request.get("evidence") is not False)
        if verb == "check":
            self._runtime.ask_keyring_again()
            engine.check_now()
        elif verb == "update":
            self._runtime.ask_keyring_again()
            names = tuple(str(name) for name in request.get("names", ()))
            results = await engine.update_now(names, force=bool(request.get("force")))
            return dict(update_report(results, self._words()))
        elif verb == "reload":
            return {"accepted": await self._runtime.reload()}
        elif verb == "renew":
            await self._runtime.renew_accounts()
        elif verb == "raise" and self._raise is not None:
            self._raise()
        elif verb == "quit":
            self._quit()
        else:
            raise UsageError(text("The running instance does not know the request {verb}.", verb=str(verb)))
        return dict(ACCEPTED)


async def _status(snapshot: Snapshot, words: Words, now: float, *, evidence: bool) -> AsyncIterator[str]:
    """Report what is known, some records at a time: at once, that of many would stop the loop for seconds."""
    whole = snapshot_report(snapshot, words, now, records=())
    del whole["records"]
    yield json.dumps(whole)[:-1] + ', "records": ['
    for first in range(0, len(snapshot.records), _RECORDS_AT_ONCE):
        some = snapshot.records[first : first + _RECORDS_AT_ONCE]
        told = json.dumps([record_report(each, words, now, evidence=evidence) for each in some])
        yield (", " if first else "") + told[1:-1]
    yield "]}"
