"""Which language the person reads: what they chose, else what their system speaks.

All of 中文 leads to Simplified Chinese, since it is nearer to every Chinese reader than English.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_ENGLISH = "en"
_CHINESE = "zh_CN"
_POSIX_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_NEUTRAL = frozenset({"", "C", "POSIX"})


def resolve_language(
    setting: str,
    environ: Mapping[str, str] | None = None,
    system_languages: Callable[[], Sequence[str]] | None = None,
) -> str:
    """Return "en" or "zh_CN" for the setting "auto", "en" or "zh_CN".

    "auto" asks the POSIX variables in gettext's order, then the desktop (`system_languages`; macOS and Windows start
    programs without those variables). The first language that we speak wins, else English.
    """
    if setting != "auto":
        return supported(setting) or _ENGLISH
    wished = _from_environment(os.environ if environ is None else environ)
    if not wished:
        wished = list((desktop_languages if system_languages is None else system_languages)())
    for tag in wished:
        language = supported(tag)
        if language is not None:
            return language
    return _ENGLISH


def supported(tag: str) -> str | None:
    """Turn a POSIX locale or a BCP 47 tag into a language that we speak, or None."""
    primary = tag.replace("-", "_").split(".")[0].split("@")[0].split("_")[0].lower()
    return {"en": _ENGLISH, "zh": _CHINESE}.get(primary)


def desktop_languages() -> Sequence[str]:
    """The languages of the desktop where the environment does not carry them; empty where it does."""
    if sys.platform == "darwin":
        return _macos_languages()
    if sys.platform == "win32":
        return _windows_languages()
    return ()


def _from_environment(environ: Mapping[str, str]) -> list[str]:
    locale = next((environ[name] for name in _POSIX_VARIABLES if environ.get(name)), "")
    if locale.split(".")[0] in _NEUTRAL:
        # gettext: LANGUAGE counts only beside a real locale; "C" is how scripts ask for the literals.
        return [_ENGLISH] if locale else []
    return [tag for tag in environ.get("LANGUAGE", "").split(":") if tag] + [locale]


def _macos_languages() -> Sequence[str]:
    import plistlib  # noqa: PLC0415 - needed on one system only
    from pathlib import Path  # noqa: PLC0415 - as above

    preferences = Path.home() / "Library" / "Preferences" / ".GlobalPreferences.plist"
    try:
        languages = plistlib.loads(preferences.read_bytes()).get("AppleLanguages", [])
    except (OSError, ValueError):
        return ()
    return [tag for tag in languages if isinstance(tag, str)]


def _windows_languages() -> Sequence[str]:
    import ctypes  # noqa: PLC0415 - needed on one system only
    import locale  # noqa: PLC0415 - as above

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the attribute exists on Windows alone
    tag = locale.windows_locale.get(kernel.GetUserDefaultUILanguage())
    return () if tag is None else (tag,)
