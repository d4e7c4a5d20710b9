"""The voice of a song: by a small network with Hybrid Demucs' code, and without a model."""

import threading

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torchaudio.models import HDemucs

from lipsync_studio.commands import main
from lipsync_studio.devtools.corpus import music, spoken
from lipsync_studio.engine.errors import AudioError, Cancelled, MissingFilesError, WeightsError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound, resampled
from lipsync_studio.engine.nets.hdemucs import SOURCES, load_hdemucs
from lipsync_studio.engine.vocals import separate as module
from lipsync_studio.engine.vocals.emphasis import emphasised
from lipsync_studio.engine.vocals.overlap import overlapped
from lipsync_studio.engine.vocals.separate import separate, separated_by
from lipsync_studio.engine.vocals.weights import FILE, KIND

RATE = 16000


def small(channels: int = 4) -> HDemucs:
    """The published network's code, with few channels."""
    return HDemucs([*SOURCES], audio_channels=2, channels=channels, depth=6, nfft=4096)


def noise(seconds: float) -> Sound:
    rng = np.random.default_rng(0)
    return Sound(rng.standard_normal((2, round(seconds * 44100)), np.float32) * np.float32(0.1), 44100)


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return small().eval().requires_grad_(False)


@pytest.fixture(scope="module")
def song():
    return noise(1.5)


