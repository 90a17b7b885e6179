"""Speaks up: one notification for each change that deserves one (`core.alerting`), in the person's words.

How it is shown is the system's business: a service on the session bus where there is one (it comes in as `toasts`),
else the balloon of the tray icon, else nothing but the log.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QSystemTrayIcon

from ddns_tray.core.alerting import AlertMemory, NoticeKind, changes
from ddns_tray.core.settings import AlertSettings
from ddns_tray.ui import icons
from ddns_tray.words import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ddns_tray.core.alerting import Notice
    from ddns_tray.core.model import Snapshot
    from ddns_tray.ui.services import Spawn
    from ddns_tray.ui.tray import Tray
    from ddns_tray.words import Words

log = logging.getLogger(__name__)

_IMAGE_SIZE = 48
_BALLOON_TIME = 10_000
_SHAPES = {
    NoticeKind.ADDRESS_CHANGED: Shape.CHECK,
    NoticeKind.TROUBLE: Shape.CROSS,
    NoticeKind.WARNING: Shape.WARNING,
    NoticeKind.RECOVERED: Shape.CHECK,
}


class Toasts(Protocol):
    """A notification service. `rgba` is a square picture of `size` pixels."""

    async def __call__(self, title: str, body: str, *, size: int, rgba: bytes) -> bool:
        """Show one in the place of the last; False where there is no such service."""


class Notifier:
    """A subscriber of snapshots. `enabled` and `alerts` are the person's choice.

    What was not said because of that choice is not made up for later.
    """

    def __init__(self, words: Words, tray: Tray, spawn: Spawn) -> None:
        self.words = words
        self.enabled = True
        self.alerts = AlertSettings()
        self.toasts: Toasts | None = None
        self.woke_at: Callable[[], float | None] = lambda: None
        self._tray = tray
        self._spawn = spawn
        self._memory = AlertMemory()

    def __call__(self, snapshot: Snapshot) -> Sequence[Notice]:
        """Take a snapshot, and tell what there is to tell; returns it for the activity log."""
        woke, alerts = self.woke_at(), self.alerts
        notices, self._memory = changes(
            self._memory,
            snapshot,
            quiet_until=None if woke is None else woke + alerts.quiet_after_wake,
            warn_after=alerts.warning_after if alerts.warning else None,
        )
        wanted = [notice for notice in notices if self._wants(notice.kind)]
        if wanted and self.enabled:
            self._tell(wanted)
        return notices

    def _wants(self, kind: NoticeKind) -> bool:
        alerts = self.alerts
        return {
            NoticeKind.ADDRESS_CHANGED: alerts.address_changed,
            NoticeKind.TROUBLE: alerts.trouble,
            NoticeKind.WARNING: alerts.warning,
            NoticeKind.RECOVERED: alerts.recovered,
        }[kind]

    def _tell(self, notices: Sequence[Notice]) -> None:
        """Several at once become one notification, the worst in front: each would replace the other anyway."""
        ordered = sorted(notices, key=lambda notice: notice.kind is not NoticeKind.TROUBLE)
        spoken = [self.words.notice(notice) for notice in ordered]
        title, body = spoken[0]
        body = "\n".join([body, *(other for other, _ in spoken[1:])])
        self._spawn(self._show(title, body, ordered[0].kind), "notification")

    async def _show(self, title: str, body: str, kind: NoticeKind) -> None:
        shape = _SHAPES[kind]
        if self.toasts is not None:
            if not await self.toasts(title, body, size=_IMAGE_SIZE, rgba=_rgba(shape)):
                log.info("not shown: %s %s", title, body)
            return
        icon = self._tray.icon
        if icon is not None and QSystemTrayIcon.supportsMessages():
            icon.showMessage(title, body, icons.icon(shape), _BALLOON_TIME)
        else:
            log.info("not shown: %s %s", title, body)


def _rgba(shape: Shape) -> bytes:
    image = icons.pixmap(shape, _IMAGE_SIZE).toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    return bytes(image.constBits())
