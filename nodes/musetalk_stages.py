"""MuseTalk stage by stage: the sound heard, the faces generated, the faces put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from comfy_api.latest import InputImpl, io, ui

from ..backends.musetalk.spec import SPEC
from ..engine.host.comfy import ComfyHost
from . import inputs
from .face_track import LipSyncFaceTrack
from .musetalk import face_widgets, mask_widgets, restore_of, upscale_input
from .requirements import engine_imports
from .types import AudioFeaturesIO, MouthClipIO, MuseTalkModelIO, WordTimingsIO
from .widgets import widget
from .wiring import is_wired, same_source

if TYPE_CHECKING:
    from ..align.words import WordTimings
    from ..backends.dub.audio_features import AudioFeatures
    from ..backends.dub.mouth_clip import MouthClip
    from ..backends.musetalk.models import MuseTalkModels
    from ..engine.faces.track import FaceTrack


class LipSyncAudioFeatures(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncAudioFeatures",
            display_name="Audio Features (LipSync)",
            category="lipsync/musetalk",
            description=(
                "What MuseTalk hears of a voice or a song: Whisper's states, 50 a second, for any frame rate."
            ),
            search_aliases=["whisper", "audio encoder", "musetalk"],
            inputs=[
                MuseTalkModelIO.Input("model", tooltip="From Load MuseTalk."),
                io.Audio.Input(
                    "audio", tooltip="What moves the mouth. Of a song with music, the vocal stem is better."
                ),
                io.Combo.Input(
                    "pauses",
                    options=["auto", "speech", "song", "off"],
                    default="auto",
                    tooltip=(
                        "Where nobody speaks the source's own mouth is shown. speech: found by voice "
                        "detection; song: true silence only; auto: by the sound; off: the mouth is always "
                        "repainted."
                    ),
                ),
                WordTimingsIO.Input("words", optional=True, tooltip="When each word is said: exact pauses."),
                widget(
                    SPEC, "parity", optional=True, advanced=True, tooltip=" The stages that follow do so too."
                ),
            ],
            outputs=[AudioFeaturesIO.Output(display_name="features")],
        )

    @classmethod
    def execute(
        cls,
        model: MuseTalkModels,
        audio: Mapping[str, Any] | None,
        pauses: str,
        words: WordTimings | None = None,
        parity: bool = False,
    ) -> io.NodeOutput:
        with engine_imports():
            from ..backends.dub.audio_features import encode_features
            from ..backends.speech import mouth_spans, voice_samples
            from ..musetalk_core.presets import PRESETS
        sound, host = inputs.to_sound(audio), ComfyHost()
        samples = voice_samples(sound, host)
        spans = None
        if pauses != "off":
            spans = mouth_spans(samples, words, pauses, stem=False, host=host)  # type: ignore[arg-type]
        convention = PRESETS[model.version].audio
        return io.NodeOutput(
            encode_features(
                model.whisper, convention, samples, sound.duration, host, parity=parity, spans=spans
            )
        )


class LipSyncMuseTalkInfer(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncMuseTalkInfer",
            display_name="Generate Mouths (LipSync)",
            category="lipsync/musetalk",
            description=(
                "MuseTalk's inference alone: a face of 256×256 pixels for every frame, kept in a file, to be "
                "looked at and put back by Composite Mouths."
            ),
            search_aliases=["musetalk", "inference", "unet"],
            inputs=[
                MuseTalkModelIO.Input("model", tooltip="From Load MuseTalk."),
                inputs.source_input("The footage or picture whose mouth is to move."),
                AudioFeaturesIO.Input("features", tooltip="From Audio Features."),
                inputs.face_track_input(),
                *face_widgets(),
                inputs.length_input(),
                inputs.fill_input(),
                inputs.person_input(),
                inputs.sync_offset_input(),
                widget(SPEC, "batch_size", optional=True, advanced=True),
                inputs.fps_input(),
                upscale_input(),
                *inputs.picture_inputs(),
            ],
            outputs=[
                MouthClipIO.Output(display_name="mouths"),
                io.Image.Output(display_name="preview", tooltip="A few of the generated faces."),
            ],
            hidden=[io.Hidden.dynprompt],
        )

    @classmethod
    def validate_inputs(cls, person: str | None = None) -> bool | str:
        return inputs.check_person(person)

    @classmethod
    def execute(
        cls,
        model: MuseTalkModels,
        source: Any,
        features: AudioFeatures,
        length: str,
        fill: str,
        person: str,
        face_track: FaceTrack | None = None,
        sync_offset_ms: int = 0,
        fps: float = 25.0,
        upscale_model: Any = None,
        deinterlace: str = "auto",
        background: str = "black",
        **choices: Any,
    ) -> io.NodeOutput:
        """choices: the widgets of `face_widgets` and batch_size."""
        with engine_imports():
            from ..backends.dub.stages import infer, plan_faces
            from ..backends.musetalk.pipeline import MuseTalkEngine
        host = ComfyHost()
        settings = SPEC.settings_from({**choices, "version": model.version, "parity": features.parity})
        restore = restore_of(upscale_model, features.parity)
        engine = MuseTalkEngine(model, settings, features=features, restore=restore)
        with same_source(cls, "face_track", LipSyncFaceTrack):
            job = plan_faces(
                features,
                inputs.to_source(
                    source,
                    fps,
                    host,
                    deinterlace=deinterlace,
                    background=background,
                    rate_known=is_wired(cls, "fps"),
                ),
                host,
                track=face_track,
                length=length,  # type: ignore[arg-type]
                fill=fill,  # type: ignore[arg-type]
                person=person,
                sync_offset=sync_offset_ms / 1000,
            )
        clip = infer(engine, job, host)
        faces = clip.preview()
        return io.NodeOutput(clip, faces, ui=ui.PreviewImage(faces, cls=cls))


class LipSyncComposite(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncComposite",
            display_name="Composite Mouths (LipSync)",
            category="lipsync/musetalk",
            description=(
                "Puts generated faces back into the footage: which part of them shows, and how it meets "
                "the rest."
            ),
            search_aliases=["musetalk", "blend", "paste", "face parsing"],
            inputs=[
                inputs.source_input("The footage the faces were made from, or a graded version of it."),
                MouthClipIO.Input("mouths", tooltip="From Generate Mouths."),
                io.Audio.Input("audio", optional=True, tooltip="The soundtrack of the result."),
                MuseTalkModelIO.Input(
                    "model",
                    optional=True,
                    tooltip=(
                        "From Load MuseTalk, for its face parser. Without it the mask is drawn by landmarks."
                    ),
                ),
                widget(SPEC, "quality"),
                *mask_widgets(),
                inputs.crf_input(),
                inputs.fps_input(),
                *inputs.picture_inputs(),
            ],
            outputs=inputs.video_outputs(),
            hidden=[io.Hidden.dynprompt],
        )

    @classmethod
    def execute(
        cls,
        source: Any,
        mouths: MouthClip,
        quality: str,
        audio: Mapping[str, Any] | None = None,
        model: MuseTalkModels | None = None,
        crf: int = 12,
        fps: float = 25.0,
        deinterlace: str = "auto",
        background: str = "black",
        **choices: Any,
    ) -> io.NodeOutput:
        """choices: the widgets of `mask_widgets`."""
        with engine_imports():
            from ..backends.dub.stages import composite
            from ..backends.musetalk.pipeline import composing
            from ..backends.run import write
        host = ComfyHost()
        made = mouths.compose
        choices |= {"quality": quality, "parity": made.parity, "batch_size": made.batch}
        settings = composing(SPEC.settings_from(choices), made.convention)
        clip = inputs.to_source(
            source,
            fps,
            host,
            deinterlace=deinterlace,
            background=background,
            rate_known=is_wired(cls, "fps"),
        )
        with same_source(cls, "mouths", LipSyncMuseTalkInfer):
            rendering = composite(mouths, clip, model, host, settings)
        path = host.temp_file(".mp4")
        sound = None if audio is None else inputs.to_sound(audio)
        report = write(rendering, mouths.engine, sound, path, crf)
        report.notes = [*clip.notes, *report.notes]
        return io.NodeOutput(InputImpl.VideoFromFile(str(path)), report.to_json())
