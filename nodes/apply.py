"""The node most people need: footage and a voice in, lip-synced video out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from comfy_api.latest import InputImpl, io

from ..engine.faces.track import DEFAULT_MAX_FACES
from ..engine.host.comfy import ComfyHost
from . import inputs
from .face_track import LipSyncFaceTrack
from .notices import notices
from .requirements import engine_imports
from .types import BackendIO, VoicesIO, WordTimingsIO
from .wiring import is_wired, same_source

if TYPE_CHECKING:
    from ..align.words import WordTimings
    from ..backends.protocol import LipSyncBackend
    from ..backends.request import Voice
    from ..engine.faces.track import FaceTrack


class LipSyncApply(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncApply",
            display_name="Apply Lip-Sync",
            category="lipsync",
            description=(
                "Makes the face in a video or picture speak or sing the audio. The backend "
                "does the painting: "
                "drag another backend node here to swap it. Any length, any frame rate."
            ),
            search_aliases=["lip sync", "lipsync", "dub", "talking head", "sing", "speak"],
            inputs=[
                inputs.source_input("The footage or picture whose mouth is to move."),
                io.Audio.Input("audio", tooltip="The soundtrack of the result: a voice or a song."),
                BackendIO.Input("backend", tooltip="The engine that paints the mouth."),
                inputs.face_track_input(),
                WordTimingsIO.Input(
                    "words",
                    optional=True,
                    tooltip="When each word is said: better mouth shapes and exact pauses.",
                ),
                io.Audio.Input(
                    "driving_audio",
                    optional=True,
                    tooltip=(
                        "What moves the mouth if not the soundtrack: the voice alone of a song with music."
                    ),
                ),
                io.String.Input(
                    "lyrics",
                    multiline=True,
                    default="",
                    optional=True,
                    placeholder="What is said or sung (optional)",
                    tooltip=(
                        "The text, where no word timings are connected: better mouth shapes, in many "
                        "languages."
                    ),
                ),
                inputs.length_input(),
                inputs.fill_input(advanced=True),
                io.Combo.Input(
                    "silence",
                    options=["rest", "close", "source"],
                    default="rest",
                    advanced=True,
                    tooltip="In pauses: the mouth's rest shape, lips closed, or the source's own mouth.",
                ),
                inputs.person_input(
                    tooltip=(
                        "Whose mouth: largest, left, right, centre, speaking (whoever is seen to say what is "
                        "heard), an id shown by Track Faces, or several ids such as 1+3 (of those seen at "
                        "once the largest)."
                    )
                ),
                io.Combo.Input(
                    "content",
                    options=["auto", "speech", "song"],
                    default="auto",
                    advanced=True,
                    optional=True,
                    tooltip=(
                        "How pauses are found: speech by voice detection, a song with music by "
                        "true silence only."
                    ),
                ),
                inputs.sync_offset_input(),
                inputs.crf_input(
                    remark=" 12 leaves room for another encode; where this is the last one, 18 is smaller."
                ),
                inputs.fps_input(),
                inputs.detector_input(remark="Without a face_track. ", optional=True, advanced=True),
                inputs.max_faces_input(remark="Without a face_track. ", optional=True),
                *inputs.picture_inputs(),
                VoicesIO.Input(
                    "voices",
                    optional=True,
                    tooltip=(
                        "For several people at once: from Voice nodes, instead of words, driving audio and "
                        "lyrics. Whoever has no voice keeps their own mouth."
                    ),
                ),
            ],
            outputs=inputs.video_outputs(),
            hidden=[io.Hidden.dynprompt],
        )

    @classmethod
    def validate_inputs(cls, person: str | None = None) -> bool | str:
        return inputs.check_person(person)

    @classmethod
    async def execute(
        cls,
        source: Any,
        audio: Mapping[str, Any] | None,
        backend: LipSyncBackend,
        length: str,
        fill: str,
        silence: str,
        person: str,
        face_track: FaceTrack | None = None,
        words: WordTimings | None = None,
        driving_audio: Mapping[str, Any] | None = None,
        lyrics: str = "",
        content: str = "auto",
        sync_offset_ms: int = 0,
        crf: int = 12,
        fps: float = 25.0,
        detector: str = "auto",
        max_faces: int = DEFAULT_MAX_FACES,
        deinterlace: str = "auto",
        background: str = "black",
        voices: tuple[Voice, ...] = (),
    ) -> io.NodeOutput:
        with engine_imports():
            from ..backends.request import LipSyncRequest
            from ..backends.run import run
        host = ComfyHost()
        request = LipSyncRequest(
            source=inputs.to_source(
                source,
                fps,
                host,
                deinterlace=deinterlace,
                background=background,
                rate_known=is_wired(cls, "fps"),
            ),
            soundtrack=inputs.to_sound(audio),
            driving=None if driving_audio is None else inputs.to_sound(driving_audio),
            words=words,
            lyrics=lyrics,
            track=face_track,
            length=length,  # type: ignore[arg-type]
            fill=fill,  # type: ignore[arg-type]
            person=person,
            silence=silence,  # type: ignore[arg-type]
            content=content,  # type: ignore[arg-type]
            sync_offset=sync_offset_ms / 1000,
            detector=detector,  # type: ignore[arg-type]
            max_faces=max_faces,
            voices=voices,
        )
        path = host.temp_file(".mp4")
        if backend.spec.remote:
            # Waiting for a service must not hold up the other nodes; local work stays on the prompt's
            # thread, whose inference mode and progress context other threads don't have.
            try:
                report = await asyncio.to_thread(run, backend, request, host, path, crf)
            except asyncio.CancelledError:
                host.stop()  # the prompt has ended; its thread must not go on waiting
                raise
        else:
            with same_source(cls, "face_track", LipSyncFaceTrack):
                report = run(backend, request, host, path, crf)
        return io.NodeOutput(InputImpl.VideoFromFile(str(path)), report.to_json(), ui=notices(report.notes))
