"""`quit`: ask the running instance to end, as its menu does, and wait for that. Installers use it before an upgrade."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ddns_tray.commands.context import Exit
from ddns_tray.system import instance

if TYPE_CHECKING:
    from argparse import Namespace

    from ddns_tray.commands.context import Context

_ASK = 5.0
_END_WITHIN = 10.0
_POLL = 0.1
_FAILED = 1


def quit_instance(context: Context, _arguments: Namespace) -> int:
    """Return 0 when nothing runs any more, 1 if it did not end in time."""
    return asyncio.run(_quit(context))


async def _quit(context: Context) -> int:
    folder = context.paths.instance_dir
    if await instance.ask(folder, {"verb": "quit"}, _ASK) is None:
        context.tell(context.words.tr("Nothing is running."))
        return Exit.DONE
    end = context.clock.monotonic() + _END_WITHIN
    while context.clock.monotonic() < end:
        lock = instance.InstanceLock.acquire(folder)
        if lock is not None:
            lock.release()
            context.tell(context.words.tr("It has ended."))
            return Exit.DONE
        await context.clock.sleep(_POLL)
    context.tell(context.words.tr("It was asked to end, and still runs."))
    return _FAILED
