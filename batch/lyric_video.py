"""A lyric video of one clip: track, align, lip-sync and draw the lyrics, in one encode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..align.words import joined
from ..backends.dub.backend import DubBackend
from ..backends.render_spec import RenderSpec
from ..backends.request import LipSyncRequest
from ..backends.run import run
from ..engine.media.frames import square_width
from ..engine.media.times import ConstantTimes
from ..overlay.lyrics import LyricOverlay
from ..overlay.style import LyricStyle, check_style

if TYPE_CHECKING:
    from ..align.chain import AlignOptions
    from ..align.words import WordTimings
    from ..backends.protocol import LipSyncBackend, Rendering
    from ..engine.host.protocol import Host
    from ..engine.media.frames import Frame
    from ..engine.report import RunReport


_NOT_SHOWN = "No lyrics are shown of {}, whose voice came without words: give them too, or all with --words."


@dataclass(frozen=True)
class LyricVideoSpec:
    """What to make, by the names of files; small, and can be pickled.

    render: the lip-sync; without its `words` its `lyrics` are aligned, and without those too, what is heard
    is written down. Where it has `voices`, words and lyrics are what is shown alone, and without them the
    voices' own words are. style: of the lyrics on the screen. align: how words are found; None for what
    suits. fonts: folders where fonts are looked for first.
    """

    render: RenderSpec
    style: LyricStyle = field(default_factory=LyricStyle)
    align: AlignOptions | None = None
    fonts: Sequence[Path] = ()


def make_lyric_video(
    spec: LyricVideoSpec, host: Host, path: Path, crf: int = 18, backend: LipSyncBackend | None = None
) -> RunReport:
    """Write the video to `path`; nothing is left there unless it is whole. The score in the report is of the
    mouth without the lyrics over it. backend: that of the spec's render, where it is made already.

    Raises LipSyncError: what `RenderSpec.check_ready`, `request` and `make_backend` do, AlignmentError where
    there are no words, TextError for lyrics or a style that can't be drawn."""
    check_style(spec.style)
    spec.render.check_ready(host)
    request = sung(spec).request(host)
    backend = backend or spec.render.make_backend(host)
    request, words, notes = with_words(spec, request, backend, host)
    missing: list[str] = []

    def overlay(rendering: Rendering) -> Callable[[Frame], None]:
        drawn = overlay_of(rendering, words, spec.style, spec.fonts)
        missing.extend(drawn.notes)
        return drawn.draw

    report = run(backend, request, host, path, crf, finish=overlay)
    report.notes = [*notes, *dict.fromkeys(missing), *report.notes]
    return report


def sung(spec: LyricVideoSpec) -> RenderSpec:
    """The render as it is asked for: beside voices, words and lyrics are for the screen."""
    return replace(spec.render, words=None, lyrics="") if spec.render.voices else spec.render


def with_words(
    spec: LyricVideoSpec, request: LipSyncRequest, backend: LipSyncBackend, host: Host
) -> tuple[LipSyncRequest, WordTimings, list[str]]:
    """The request with what is said, that as it is shown, and what is to be told of it."""
    if _unknown_words(spec, request):
        from ..align.transcribe.registry import recogniser

        # Raises where nothing can hear them, before the faces are looked for.
        recogniser(_align_options(spec, request), host)
    if isinstance(backend, DubBackend):
        # Whether there is somebody to sing is known before the words are looked for, which takes longer.
        request = backend.tracked(request, host)
    words, notes = _words(spec, request, host)
    if not request.voices:
        # The text is in the words.
        request = replace(request, words=words, lyrics="")
    count, lines = len(words.words()), len(words.lines)
    counts = f"{lines} line{'s' * (lines != 1)}, {count} word{'s' * (count != 1)}"
    return request, words, [f"Lyrics: {counts}, times: {words.engine or 'of the file'}.", *notes]


def _words(spec: LyricVideoSpec, request: LipSyncRequest, host: Host) -> tuple[WordTimings, list[str]]:
    """When what is said is said, and what is to be told of it."""
    if spec.render.words is not None:
        return spec.render.words, []
    said = [voice.words for voice in request.voices if voice.words is not None]
    if said and not spec.render.lyrics.strip():
        unknown = [voice.person for voice in request.voices if voice.words is None]
        return joined(said), [_NOT_SHOWN.format(", ".join(unknown))] if unknown else []
    from ..align.chain import align

    options = _align_options(spec, request)
    if spec.render.lyrics.strip():
        found = align(request.soundtrack, spec.render.lyrics, host, options, stem=request.driving)
        return found.timings, list(found.notes())
    from ..align.transcribe.registry import recognise

    return recognise(request.voice, options, host)


def _unknown_words(spec: LyricVideoSpec, request: LipSyncRequest) -> bool:
    """Whether the words have to be heard."""
    told = spec.render.words is not None or bool(spec.render.lyrics.strip())
    return not told and all(voice.words is None for voice in request.voices)


def _align_options(spec: LyricVideoSpec, request: LipSyncRequest) -> AlignOptions:
    from ..align.chain import AlignOptions

    return spec.align or AlignOptions(content=request.content)


def overlay_of(
    rendering: Rendering, words: WordTimings, style: LyricStyle, fonts: Sequence[Path]
) -> LyricOverlay:
    """On the output's own frames: they may be longer, shorter or turned back against the source's. Those of a
    part are as in the whole."""
    width, height = rendering.size
    size = square_width(width, rendering.aspect), height
    times = rendering.times or ConstantTimes(rendering.fps, rendering.frames)
    end = rendering.footage[0].timeline.duration if rendering.footage else rendering.duration
    return LyricOverlay(size, words, times, end, style, fonts)
