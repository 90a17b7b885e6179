"""TOML in, `Settings` out, or every fault of the file at once, each with its line and a way out.

This module reads no file and writes none (`store.config` does), and shows no value that could be a secret.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddns_tray.core.errors import ConfigError
from ddns_tray.core.settings import SCHEMA_VERSION, Settings
from ddns_tray.core.settings_check import read_settings
from ddns_tray.core.settings_faults import Fault, Faults
from ddns_tray.core.text import text
from ddns_tray.core.toml_lines import key_lines, line_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ddns_tray.core.model import ProviderSpec

_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where settings come from: the text that was parsed, to find lines in it, and the file's name."""

    toml: str = ""
    file: str | None = None


def parse_settings(
    data: Mapping[str, object], *, providers: Mapping[str, ProviderSpec], origin: Origin | None = None
) -> Settings:
    """Check a parsed file. Raises `ConfigError`: the first fault by line, which carries the `others`."""
    faults = Faults()
    settings = Settings()
    if _schema_is_ours(data, faults):
        settings = read_settings(data, providers, faults)
    if faults.found:
        raise _errors(faults.found, origin or Origin())
    return settings


def read_toml(toml: str, *, file: str | None = None) -> dict[str, object]:
    """Parse TOML. Raises `ConfigError` with the line where it is broken."""
    try:
        return tomllib.loads(toml)
    except tomllib.TOMLDecodeError as exc:
        message = str(exc)
        place = _TOML_PLACE.search(message)
        line = int(place.group(1)) if place and place.group(1) else toml.count("\n") + 1
        raise ConfigError(
            text("The file is not valid TOML: {detail}.", detail=_TOML_PLACE.sub("", message).rstrip(".")),
            text("Look at this line and the one above it: a quote, a bracket or an equals sign is often missing."),
            file=file,
            line=line,
        ) from exc
    except ValueError as exc:  # Python reads whole numbers of up to 4,300 digits
        raise ConfigError(
            text("There is a number in the file that is far too long."),
            text("Look for a value with thousands of digits, and write what you mean."),
            file=file,
        ) from exc
    except RecursionError as exc:
        raise ConfigError(
            text("The file is nested too deeply."), text("Write the tables one below the other."), file=file
        ) from exc


def load_settings(toml: str, *, providers: Mapping[str, ProviderSpec], file: str | None = None) -> Settings:
    """Parse and check the text of a settings file."""
    return parse_settings(read_toml(toml, file=file), providers=providers, origin=Origin(toml, file))


def _schema_is_ours(data: Mapping[str, object], faults: Faults) -> bool:
    """A file of another schema is not judged any further: its keys may mean other things."""
    schema = data.get("schema")
    if schema == SCHEMA_VERSION and type(schema) is int:
        return True
    if schema is None:
        faults.add(
            (),
            text("The file does not say which schema it follows."),
            text("Write schema = {version} as its first line.", version=SCHEMA_VERSION),
        )
        return True
    if type(schema) is int and schema > SCHEMA_VERSION:
        faults.add(
            ("schema",),
            text(
                "A newer version of DDNS Tray wrote this file: it follows schema {found}, this version knows {known}.",
                found=schema,
                known=SCHEMA_VERSION,
            ),
            text("Update DDNS Tray, or point --config at a file of your own for this version."),
        )
    else:
        faults.add(
            ("schema",),
            text("The schema of the file is not a number that any version has used."),
            text("Write schema = {version} as its first line.", version=SCHEMA_VERSION),
        )
    return False


def _errors(found: list[Fault], origin: Origin) -> ConfigError:
    lines = key_lines(origin.toml) if origin.toml else {}
    top = 1 if origin.toml or origin.file else 0
    placed = sorted(((line_of(lines, fault.path) or top, fault) for fault in found), key=_line)
    errors = [
        ConfigError(fault.title, fault.hint, file=origin.file, line=line or None, key=_dotted(fault))
        for line, fault in placed
    ]
    first, *others = errors
    first.others = tuple(others)
    return first


def _line(placed: tuple[int, Fault]) -> int:
    return placed[0]


def _dotted(fault: Fault) -> str | None:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault.path]
    return "".join(parts).removeprefix(".") or None
