#!/usr/bin/env python3
"""Set up, run, test and check DDNS Tray from nothing but Python and pip; `python3 dev.py --help` lists the commands.

This file and `devtools/` use the standard library only, and run on Linux, macOS and Windows. Everything that gets
installed from the package index goes into `.venv/`; Debian packages are installed only when run as root, and otherwise
the command to type is shown.
"""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):  # before any import that an older Python could not read
    sys.exit(f"DDNS Tray needs Python 3.11, 3.12 or 3.13, and this is {sys.version.split()[0]}: try python3.11 dev.py")

from devtools.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
