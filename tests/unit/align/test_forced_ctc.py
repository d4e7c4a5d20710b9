"""CTC alignment: the network and its files, and what is made of emissions drawn from a known truth."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

from lipsync_studio.align.ctc.model import CtcModel, build_ctc, load_ctc
from lipsync_studio.align.engines import ctc
from lipsync_studio.align.engines.ctc import spelled
from lipsync_studio.align.text import read_text
from lipsync_studio.devtools.corpus import errors, music, spoken, sung
from lipsync_studio.engine.errors import AudioError, WeightsError

KEYS = Path(__file__).parents[2] / "data" / "goldens" / "keys" / "hf_wav2vec2_base_960h.json"
# Of wav2vec2-base-960h, as its vocab.json has them.
LETTERS = ("<pad>", "<s>", "</s>", "<unk>", *"|ETAONIHSRDLUMWCFGYPBVK'XJQZ")
VOCABULARY = {letter: number for number, letter in enumerate(LETTERS)}
STAR = len(VOCABULARY)
TINY = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
    "conv_dim": (16,) * 7, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def tiny():
    torch.manual_seed(0)
    return Wav2Vec2ForCTC(Wav2Vec2Config(**TINY))


def emissions(case, lines, *, dropped=0.1, confused=0.1, voice=True):
    """What a model would emit: spikes of letters where they are said, some missing, some wrong, between
    blanks and noise."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(int(case.duration * 50), STAR))
    logits[:, 0] += 6.0
    words = [word for line in lines for word in line.words]
    for word, truth in zip(words, case.truth if voice else (), strict=voice):
        letters = "".join(word.spoken).upper()
        for at, letter in enumerate(letters):
            if rng.random() >= dropped:
                frame = int((truth.start + (truth.end - truth.start) * at / len(letters)) * 50)
                wrong = rng.random() < confused
                logits[frame, rng.integers(5, STAR) if wrong else VOCABULARY[letter]] += 12.0
    emitted = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return np.concatenate([emitted, emitted[:, 5:].max(axis=1, keepdims=True)], axis=1).astype(np.float32)


def align(case, lyrics, emitted):
    lines = read_text(lyrics).lines
    return ctc.aligned(emitted, case.samples, lines, spelled(lines, VOCABULARY, STAR))


@pytest.mark.parametrize(
    ("case", "noise", "least"),
    [
        (spoken(), {}, 0.98),
        (spoken(), {"dropped": 0.4, "confused": 0.3}, 0.92),
        (sung("female"), {}, 0.95),
    ],
    ids=["clear", "half of the letters", "sung"],
)
def test_letters_find_their_places(case, noise, least):
    found = align(case, case.lyrics, emissions(case, read_text(case.lyrics).lines, **noise))
    assert found.derailed == ""
    assert [word.text for word in found.timings.words()] == case.lyrics.split()
    measured = errors(case.truth, found.timings)
    assert measured.median < 0.03
    assert measured.within_300 >= least


def test_a_line_that_is_not_in_the_text_moves_nothing():
    case = spoken()
    lines = case.lyrics.splitlines()
    emitted = emissions(case, read_text(case.lyrics).lines)
    shortened = "\n".join(line for number, line in enumerate(lines) if number != 2)
    found = align(case, shortened, emitted)
    first = len(" ".join(lines[:2]).split())
    left_out = len(lines[2].split())
    source = [at for at in range(len(case.truth)) if not first <= at < first + left_out]
    assert errors(case.truth, found.timings, source).within_300 >= 0.97


def test_nothing_is_taken_for_heard_where_nobody_sings():
    case = spoken()
    silent = emissions(case, read_text(case.lyrics).lines, voice=False)
    assert "no better than any other" in align(case, case.lyrics, silent).derailed


def test_another_text_is_told():
    case = spoken()
    emitted = emissions(case, read_text(case.lyrics).lines)
    other = "\n".join(" ".join(line.split()[::-1]) for line in reversed(case.lyrics.splitlines()))
    assert align(case, other, emitted).derailed != ""


def test_more_letters_than_frames():
    case = music(2.0)
    found = align(case, "one two three four " * 20, emissions(case, [], voice=False))
    assert (found.timings.lines, "more letters" in found.derailed) == ((), True)


