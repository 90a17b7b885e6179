"""What is wrong with a settings file, collected: a rule adds its fault and goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.settings_values import looks_secret, shown
from ddns_tray.core.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ddns_tray.core.errors import DdnsTrayError
    from ddns_tray.core.toml_lines import KeyPath


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, what, and what to do."""

    path: KeyPath
    title: Text
    hint: Text | None


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, path: KeyPath, title: Text, hint: Text | None) -> None:
        """Note a fault."""
        self.found.append(Fault(path, title, hint))

    def add_error(self, path: KeyPath, error: DdnsTrayError) -> None:
        """Note what a check of a single value raised."""
        self.add(path, error.problem.title, error.problem.hint)

    def add_unknown(self, path: KeyPath, known: Iterable[str]) -> None:
        """Note a key that nobody reads; its value is not looked at."""
        key = str(path[-1])
        known = list(known)
        if looks_secret(key) and not closest(key, known):
            self.add(
                path,
                text("{key} looks like a secret, and secrets do not belong in this file.", key=shown(key)),
                text("Remove the line and type: ddns-tray secret set ACCOUNT FIELD"),
            )
        else:
            self.add(path, text("The key {key} is not known here.", key=shown(key)), known_hint(key, known))


def closest(word: str, known: Collection[str]) -> str | None:
    """Return what was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - only needed where something is wrong

    by_folded = {_fold(candidate): candidate for candidate in known}
    found = get_close_matches(_fold(word), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def known_hint(word: str, known: Collection[str]) -> Text:
    """Say what was probably meant, and what else there is."""
    listed = ", ".join(known)
    suggestion = closest(word, known)
    if suggestion is None:
        return text("Known here: {known}.", known=listed)
    return text("Did you mean {suggestion}? Known here: {known}.", suggestion=suggestion, known=listed)


def _fold(word: str) -> str:
    return word.lower().replace("-", "_")
