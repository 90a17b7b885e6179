"""What people paste: names and tokens with all that comes along, and names that cannot be."""

from __future__ import annotations

PASTED = (
    ("home.example.org", "home.example.org"),
    ("  Home.Example.ORG.  ", "home.example.org"),
    ("https://user@home.example.org:8443/a?b#c", "home.example.org"),
    ("http://home.example.org", "home.example.org"),
    ("home.example.org:22", "home.example.org"),
    ("home.example.org/", "home.example.org"),
    ('"home.example.org",', "home.example.org"),
    ("<home.example.org>", "home.example.org"),
    ("\u200bhome.example.org\u2060", "home.example.org"),
    ("\u00a0home.example.org\u00a0", "home.example.org"),
    ("例子.测试", "xn--fsqu00a.xn--0zwm56d"),
    ("例子。测试。", "xn--fsqu00a.xn--0zwm56d"),
    ("https://BÜCHER.example/seite", "xn--bcher-kva.example"),
    ("xn--fsqu00a.xn--0zwm56d", "xn--fsqu00a.xn--0zwm56d"),
    ("*.example.org", "*.example.org"),
)
"""What is pasted, and the name that it is."""
REFUSED = (
    ("", "The name is empty."),
    ("   ", "The name is empty."),
    ("home example.org", "home example.org is not a host name."),
    ("a.example.org b.example.org", "is not a host name."),
    ("home..example.org", "has an empty label."),
    ("192.0.2.1", "192.0.2.1 is an address, not a name."),
    ("http://192.0.2.1:8080/", "192.0.2.1 is an address, not a name."),
    ("2001:db8::1", "2001:db8::1 is an address, not a name."),
    ("https://[2001:db8::1]:8443/", "2001:db8::1 is an address, not a name."),
    (f"{'a' * 64}.example.org", "is longer than 63 octets."),
    ("-home.example.org", "is not a host name."),
)
"""What is pasted, and a part of what is said."""
TOKENS = (
    " typed-token",
    "typed-token\n",
    "typed-\ntoken",
    '"typed-token"',
    "'typed-token' ",
    "“typed-token”",
    "typed-token\u200b",
)
"""Ways in which `typed-token` arrives."""
