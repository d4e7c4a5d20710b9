"""Networks that overflow in half precision."""

import pytest
import torch
from torch import nn

from lipsync_studio.engine.errors import WeightsError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.nets.precision import finite, settle

LARGE = 3e4


class Loud(nn.Module):
    """Gives back what it gets, by way of four times as much."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((1,), 4.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.weight / 4


def call(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return net(x)


@pytest.fixture
def host():
    with PlainHost("cpu") as plain:
        yield plain


def test_a_network_that_overflows_again_and_again_leaves_half_precision(host):
    model, notes = host.manage(Loud().half().requires_grad_(False)), []
    loud = torch.tensor([[1.0], [LARGE]], dtype=torch.float16)
    with host.resident(model):
        for batch in range(3):
            assert finite(model.module, call, loud)[1] == pytest.approx(LARGE, rel=1e-3)
            assert model.module.weight.dtype is torch.float16, batch
            settle(model, "The VAE", notes, host)
    assert model.module.weight.dtype is torch.float32
    assert notes == ["The VAE overflowed in float16 again and again: from there on it ran in float32."]
    finite(model.module, call, loud.float())
    settle(model, "The VAE", notes, host)
    assert len(notes) == 1


def test_bfloat16_is_taken_where_it_is_fast(host, monkeypatch):
    monkeypatch.setattr(host, "fast_bfloat16", lambda: True)
    model, notes = host.manage(Loud().half().requires_grad_(False)), []
    for _ in range(3):
        finite(model.module, call, torch.tensor([[LARGE]], dtype=torch.float16))
    settle(model, "The UNet", notes, host)
    assert model.module.weight.dtype is torch.bfloat16
    assert "ran in bfloat16" in notes[0]


def test_an_overflow_now_and_then_is_repaired_and_no_more(host):
    model, notes = host.manage(Loud().half().requires_grad_(False)), []
    for x in (1.0, LARGE, 1.0, LARGE, 1.0):
        finite(model.module, call, torch.tensor([[x]], dtype=torch.float16))
        settle(model, "The VAE", notes, host)
    assert model.module.weight.dtype is torch.float16
    assert not notes


def test_damaged_weights_are_told(host):
    net = Loud().half().requires_grad_(False)
    net.weight.fill_(torch.nan)
    with pytest.raises(WeightsError, match="fetch them again"):
        finite(net, call, torch.ones(1, 1, dtype=torch.float16))
