"""dns-lexicon loaded once for many questions: a process that has it ready, and forks itself for each of them.

Loading the library takes a third of a second of work, a fork some milliseconds. Each question still has a process of
its own, which runs the product's worker from its beginning and shares nothing with the next one. The command that the
product starts in its place is a few lines that hand their standard input and output over and wait for the end.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ddns_tray.providers.lexicon import worker
from ddns_tray.providers.lexicon.process import LexiconProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ZYGOTE = """
import importlib, importlib.util, json, os, signal, socket, sys
place, worker_file, modules, path = json.loads(sys.argv[1])
sys.path[:] = path
for module in modules:
    importlib.import_module(module)
found = importlib.util.spec_from_file_location("worker_of_a_test", worker_file)
worker = importlib.util.module_from_spec(found)
found.loader.exec_module(worker)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
door = socket.socket(socket.AF_UNIX)
door.bind(place)
door.listen(16)
print("ready", flush=True)
while True:
    caller, _ = door.accept()
    if os.fork() == 0:
        door.close()
        _, (reading, writing), _, _ = socket.recv_fds(caller, 1, 2)
        os.dup2(reading, 0)
        os.dup2(writing, 1)
        os.close(reading)
        os.close(writing)
        code = 1
        try:
            code = worker.main()
            caller.sendall(bytes([code]))
        finally:
            os._exit(code)
    caller.close()
"""
_DOOR = """
import socket, sys
door = socket.socket(socket.AF_UNIX)
door.connect(sys.argv[1])
socket.send_fds(door, [b"."], [0, 1])
sys.exit(door.recv(1) != bytes(1))
"""


@contextlib.contextmanager
def ready_library(*providers: str) -> Iterator[Sequence[str]]:
    """Load the library with these providers, and give the command that answers a question with it.

    Where no process can fork, that is the product's own.
    """
    if sys.platform == "win32":
        yield LexiconProcess().command
        return
    modules = ["lexicon.config", "requests.adapters", *(f"lexicon._private.providers.{name}" for name in providers)]
    with tempfile.TemporaryDirectory(prefix="lz-") as folder:
        place = str(Path(folder) / "door")
        told = json.dumps([place, worker.__file__, modules, [each for each in sys.path if each]])
        with subprocess.Popen(
            [sys.executable, "-P", "-c", _ZYGOTE, told], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        ) as zygote:
            try:
                assert zygote.stdout is not None
                assert zygote.stdout.readline() == b"ready\n"
                yield (sys.executable, "-I", "-S", "-c", _DOOR, place)
            finally:
                zygote.kill()
