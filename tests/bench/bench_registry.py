"""What it costs to know all services: CPU time of importing the registry, and which of its modules are loaded then."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

RUNS = 15
BEFORE = "import ddns_tray.core.errors, ddns_tray.core.model, ddns_tray.core.ports, ddns_tray.core.settings"
"""What every start has loaded by then."""
CODE = f"""
{BEFORE}
import json, sys, time
before, begin = set(sys.modules), time.process_time()
import ddns_tray.providers.registry as registry
spent = time.process_time() - begin
used = [entry.module for entry in registry.ENTRIES if entry.module in sys.modules]
print(json.dumps([spent * 1000, len(registry.SPECS), used, len(set(sys.modules) - before)]))
"""


def main() -> None:
    spent: list[float] = []
    services, used, modules = 0, [""], 0
    for _ in range(RUNS):
        done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
        milliseconds, services, used, modules = json.loads(done.stdout)
        spent.append(milliseconds)
    print(f"{services} services, {modules} modules beyond core, modules of services among them: {len(used)}")
    print(
        f"import of the registry, CPU: {min(spent):.1f} ms at best, {statistics.median(spent):.1f} ms median of {RUNS}"
    )


if __name__ == "__main__":
    main()
