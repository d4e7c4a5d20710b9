"""The face parser with seeded weights against `bisenet*.npz`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from .finding import Finding

_TOLERANCE = 1e-4
_EVERY = 16


def check(folder: Path) -> list[Finding]:
    """Key names and shapes (entries that differ), logits on the golden's own picture, their mean and
    deviation."""
    return [finding for path in sorted(folder.glob("bisenet*.npz")) for finding in _case(folder, path)]


def _case(folder: Path, path: Path) -> list[Finding]:
    import torch

    from ...engine.faces.bisenet import BiSeNet
    from ...engine.faces.parsing import normalised
    from .seeded import seed

    findings = []
    net = seed(BiSeNet())
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    keys = folder / f"{path.stem}_keys.json"
    if keys.exists():
        wanted = json.loads(keys.read_text(encoding="utf-8"))
        ours = {key: list(value.shape) for key, value in net.state_dict().items()}
        different = sum(wanted.get(key) != ours.get(key) for key in {*wanted, *ours})
        findings.append(Finding(keys.name, float(different), 0.0, f"{len(wanted)} keys"))
    picture = np.array(Image.open(folder / f"{path.stem}_input.png").convert("RGB"))
    with torch.inference_mode():
        logits = net(normalised(torch.from_numpy(picture[None])))[0].numpy()
    with np.load(path) as golden:
        compared = {
            "logits_every_16": logits[:, ::_EVERY, ::_EVERY],
            "mean": logits.mean(),
            "std": logits.std(),
        }
        findings += [
            Finding(path.name, float(np.abs(values - golden[name]).max()), _TOLERANCE, name)
            for name, values in compared.items()
        ]
    return findings
