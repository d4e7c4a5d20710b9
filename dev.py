"""LipSync Studio on a machine with nothing but Python: `python dev.py demo | serve | test | bench`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (it is what tells the user of an older one)
    sys.exit("LipSync Studio needs Python 3.11 or newer; run dev.py with a newer one.")

from devtools.cli import main

# The checkout holds a package `nodes`, and ComfyUI a module of that name.
sys.path.pop(0)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