def test_a_word_ends_with_the_next_one_or_with_its_sound():
    case = spoken()
    words = align(case, case.lyrics, emissions(case, read_text(case.lyrics).lines)).timings.words()
    for word, following in zip(words, words[1:], strict=False):
        assert word.start < word.end <= following.start
    # "star," ends a line and is followed by a pause.
    assert words[3].end == pytest.approx(case.truth[3].end, abs=0.25)


def test_other_scripts_and_numbers_are_spelled_in_letters():
    lines = read_text("Привет 21\n♥ naïve 你好", "en").lines
    spelling = spelled(lines, VOCABULARY, STAR)
    letters = {column: letter for letter, column in VOCABULARY.items()}
    words = [
        "".join(letters[token.column] for token in spelling.tokens[a:b]).lower() for a, b in spelling.words
    ]
    assert words[:3] == ["privet", "twentyone", "naive"]
    assert all(words)
    stars = [token for token in spelling.tokens if token.column == STAR]
    assert len(stars) == 3
    assert all(token.optional for token in stars)


@pytest.mark.parametrize("names", ["of this version", "of older ones"])
def test_the_published_weights_fit_exactly(names):
    """Names and shapes of wav2vec2-base-960h without its head, as the original class has them."""
    listed = json.loads(KEYS.read_text())["state_dict"]
    tensors = {f"wav2vec2.{name}": torch.zeros(entry["shape"]) for name, entry in listed.items()}
    tensors |= {"lm_head.weight": torch.zeros(32, 768), "lm_head.bias": torch.zeros(32)}
    if names == "of older ones":
        for number, old in enumerate(("weight_g", "weight_v")):
            new = f"parametrizations.weight.original{number}"
            tensors = {name.replace(new, old): tensor for name, tensor in tensors.items()}
        del tensors["wav2vec2.masked_spec_embed"]
    network = build_ctc(tensors, Wav2Vec2Config(), Path("model.safetensors"))
    assert sum(parameter.numel() for parameter in network.parameters()) == 94371712 + 32 * 769


def test_a_network_without_its_head_is_refused(tiny):
    tensors = {name: tensor for name, tensor in tiny.state_dict().items() if "lm_head" not in name}
    with pytest.raises(WeightsError, match=r"lm_head\.weight"):
        build_ctc(tensors, Wav2Vec2Config(**TINY), Path("model.safetensors"))


def test_long_sounds_are_emitted_in_windows_as_in_one(tiny, host):
    """Frames in the middle of a window hardly see its edges; those of neighbouring windows must not shift."""
    model = CtcModel(tiny, VOCABULARY, host)
    samples = spoken("british", 110).samples[: 62 * 16000 + 123]
    emitted = model.emissions(samples, host)
    with torch.inference_mode():
        normalised = torch.from_numpy((samples - samples.mean()) / samples.std())
        whole = tiny(normalised[None]).logits[0].log_softmax(-1).numpy()
    assert emitted.shape == (len(whole), STAR + 1)
    letters = emitted[:, :-1] - emitted[:, :-1].mean(axis=0)
    whole = whole - whole.mean(axis=0)
    for column in (0, 5, 20):
        assert np.corrcoef(letters[:, column], whole[:, column])[0, 1] > 0.9
        assert np.corrcoef(letters[1:, column], whole[:-1, column])[0, 1] < 0.9
    assert emitted[:, -1] == pytest.approx(emitted[:, 4:-1].max(axis=1))


def test_the_files_of_the_weight_set_are_loaded(tiny, host, tmp_path):
    from safetensors.torch import save_file

    save_file(tiny.state_dict(), tmp_path / "model.safetensors")
    tiny.config.to_json_file(tmp_path / "config.json")
    (tmp_path / "vocab.json").write_text(json.dumps(VOCABULARY))
    model = load_ctc({path.name: path for path in tmp_path.iterdir()}, host)
    samples = music(3.0).samples
    direct = CtcModel(tiny, VOCABULARY, host)
    assert model.emissions(samples, host) == pytest.approx(direct.emissions(samples, host), abs=1e-4)
    found = ctc.align(samples, read_text("la la la").lines, model, host)
    assert found.derailed != ""
    with pytest.raises(AudioError, match="empty"):
        ctc.align(samples[:0], read_text("la la la").lines, model, host)
