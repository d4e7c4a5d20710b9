"""`python dev.py bench cloud`: a thousand orders to each cloud service, where one call in ten goes wrong:
none lost, none paid for twice, and how many are left to the user. Half go to a service that tells all it may,
half to one that tells nothing."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from ..paths import ROOT

ORDERS_VARIABLE = "LIPSYNC_ORDERS"


def main(arguments: list[str]) -> int:
    """The exit code of the tests that it runs with so many orders."""
    parser = argparse.ArgumentParser(prog="dev.py bench cloud", description=__doc__)
    parser.add_argument("--orders", type=int, default=1000, help="to each service (default 1000)")
    options = parser.parse_args(arguments)
    tests = [str(ROOT / "tests" / name / "test_simulation.py") for name in ("cloud", "did")]
    environment = {**os.environ, ORDERS_VARIABLE: str(options.orders // 2)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *tests], env=environment, cwd=ROOT
    ).returncode
