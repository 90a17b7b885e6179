"""A place for secrets that lives in memory, and fails when it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddns_tray.core.ports import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.errors import SecretError


class FakeSecrets:
    """Implements `core.ports.SecretStore`; `error` is raised by every call as long as it is set."""

    def __init__(
        self,
        values: Mapping[tuple[str, str], str] | None = None,
        *,
        writable: bool = True,
        error: SecretError | None = None,
    ) -> None:
        self.values = dict(values or {})
        self.writable = writable
        self.error = error
        self.asked: list[tuple[str, str]] = []

    async def get(self, account: str, field_name: str) -> Secret | None:
        self._fail_if_told()
        self.asked.append((account, field_name))
        value = self.values.get((account, field_name))
        return None if value is None else Secret(value)

    async def set(self, account: str, field_name: str, value: Secret) -> None:
        self._fail_if_told()
        self.values[account, field_name] = value.reveal()

    async def delete(self, account: str, field_name: str) -> None:
        self._fail_if_told()
        self.values.pop((account, field_name), None)

    def _fail_if_told(self) -> None:
        if self.error is not None:
            raise self.error
