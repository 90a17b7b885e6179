"""The real program as a subprocess: commands, exit codes, what goes to which stream, and that no secret leaks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ddns_tray import __version__
from ddns_tray.words import Words
from tests.support.product import PROGRAM, Product
from tests.support.world import on_windows

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "hunter2-hunter2"
GOOD = """\
schema = 1
[[account]]
id = "home"
provider = "powerdns"
server = "http://127.0.0.1:1"
[[record]]
name = "home.example.org"
account = "home"
[[record]]
name = "watched.example.org"
types = ["A", "AAAA"]
"""
# Nothing of this leaves the machine: the only source is a fixed address, and nobody is asked for records.
CLOSED = """\
schema = 1
[address]
sources = ["static:203.0.113.7"]
quorum = 1
[verify]
resolvers = ["udp://127.0.0.1:1"]
authoritative = false
root_hints = ["127.0.0.1"]
"""
HEAVY = ("PySide6", "qasync", "httpx2", "dns", "keyring", "tomlkit")


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path, secrets={"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"})
    yield product
    product.stop_all()


# --- usage --------------------------------------------------------------------------------------------------------


def test_the_version_goes_to_standard_output(product: Product) -> None:
    done = product.run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"ddns-tray {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["check", "--bogus"],
        ["account"],
        ["secret", "set", "home"],
        ["secret", "set", "home", "api_key", SECRET],
        ["update", "not a name"],
        ["check", "https://home.example.org/"],
        ["record", "add"],
        ["record", "remove", "unknown.example.org"],
        ["account", "remove", "unknown"],
        ["history"],
        ["import", "file"],
        ["alert", "test"],
    ],
)
def test_what_cannot_mean_anything_ends_with_64_and_says_so_beside_the_result(
    product: Product, arguments: list[str]
) -> None:
    product.config.write_text(GOOD)
    done = product.run(*arguments)
    assert done.returncode == 64
    assert done.stdout == ""
    assert done.stderr.strip()


def test_global_options_may_stand_before_the_command_and_after_it(product: Product) -> None:
    product.config.write_text(GOOD)
    environment = product.environment()
    config = str(product.config)
    for arguments in (
        ["--json", "--config", config, "record", "list"],
        ["record", "--json", "list", "--config", config],
        ["--config", "/nowhere", "record", "list", "--json", "--config", config],
    ):
        done = subprocess.run([PROGRAM, *arguments], env=environment, capture_output=True, encoding="utf-8", check=True)
        assert [each["name"] for each in json.loads(done.stdout)["records"]] == [
            "home.example.org",
            "watched.example.org",
        ]


def test_help_is_spoken_in_the_language_of_the_session(product: Product) -> None:
    done = subprocess.run(
        [PROGRAM, "--help"],
        env={**product.environment(), "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert Words("zh_CN").tr("show the public addresses and who says so") in done.stdout
    assert "show the public addresses" not in done.stdout


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["config", "path"], ["providers", "--json"]])
def test_the_start_pays_for_no_heavy_library(product: Product, arguments: list[str]) -> None:
    code = (
        "import sys; sys.argv = ['ddns-tray', *sys.argv[1:]]\n"
        "from ddns_tray.__main__ import main\n"
        "main()\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=product.environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr


# --- settings -----------------------------------------------------------------------------------------------------


def test_good_settings_pass_and_broken_ones_end_with_78_file_line_and_hint(product: Product) -> None:
    product.config.write_text(GOOD)
    assert product.run("config", "check").returncode == 0
    product.config.write_text(GOOD + "ttll = 60\n")
    done = product.run("config", "check")
    assert done.returncode == 78
    assert done.stdout == ""
    assert f"{product.config}:{len(GOOD.splitlines()) + 1}: " in done.stderr
    assert "ttl" in done.stderr


@pytest.mark.parametrize("command", [["check"], ["update"], ["ip"], ["record", "list"], ["daemon"]])
def test_every_command_that_needs_settings_refuses_broken_ones(product: Product, command: list[str]) -> None:
    product.config.write_text("schema = 1\n[general\n")
    done = product.run(*command)
    assert done.returncode == 78
    assert f"{product.config}:2: " in done.stderr


@pytest.mark.parametrize("command", [["check"], ["config", "check"], ["record", "list"], ["daemon"]])
@pytest.mark.parametrize("there", ["nothing", "a folder"])
def test_a_settings_file_that_is_named_and_cannot_be_read_ends_with_78(
    product: Product, command: list[str], there: str
) -> None:
    if there == "a folder":
        product.config.mkdir()
    done = product.run(*command)
    assert done.returncode == 78
    assert done.stdout == ""
    assert done.stderr.count(str(product.config)) == 1


def test_a_name_given_is_looked_at_without_any_settings_file(product: Product) -> None:
    done = product.run("check", "home.example.org", "--expect", "nonsense")
    assert done.returncode == 64  # the address is refused, and not the missing file


def test_an_empty_name_of_the_settings_file_is_a_usage_error(product: Product) -> None:
    done = product.run("config", "check", "--config", "")
    assert done.returncode == 64
    assert "--config" in done.stderr


def test_a_secret_in_the_settings_is_refused_with_the_command_that_moves_it(product: Product) -> None:
    product.config.write_text(GOOD.replace('server = "', f'api_key = "{SECRET}"\nserver = "'))
    done = product.run("check")
    assert done.returncode == 78
    assert "ddns-tray secret set home api_key" in done.stderr
    assert SECRET not in done.stderr + done.stdout


def test_the_settings_in_force_are_shown_as_toml_that_reads_the_same(product: Product) -> None:
    product.config.write_text(GOOD)
    shown = product.run("config", "show")
    assert shown.returncode == 0
    product.config.write_text(shown.stdout)
    assert product.run("config", "show").stdout == shown.stdout
    assert product.json("config", "show")["verify"]["interval"] == "1m"


def test_a_fixed_address_of_one_family_is_shown_where_the_file_may_have_it(product: Product) -> None:
    product.config.write_text('schema = 1\n[address]\nsources = ["static:203.0.113.9"]\n')
    shown = product.run("config", "show").stdout
    product.config.write_text(shown)
    assert product.run("config", "check").returncode == 0
    assert product.run("config", "show").stdout == shown
    assert product.json("config", "show")["address"]["ipv4"]["sources"] == ["static:203.0.113.9"]


def test_the_settings_in_force_name_the_lines(product: Product) -> None:
    line = '[[line]]\nid = "fibre"\ninterface = "eth7"\nreturn_after = "2m"\n'
    product.config.write_text(
        GOOD.replace("[[account]]", f"{line}[[account]]", 1).replace(
            'account = "home"', 'account = "home"\nline = ["fibre"]', 1
        )
    )
    shown = product.run("config", "show").stdout
    assert product.json("config", "show")["line"][0]["interface"] == "eth7"
    product.config.write_text(shown)
    assert product.run("config", "check").returncode == 0
    assert product.run("config", "show").stdout == shown


def test_the_path_is_that_of_the_option(product: Product) -> None:
    assert product.run("config", "path").stdout == f"{product.config}\n"


# --- records and accounts -----------------------------------------------------------------------------------------


def test_a_record_is_added_changed_listed_and_removed(product: Product) -> None:
    product.config.write_text("schema = 1\n# a remark of mine\n")
    assert product.run("record", "add", "Home.Example.org.", "--type", "a", "--type", "AAAA").returncode == 0
    [record] = product.json("record", "list")["records"]
    assert record["name"] == "home.example.org"
    assert record["types"] == ["A", "AAAA"]
    assert product.run("record", "add", "home.example.org", "--ttl", "300").returncode == 0
    [record] = product.json("record", "list")["records"]
    assert (record["types"], record["ttl"]) == (["A"], 300)
    assert product.run("record", "remove", "home.example.org").returncode == 0
    assert product.json("record", "list")["records"] == []
    assert "# a remark of mine" in product.config.read_text()


def test_a_record_that_is_changed_keeps_what_the_command_line_cannot_say(product: Product) -> None:
    line = '[[line]]\nid = "fibre"\ninterface = "eth0"\n'
    one = '[[record]]\nname = "a.example.org"\nline = ["fibre"]\n'
    other = '[[record]]\nname = "b.example.org"\ntypes = ["AAAA"]\nipv6_host = "::5"\nview = "home"\n'
    product.config.write_text("schema = 1\n" + line + one + other)
    assert product.run("record", "add", "a.example.org", "--ttl", "60").returncode == 0
    assert product.run("record", "add", "b.example.org", "--type", "AAAA", "--ttl", "60").returncode == 0
    first, second = product.json("record", "list")["records"]
    assert (first["ttl"], first["line"], first["view"]) == (60, ["fibre"], "auto")
    assert (second["ttl"], second["line"], second["view"], second["ipv6_host"]) == (60, [], "home", "::5")


def test_an_account_is_added_without_its_secret_which_is_still_asked_for(product: Product) -> None:
    product.config.write_text("schema = 1\n")
    done = product.run("account", "add", "home", "--provider", "powerdns", "--set", "server=http://127.0.0.1:8081")
    assert done.returncode == 0
    assert "ddns-tray secret set home api_key" in done.stderr
    [account] = product.json("account", "list")["accounts"]
    assert account["provider"] == "powerdns"
    assert account["options"]["server"] == "http://127.0.0.1:8081"
    assert product.run("account", "add", "home", "--provider", "powerdns").returncode == 64


def test_an_account_at_a_service_that_has_ended_is_not_added(product: Product) -> None:
    done = product.run("account", "add", "home", "--provider", "twodns")
    assert done.returncode == 78
    assert "TwoDNS has ended." in done.stderr
    assert not product.config.exists()


def test_a_secret_on_the_command_line_is_refused_and_not_repeated(product: Product) -> None:
    done = product.run("account", "add", "home", "--provider", "powerdns", "--set", f"api_key={SECRET}")
    assert done.returncode == 64
    assert "ddns-tray secret set home api_key" in done.stderr
    assert SECRET not in done.stderr
    assert not product.config.exists()


def test_an_account_that_can_only_be_tried_by_writing_is_not_said_to_work(product: Product) -> None:
    product.config.write_text('schema = 1\n[[account]]\nid = "home"\nprovider = "noip"\nusername = "me"\n')
    product.secrets = {**product.secrets, "DDNS_TRAY_SECRET_HOME_PASSWORD": SECRET}
    done = product.run("account", "test")
    assert done.returncode == 0
    assert done.stdout.startswith("home could not be tried.\n  This service can only be tried by writing.")
    [account] = product.json("account", "test")["accounts"]
    assert (account["works"], account["error"]) == (None, None)


def test_an_account_that_does_not_work_says_why_and_ends_with_2(product: Product) -> None:
    product.config.write_text(GOOD)
    product.secrets = {**product.secrets, "DDNS_TRAY_SECRET_HOME_API_KEY": SECRET}
    done = product.run("account", "test", "--json")
    assert done.returncode == 2
    [account] = json.loads(done.stdout)["accounts"]
    assert account["works"] is False
    assert account["error"]["code"]
    assert SECRET not in done.stdout + done.stderr


def test_a_misspelt_field_of_a_secret_is_refused(product: Product) -> None:
    product.config.write_text(GOOD)
    done = product.run("secret", "set", "home", "api_kee", stdin=SECRET)
    assert done.returncode == 64
    assert "api_key" in done.stderr
    assert SECRET not in done.stderr


def test_an_empty_secret_is_refused(product: Product) -> None:
    product.config.write_text(GOOD)
    assert product.run("secret", "set", "home", "api_key", stdin="\n").returncode == 64


WITH_FILE = GOOD.replace("schema = 1\n", 'schema = 1\n[general]\nsecrets_file = "secrets.json"\n')


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows always has a keyring: that of the person who runs the tests"
)
def test_a_secret_is_piped_in_kept_used_and_deleted(product: Product) -> None:
    product.config.write_text(WITH_FILE)
    done = product.run("secret", "set", "home", "api_key", stdin=f"{SECRET}\n")
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    kept = product.home / "secrets.json"
    assert SECRET in kept.read_text()
    if sys.platform != "win32":  # where rights come from the folder
        assert kept.stat().st_mode & 0o077 == 0
    findings = product.json("account", "test")["accounts"]
    assert findings[0]["error"]["code"] != "secret_missing"
    assert product.run("secret", "delete", "home", "api_key").returncode == 0
    assert SECRET not in kept.read_text()


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows always has a keyring: that of the person who runs the tests"
)
def test_a_secret_can_be_kept_while_the_settings_are_broken_by_it(product: Product) -> None:
    product.config.write_text(WITH_FILE.replace("server =", f'api_key = "{SECRET}"\nserver ='))
    done = product.run("secret", "set", "home", "api_key", stdin=SECRET)
    assert done.returncode == 0, done.stderr
    assert SECRET in (product.home / "secrets.json").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals on Windows")
def test_a_person_is_asked_for_an_account_and_does_not_see_the_secret(product: Product) -> None:
    product.config.write_text(WITH_FILE.partition("[[account]]")[0])
    command = product.command("account", "add", "office")
    answers = {"Provider: ": "powerdns", "Server [": "http://127.0.0.1:1", "(not shown): ": SECRET}
    code, screen = converse(command, product.environment(), answers)
    assert code == 2, screen  # nobody listens on that port: the account is kept, and its test fails
    assert SECRET not in screen
    [account] = product.json("account", "list")["accounts"]
    assert account["id"] == "office"
    assert account["options"]["server"] == "http://127.0.0.1:1"
    assert SECRET in (product.home / "secrets.json").read_text()
    assert SECRET not in product.config.read_text()


def converse(command: list[str], environment: dict[str, str], answers: dict[str, str]) -> tuple[int, str]:
    """Run a command on a terminal of its own, and answer its questions by what stands in them; others with Enter."""
    import pty
    import select

    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(command[0], command, environment)  # noqa: S606 - the program under test
    screen, answered = "", 0
    while True:
        ready, _, _ = select.select([terminal], [], [], 20)
        try:
            heard = os.read(terminal, 4096) if ready else b""
        except OSError:
            heard = b""
        if not heard:
            break
        screen += heard.decode()
        if screen.endswith(": ") and len(screen) > answered:
            question = screen[answered:].rpartition("\n")[2]
            answer = next((each for words, each in answers.items() if words in question), "")
            os.write(terminal, answer.encode() + b"\n")
            answered = len(screen)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), screen


# --- rounds -------------------------------------------------------------------------------------------------------


def test_the_address_is_told_with_its_witnesses(product: Product) -> None:
    product.config.write_text(CLOSED + '[[record]]\nname = "a.example.org"\nallow_private = true\n')
    data = product.json("ip")
    assert set(data) == {"ipv4", "ipv6"}
    assert data["ipv4"]["state"] == "agreed"
    assert data["ipv4"]["address"] == "203.0.113.7"
    assert data["ipv4"]["sightings"][0]["source"] == "static:203.0.113.7"


def test_an_address_that_cannot_be_reached_is_not_called_known(product: Product) -> None:
    product.config.write_text(CLOSED)
    done = product.run("ip", "--json")
    assert json.loads(done.stdout)["ipv4"]["state"] == "not_routable"
    assert done.returncode == 3


def test_a_look_without_any_witness_is_no_proof(product: Product) -> None:
    product.config.write_text(CLOSED)
    done = product.run("check", "stranger.example.org", "--allow-private", "--json")
    data = json.loads(done.stdout)
    [record] = data["records"]
    assert record["name"] == "stranger.example.org"
    assert record["expected"] == ["203.0.113.7"]
    assert record["colour"] in {"grey", "yellow"}
    assert done.returncode == {"yellow": 1, "grey": 3}[data["colour"]]


def test_a_look_writes_nothing_to_the_disk(product: Product) -> None:
    product.config.write_text(CLOSED)
    before = sorted(product.home.rglob("*"))
    product.run("check", "stranger.example.org", "--allow-private")
    assert [path for path in sorted(product.home.rglob("*")) if path not in before and path.is_file()] == []


def test_nothing_to_update_is_all_done(product: Product) -> None:
    product.config.write_text(CLOSED)
    done = product.run("update", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"schema": 1, "results": []}


def test_names_that_cannot_be_updated_are_refused(product: Product) -> None:
    product.config.write_text(GOOD)
    assert product.run("update", "stranger.example.org").returncode == 64
    assert product.run("update", "watched.example.org").returncode == 64


def test_an_update_that_fails_ends_with_2_and_says_why(product: Product) -> None:
    account = '[[account]]\nid = "home"\nprovider = "powerdns"\nserver = "http://127.0.0.1:1"\n'
    record = '[[record]]\nname = "a.example.org"\naccount = "home"\nallow_private = true\n'
    product.config.write_text(CLOSED + account + record)
    product.secrets = {**product.secrets, "DDNS_TRAY_SECRET_HOME_API_KEY": SECRET}
    done = product.run("update", "--json")
    assert done.returncode == 2
    [result] = json.loads(done.stdout)["results"]
    assert result["outcome"] == "failed"
    assert result["error"]["title"]
    assert SECRET not in done.stdout + done.stderr


def test_an_update_of_one_name_leaves_the_others_alone(product: Product) -> None:
    account = '[[account]]\nid = "home"\nprovider = "powerdns"\nserver = "http://127.0.0.1:1"\n'
    names = "".join(
        f'[[record]]\nname = "{each}.example.org"\naccount = "home"\nallow_private = true\n' for each in "ab"
    )
    product.config.write_text(CLOSED + account + names)
    product.secrets = {**product.secrets, "DDNS_TRAY_SECRET_HOME_API_KEY": SECRET}
    results = product.json("update", "b.example.org")["results"]
    assert [each["name"] for each in results] == ["b.example.org"]


@pytest.mark.parametrize("command", [["check", "a.example.org"], ["record", "add", "a.example.org"]])
def test_an_expectation_that_is_no_address_is_refused(product: Product, command: list[str]) -> None:
    product.config.write_text(CLOSED)
    done = product.run(*command, "--expect", "999.1.1.1")
    assert (done.returncode, done.stdout) == (64, "")
    assert "999.1.1.1 is not an IP address." in done.stderr
    assert "Traceback" not in done.stderr


def test_what_a_terminal_would_obey_is_not_repeated(product: Product) -> None:
    done = product.run("check", "a\x1b]0;owned\x07b.org")
    assert done.returncode == 64
    assert "]0;owned" in done.stderr
    assert not {"\x1b", "\x07"} & set(done.stderr)


def test_status_without_a_running_instance_is_unknown(product: Product) -> None:
    done = product.run("status", "--json")
    assert done.returncode == 3
    assert done.stdout == ""
    assert "not running" in done.stderr


def test_status_shows_what_the_daemon_knows(product: Product) -> None:
    product.config.write_text(CLOSED + '[[record]]\nname = "a.example.org"\nallow_private = true\n')
    daemon = product.start("daemon")

    def looked() -> bool:
        done = product.run("status", "--json")
        return done.stdout != "" and json.loads(done.stdout)["phase"] == "idle"

    product.wait_for(looked, seconds=30, what="a first round")
    data = product.json("status")
    assert data["schema"] == 1
    assert data["addresses"]["ipv4"]["address"] == "203.0.113.7"
    assert [record["name"] for record in data["records"]] == ["a.example.org"]
    assert "a.example.org" in product.run("status").stdout
    assert product.stop(daemon) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which signals are ignored")
def test_a_wish_to_read_the_settings_does_not_kill_a_daemon_that_is_still_starting(product: Product) -> None:
    product.config.write_text(CLOSED)
    daemon = product.start("daemon")

    def deaf() -> bool:
        lines = Path(f"/proc/{daemon.pid}/status").read_text(encoding="utf-8").splitlines()
        mask = next(line for line in lines if line.startswith("SigIgn:")).split()[1]
        return bool(int(mask, 16) & 1 << signal.SIGHUP - 1)

    deadline = time.monotonic() + 15
    while not deaf():
        assert time.monotonic() < deadline
    daemon.send_signal(signal.SIGHUP)
    product.wait_for(lambda: "ready" in product.log(), seconds=30, what="the daemon to be ready")
    assert product.stop(daemon) == 0


# --- doors and manners --------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows always has a display")
def test_without_a_display_the_start_explains_what_there_is_instead(product: Product) -> None:
    done = product.run()
    assert done.returncode == 3
    assert "ddns-tray daemon" in done.stderr
    assert "ddns-tray demo" in done.stderr


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon"])
def test_a_demo_of_no_length_is_a_usage_error(product: Product, seconds: str) -> None:
    done = product.run("demo", "--terminal", f"--seconds={seconds}", timeout=15)
    assert done.returncode == 64
    assert "--seconds" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows always has a display")
def test_the_demo_plays_without_a_display_and_ends_by_itself(product: Product) -> None:
    done = product.run("demo", "--seconds", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "\x1b" not in done.stdout
    assert not product.config.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_ends_cleanly_when_told_to(product: Product, number: signal.Signals) -> None:
    demo = product.start("demo", "--terminal", "--seconds", "60")
    product.wait_for(lambda: "home." in product.log(), seconds=30, what="a first line")
    assert product.stop(demo, how=number) == 0
    assert "Traceback" not in product.log()


def test_a_reader_that_has_gone_is_no_crash(product: Product) -> None:
    process = subprocess.Popen(
        product.command("providers"), env=product.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=20) == 141
    assert complaint == b""


AS_ON_WINDOWS = """
import errno, io, os, sys
from ddns_tray.cli import run

