"""What tests of the timestamp editor share: a small song, and reading and using the dialog."""

import re
from contextlib import contextmanager

from lipsync_studio.devtools.editor_page import elrc

WORDS = [("Slow", 1.0, 1.4), ("river", 1.5, 2.0), ("run", 2.0, 2.6)]
LAST = [("la", 3.0, 3.3), ("la", 3.3, 3.6), ("la", 3.6, 4.0)]
NAME = "verse.mp3"
# The editor shows this much at first.
SECONDS = 12

EDITS = "() => editor.widgets.find(widget => widget.name === 'edits').value"
RUN = """async () => {
    const saved = [];
    const listen = event => saved.push(event.detail);
    app.api.addEventListener('executed', listen);
    const ended = new Promise(resolve => {
        app.api.addEventListener('execution_success', () => resolve('success'), {once: true});
        app.api.addEventListener(
            'execution_error', event => resolve(event.detail.exception_message), {once: true});
    });
    await app.queuePrompt(0);
    const end = await ended;
    app.api.removeEventListener('executed', listen);
    const text = id => saved.findLast(one => String(one.display_node) === String(id))?.output?.text?.[0];
    return {end, lyrics: text(saver.id), report: text(editor.id)};
}"""


SONG = elrc(WORDS, LAST)


def words(page):
    """[(text, start, end), …] as the list tells a screen reader, times in milliseconds."""
    labels = page.evaluate(
        "() => [...document.querySelectorAll('[role=option]')].map(one => [one.textContent, one.ariaLabel])"
    )
    times = [re.findall(r"(\d+):(\d\d)\.(\d{3})", label[len(text) :]) for text, label in labels]
    return [
        (text, *(60_000 * int(m) + 1000 * int(s) + int(ms) for m, s, ms in found))
        for (text, _), found in zip(labels, times, strict=True)
    ]


def times(page, index):
    return words(page)[index][1:]


def chosen(page):
    return page.evaluate(
        "() => [...document.querySelectorAll('[role=option]')].flatMap("
        "(one, index) => one.ariaSelected === 'true' ? [index] : [])"
    )


def cursor(page):
    """Seconds, as the clock says."""
    minutes, seconds = page.locator(".clock").inner_text().split(" / ")[0].split(":")
    return 60 * int(minutes) + float(seconds)


def lines(page):
    # Not `all_inner_texts`: that of a row is empty until the browser has drawn it (content-visibility).
    return [text.rstrip() for text in page.locator(".lines [role=group]").all_text_contents()]


class Wave:
    """The waveform as it is first shown."""

    def __init__(self, page, seconds=SECONDS):
        self.page = page
        self.box = page.locator(".wave").bounding_box()
        self.scale = self.box["width"] / seconds
        self.y = self.box["y"] + self.box["height"] / 2

    def x(self, seconds):
        return self.box["x"] + seconds * self.scale

    def click(self, seconds, **options):
        self.page.mouse.click(self.x(seconds), self.y, **options)

    @contextmanager
    def drag(self, begin, end):
        """From one time to another; the block runs before the button is let go."""
        self.page.mouse.move(self.x(begin), self.y)
        self.page.mouse.down()
        self.page.mouse.move(self.x((begin + end) / 2), self.y)
        self.page.mouse.move(self.x(end), self.y)
        yield
        self.page.mouse.up()

    def drop(self, begin, end):
        with self.drag(begin, end):
            pass


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)
