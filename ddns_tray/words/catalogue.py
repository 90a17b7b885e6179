"""The gettext catalogue: found beside the package, read when the first sentence is spoken (standard library only).

This module does not know what is said, only in which language. English needs no file: the literals are English.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

DOMAIN = "ddns_tray"
LANGUAGES = ("en", "zh_CN")
# Not through importlib.resources: the icon would wait for the archive modules that it loads.
_PLACE = Path(__file__).parents[1] / "resources" / "translations"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of one language; English, and a language whose file is missing, speak the literals as they are."""
    if language == "en":
        return gettext.NullTranslations()
    place = _PLACE / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    try:
        with place.open("rb") as file:
            return gettext.GNUTranslations(file)
    except FileNotFoundError:
        return gettext.NullTranslations()