pipe = os.fstat(1)

class Closing(io.RawIOBase):
    def writable(self):
        return True
    def fileno(self):
        return 1
    def write(self, data):
        if os.path.samestat(os.fstat(1), pipe):
            raise OSError(errno.EINVAL, "Invalid argument")
        return len(data)

sys.stdout = io.TextIOWrapper(io.BufferedWriter(Closing(), 16), encoding="utf-8")
sys.exit(run(["providers"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there the test above meets it")
def test_a_reader_that_has_gone_is_no_crash_where_the_system_calls_it_an_invalid_argument(product: Product) -> None:
    command = [sys.executable, "-c", AS_ON_WINDOWS]
    done = subprocess.run(command, env=product.environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (141, "", "")
    assert not list(product.home.rglob("fault-*.txt"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110 - short
@pytest.mark.parametrize("arguments", [["providers"], ["config", "path"]])
def test_a_full_disk_under_the_result_is_told_and_is_no_fault_of_ours(product: Product, arguments: list[str]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            product.command(*arguments),
            env=product.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode in {1, 3}
    assert done.stderr == f"ddns-tray: The result could not be written: {os.strerror(28)}.\n"
    assert not list(product.home.rglob("fault-*.txt"))


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot press Ctrl-C for itself on Windows")
def test_an_early_ctrl_c_ends_without_a_traceback(product: Product) -> None:
    code = (
        "import os, signal, sys\n"
        "class Hasty:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'ddns_tray.commands.context': os.kill(os.getpid(), signal.SIGINT)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.meta_path.insert(0, Hasty())\n"
        "from ddns_tray.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "providers"],
        env=product.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "gbk"])
def test_a_pipe_that_does_not_know_every_letter_gets_what_it_knows(product: Product, encoding: str) -> None:
    product.config.write_text(CLOSED.replace("[address]", '[general]\nlanguage = "zh_CN"\n[address]'))
    environment = {**product.environment(), "PYTHONIOENCODING": encoding}
    for arguments in (["check", "xn--bcher-kva.example.org", "--allow-private"], ["--help"]):
        done = subprocess.run(product.command(*arguments), env=environment, capture_output=True, check=False)
        assert done.returncode in {0, 1, 3}
        assert done.stdout
        assert b"Traceback" not in done.stderr
    done = subprocess.run(product.command("ip", "--json"), env=environment, capture_output=True, check=False)
    assert json.loads(done.stdout.decode("ascii"))


@pytest.mark.skipif(sys.platform == "win32", reason="it takes a POSIX shell to close standard input")
def test_a_closed_standard_input_holds_no_secret(product: Product) -> None:
    product.config.write_text(GOOD)
    without = ["sh", "-c", 'exec "$@" <&-', "sh", *product.command("secret", "set", "home", "api_key")]
    done = subprocess.run(without, env=product.environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (64, "")
    assert "The secret is empty." in done.stderr


def test_a_second_daemon_leaves_the_traces_of_the_first_alone(product: Product) -> None:
    product.config.write_text(CLOSED)
    daemon = product.start("daemon")
    [traces] = product.wait_for(lambda: list(product.home.rglob("died-*.txt")), seconds=30, what="a daemon that runs")
    product.wait_for(lambda: "ready" in product.log(), seconds=30, what="a daemon that is ready")
    assert product.run("daemon").returncode == 64
    assert traces.exists()
    assert product.stop(daemon) == 0
    assert not traces.exists()


def test_doctor_names_what_is_missing(product: Product) -> None:
    account = '[[account]]\nid = "home"\nprovider = "powerdns"\nserver = "http://127.0.0.1:1"\n'
    product.config.write_text(CLOSED + account)
    done = product.run("doctor", "--json")
    findings = json.loads(done.stdout)["findings"]
    assert done.returncode == 2
    assert any(each["health"] == "bad" and "api_key" in str(each["hint"]).lower() for each in findings), findings


def test_the_version_is_told_at_once(product: Product) -> None:
    """A bound far above the budget (60 ms CPU, see the benchmarks), so that a busy machine does not fail it."""
    best = 10.0
    for _ in range(3):
        before = os.times()
        product.run("--version")
        after = os.times()
        best = min(best, after.children_user + after.children_system - before.children_user - before.children_system)
    assert best < 0.25


BROKEN_COMMAND = """
import argparse, os, sys
from ddns_tray import cli
from ddns_tray.core.ports import Secret

secret = Secret("canary-4711-of-the-account")

def broken(context, arguments):
    raise RuntimeError("cannot send " + secret.reveal())

arguments = argparse.Namespace(config=None, json=False, verbose=0, command=broken, failure=1)
sys.exit(cli._run(arguments, os.environ))
"""


def test_a_fault_of_our_own_is_told_in_words_and_kept_without_secrets(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "PATH": "", "LANG": "C.UTF-8"}
    environ |= on_windows(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", BROKEN_COMMAND], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    (report,) = (tmp_path / "ddns-tray" / ("Logs" if sys.platform == "win32" else "log")).glob("fault-*.txt")
    assert str(report) in done.stderr
    assert "RuntimeError: cannot send [left out]" in report.read_text("utf-8")
    assert "canary" not in report.read_text("utf-8") + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no signal makes a process crash on Windows")
def test_a_daemon_that_died_is_told_of_by_the_next_one(product: Product) -> None:
    product.config.write_text(CLOSED)
    daemon = product.start("daemon")
    [traces] = product.wait_for(lambda: list(product.home.rglob("died-*.txt")), seconds=30, what="a daemon that runs")
    product.wait_for(lambda: "ready" in product.log(), seconds=30, what="a daemon that is ready")
    daemon.send_signal(signal.SIGSEGV)
    daemon.wait(10)
    assert "Segmentation fault" in traces.read_text()
    again = product.start("daemon")
    product.wait_for(lambda: "the last run died" in product.log(), seconds=30, what="a word about it")
    assert product.stop(again) == 0
    (report,) = product.home.rglob("fault-*.txt")
    assert "Segmentation fault" in report.read_text()
