"""`python tests/support/fake_did/serve.py [PORT]`: the fake as a process, for trying the command line and the
nodes."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from fake_did import FakeDID

KEY = "fake-user@example.org:fake-password"

if __name__ == "__main__":
    with FakeDID(KEY, port=int(sys.argv[1]) if len(sys.argv) > 1 else 0) as server:
        print(f"export DID_API_URL={server.url} DID_API_KEY={KEY}", flush=True)
        while True:
            time.sleep(3600)
