"""A page with the timestamp editor on a song, for tests and measurements."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .page import wait_until_ready

Timed = tuple[str, float, float]

_BUILD = """([text, audio, format]) => {
    app.graph.clear();
    const make = (type, x, y, values = {}) => {
        const node = LiteGraph.createNode(type);
        node.pos = [x, y];
        app.graph.add(node);
        for (const [name, value] of Object.entries(values)) {
            node.widgets.find(widget => widget.name === name).value = value;
        }
        return node;
    };
    const sound = make('LoadAudio', 0, 0, {audio});
    window.lyrics = make('LipSyncLoadLyrics', 0, 300, {text, format});
    // The page remembers the value of a cleared graph's node with the same number.
    window.editor = make('LipSyncTimestampEditor', 500, 0, {edits: ''});
    window.saver = make('LipSyncSaveLyrics', 900, 0, {format: 'elrc', digits: 3});
    sound.connect(0, editor, 0);
    lyrics.connect(0, editor, 1);
    editor.connect(0, saver, 0);
}"""
_PRESS = "node => node.widgets.find(widget => widget.name === 'open_editor').callback()"
# A rate that keeps ten minutes small; what the page draws of it is the same.
_RATE = 8000


def load(page: Any, url: str) -> None:
    page.goto(url)
    wait_until_ready(page)
    page.wait_for_function("Boolean(LiteGraph.registered_node_types.LipSyncTimestampEditor)")


def build(page: Any, text: str, audio: str, kind: str = "elrc") -> None:
    """The graph: a sound, lyrics of a kind of file, the editor, a file. The page knows the nodes as `lyrics`,
    `editor` and `saver`."""
    page.evaluate(_BUILD, [text, audio, kind])


def open_editor(page: Any, node: str = "editor") -> Any:
    """Presses the node's button; runs the node first if it has not run. The dialog's locator."""
    page.evaluate(f"({_PRESS})({node})")
    dialog = page.locator("dialog.lipsync-editor:not(.lipsync-editor-small)")
    dialog.wait_for()
    return dialog


def elrc(*lines: Sequence[Timed]) -> str:
    """Enhanced LRC of lines of (word, start, end), seconds."""
    rows = []
    for words in lines:
        row = f"[{_stamp(words[0][1])}]"
        for (text, start, end), (_, following, _) in zip(words, [*words[1:], words[-1]], strict=True):
            # A word lasts until the next stamp: one of its own where the next word comes later.
            pause = f"<{_stamp(end)}>" if end < following else ""
            row += f"<{_stamp(start)}>{text}{pause} "
        rows.append(f"{row.rstrip()}<{_stamp(words[-1][2])}>")
    return "\n".join(rows) + "\n"


def _stamp(seconds: float) -> str:
    return f"{int(seconds // 60):02}:{seconds % 60:06.3f}"


def long_song(seconds: int, words: int) -> str:
    """Lyrics of six words to a line, evenly spread."""
    step = seconds / words
    timed = [(f"word{index}", index * step, (index + 0.8) * step) for index in range(words)]
    return elrc(*(timed[index : index + 6] for index in range(0, words, 6)))


def write_long_sound(path: Path, seconds: int) -> None:
    """Noise that swells and fades, mono WAV."""
    noise = np.random.default_rng(1).uniform(-1, 1, _RATE)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, _RATE, 0, "NONE", ""))
        for second in range(seconds):
            level = 0.2 + 0.8 * abs(np.sin((second + np.arange(_RATE) / _RATE) * 3))
            file.writeframes((noise * level * 30000).astype("<i2").tobytes())
