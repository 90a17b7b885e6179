"""`--self-test`: does everything that this installation is made of work? For packagers, and for people who ask us.

It opens no settings, asks nobody on the network, and leaves nothing behind. `doctor` looks at the person's own set-up;
this looks at the program: modules that are loaded by name, translations, TLS, keyring, SQLite, Qt, the loop, the end.
"""

from __future__ import annotations

import asyncio
import platform
import re
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray import __version__, report
from ddns_tray.commands import doors
from ddns_tray.core.self_test import Found, Look, Unfit, outcome

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator

    from ddns_tray.commands.context import Context
    from ddns_tray.core.self_test import Outcome

_PASSED, _FAILED = "✓", "✕"
_PATIENCE = 10.0
"""Seconds for the keyring."""
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
"""How OpenSSL names the files of a folder of certificates (openssl-rehash(1))."""


def self_test(context: Context, _arguments: Namespace) -> int:
    """Try everything, say each line as it comes; 0 if all is well, 1 if anything failed."""
    failed = False
    listed: list[report.Json] = []
    for each in _outcomes(context):
        failed |= not each.passed
        if context.as_json:
            listed.append(
                {
                    "id": each.look.id,
                    "passed": each.passed,
                    "found": each.found.sentence,
                    "items": list(each.found.items),
                    "error": each.error or None,
                }
            )
        else:
            sign = _PASSED if each.passed else _FAILED
            context.print_lines([f"{sign} {each.look.what}: {each.found.sentence if each.passed else each.error}"])
            context.out.flush()
    if context.as_json:
        context.print_json({"schema": report.SCHEMA, "passed": not failed, "checks": listed})
    else:
        words = context.words
        context.print_lines([words.tr("Something failed: see above.") if failed else words.tr("Everything works.")])
    return int(failed)


def _outcomes(context: Context) -> Iterator[Outcome]:
    for look in _looks(context):
        yield outcome(look)
    if doors.has_qt():
        from ddns_tray.app import self_test_of_window  # noqa: PLC0415 - the one way to Qt

        yield from self_test_of_window(context.words, off_screen=not doors.has_display(context.environ))
    else:
        missing = context.words.tr("The desktop part (PySide6) is not installed.")

        def no_window() -> Found:
            if _is_frozen():
                raise Unfit(missing)
            return Found(missing)

        yield outcome(Look("qt", "Qt", no_window))


def _looks(context: Context) -> Iterator[Look]:
    tr = context.words.tr
    yield Look("program", tr("Program"), lambda: _program(tr))
    yield Look("languages", tr("Languages"), _languages)
    yield Look("tls", "TLS", lambda: _tls(tr))
    yield Look("keyrings", tr("Keyrings"), lambda: _keyrings(tr))
    yield Look("keyring_worker", tr("Keyring process"), lambda: _keyring_worker(tr))
    yield Look("services", tr("DNS services"), lambda: _services(tr))
    yield Look("sources", tr("Address sources"), lambda: _sources(tr))
    yield Look("dns", tr("DNS messages"), lambda: _dns(tr))
    yield Look("http", "HTTP", _http)
    yield Look("sqlite", "SQLite", _sqlite)
    yield Look("settings", tr("Settings"), lambda: _settings(tr))
    yield Look("loop", tr("Event loop"), lambda: asyncio.run(_loop(tr)))


def _is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def _program(tr: Callable[..., str]) -> Found:
    found = {"version": __version__, "python": platform.python_version(), "system": platform.platform()}
    if _is_frozen():
        said = tr("ddns-tray {version}, frozen with Python {python}, on {system}", **found)
    else:
        said = tr("ddns-tray {version} with Python {python}, on {system}", **found)
    return Found(said, (__version__, sys.executable))


def _languages() -> Found:
    from ddns_tray.words.catalogue import LANGUAGES, catalogue  # noqa: PLC0415 - loads what it tries

    probe = "show this help and end"
    for language in LANGUAGES:
        if language != "en" and catalogue(language).gettext(probe) == probe:
            raise Unfit(language)
    return Found(", ".join(LANGUAGES), LANGUAGES)


def _tls(tr: Callable[..., str]) -> Found:
    import ssl  # noqa: PLC0415 - as above

    from ddns_tray.http.lines import load_ssl_context  # noqa: PLC0415 - as above

    load_ssl_context()
    plain = ssl.create_default_context()
    if plain.verify_mode is not ssl.CERT_REQUIRED or not plain.check_hostname:
        raise Unfit(tr("Certificates would not be checked."))
    places = ssl.get_default_verify_paths()
    folder = Path(places.capath) if places.capath else None
    count = plain.cert_store_stats()["x509_ca"]
    if not count and folder is not None:
        count = sum(1 for entry in folder.iterdir() if _HASHED.fullmatch(entry.name))
    if not count:
        raise Unfit(tr("This system has no certificates to check others with: install its package ca-certificates."))
    return Found(tr("{library}, {count} authorities", library=ssl.OPENSSL_VERSION, count=count))


