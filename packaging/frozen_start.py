# ruff: noqa: INP001 - PyInstaller runs this file by itself, before the program
"""What a frozen program on Linux has to do before anything else.

It keeps its modules readable when an upgrade replaces the program while it runs. PyInstaller reads a module from the
program's file when it is first imported, and finds it by a position that is right for the version that was started. An
upgrade puts another file there. So the old one is held open, and is read through that: /proc/self/fd opens the very
file, be it renamed or deleted.

It also tells OpenSSL where this distribution keeps its certificates: our OpenSSL was built for Debian, and knows its
places only.
"""

import importlib
import os
import sys

_DEBIAN = "/etc/ssl/certs/ca-certificates.crt"
_OTHERS = (
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Arch, Alpine
    "/etc/pki/tls/cert.pem",  # older Fedora and RHEL
)

if sys.platform == "linux":
    _archive = importlib.import_module("pyimod02_importers").pyz_archive
    _held = os.open(_archive._filename, os.O_RDONLY | os.O_CLOEXEC)  # noqa: SLF001 - PyInstaller offers no other way
    _archive._filename = f"/proc/self/fd/{_held}"  # noqa: SLF001 - as above
    if not ({"SSL_CERT_FILE", "SSL_CERT_DIR"} & os.environ.keys() or os.path.exists(_DEBIAN)):  # noqa: PTH110 - at start
        for _place in _OTHERS:
            if os.path.exists(_place):  # noqa: PTH110 - pathlib is not loaded yet
                os.environ["SSL_CERT_FILE"] = _place
                break
