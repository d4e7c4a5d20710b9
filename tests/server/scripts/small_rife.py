"""Writes a small RIFE with seeded weights for ComfyUI's own frame interpolation; prints how many entries it
has. Argument: the FILE."""

import json
import sys

from comfy_extras.frame_interpolation_models.ifnet import IFNet
from safetensors.torch import save_file

from lipsync_studio.engine.parity import seeded_state_dict

net = IFNet(head_ch=4, channels=[32, 16, 16, 16, 16])
state = seeded_state_dict(net.state_dict(), scale=0.1)
save_file({name: tensor.contiguous() for name, tensor in state.items()}, sys.argv[1])
print(json.dumps(len(state)))
