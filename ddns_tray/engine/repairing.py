"""Repairs that a person asks for: look at the provider, say what would be written, and write just that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.errors import ProviderError
from ddns_tray.core.model import Intent, Plan
from ddns_tray.core.repairs import Wish, plan_repair, same_records
from ddns_tray.core.text import text
from ddns_tray.engine.updating import Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from ddns_tray.core.model import RecordKey, RecordMemory, UpdateResult
    from ddns_tray.core.repairs import Repair, RepairKind
    from ddns_tray.engine.setup import AccountOpener, KeptRecord
    from ddns_tray.engine.updating import Updater


class Repairs:
    """Plans and applies one repair at a time; the caller sees to it that no round runs meanwhile."""

    def __init__(self, updater: Updater, recall: Callable[[RecordKey], RecordMemory]) -> None:
        self._updater = updater
        self._recall = recall

    async def preview(
        self, kind: RepairKind, record: KeptRecord, desired: tuple[str, ...] | None, opener: AccountOpener
    ) -> Repair:
        """Read the provider and plan; nothing is written. Raises what reading raises."""
        provider = await self._updater.opened(record.settings.account or "", opener)
        settings = record.settings
        return plan_repair(
            kind,
            record.key,
            desired,
            await provider.read(record.key),
            self._recall(record.key),
            wish=Wish(settings.ttl, settings.proxied, settings.comment),
            capabilities=provider.capabilities,
        )

    async def apply(
        self, repair: Repair, record: KeptRecord, desired: tuple[str, ...] | None, opener: AccountOpener
    ) -> UpdateResult:
        """Write what was previewed, or raise `ProviderError` if anything it was planned from is another by now.

        A write that fails is a result, as in a round.
        """
        account = record.settings.account or ""
        provider = await self._updater.opened(account, opener)
        existing = await provider.read(record.key)
        if repair.change is None or not same_records(existing, repair.existing):
            raise ProviderError(
                text("The record at the provider is another than in the preview, so nothing was written."),
                text("Somebody changed it meanwhile. Look at the new preview before you write."),
            )
        if desired is None or frozenset(desired) != frozenset(repair.desired):
            raise ProviderError(
                text("Your address is another than in the preview, so nothing was written."),
                text("Look at the new preview before you write."),
            )
        task = Task(record, desired, force=False, by_person=True)
        return await self._updater.write(task, Plan(record.key, Intent.UPDATE, repair.change), existing, provider)
