"""The product wired up for commands that look or write once, beside an instance that may be running."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.commands.context import Context
    from ddns_tray.core.model import RecordKey, RecordMemory
    from ddns_tray.core.ports import MemoryStore
    from ddns_tray.core.settings import Settings
    from ddns_tray.wiring import Runtime


class ReadOnlyMemory:
    """A `MemoryStore` that is read and never written: a look must not disturb an instance that runs beside it."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def load(self) -> Mapping[RecordKey, RecordMemory]:
        """What the last writer knew."""
        return self._store.load()

    def save(self, memory: Mapping[RecordKey, RecordMemory], *, changed: RecordKey | None = None) -> None:
        """Keep nothing."""


def runtime_for(context: Context, settings: Settings, *, remember: bool = False) -> Runtime:
    """Wire the product with these settings; `remember` keeps what it learns for the next one."""
    from ddns_tray.store.memory import MemoryFile  # noqa: PLC0415 - loads when needed
    from ddns_tray.wiring import build_runtime  # noqa: PLC0415 - as above

    memory: MemoryStore = MemoryFile(context.paths.memory_file)
    return build_runtime(
        context.paths,
        settings=settings,
        memory=memory if remember else ReadOnlyMemory(memory),
        clock=context.clock,
        environ=context.environ,
    )
