"""The process in which dns-lexicon runs: one request on standard input, one answer on standard output, both JSON.

Started as a file, so that nothing but the standard library and dns-lexicon is loaded. The library waits for ever, asks
`.netrc` for passwords, follows any redirect and prints; here it does none of that. Its messages may hold addresses with
keys in them: of an HTTP error only the status travels, of other errors the words, which the parent cleans.

Providers are taken from `lexicon._private`: the public client would first fetch the public suffix list to guess the
zone, which the account names.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from importlib import import_module
from typing import Any
from urllib.parse import urljoin, urlsplit

_PATIENCE_BEYOND = 5.0
"""Seconds after which this process ends by itself, should the parent not have ended it in time."""


def main() -> int:
    """Answer the one request."""
    answers = os.dup(1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    request = json.loads(sys.stdin.buffer.read())
    watchdog = threading.Timer(request["deadline"] + _PATIENCE_BEYOND, os._exit, (1,))
    watchdog.daemon = True
    watchdog.start()
    sys.path[:] = request["path"]
    os.environ["NETRC"] = os.devnull
    content = json.dumps(_answer(request), default=str).encode()
    while content:
        content = content[os.write(answers, content) :]
    return 0


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"requests": 0, "stage": "start", "page": False}
    try:
        _tame_requests(told, request["timeout"])
        told["records"] = _work(request, told)
    except Exception as exc:  # noqa: BLE001 - the parent says what it means
        told["failure"] = _failure(exc)
    return told


def _work(request: dict[str, Any], told: dict[str, Any]) -> list[dict[str, Any]]:
    """Sign in, write if there is something to write, and list what stands there after it."""
    name = request["provider"]
    module = import_module(f"lexicon._private.providers.{name}")
    config = import_module("lexicon.config").ConfigResolver()
    config.with_dict(
        {"provider_name": name, "domain": request["domain"], "ttl": request["ttl"], name: request["options"]}
    )
    provider = module.Provider(config)
    if request["endpoint"]:
        provider.api_endpoint = request["endpoint"]
    told["stage"] = "sign_in"
    provider.authenticate()
    try:
        step = request["step"]
        if step is not None:
            told["stage"] = "write"
            _write(provider, step)
            told["stage"] = "look"
        else:
            told["stage"] = "list"
        return [
            {member: record.get(member) for member in ("id", "type", "name", "content", "ttl")}
            for record in _look(provider, request["types"], request["name"])
        ]
    finally:
        provider.cleanup()


def _look(provider: Any, types: list[str], name: str | None) -> list[dict[str, Any]]:
    """List the records of these types; of one name, the first type that it has is enough."""
    found: list[dict[str, Any]] = []
    for record_type in types:
        found += provider.list_records(record_type, name)
        if found and name is not None:
            break
    return found


def _write(provider: Any, step: dict[str, Any]) -> None:
    where = (step["type"], step["name"])
    if step["do"] == "create":
        provider.create_record(*where, step["content"])
    elif step["do"] == "update":
        provider.update_record(step["id"], *where, step["content"])
    else:
        provider.delete_record(step["id"], *where, step["content"])


def _tame_requests(told: dict[str, Any], timeout: float) -> None:
    """Give every request an end and a checked certificate, and count it; keep credentials at the host they are for."""
    adapter = import_module("requests.adapters").HTTPAdapter
    redirects = import_module("requests.sessions").SessionRedirectMixin
    send = adapter.send

    def counted(self: Any, request: Any, **options: Any) -> Any:
        told["requests"] += 1
        options["timeout"] = options.get("timeout") or timeout
        options["verify"] = options.get("verify") or True
        response = send(self, request, **options)
        told["page"] = "html" in response.headers.get("Content-Type", "")
        return response

    target_of = redirects.get_redirect_target

    def target_here(self: Any, response: Any) -> Any:
        target = target_of(self, response)
        if target is None or urlsplit(urljoin(response.url, target)).netloc == urlsplit(response.url).netloc:
            return target
        return None

    adapter.send = counted
    redirects.get_redirect_target = target_here


def _failure(exc: Exception) -> dict[str, Any]:
    kinds = [kind.__name__ for kind in type(exc).__mro__]
    response = getattr(exc, "response", None)
    status = getattr(response, "status_code", None)
    if status is None and isinstance(exc.__context__, Exception):
        # Some providers turn an error of HTTP into a bare one of their own.
        status = getattr(getattr(exc.__context__, "response", None), "status_code", None)
        response = getattr(exc.__context__, "response", None) if status is not None else response
    headers = getattr(response, "headers", None) or {}
    foreign = type(exc).__module__.split(".")[0] in {"builtins", "lexicon"} and status is None
    return {
        "kinds": kinds,
        "status": status,
        "retry_after": headers.get("Retry-After"),
        "words": str(exc) if foreign else "",
    }


if __name__ == "__main__":
    sys.exit(main())
