"""`dev.py bed up | down | status | exec COMMAND… | lag-release | flush NAME`: the test bed, by hand."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.real_bed import SCRIPT, missing


def main(arguments: list[str]) -> int:
    """Hand the arguments to the script, where the bed can run at all."""
    reason = missing()
    if reason is not None:
        sys.stderr.write(f"The bed cannot run here: {reason}\n")
        return 1
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    return subprocess.run(["bash", str(SCRIPT), *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
