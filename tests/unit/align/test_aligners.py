"""What every aligner of the registry must do, and which comes when.

CTC's network is one that knows the truth, because no weights of it are at hand. WhisperX and
Qwen3-ForcedAligner are fakes in an interpreter of their own, in the format of their sources
(`tests/support/aligners`): what is tested is all but their networks.
"""

import os
import sys
import sysconfig
import threading
import venv
from pathlib import Path

import numpy as np
import pytest

from lipsync_studio.align.engines import ctc, qwen, whisperx
from lipsync_studio.align.engines.outside import interpreter
from lipsync_studio.align.engines.protocol import Request
from lipsync_studio.align.engines.registry import ENTRIES, aligner, ranked
from lipsync_studio.align.language import parse_language
from lipsync_studio.align.letters import Piece, timed_lines
from lipsync_studio.align.names import ALIGNERS
from lipsync_studio.align.text import read_text
from lipsync_studio.align.whisper.pool import Whispers
from lipsync_studio.devtools.corpus import Case, errors, silence, spoken
from lipsync_studio.engine.errors import (
    AlignmentError,
    AudioError,
    Cancelled,
    MissingFilesError,
    TextError,
)
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.media.sound import Sound

RATE = 16000
SUPPORT = Path(__file__).parents[2] / "support" / "aligners"
NAMES = [entry.aligner.name for entry in ENTRIES]
OUTSIDE = ("whisperx", "qwen3-forcedaligner")
HEAR = [name for name in NAMES if not aligner(name).estimates]
OTHER = "Quarterly revenue of northern regions fell\nby eleven percent since January"
# As wav2vec2-base-960h has them.
_VOCABULARY = ("<pad>", "<s>", "</s>", "<unk>", *"|ETAONIHSRDLUMWCFGYPBVK'XJQZ")
LETTERS = {letter: number for number, letter in enumerate(_VOCABULARY)}

pytestmark = pytest.mark.usefixtures("machine")


@pytest.fixture(scope="module")
def case() -> Case:
    return spoken("american", 150).until(6.0)


@pytest.fixture(scope="session")
def other_python(tmp_path_factory) -> Path:
    """A Python that has the fakes, and of this one numpy."""
    folder = tmp_path_factory.mktemp("other") / "venv"
    venv.create(folder, with_pip=False, symlinks=os.name == "posix")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    packages = sysconfig.get_path("purelib", vars={"base": str(folder)})
    ours = sysconfig.get_path("purelib")
    (Path(packages) / "fakes.pth").write_text(f"{SUPPORT}\n{ours}\n", encoding="utf-8")
    return python


class Oracle:
    """A network of CTC that hears the words of a case in its own sound, and noise in others."""

    name, star, vocabulary = "oracle", len(LETTERS), LETTERS

    def __init__(self, case: Case) -> None:
        self._case = case

    def emissions(self, samples, host):
        host.check_cancelled()
        rng = np.random.default_rng(0)
        logits = rng.normal(size=(max(1, int(samples.size / RATE * 50)), self.star))
        logits[:, 0] += 6.0
        if np.array_equal(samples, self._case.samples):
            for word in self._case.truth:
                letters = [letter for letter in word.text.upper() if letter in LETTERS]
                for at, letter in enumerate(letters):
                    frame = int((word.start + (word.end - word.start) * at / len(letters)) * 50)
                    logits[frame, LETTERS[letter]] += 12.0
        emitted = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return np.concatenate([emitted, emitted[:, 5:].max(axis=1, keepdims=True)], axis=1).astype(np.float32)


@pytest.fixture
def able(monkeypatch, case, other_python, tmp_path) -> None:
    """All that aligners need is there."""
    from whisper import timing

    # As they are written: compiling them takes longer than all of this.
    for function in ("backtrace", "dtw_cpu"):
        monkeypatch.setattr(timing, function, getattr(timing, function).py_func)
    monkeypatch.setattr(ctc, "require", lambda *_, **__: {})
    monkeypatch.setattr(ctc, "load_ctc", lambda *_: Oracle(case))
    monkeypatch.setenv(whisperx.VARIABLE, str(other_python))
    monkeypatch.setenv(qwen.VARIABLE, str(other_python))
    monkeypatch.setenv("FAKE_ALIGNER_SPOKEN", " ".join(word.text.strip(",.!?;:") for word in case.truth))
    monkeypatch.setenv("FAKE_ALIGNER_STARTED", str(tmp_path / "started"))


@pytest.fixture
def model(request, tiny_en_ct2, tiny_en_openai):
    """The weights that an aligner is given; none for those that do without."""
    weights = {"stable-ts": tiny_en_openai, "pocketsphinx": None, "by syllables": None}
    return lambda name: weights.get(name, tiny_en_ct2)


