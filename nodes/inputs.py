"""Inputs that several nodes have, and ComfyUI's own values to the engine's."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import torch
from comfy_api.latest import InputImpl, io

from ..engine.errors import InputError, VideoError
from ..engine.faces.choose import parse_person
from ..engine.faces.track import DEFAULT_MAX_FACES, MAX_FACES
from ..engine.report import Caution
from ..overlay.style import POSITIONS, LyricStyle
from .requirements import engine_imports
from .types import FaceTrackIO
from .unsaved_video import is_odd, is_unsaved, saved_source, trim_window

if TYPE_CHECKING:
    from ..engine.host.protocol import Host
    from ..engine.media.sound import Sound
    from ..engine.media.source import Source

# Of an IMAGE batch, until the user says something else.
_GUESSED_FPS = 25.0


def source_input(tooltip: str) -> io.Input:
    return io.MultiType.Input("source", types=[io.Video, io.Image], tooltip=tooltip)


def fps_input() -> io.Input:
    return io.Float.Input(
        "fps",
        default=_GUESSED_FPS,
        min=1.0,
        max=240.0,
        step=0.001,
        optional=True,
        advanced=True,
        tooltip="Frame rate of an IMAGE source. A VIDEO brings its own.",
    )


def face_track_input() -> io.Input:
    return FaceTrackIO.Input(
        "face_track", optional=True, tooltip="From Track Faces. Without it the faces are found here."
    )


def length_input() -> io.Input:
    return io.Combo.Input(
        "length",
        options=["audio", "video", "shortest"],
        default="audio",
        tooltip="How long the result is: as the audio, as the video, or as the shorter of the two.",
    )


def fill_input(**options: bool) -> io.Input:
    return io.Combo.Input(
        "fill",
        options=["pingpong", "loop", "hold"],
        default="pingpong",
        **options,
        tooltip=(
            "Footage shorter than the audio: played back and forth, started again, or held on its last frame."
        ),
    )


def person_input(
    default: str = "largest",
    tooltip: str = (
        "Whose mouth: largest, left, right, centre, an id shown by Track Faces, or several ids such as "
        "1+3 (of those seen at once the largest)."
    ),
) -> io.Input:
    return io.String.Input("person", default=default, tooltip=tooltip)


def check_person(person: str | None) -> bool | str:
    """For `validate_inputs`: True, or what is wrong with it. None where it comes by wire."""
    if person is not None:
        try:
            parse_person(person)
        except InputError as error:
            return str(error)
    return True


def detector_input(*, remark: str = "", **options: bool) -> io.Input:
    """remark: a sentence on what it is for."""
    return io.Combo.Input(
        "detector",
        options=["auto", "short", "full"],
        default="auto",
        tooltip=(
            f"{remark}short: faces within two metres; full: small ones too; auto: short first, then full."
        ),
        **options,
    )


def max_faces_input(*, remark: str = "", **options: bool) -> io.Input:
    """remark: a sentence on what it is for."""
    return io.Int.Input(
        "max_faces",
        default=DEFAULT_MAX_FACES,
        min=1,
        max=MAX_FACES,
        advanced=True,
        tooltip=f"{remark}Faces followed at most.",
        **options,
    )


def sync_offset_input() -> io.Input:
    return io.Int.Input(
        "sync_offset_ms",
        default=0,
        min=-1000,
        max=1000,
        step=5,
        advanced=True,
        optional=True,
        tooltip="Moves the mouth later (+) or earlier (-) than the sound, in milliseconds.",
    )


def crf_input(default: int = 12, remark: str = "") -> io.Input:
    """remark: a sentence on the default."""
    return io.Int.Input(
        "crf",
        default=default,
        min=0,
        max=30,
        advanced=True,
        optional=True,
        tooltip=f"Quality of the H.264 video: lower is better and larger.{remark}",
    )


def letter_size_input(tooltip: str) -> io.Input:
    return io.Float.Input("size", default=LyricStyle().size, min=0.02, max=0.3, step=0.005, tooltip=tooltip)


def position_input() -> io.Input:
    return io.Combo.Input(
        "position",
        options=list(POSITIONS),
        default=LyricStyle().position,
        tooltip=(
            "Where the lines stand, inside the margin. social keeps clear of what phones lay over an upright "
            "video."
        ),
    )


def font_input(**options: bool) -> io.Input:
    return io.String.Input(
        "font",
        default=LyricStyle().font,
        placeholder="built-in",
        tooltip=(
            "Name of a font file in models/fonts or the input folder, or of a font on this computer, or a "
            "full path; empty for the built-in one. Letters that it lacks come from other fonts."
        ),
        **options,
    )


def picture_inputs() -> list[io.Input]:
    """How a source's pictures are treated: the last inputs of nodes that read one."""
    return [
        io.Combo.Input(
            "deinterlace",
            options=["auto", "on", "off"],
            default="auto",
            advanced=True,
            optional=True,
            tooltip=(
                "Interlaced footage made whole frames. auto: what its file says; on: every frame; off: none."
            ),
        ),
        io.String.Input(
            "background",
            default="black",
            advanced=True,
            optional=True,
            tooltip="Colour that transparent parts of the source are shown on: a name or #rrggbb.",
        ),
    ]


def video_outputs() -> list[io.Output]:
    return [
        io.Video.Output(display_name="video"),
        io.String.Output(display_name="report", tooltip="What became of each frame, as JSON."),
    ]


def to_source(
    value: Any,
    fps: float,
    host: Host | None = None,
    *,
    deinterlace: str = "auto",
    background: str = "black",
    rate_known: bool = False,
) -> Source:
    """A VIDEO (file-backed ones are streamed) or an IMAGE batch [B, H, W, C]. host: as in VideoSource.
    deinterlace, background: of `picture_inputs`. rate_known: `fps` is no guess, whatever it is. Raises
    VideoError, and OutputError where an edited one finds no room."""
    with engine_imports():
        from ..engine.media.conditions import SourceChoices, colour_named
        from ..engine.media.images import ImageSource
        from ..engine.media.video import VideoSource
    choices = SourceChoices(deinterlace, colour_named(background))  # type: ignore[arg-type]
    if isinstance(value, torch.Tensor):
        images = ImageSource(value, fps, choices=choices)
        if not rate_known:
            images.notes = (*images.notes, *rate_notes(value, fps))
        return images
    if value is None:
        raise VideoError("The source is empty: connect a video or an image.")
    # The stream of the one would be a lossy encode made in memory; the pictures are there already.
    made = isinstance(value, InputImpl.VideoFromComponents)
    if made or (is_unsaved(value) and is_odd(value)):
        components = value.get_components()
        return ImageSource(components.images, Fraction(components.frame_rate), components.audio, choices)
    if is_unsaved(value):
        return saved_source(value)
    return VideoSource(value.get_stream_source(), *trim_window(value), choices=choices, host=host)


def rate_notes(images: torch.Tensor, fps: float) -> list[Caution]:
    """That the rate of an IMAGE batch is the default, where it is. The page sends the value of a widget that
    nobody has touched as it does one that was chosen, so the sentence has to be right for both."""
    if len(images) < 2 or fps != _GUESSED_FPS:
        return []
    text = (
        f"The pictures don't say how fast they play: taken as {fps:g} a second, as fps says. Change fps if "
        "they play at another rate."
    )
    return [Caution(text, "rate", fps=f"{fps:g}")]


def to_sound(audio: Mapping[str, Any] | None) -> Sound:
    """An AUDIO. Raises AudioError."""
    with engine_imports():
        from ..engine.media.sound import Sound
    return Sound.from_waveform(audio)
