"""The lyric video as a newcomer makes it on the page: on short media, watched, and looked at."""

from __future__ import annotations

import re
from pathlib import Path

import av
import numpy as np

SHORTEN = """media => {
    const set = (type, name, value) => {
        const node = app.graph._nodes.find(one => one.type === type);
        node.widgets.find(one => one.name === name).value = value;
    };
    set('LoadVideo', 'file', media.clip);
    set('LoadAudio', 'audio', media.song);
    set('LipSyncAlignLyrics', 'lyrics', media.words);
    // Another test's run of the same workflow would be taken from the server's cache.
    set('LipSyncVisemeBackend', 'strength', 0.95);
}"""

RUN_AND_WATCH = """async () => {
    const seen = {nodes: [], texts: [], progress: {}};
    const note = (kind, use) => app.api.addEventListener(kind, event => use(event.detail));
    const type = id => app.graph.getNodeById(id).type;
    const ended = new Promise(resolve => {
        note('execution_success', () => resolve('success'));
        note('execution_error', detail => resolve(detail.exception_message));
    });
    note('executed', detail => { if (type(detail.node) === 'SaveVideo') seen.saved = detail.output; });
    note('executing', id => id && seen.nodes.push(type(id)));
    note('progress_text', detail => seen.texts.push(detail.text));
    note('progress', detail => (seen.progress[type(detail.node)] ??= []).push(detail.value / detail.max));
    await app.queuePrompt(0);
    seen.end = await ended;
    return seen;
}"""


def highlighted(path: Path, seconds: float) -> np.ndarray:
    """x and y of the middle of what is in the highlight's colour in the lower half at a time, pixels."""
    with av.open(str(path)) as container:
        rate = container.streams.video[0].average_rate
        frame = next(frame for frame in container.decode(video=0) if frame.time + 1 / rate > seconds)
        lower = frame.to_ndarray(format="rgb24")[frame.height // 2 :].astype(int)
    rows, columns = np.nonzero((abs(lower - (255, 210, 63)) < 40).all(axis=2))
    assert len(rows) > 20, "no word is highlighted"
    return np.array([columns.mean(), rows.mean()])


def span_of(word) -> tuple[float, float]:
    """Seconds, as the list tells a screen reader."""
    found = re.findall(r"(\d+):(\d\d\.\d{3})", word.get_attribute("aria-label"))
    start, end = (60 * int(minutes) + float(seconds) for minutes, seconds in found)
    return start, end
