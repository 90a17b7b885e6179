"""A bare Debian to try installed things in: made once with debootstrap, and given to each test as a fresh layer.

A test sees a root file system with the packages that we say are needed, and nothing else: no Python, no fonts, no
desktop. What it changes lies in a layer of its own (overlayfs) that is thrown away, in a mount namespace that the
machine does not see. The X server and the session bus of a `TraySession` can be reached from inside.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"
SUITE = "bookworm"
HOME = "/home/person"
NEEDED = ("debootstrap", "unshare", "nsenter", "chroot")
_MOUNTS = """set -e
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/merged"
mount -t proc proc "$2/merged/proc"
mount --rbind /dev "$2/merged/dev"
mount -t tmpfs tmpfs "$2/merged/run"
mount --make-rprivate "$2/merged"
mkdir -p "$2/merged/home/person"
echo ready
exec cat
"""


def missing() -> str:
    """What stands against a bare root on this machine; empty if nothing does."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "a bare root needs root"
    lacking = [program for program in NEEDED if shutil.which(program) is None]
    return f"this machine lacks {', '.join(lacking)}" if lacking else ""


def base(packages: Sequence[str]) -> Path:
    """The bare Debian with these packages, made if it is not there yet; two runs at once wait for one another."""
    import fcntl  # not there on Windows, which reads this file too

    name = "-".join(["bare", SUITE, *packages])
    target = BUILD / name
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            partial = BUILD / f"{name}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            command = ["debootstrap", "--variant=minbase", f"--include={','.join(packages)}", SUITE]
            done = subprocess.run([*command, str(partial), *_mirror()], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
            shutil.rmtree(partial / "var/cache/apt", ignore_errors=True)
            # Debian's installer, and whatever runs containers, write this file; debootstrap leaves it to them.
            (partial / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost ip6-localhost\n", encoding="ascii")
            partial.rename(target)
    return target


def _mirror() -> list[str]:
    """Where this machine gets its own packages from; nothing where it has others: debootstrap knows a place itself."""
    command = ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)", "Created-By: Packages"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    sites = [site for site, release in (line.split() for line in lines if line) if release == SUITE]
    return sites[:1]


class BareRoot:
    """One layer over the bare Debian, from `with` to its end."""

    def __init__(self, lower: Path) -> None:
        self._lower = lower
        self._folder = Path()
        self._holder: subprocess.Popen[bytes] | None = None
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="bare-"))
        for name in ("upper", "work", "merged"):
            (self._folder / name).mkdir()
        # The namespace lives as long as this process does; it ends when its standard input does.
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _MOUNTS, "sh"]
        self._holder = subprocess.Popen(
            [*command, str(self._lower), str(self._folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"ready\n", "no layer could be mounted"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
        if self._holder is not None:
            self._holder.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def upper(self) -> Path:
        """What this layer changed, as the machine sees it."""
        return self._folder / "upper"

    def outside(self, command: str) -> str:
        """Run a shell command in the namespace, with the machine's own files; returns what it said.

        `$ROOT` is the root inside.
        """
        environment = {**os.environ, "ROOT": str(self._folder / "merged")}
        done = subprocess.run(
            [*self._enter(), "sh", "-ec", command], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def show(self, source: Path, inside: str) -> None:
        """Let `source` be seen at `inside`, without copying; what is written there is written to it."""
        self.outside(f'mkdir -p "$ROOT{inside}" && mount --bind "{source}" "$ROOT{inside}"')

    def put(self, source: Path, inside: str) -> None:
        """Copy a file or folder into the layer."""
        self.outside(f'mkdir -p "$ROOT{Path(inside).parent}" && cp -a "{source}" "$ROOT{inside}"')

    def command(self, *words: str) -> list[str]:
        """The command line that runs `words` inside."""
        return [*self._enter(), "chroot", str(self._folder / "merged"), *words]

    def run(
        self, *words: str, env: Mapping[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a program inside to its end, with an environment of its own."""
        return subprocess.run(
            self.command(*words),
            env=self.environment(env),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *words: str, log: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a program that goes on inside; its output goes to `log`. It ends with the layer."""
        with log.open("ab") as stream:
            process = subprocess.Popen(
                self.command(*words), env=self.environment(env), stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
            )
        self._started.append(process)
        return process

    @staticmethod
    def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
        """As after a log-in: a path, a home, a language."""
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": path, "HOME": HOME, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **(more or {})}

    def files(self) -> dict[str, str]:
        """Every file, folder and link inside, with what tells whether it is still the same."""
        listing = ["find", "/", "-xdev", "-printf", "%p\\t%y %m %s %l %T@\\n"]
        return dict(_entries(self.run(*listing).stdout))

    def _enter(self) -> list[str]:
        assert self._holder is not None
        return ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt", "--"]


def _entries(listing: str) -> Iterator[tuple[str, str]]:
    for line in listing.splitlines():
        name, _, facts = line.partition("\t")
        # A folder's date and size change with what is put into it and taken out again.
        yield name, " ".join(facts.split()[:2]) if facts.startswith("d") else facts