def _keyrings(tr: Callable[..., str]) -> Found:
    from ddns_tray.store.keyring_backend import choose_backend, modules  # noqa: PLC0415 - loads what it tries

    names = modules()
    for name in names:
        import_module(name)
    chosen = choose_backend()
    known = ", ".join(name.rpartition(".")[2] for name in names)
    if chosen is None:
        return Found(tr("{known}; none can be reached in this session", known=known), names)
    return Found(tr("{known}; in use: {chosen}", known=known, chosen=type(chosen).__module__.rpartition(".")[2]), names)


def _keyring_worker(tr: Callable[..., str]) -> Found:
    """Start the process that talks to the keyring and let it answer, be it that there is no keyring here.

    A keyring that is locked asks the person; a process that waits for them is as sound as one that answers.
    """
    from ddns_tray.store.keyring_process import KeyringFailed, KeyringProcess  # noqa: PLC0415 - loads what it tries

    started = time.monotonic()
    try:
        KeyringProcess(patience=_PATIENCE).get_password("ddns-tray-self-test", "nobody")
    except KeyringFailed as exc:
        if "WorkerEnded" not in exc.kinds:
            return Found(tr("It answers; the keyring says: {answer}", answer=exc.kinds[0]), exc.kinds)
        if time.monotonic() - started < _PATIENCE:
            raise Unfit(tr("It ended without an answer.")) from exc
        return Found(tr("It runs; the keyring did not answer, it may be locked."), exc.kinds)
    return Found(tr("It answers."))


def _services(tr: Callable[..., str]) -> Found:
    from ddns_tray.providers.catalogue import ENTRIES  # noqa: PLC0415 - loads what it tries

    for entry in ENTRIES:
        if not callable(getattr(import_module(entry.module), "open_account", None)):
            raise Unfit(entry.module)
    ids = tuple(sorted(entry.spec.id for entry in ENTRIES))
    return Found(tr("all {count} can be loaded", count=len(ids)), ids)


def _sources(tr: Callable[..., str]) -> Found:
    from ddns_tray import detectors  # noqa: PLC0415 - loads what it tries

    words = detectors.known_sources()
    for module, name in words.values():
        if not callable(getattr(import_module(f"ddns_tray.detectors.{module}"), name, None)):
            raise Unfit(f"{module}.{name}")
    return Found(tr("all {count} can be loaded", count=len(words)), tuple(sorted(words)))


def _dns(tr: Callable[..., str]) -> Found:
    import dns.version  # noqa: PLC0415 - loads what it tries
    from dns import flags, message, rdatatype  # noqa: PLC0415 - as above

    from ddns_tray.verify import verifier  # noqa: PLC0415 - as above

    question = message.make_query("home.example.org", rdatatype.A, use_edns=0, want_dnssec=True)
    read = message.from_wire(question.to_wire())
    if read.question != question.question or not read.flags & flags.RD or not callable(verifier.DnsVerifier):
        raise Unfit(tr("A question was not read as it was written."))
    return Found(f"dnspython {dns.version.version}")


def _http() -> Found:
    import httpx2  # noqa: PLC0415 - loads what it tries

    return Found(f"httpx2 {httpx2.__version__}")


def _sqlite() -> Found:
    import sqlite3  # noqa: PLC0415 - loads what it tries
    from contextlib import closing  # noqa: PLC0415 - as above

    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE seen (at REAL PRIMARY KEY, address TEXT) WITHOUT ROWID")
        connection.execute("INSERT INTO seen VALUES (1.5, '203.0.113.7')")
        if connection.execute("SELECT address FROM seen WHERE at > 1").fetchall() != [("203.0.113.7",)]:
            raise Unfit("SELECT")
    return Found(sqlite3.sqlite_version)


def _settings(tr: Callable[..., str]) -> Found:
    import tomllib  # noqa: PLC0415 - loads what it tries

    import tomlkit  # noqa: PLC0415 - as above

    document = tomlkit.parse("schema = 1  # kept\n")
    document["schema"] = 2
    written = tomlkit.dumps(document)
    if tomllib.loads(written) != {"schema": 2} or "# kept" not in written:
        raise Unfit(written)
    return Found(tr("can be read, and written with their comments"))


async def _loop(tr: Callable[..., str]) -> Found:
    await asyncio.sleep(0.001)
    await asyncio.to_thread(int)
    return Found(tr("{loop} turns", loop=type(asyncio.get_running_loop()).__name__))
