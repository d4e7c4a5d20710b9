"""What MuseTalk hears: Whisper's states, against the original's numbers and OpenAI's own encoder."""

from pathlib import Path

import numpy as np
import pytest
import torch

from lipsync_studio.engine.errors import AudioError
from lipsync_studio.engine.media.sound import Sound
from lipsync_studio.engine.nets.mel import piece_mel
from lipsync_studio.engine.nets.whisper_encoder import (
    build_whisper_encoder,
    encoder_config,
    encoder_entries,
    hidden_states,
)
from lipsync_studio.engine.nets.whisper_states import PIECE, encode_audio
from lipsync_studio.engine.parity import seed, seeded_state_dict
from lipsync_studio.musetalk_core import parity
from lipsync_studio.musetalk_core.presets import PRESETS

GOLDENS = Path(__file__).parents[2] / "data" / "goldens" / "musetalk"
RATE = 16000
NEW, FIRST = PRESETS["v1.5"].audio, PRESETS["v1.0-original"].audio
# The 30-second piece's border in states, and how far around it a piece's edge is heard.
BORDER, NEAR = PIECE, 8


# As Whisper's, but quick: two layers, one head.
SMALL = {"d_model": 64, "encoder_layers": 2, "encoder_attention_heads": 1, "encoder_ffn_dim": 128}


@pytest.fixture(scope="module")
def encoder():
    return seed(build_whisper_encoder(SMALL))


@pytest.fixture(scope="module")
def speech():
    return Sound.load(GOLDENS / "audio_window.wav").mono(RATE)


@pytest.fixture(scope="module")
def long_speech(speech):
    """33 seconds, the first five quieter."""
    samples = np.tile(speech, 10)
    samples[: 5 * RATE] *= 0.1
    return samples


@pytest.fixture(scope="module")
def hard(long_speech, encoder):
    return encode_audio(long_speech, encoder, NEW, parity=True)


@pytest.fixture(scope="module")
def blended(long_speech, encoder):
    return encode_audio(long_speech, encoder, NEW)


def test_golden_windows():
    findings = parity.check_audio(GOLDENS)
    assert {finding.detail for finding in findings} == {"25 fps", "30 fps"}
    assert all(finding.ok for finding in findings)


def openai_states(samples):
    """As release 1.0 has them: one spectrogram of the whole sound, pieces of 3000 frames with zeros after the
    last, the layers' raw outputs."""
    from whisper.audio import log_mel_spectrogram, pad_or_trim
    from whisper.model import AudioEncoder

    net = AudioEncoder(80, 1500, 64, 1, 2).eval()
    names = {f"encoder.{name}": tensor for name, tensor in net.state_dict().items()}
    weights = seeded_state_dict(names)
    net.load_state_dict({name.removeprefix("encoder."): tensor for name, tensor in weights.items()})
    seen = []
    net.blocks[0].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    for block in net.blocks:
        block.register_forward_hook(lambda module, inputs, output: seen.append(output))
    mel = log_mel_spectrogram(samples)
    pieces = []
    with torch.no_grad():
        for start in range(0, mel.shape[1], 3000):
            seen.clear()
            net(pad_or_trim(mel[:, start : start + 3000], 3000)[None])
            kept = (min(start + 3000, mel.shape[1]) - start) // 2
            pieces.append(torch.stack(seen, 2)[0, :kept])
    return torch.cat(pieces), weights


def test_release_1_is_openais_encoder(long_speech):
    samples = long_speech[: 31 * RATE + 200]
    wanted, weights = openai_states(samples)
    entries = encoder_entries(weights)
    encoder = build_whisper_encoder(encoder_config(entries))
    encoder.load_state_dict(entries, strict=True, assign=True)
    states = encode_audio(samples, encoder, FIRST, parity=True)
    assert states.shape == (31 * 50, 3, 64)
    torch.testing.assert_close(states, wanted, atol=1e-4, rtol=0)


def test_the_last_state_is_normalised_or_raw(encoder, speech):
    mel = piece_mel(speech, 3000)[None]
    normed, raw = (hidden_states(encoder, mel, kind) for kind in ("ln", "raw"))
    torch.testing.assert_close(normed[..., :-1, :], raw[..., :-1, :], atol=1e-5, rtol=0)
    with torch.no_grad():
        torch.testing.assert_close(normed[..., -1, :], encoder.layer_norm(raw[..., -1, :]))
        # transformers' own forward pass ends there, too.
        torch.testing.assert_close(normed[..., -1, :], encoder(mel).last_hidden_state, atol=1e-4, rtol=0)


def test_parity_cuts_at_30_seconds(hard, long_speech, encoder):
    assert hard.shape == (33 * 50, 3, 64)
    for start, end in ((0, BORDER), (BORDER, len(hard))):
        piece = long_speech[start * 320 : end * 320]
        alone = hidden_states(encoder, piece_mel(piece, 3000)[None], "ln")[0, : end - start]
        torch.testing.assert_close(hard[start:end], alone, atol=1e-5, rtol=0)


def steps(states):
    """How much each state differs from the one before."""
    return (states[1:] - states[:-1]).abs().mean((1, 2))


def test_pieces_fade_into_each_other(hard, blended):
    assert blended.shape == hard.shape
    usual = steps(blended[: BORDER - 200]).max()
    around = slice(BORDER - NEAR, BORDER + NEAR)
    assert steps(hard)[around].max() > usual
    assert steps(blended)[around].max() < usual
    # Nowhere else does the fade leave a mark either.
    assert steps(blended).max() < 1.2 * usual


def test_far_from_borders_nothing_changes(hard, blended, long_speech, encoder):
    first = len(hard) // 2 - 60
    torch.testing.assert_close(blended[:first], hard[:first], atol=1e-5, rtol=0)
    short = encode_audio(long_speech[: 30 * RATE], encoder, NEW)
    torch.testing.assert_close(short, hard[:BORDER], atol=1e-5, rtol=0)


@pytest.mark.parametrize("seconds", [30.02, 58, 58.02, 87.5])
@pytest.mark.parametrize("preset", [NEW, FIRST], ids=["piece", "file"])
def test_no_length_leaves_a_mark(speech, encoder, preset, seconds):
    samples = np.tile(speech, 27)[: round(seconds * RATE)]
    states = encode_audio(samples, encoder, preset)
    assert len(states) == samples.size // 320
    assert states.isfinite().all()
    # The sentence comes round every 3.3 s.
    usual = steps(states[:500]).max()
    assert steps(states)[:-NEAR].max() < 1.2 * usual


def test_dtype_check_and_end(speech, encoder):
    calls = []
    states = encode_audio(speech, encoder, NEW, dtype=torch.float16, check=lambda: calls.append(1))
    assert states.dtype == torch.float16
    assert calls == [1]

    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode_audio(speech, encoder, NEW, check=stop)


def test_too_short_a_sound(encoder):
    with pytest.raises(AudioError, match="20 ms"):
        encode_audio(np.zeros(319, np.float32), encoder, NEW)
    assert encode_audio(np.zeros(320, np.float32), encoder, NEW).shape == (1, 3, 64)


def test_read_only_samples(speech, encoder):
    frozen = speech.copy()
    frozen.flags.writeable = False
    with np.errstate(all="raise"):
        assert encode_audio(frozen[::1], encoder, FIRST).isfinite().all()