def asked(name, samples, lyrics, host, model, **settings) -> Request:
    text = read_text(lyrics)
    sound = Sound(samples[None], RATE)
    whispers = Whispers(sound, text.language, host, path=model(name))
    return Request(sound, samples, text.lines, text.language, False, host, whispers, **settings)


def words_of(request: Request):
    return [word.display for line in request.lines for word in line.words]


def check(request: Request, found) -> None:
    """Each word once, in order, inside the sound; or none, with the reason."""
    words = found.timings.words()
    if not words:
        assert found.derailed
        return
    assert [word.text for word in words] == words_of(request)
    assert words[0].start >= 0
    assert words[-1].end <= request.duration + 1e-6
    for word, following in zip(words, words[1:], strict=False):
        assert word.start <= word.end <= following.start + 1e-9
    assert all(0 <= word.confidence <= 1 for word in words)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("able")
def test_right_words_are_timed(name, case, host, model):
    request = asked(name, case.samples, case.lyrics, host, model)
    found = aligner(name).align(request)
    assert found.derailed == ""
    check(request, found)
    if name not in OUTSIDE and not aligner(name).estimates:
        assert errors(case.truth, found.timings).median < 0.12
    assert found.timings.engine


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("able")
def test_in_silence_nothing_is_found(name, host, model, case):
    request = asked(name, silence(3.0).samples, case.lyrics, host, model)
    found = aligner(name).align(request)
    assert found.derailed
    check(request, found)


@pytest.mark.parametrize("name", HEAR)
@pytest.mark.usefixtures("able")
def test_words_that_are_not_said_are_told(name, case, host, model):
    request = asked(name, case.samples, OTHER, host, model)
    found = aligner(name).align(request)
    assert found.derailed
    assert not found.derailed.endswith(".")
    check(request, found)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("able")
def test_one_word(name, case, host, model):
    """Alone in its sound, which it may be too little to be sure of."""
    end = round((case.truth[0].end + 0.05) * RATE)
    request = asked(name, case.samples[:end], case.truth[0].text, host, model)
    check(request, aligner(name).align(request))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("able")
def test_more_words_than_there_is_room_for(name, case, host, model):
    """As many as are ever said in a second, and more."""
    request = asked(name, case.samples[: 2 * RATE], case.lyrics * 6, host, model)
    check(request, aligner(name).align(request))


def test_nothing_to_align_is_refused(case, host):
    whispers = Whispers(Sound(case.samples[None], RATE), None, host)
    lines = read_text(case.lyrics).lines
    with pytest.raises(TextError, match="no words"):
        Request(Sound(case.samples[None], RATE), case.samples, (), None, False, host, whispers)
    with pytest.raises(AudioError, match="empty"):
        Request(Sound(case.samples[None], RATE), case.samples[:0], lines, None, False, host, whispers)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("able")
def test_a_cancelled_run_ends(name, case, model):
    stopped = threading.Event()
    stopped.set()
    with PlainHost("cpu", cancel=stopped) as host, pytest.raises(Cancelled):
        aligner(name).align(asked(name, case.samples, case.lyrics, host, model))


def test_every_aligner_can_be_chosen_and_says_what_it_needs():
    assert ["auto", *sorted(NAMES)] == [ALIGNERS[0], *sorted(ALIGNERS[1:])]
    for entry in ENTRIES:
        assert entry.aligner.needs
        assert entry.aligner.contents <= {"speech", "song"}
        assert entry.ranks


