"""The translations: collect the sentences of the code, update the catalogues, compile them, and check all of it.

Runs inside `.venv` (`python3 dev.py i18n`), since reading and writing catalogues is Babel's work. Entries are sorted by
their English text, and carry neither line numbers nor dates, so that two branches which add sentences merge calmly and
the same sources give the same bytes. Nothing is guessed: a changed sentence is a new one, and an unused one goes.
"""

from __future__ import annotations

import ast
import io
import re
import string
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from babel.messages.catalog import Catalog, Message

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ddns_tray"
TRANSLATIONS = PACKAGE / "resources" / "translations"
DOMAIN = "ddns_tray"
LANGUAGES = ("zh_CN",)
KEYWORDS: dict[str, tuple[int, ...] | None] = {"text": None, "tr": None, "_": None, "ntr": (1, 2), "ngettext": (1, 2)}
"""The calls whose literals are sentences: `text` binds fields, `tr` speaks at once, `ntr` and `ngettext` count."""

MOST_FAULTS_SHOWN = 20

_HEADER = (
    "# Translations of DDNS Tray.\n# `python3 dev.py i18n` keeps msgid in step with the code; people write msgstr."
)
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_WIDTH = 120


def main(arguments: list[str]) -> int:
    """Write the catalogues, or with `--check` only say what is wrong with them."""
    if arguments not in ([], ["--check"]):
        print("usage: python3 dev.py i18n [--check]")
        return 64
    template = collect()
    if not arguments:
        for language in LANGUAGES:
            write(language, template)
    faults = [fault for language in LANGUAGES for fault in check(language, template)]
    for fault in faults[:MOST_FAULTS_SHOWN]:
        print(fault)
    if len(faults) > MOST_FAULTS_SHOWN:
        print(f"… and {len(faults) - MOST_FAULTS_SHOWN} more")
    if not arguments:
        print(f"{len(template)} sentences; {len(faults)} faults left.")
        return 0
    return 1 if faults else 0


def po_file(language: str) -> Path:
    """The catalogue that people edit."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_file(language: str) -> Path:
    """The catalogue that the program reads."""
    return po_file(language).with_suffix(".mo")


def collect() -> Catalog:
    """Gather every sentence of the package."""
    from babel.messages.extract import extract_from_dir  # noqa: PLC0415 - here only when it runs inside .venv

    template = _empty(None)
    for _, _, message, _, context in extract_from_dir(str(PACKAGE), [("**.py", "python")], keywords=KEYWORDS):
        template.add(message, context=context)
    return template


def write(language: str, template: Catalog) -> None:
    """Bring the sentences of `language` up to date, keep what is translated, and compile."""
    catalogue = _updated(language, template)
    po_file(language).parent.mkdir(parents=True, exist_ok=True)
    po_file(language).write_bytes(_as_po(catalogue))
    mo_file(language).write_bytes(_as_mo(catalogue))


def check(language: str, template: Catalog) -> Iterator[str]:
    """Say, a sentence each, what stands between the code, the catalogue and the compiled catalogue."""
    po, mo = po_file(language), mo_file(language)
    if not po.exists():
        yield f"{po.relative_to(ROOT)} is missing: python3 dev.py i18n"
        return
    catalogue = _updated(language, template)
    if po.read_bytes() != _as_po(catalogue):
        yield f"{po.relative_to(ROOT)} does not hold exactly the sentences of the code: python3 dev.py i18n"
    if not mo.exists() or mo.read_bytes() != _as_mo(catalogue):
        yield f"{mo.relative_to(ROOT)} is not what the catalogue compiles to: python3 dev.py i18n"
    for message in catalogue:
        if message.id:
            yield from (f"{language}: {fault}: {message.id!r}" for fault in faults(message))


def placeholders(sentence: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def sentences(tree: ast.AST) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """Find the calls that carry sentences, each with the arguments that have to be literals.

    A method called `text` is Qt's or somebody else's, so that word counts only as a plain function; the others count in
    both forms.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if isinstance(node.func, ast.Name):
            name = node.func.id
        elif isinstance(node.func, ast.Attribute) and node.func.attr != "text":
            name = node.func.attr
        else:
            continue
        if name in KEYWORDS:
            yield node, node.args[: len(KEYWORDS[name] or (1,))]


def _updated(language: str, template: Catalog) -> Catalog:
    """Read the catalogue of `language` and give it exactly the sentences of `template`."""
    from babel.messages.pofile import read_po  # noqa: PLC0415 - as above

    catalogue = _empty(language)
    if po_file(language).exists():
        with po_file(language).open("rb") as stream:
            for message in read_po(stream, locale=language, domain=DOMAIN):
                if message.id:
                    catalogue[message.id] = message
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def _empty(language: str | None) -> Catalog:
    from babel.messages.catalog import Catalog  # noqa: PLC0415 - as above

    return Catalog(
        locale=language, domain=DOMAIN, header_comment=_HEADER, creation_date=_NO_DATE, charset="utf-8", fuzzy=False
    )


def _as_po(catalogue: Catalog) -> bytes:
    from babel.messages.pofile import write_po  # noqa: PLC0415 - as above

    stream = io.BytesIO()
    write_po(
        stream, catalogue, width=_WIDTH, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True
    )
    return _head(catalogue).encode() + stream.getvalue()


def _as_mo(catalogue: Catalog) -> bytes:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - as above

    translated = _empty(str(catalogue.locale_identifier))
    for message in catalogue:
        if message.id and all(_forms(message.string)):
            translated[message.id] = message
    stream = io.BytesIO()
    write_mo(stream, translated)
    return stream.getvalue()


def _head(catalogue: Catalog) -> str:
    headers = {
        "Language": str(catalogue.locale_identifier),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalogue.plural_forms,
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in headers.items())
    return f'{_HEADER}\nmsgid ""\nmsgstr ""\n{lines}\n'


def _forms(sentence: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the plural forms, of which most sentences have one."""
    return (sentence or "",) if isinstance(sentence, str | None) else tuple(sentence)


def faults(message: Message) -> Iterator[str]:
    """Say what is wrong with one entry."""
    originals, translations = _forms(message.id), _forms(message.string)
    if message.fuzzy:
        yield "a guess that nobody has confirmed"
    if not all(translations):
        yield "not translated"
        return
    names = set().union(*(placeholders(original) for original in originals))
    for translation in translations:
        if re.search(r"^\s|\s$", translation) and not re.search(r"^\s|\s$", originals[0]):
            yield "begins or ends with a space that the English has not"
        try:
            used = placeholders(translation)
        except ValueError as exc:
            yield f"braces that do not match ({exc})"
            continue
        # A plural form may leave out the number ("one resolver"); nothing else may be lost or invented.
        lost = names - used - ({"count"} if len(originals) > 1 else set())
        if lost or used - names:
            yield f"fields differ ({', '.join(sorted(lost | (used - names)))})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
