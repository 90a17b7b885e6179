from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from ddns_tray.core.toml_lines import blocks, key_lines, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ddns_tray.core.toml_lines import KeyPath

CROOKED = '''\
# a comment = "with a key"
schema = 1
"quoted key" = 'x' # trailing [not.a.header]
'literal.key' = 1
"esc\\u0041pe\\"d" = 1
dotted . "inner" .leaf = 3
multi = """
[[record]]
fake = 1
""" # after
also = \'\'\'
name = "no"\'\'\'\'
list = [
  "one", # comment ] here
  'two',

  [1, 2], {a = 1, b.c = "}"},
]
empty = []
inline = { x = 1, y = { z = [1,
  2] } }
date = 1979-05-27T07:32:00Z
float = 1e+5

[address]
sources = ["https"]
[address.ipv4]  # header comment
quorum = 1

[[record]]
name = "a"
[record.sub]
deep = true
[[record]]
   name = "b"
   types = [ "A",
     "MX" ]
[verify]
interval = 5
[[record]]
name = "c"
[[record.nested]]
n = 1
[[record.nested]]
n = 2
["odd header".x]
y = "#"
'''


def leaves(data: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from leaves(value, (*path, position))


@pytest.mark.parametrize("toml", [CROOKED, CROOKED.replace("\n", "\r\n"), CROOKED.rstrip("\n")])
def test_every_key_that_the_parser_finds_has_a_line_and_there_are_no_others(toml: str) -> None:
    assert set(key_lines(toml)) == set(leaves(tomllib.loads(toml)))


@pytest.mark.parametrize(
    ("path", "sign"),
    [
        (("schema",), "schema ="),
        (("quoted key",), '"quoted key"'),
        (("literal.key",), "'literal.key'"),
        (('escApe"d',), '"esc'),
        (("dotted", "inner", "leaf"), "dotted ."),
        (("multi",), "multi ="),
        (("list", 0), '"one"'),
        (("list", 1), "'two'"),
        (("list", 3, "b", "c"), "b.c"),
        (("inline", "y", "z", 1), "  2] }"),
        (("address", "ipv4"), "[address.ipv4]"),
        (("record", 0), "[[record]]"),
        (("record", 1, "name"), '   name = "b"'),
        (("record", 1, "types", 1), '"MX"'),
        (("record", 2, "name"), 'name = "c"'),
        (("record", 2, "nested", 1, "n"), "n = 2"),
        (("odd header", "x", "y"), 'y = "#"'),
    ],
)
def test_the_line_is_that_of_the_key(path: KeyPath, sign: str) -> None:
    line = line_of(key_lines(CROOKED), path)
    assert line is not None
    assert sign in CROOKED.splitlines()[line - 1]


def test_what_is_missing_has_the_line_of_what_is_around_it() -> None:
    lines = key_lines(CROOKED)
    assert line_of(lines, ("record", 1, "account")) == lines["record", 1]
    assert line_of(lines, ("nothing", "here")) is None
    assert line_of(lines, ()) is None


def test_blocks_cover_each_header_with_the_comment_above_it() -> None:
    toml = (
        "# top\na = 1\n\n# loose\n\n# about t\n# more\n[t]\nb = 2 # b\n# tail\n\n"
        "[[u]]\n[[u]] # second\nc = [\n 1]\n# end"
    )
    cut = [(block.path, toml[block.start : block.body], toml[block.body : block.keys_end]) for block in blocks(toml)]
    assert cut == [
        ((), "", "# top\na = 1\n"),
        (("t",), "# about t\n# more\n[t]\n", "b = 2 # b\n"),
        (("u", 0), "[[u]]\n", ""),
        (("u", 1), "[[u]] # second\n", "c = [\n 1]\n"),
    ]


def test_a_text_that_is_no_toml_does_not_hang_the_scanner() -> None:
    for broken in ("[", "[[", "=", "a", "a = [", "a = {", '"', "a.=", "[a]]\n]"):
        assert isinstance(key_lines(broken), dict)


def test_lines_are_found_in_a_long_file_in_no_time() -> None:
    toml = "schema = 1\n" + "".join(f'[[record]]\nname = "n{number}"\ntypes = ["A"]\n' for number in range(2000))
    lines: Any = key_lines(toml)
    assert lines["record", 1999, "types"] == 6001