@pytest.mark.parametrize("content", ["speech", "song"])
@pytest.mark.parametrize("language", ["en", "de", "sv", "ga", None])
def test_who_is_tried_and_when(language, content):
    order = [each.name for each in ranked(parse_language(language), content)]
    assert ("whisper" in order) == (language != "ga")
    if content == "speech":
        assert order[0] == "pocketsphinx"
    elif language != "ga":
        assert order[0] == "whisper"
    assert order[-1] == "by syllables"
    # Nobody has measured it here.
    assert ("ctc" in order) == (language in ("en", "de", None))
    if "ctc" in order:
        assert order.index("whisper") < order.index("ctc")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("whisperx", "pip install whisperx.*LIPSYNC_WHISPERX_PYTHON"),
        ("qwen3-forcedaligner", "pip install qwen-asr.*LIPSYNC_QWEN_PYTHON"),
    ],
)
def test_an_interpreter_that_is_not_named(name, says, case, host, model, monkeypatch):
    for variable in (whisperx.VARIABLE, qwen.VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    request = asked(name, case.samples, case.lyrics, host, model)
    assert not aligner(name).ready(request)
    with pytest.raises(MissingFilesError, match=says):
        aligner(name).align(request)


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.usefixtures("able")
def test_what_goes_wrong_outside_is_one_sentence(name, case, host, model, monkeypatch, tmp_path):
    request = asked(name, case.samples, "Twinkle failnow star", host, model)
    with pytest.raises(AlignmentError, match="RuntimeError: CUDA error: no kernel image") as raised:
        aligner(name).align(request)
    assert "\n" not in str(raised.value)
    variable = whisperx.VARIABLE if name == "whisperx" else qwen.VARIABLE
    # This interpreter has no such package.
    monkeypatch.setenv(variable, sys.executable)
    with pytest.raises(AlignmentError, match="can't be imported there"):
        aligner(name).align(request)
    monkeypatch.setenv(variable, str(tmp_path / "nowhere"))
    with pytest.raises(MissingFilesError, match="is no program"):
        aligner(name).align(request)
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho it is broken >&2\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv(variable, str(broken))
    with pytest.raises(AlignmentError, match="status 3: it is broken"):
        aligner(name).align(request)


class CancelledOnceStarted(PlainHost):
    def __init__(self, started: Path) -> None:
        self._stopped = threading.Event()
        super().__init__("cpu", cancel=self._stopped)
        self._started = started

    def check_cancelled(self) -> None:
        if self._started.exists() and self._started.read_text(encoding="utf-8"):
            self._stopped.set()
        super().check_cancelled()


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.usefixtures("able")
def test_cancelling_ends_the_other_process(name, case, model, tmp_path):
    started = tmp_path / "started"
    with CancelledOnceStarted(started) as host, pytest.raises(Cancelled):
        aligner(name).align(asked(name, case.samples, "Twinkle blockforever star", host, model))
    assert not is_running(int(started.read_text(encoding="utf-8")))


@pytest.mark.usefixtures("able")
def test_one_that_never_ends_is_ended(case, host, model, monkeypatch, tmp_path):
    class Clock:
        """An hour passes once the other process is at work."""

        @staticmethod
        def monotonic() -> float:
            started = tmp_path / "started"
            return 1e6 if started.exists() and started.read_text(encoding="utf-8") else 0.0

    monkeypatch.setattr(interpreter, "time", Clock)
    with pytest.raises(AlignmentError, match="takes too long"):
        aligner("whisperx").align(asked("whisperx", case.samples, "Twinkle blockforever star", host, model))
    assert not is_running(int((tmp_path / "started").read_text(encoding="utf-8")))


@pytest.mark.usefixtures("able")
def test_a_word_that_whisperx_cannot_place_stands_beside_its_neighbours(case, host, model):
    lines = case.lyrics.splitlines()
    request = asked("whisperx", case.samples, f"♪{lines[0]}\n" + "\n".join(lines[1:]), host, model)
    found = aligner("whisperx").align(request)
    check(request, found)
    assert found.timings.words()[0].confidence == 0.0


@pytest.mark.usefixtures("able")
def test_a_long_sound_goes_out_in_windows_of_lines(case, host, model, monkeypatch):
    """Where a Whisper model hears them."""
    monkeypatch.setattr(whisperx, "_LONGEST", 4.0)
    told = []
    monkeypatch.setattr(host, "progress", lambda *report, **_: told.append(report))
    request = asked("whisperx", case.samples, case.lyrics, host, model)
    found = aligner("whisperx").align(request)
    assert found.derailed == ""
    check(request, found)
    parts = [report for report in told if report[0].startswith("Aligning (")]
    assert parts[-1][1] == parts[-1][2] > 1
    assert errors(case.truth, found.timings).median < 0.6


@pytest.mark.parametrize(("name", "module"), [("whisperx", whisperx), ("qwen3-forcedaligner", qwen)])
@pytest.mark.usefixtures("able")
def test_a_long_sound_without_a_model_that_finds_its_lines(name, module, case, host, monkeypatch):
    monkeypatch.setattr(module, "_LONGEST", 4.0)
    with pytest.raises(MissingFilesError, match="takes 4 seconds at once.*Whisper"):
        aligner(name).align(asked(name, case.samples, case.lyrics, host, lambda _: None))


def test_pieces_are_given_to_the_words_whose_letters_they_have():
    lines = read_text("Don't stop, l'été!\n你好 world").lines
    pieces = [
        Piece("dont", 0.0, 0.5, 0.9),
        Piece("stop", 0.5, 0.9, 0.8),
        Piece("lete", 1.0, 1.5, 0.7),
        Piece("你", 2.0, 2.2, 1.0),
        Piece("好", None, None),
        Piece("worlds", 2.5, 3.0, 0.4),
    ]
    timed, lost = timed_lines(lines, pieces, 4.0)
    words = [word for line in timed for word in line.words]
    assert [word.text for word in words] == ["Don't", "stop,", "l'été!", "你", "好", "world"]
    assert [word.confidence for word in words] == [0.9, 0.8, 0.7, 1.0, 0.0, 0.4]
    assert (words[0].start, words[2].start, words[5].start) == (0.0, 1.0, 2.5)
    assert lost == 1
