"""What the front room is given to work with: the ports of `core.ports`, a clock, and a way to start tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from ddns_tray.core.model import InterfaceAddress
    from ddns_tray.core.ports import AccountDesk, EngineControls, SecretStore, SettingsFile


class Spawn(Protocol):
    """The one way to start a task: it is kept until it ends, and a failure is logged and shown."""

    def __call__(self, work: Coroutine[object, object, None], name: str) -> object:
        """Start `work`; `name` is for the log."""


class Autostart(Protocol):
    """Starting with the person's session. All methods may raise `StorageError`."""

    def is_enabled(self) -> bool:
        """Whether this program is started with the session, read back from the system."""

    def is_elsewhere(self) -> bool:
        """Whether the system starts another copy than this program: it was moved."""

    def set_enabled(self, enabled: bool, /) -> None:  # noqa: FBT001 - it is the one thing that is set
        """Switch it on or off, and make sure that it is so."""


@dataclass(frozen=True, slots=True)
class Services:
    """The verbs behind the buttons.

    `reload` makes the engine take the settings as they are on disk, `renew_accounts` makes it open its accounts anew
    after a secret was replaced.
    """

    engine: EngineControls
    settings_file: SettingsFile
    secrets: SecretStore
    desk: AccountDesk
    reload: Callable[[], Awaitable[None]]
    renew_accounts: Callable[[], Awaitable[None]]
    spawn: Spawn
    now: Callable[[], float]
    autostart: Autostart
    is_demo: bool = False
    interfaces: Callable[[], Sequence[InterfaceAddress]] = tuple
    """The addresses of this computer's network interfaces; nothing where the system will not tell."""
