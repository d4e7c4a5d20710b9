"""Prints every node of the pack: its id and what `/object_info` should say."""

import json

from loading import load_pack

print(json.dumps({name: node.GET_NODE_INFO_V1() for name, node in load_pack().items()}, default=str))