@pytest.fixture
def host():
    with PlainHost("cpu", progress=False) as plain:
        yield plain


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A computer without any model."""
    monkeypatch.setenv("LIPSYNC_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.parametrize(
    ("count", "length", "overlap"), [(100, 30, 10), (101, 200, 10), (95, 30, 29), (1, 9, 3)]
)
def test_pieces_add_up_to_the_whole(count, length, overlap):
    samples = np.random.default_rng(1).standard_normal((2, count)).astype(np.float32)
    out = np.zeros_like(samples)
    done = []
    overlapped(lambda a, b: samples[:, a:b], lambda part: part, out, length, overlap, done.append)
    assert out == pytest.approx(samples, abs=1e-6)
    assert done == sorted(done)


def test_a_piece_is_what_the_network_makes_of_it(net, song, host):
    """Scaled as torchaudio's own example scales it: by the mean and deviation of both channels' mean."""
    wave = torch.from_numpy(song.samples)
    middle = wave.mean(dim=0)
    with torch.inference_mode():
        heard = net(((wave - middle.mean()) / middle.std(correction=0))[None])[0, SOURCES.index("vocals")]
    wanted = (heard * middle.std(correction=0) + middle.mean()).numpy()
    assert separated_by(net, song, host) == pytest.approx(wanted, abs=1e-5)


def test_any_rate_and_number_of_channels_keeps_its_length(net, host):
    for channels, rate in ((1, 22050), (2, 48000), (6, 16000)):
        samples = np.random.default_rng(2).standard_normal((channels, rate + 7)).astype(np.float32) * 0.1
        vocals = separated_by(net, Sound(samples, rate), host)
        assert vocals.shape == (2 if channels == 2 else 1, samples.shape[1])
        assert np.isfinite(vocals).all()


def test_a_piece_shrinks_where_memory_is_short(net, monkeypatch):
    """And the result has no seam where smaller pieces meet."""
    sizes, song = [], noise(4.0)

    class Tight(PlainHost):
        def is_out_of_memory(self, error):
            return "too long" in str(error)

    def forward(self, wave):
        sizes.append(wave.shape[-1])
        if wave.shape[-1] > 3 * 44100:
            raise RuntimeError("too long")
        return torch.stack([wave] * len(SOURCES), dim=1)

    monkeypatch.setattr(HDemucs, "forward", forward)
    with Tight("cpu", progress=False) as host:
        vocals = separated_by(net, song, host)
    assert sizes[0] == song.samples.shape[1]
    assert max(sizes[2:]) <= 3 * 44100
    assert vocals == pytest.approx(song.samples, abs=1e-5)


def test_a_cancel_is_noticed_within_the_network(net, song):
    """It comes while a layer in the middle works; none of those after it does."""
    stopped = threading.Event()
    layers = [module for module in net.modules() if not any(module.children())]
    called = []

    def count(*_):
        called.append(1)
        if len(called) == 5:
            stopped.set()

    hooks = [layer.register_forward_hook(count) for layer in layers]
    try:
        with PlainHost("cpu", cancel=stopped, progress=False) as host, pytest.raises(Cancelled):
            separated_by(net, song, host)
    finally:
        for hook in hooks:
            hook.remove()
    assert len(called) == 5
    assert not any(layer._forward_pre_hooks for layer in layers)


def test_weights_are_loaded_strictly(net, tmp_path):
    path = tmp_path / "net.safetensors"
    state = {name: tensor.contiguous() for name, tensor in net.state_dict().items()}
    save_file(state, path)
    loaded = load_hdemucs(path, small)
    wave = torch.randn(1, 2, 44100)
    with torch.inference_mode():
        assert torch.equal(loaded(wave), net(wave))
    name = next(iter(state))
    save_file({other: tensor for other, tensor in state.items() if other != name}, path)
    with pytest.raises(WeightsError, match=name):
        load_hdemucs(path, small)
    torch.save(state, path.with_suffix(".pt"))
    with pytest.raises(WeightsError, match="of another shape"):
        load_hdemucs(path.with_suffix(".pt"), lambda: small(channels=8))


def test_the_file_is_found_and_used(net, song, host, bare, monkeypatch):
    place = bare / "models" / KIND / FILE
    place.parent.mkdir(parents=True)
    save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, place)
    monkeypatch.setattr(module, "require", lambda *_, **__: {"hdemucs": place})
    monkeypatch.setattr("lipsync_studio.engine.nets.hdemucs.hdemucs_high", small)
    monkeypatch.setattr("lipsync_studio.engine.nets.hdemucs.load_hdemucs.__defaults__", (small,))
    found = separate(song, host)
    assert any("Hybrid Demucs" in note for note in found.notes)
    assert found.vocals.samples + found.accompaniment.samples == pytest.approx(song.samples, abs=1e-5)


def test_without_the_file_the_voice_is_brought_out_and_that_is_said(song, host, bare):
    found = separate(song, host)
    assert any("without a model" in note for note in found.notes)
    assert any("weights download hdemucs" in note for note in found.notes)
    assert found.vocals.samples + found.accompaniment.samples == pytest.approx(song.samples, abs=1e-6)
    with pytest.raises(MissingFilesError, match="weights download hdemucs"):
        separate(song, host, method="hdemucs")
    assert not any("weights" in note for note in separate(song, host, method="centre").notes)


def test_empty_sound(host):
    with pytest.raises(AudioError, match="empty"):
        separate(Sound(np.zeros((1, 0), np.float32), RATE), host)


def test_the_centre_is_louder_against_what_is_at_the_sides():
    """A voice in both channels, drums and chords at the left, others at the right."""
    voice = spoken().samples[: 10 * RATE]
    left, right = (music(10.0, seed).samples for seed in (1, 2))
    gain = np.float32(np.sqrt(np.mean(voice**2) / np.mean(left**2)))
    sides = gain * np.stack([left, right])
    mixed = emphasised(voice + sides, RATE)[0]

    def share(heard):
        """Of the voice in a sound, dB above all else in it."""
        along = np.dot(heard, voice) / np.dot(voice, voice)
        return 10 * np.log10(np.sum((along * voice) ** 2) / np.sum((heard - along * voice) ** 2))

    assert share(mixed) > share((voice + sides).mean(axis=0)) + 3.0


def test_what_is_too_short_to_part_is_left_as_it_is():
    samples = np.ones((2, 100), np.float32)
    assert (emphasised(samples, 44100) == 1.0).all()


def test_the_command_separates_by_itself(bare, tmp_path, capsys):
    from media import write_wav

    case = spoken("american", 150).until(8.0)
    audio, lyrics, out = write_wav(tmp_path / "a.wav", case.samples), tmp_path / "a.txt", tmp_path / "a.lrc"
    lyrics.write_text(case.lyrics, encoding="utf-8")
    arguments = ["align", "--audio", str(audio), "--vocals", "--lyrics", str(lyrics), "--out", str(out)]
    assert main(arguments) == 0
    assert "without a model" in capsys.readouterr().err
    assert case.lyrics.splitlines()[0].split()[-1] in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(("rate", "to"), [(44101, 44100), (44100, 44101)])
def test_odd_rates_are_resampled_without_torchaudios_giant_filter(monkeypatch, rate, to):
    def refuse(*_, **__):
        raise AssertionError("gigabytes")

    monkeypatch.setattr("torchaudio.functional.resample", refuse)
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)
    found = resampled(np.stack([tone, -tone]), rate, to)
    wanted = np.sin(2 * np.pi * 440 * np.arange(to) / to)
    assert found.shape == (2, to)
    assert found[0, 1000:-1000] == pytest.approx(wanted[1000:-1000], abs=2e-3)
    assert found[1] == pytest.approx(-found[0], abs=1e-6)


def test_a_song_of_an_odd_rate_is_separated(net, host):
    song = Sound(noise(1.5).samples, 44101)
    plain = separated_by(net, Sound(song.samples, 44100), host)
    assert separated_by(net, song, host).shape == plain.shape
