"""Loads the pack with the packages named as arguments absent and the network refused; prints the node ids and
what a node says that needs one of them."""

import json
import sys

from loading import load_pack

for name in sys.argv[1:]:
    sys.modules[name] = None


def refuse_network(event: str, _: tuple) -> None:
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise PermissionError(f"{event} while the pack was imported")


sys.addaudithook(refuse_network)
loaded = load_pack()
try:
    loaded["LipSyncVisemeBackend"].execute(strength=1.0)
    said = ""
except Exception as error:
    said = str(error)
print(json.dumps({"nodes": sorted(loaded), "said": said}))
