"""A picture made to speak by D-ID, as one more backend of the lip-sync node."""

from __future__ import annotations

from collections.abc import Callable, Generator
from fractions import Fraction
from itertools import islice

from PIL import Image

from ...did_client import (
    DIDError,
    Step,
    TalkConfig,
    TalkJobs,
    TalkOrder,
    estimate,
    load_settings,
    media,
    open_jobs,
)
from ...did_client.settings import default_folder
from ...engine.consent import Consents
from ...engine.errors import CloudError
from ...engine.host.protocol import Host
from ...engine.media.colour import to_rgb
from ...engine.media.frames import CHUNK
from ...engine.media.timeline import Timeline, plan, walk
from ...engine.media.video import VideoSource
from ...engine.report import FrameState
from ..protocol import FrameChunk, Rendering
from ..request import LipSyncRequest
from .spec import SPEC, TERMS, DIDSettings

# Difference in length between clip and sound that is rounding, in seconds.
_SLACK = 0.25


class DIDBackend:
    """A LipSyncBackend. open_jobs: finds settings and key when they are needed; the backend holds neither,
    because it travels through the graph. check_consent: raises ConsentError unless the user has agreed
    outside the graph, too."""

    spec = SPEC
    name = SPEC.title

    def __init__(
        self, open_jobs: Callable[[], TalkJobs], check_consent: Callable[[], None], settings: DIDSettings
    ) -> None:
        self._open_jobs = open_jobs
        self._check_consent = check_consent
        self._settings = settings
        self.takes_footage = settings.use_first_frame

    def __repr__(self) -> str:
        return f"DIDBackend({self._settings})"

    def render(self, request: LipSyncRequest, host: Host) -> Rendering:
        """Raises CloudError, ConsentError; a job that was sent stays in the journal, whatever ends the wait
        for it."""
        try:
            return self._render(request, host)
        except DIDError as error:
            raise CloudError(str(error)) from error

    def _render(self, request: LipSyncRequest, host: Host) -> Rendering:
        seconds = _seconds(request)
        order = self._order(request, seconds)
        jobs = self._open_jobs()
        cost = estimate(order).text(jobs.settings.price_per_credit, jobs.settings.currency)
        if self._settings.consent:
            self._check_consent()
        job = jobs.start(order, consent=self._settings.consent, max_credits=self._settings.max_credits)

        def show(step: Step) -> None:
            host.progress(progress_text(step, cost), 0, 1)

        job = jobs.run(job.id, check_cancelled=host.check_cancelled, on_step=show)
        clip = VideoSource(jobs.result(job))
        timeline = plan(clip, seconds, "audio", "hold")
        notes = [f"Estimated cost: {cost}.", *job.notes]
        if job.measured_credits is not None:
            notes.append(f"Credits used: {job.measured_credits:g} (balance before and after).")
        if not request.source.still:
            notes.append("D-ID was sent the first frame of the footage.")
        if clip.duration < seconds - Fraction(_SLACK):
            notes.append(f"The clip from D-ID lasts {float(clip.duration):.2f} s; its last frame is held.")
        return Rendering(
            size=clip.stored_size,
            fps=timeline.fps,
            variable=timeline.variable,
            colour=clip.colour,
            frames=len(timeline),
            duration=timeline.duration,
            chunks=_chunks(clip, timeline, host),
            notes=notes,
            aspect=clip.aspect,
            times=timeline.times,
        )

    def _order(self, request: LipSyncRequest, seconds: Fraction) -> TalkOrder:
        picture = media.picture(Image.fromarray(to_rgb(next(request.source.read(0, 1)))))
        # A mouth that is to move later hears a voice that begins later.
        voice = request.voice.cut(-Fraction(request.sync_offset), seconds)
        recording = media.recording(voice.mono(voice.rate), voice.rate)
        # What tells a repeated order from the first one.
        nonce = str(self._settings.again or "")
        return TalkOrder(picture, recording, TalkConfig(stitch=self._settings.stitch), nonce=nonce)


def jobs_of_the_command() -> TalkJobs:
    """The account of the `did` command. Raises CloudDisabledError, KeyMissingError, KeyFileError,
    SettingsError."""
    folder = default_folder()
    return open_jobs(folder, load_settings(folder))


def consent_of_the_command() -> None:
    """Raises ConsentError until the user has agreed in the page's dialog or on the command line."""
    Consents(default_folder()).require(TERMS)


def progress_text(step: Step, cost: str) -> str:
    """One line for the node: what the job waits for, what went wrong last, what it costs."""
    waits = {
        "planned": "sending picture and voice",
        "submitting": "looking for the order",
        "ambiguous": "looking for the order",
        "undecided": "looking for the order",
        "submitted": "rendering",
        "downloaded": "finished",
    }
    trouble = f" ({step.note})" if step.note else ""
    return f"D-ID: {waits.get(step.job.state, step.job.state)}, {cost}{trouble}"


def _seconds(request: LipSyncRequest) -> Fraction:
    """Length of the result. A picture has no length of its own; nor has footage of which one frame is shown,
    unless the user asks for it."""
    sound = request.soundtrack.duration
    if request.source.still or request.length == "audio":
        return sound
    return request.source.duration if request.length == "video" else min(sound, request.source.duration)


def _chunks(clip: VideoSource, timeline: Timeline, host: Host) -> Generator[FrameChunk, None, None]:
    stage = "Taking over D-ID's clip"
    frames = walk(clip, timeline)
    done = 0
    host.progress(stage, 0, len(timeline))
    while chunk := list(islice(frames, CHUNK)):
        done += len(chunk)
        host.progress(stage, done, len(timeline))
        yield FrameChunk(chunk, [FrameState.GENERATED] * len(chunk))
