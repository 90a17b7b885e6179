from __future__ import annotations

import pytest

from ddns_tray.core.errors import ConfigError
from ddns_tray.store.env_file import parse_env

MARK = "hunter2-marked-value"


def test_variables_of_ours_are_read_in_all_their_forms() -> None:
    content = (
        "\n# a comment\nMY_A=plain#no-comment\n  export MY_B = 'single $x \\n' # why\n"
        'MY_C="dou\\"ble\\n\\\\ \\$x"\nMY_D=\nMY_A2=x # comment\r\nOTHER=$(run this)\nMY_E=first\nMY_E=last\n'
    )
    assert parse_env(content, prefix="MY_") == {
        "MY_A": "plain#no-comment",
        "MY_B": "single $x \\n",
        "MY_C": 'dou"ble\n\\ $x',
        "MY_D": "",
        "MY_A2": "x",
        "MY_E": "last",
    }


@pytest.mark.parametrize(
    "line",
    [
        f"MY_A={MARK} with spaces",
        f'MY_A="{MARK}',
        f"MY_A='{MARK}",
        f'MY_A="{MARK}\\x"',
        f"MY_A={MARK}\\",
        f"MY_A='{MARK}' more",
        f"MY A={MARK}",
        f"{MARK}",
        f"1A={MARK}",
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_without_showing_it(line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_env(f"MY_OK=1\n{line}\n", prefix="MY_", file=".env")
    assert (caught.value.file, caught.value.line) == (".env", 2)
    assert MARK not in f"{caught.value!r} {caught.value.problem}"
    assert caught.value.problem.hint is not None
