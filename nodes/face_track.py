"""Stage: faces."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folder_paths
import torch
from comfy_api.latest import io, ui
from PIL import Image

from ..engine.errors import InputError
from ..engine.faces.turns import parse_turns
from ..engine.host.comfy import ComfyHost
from ..engine.partial import write_whole
from ..engine.unwritable import unwritable
from .inputs import detector_input, fps_input, max_faces_input, picture_inputs, source_input, to_source
from .notices import notices
from .requirements import engine_imports
from .types import FaceDetectionModelIO, FaceLandmarksIO, FaceTrackIO
from .wiring import is_wired

if TYPE_CHECKING:
    from ..engine.faces.dwpose import LandmarkFinder
    from ..engine.faces.track import FaceTrack
    from ..engine.media.source import Source

_PREVIEWS = 8
# The page's pictures: where they lie in the temp folder, their longer side in pixels, JPEG's quality.
_SUBFOLDER, _SIDE, _QUALITY = "lipsync_faces", 640, 85


class LipSyncFaceTrack(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncFaceTrack",
            display_name="Track Faces (LipSync)",
            category="lipsync/faces",
            description="Finds every face of a clip and follows it through time. Works on the CPU, offline.",
            search_aliases=["face detection", "face mesh", "landmarks", "face tracking"],
            # To be run by itself, and so that the page is told again of a result that is kept.
            is_output_node=True,
            hidden=[io.Hidden.dynprompt],
            inputs=[
                source_input("The footage, or a picture."),
                fps_input(),
                detector_input(),
                io.Float.Input(
                    "min_confidence",
                    default=0.5,
                    min=0.05,
                    max=0.99,
                    step=0.01,
                    tooltip="Lower it when a face is missed, raise it when something else is taken for one.",
                ),
                io.Float.Input(
                    "max_gap",
                    default=0.4,
                    min=0.0,
                    max=5.0,
                    step=0.1,
                    advanced=True,
                    tooltip="Seconds a face may be lost for and still be filled in.",
                ),
                max_faces_input(),
                io.Combo.Input(
                    "landmarks",
                    options=["mediapipe", "dwpose", "mmpose"],
                    default="mediapipe",
                    optional=True,
                    tooltip=(
                        "What MuseTalk cuts the face by. mediapipe: the embedded mesh. dwpose: the network "
                        "that MuseTalk was trained with; needs its weights, slow without a GPU. mmpose: the "
                        "same by an installed mmpose."
                    ),
                ),
                FaceLandmarksIO.Input(
                    "face_landmarks",
                    optional=True,
                    tooltip=(
                        "Landmarks of ComfyUI's Detect Face Landmarks for the same frames, "
                        "instead of finding them here."
                    ),
                ),
                FaceDetectionModelIO.Input(
                    "face_detection_model",
                    optional=True,
                    tooltip="ComfyUI's MediaPipe model, to be used instead of the embedded one.",
                ),
                *picture_inputs(),
                io.String.Input(
                    "turns",
                    multiline=True,
                    default="",
                    optional=True,
                    advanced=True,
                    placeholder="who speaks: 0:00.0-0:04.2 1",
                    tooltip=(
                        "Who speaks when, for Apply Lip-Sync with person = speaking: a line for each turn, "
                        "its begin and end and the person's id. Empty: found by the mouths; the report of "
                        "Apply Lip-Sync says how, to be pasted here and put right."
                    ),
                ),
            ],
            outputs=[
                FaceTrackIO.Output(display_name="face_track"),
                io.Image.Output(
                    display_name="preview", tooltip="A few frames with what was found drawn on them."
                ),
            ],
        )

    @classmethod
    def validate_inputs(cls, turns: str | None = None) -> bool | str:
        if turns is not None:
            try:
                parse_turns(turns)
            except InputError as error:
                return str(error)
        return True

    @classmethod
    def execute(
        cls,
        source: Any,
        detector: str,
        min_confidence: float,
        max_gap: float = 0.4,
        max_faces: int = 8,
        fps: float = 25.0,
        landmarks: str = "mediapipe",
        face_landmarks: dict | None = None,
        face_detection_model: Any = None,
        deinterlace: str = "auto",
        background: str = "black",
        turns: str = "",
    ) -> io.NodeOutput:
        said = parse_turns(turns)
        with engine_imports():
            from ..engine.faces.adapters import track_from_landmarks, track_with_model
            from ..engine.faces.refine import with_landmarks
            from ..engine.faces.tracker import track_faces
        host = ComfyHost()
        clip = to_source(
            source,
            fps,
            host,
            deinterlace=deinterlace,
            background=background,
            rate_known=is_wired(cls, "fps"),
        )
        if face_landmarks is not None and face_detection_model is not None:
            raise InputError("Connect either face_landmarks or face_detection_model, not both.")
        # First, so that missing weights are said before the clip is read.
        finder = _finder(landmarks, host)
        if face_landmarks is not None:
            track = track_from_landmarks(face_landmarks, clip, host, max_faces=max_faces, max_gap=max_gap)
        elif face_detection_model is not None:
            track = track_with_model(
                face_detection_model,
                clip,
                host,
                detector=detector,  # type: ignore[arg-type]
                min_confidence=min_confidence,
                max_faces=max_faces,
                max_gap=max_gap,
            )
        else:
            track = track_faces(
                clip,
                host,
                detector=detector,  # type: ignore[arg-type]
                min_confidence=min_confidence,
                max_faces=max_faces,
                max_gap=max_gap,
            )
        if finder is not None:
            track = with_landmarks(track, clip, finder, host)
        track = replace(track, turns=said)
        pictures = _preview(clip, track)
        shown = {
            **ui.PreviewImage(pictures, cls=cls).as_dict(),
            "faces": [_overview(clip, track)],
            **notices(clip.notes),
        }
        return io.NodeOutput(track, pictures, ui=shown)


def _finder(landmarks: str, host: ComfyHost) -> LandmarkFinder | None:
    """What measures the landmarks again; None where the mesh's own do."""
    if landmarks == "mediapipe":
        return None
    with engine_imports():
        from ..engine.faces.dwpose import load_dwpose
        from ..engine.faces.mmpose_adapter import load_mmpose
    return load_dwpose(host) if landmarks == "dwpose" else load_mmpose(host)


def _overview(clip: Source, track: FaceTrack) -> dict[str, Any]:
    """What the page shows to choose a person by: {"people": as in engine.faces.overview, "shots": how many,
    "frames": [{"picture": file in ComfyUI's temp folder, "time": seconds, "faces": [[id, x0, y0, x1, y1], …]
    as shares of the width and height}, …]}."""
    from ..engine.faces.overview import people, picked_frames
    from ..engine.media.colour import small_rgb

    folder = Path(folder_paths.get_temp_directory(), _SUBFOLDER)
    width, height = track.size
    frames = []
    for index in picked_frames(track):
        name = f"{track.key[:24]}_{index}.jpg"
        file = BytesIO()
        picture = small_rgb(next(iter(clip.read(index, index + 1))), _SIDE)
        Image.fromarray(picture).save(file, "JPEG", quality=_QUALITY)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / name, file.getvalue())
        except OSError as error:
            raise unwritable(folder / name, error) from error
        seen = [(person.id, person.at(index)) for person in track.persons]
        faces = [
            [
                id_,
                *(round(float(at) / side, 4) for at, side in zip(face.box, (width, height) * 2, strict=True)),
            ]
            for id_, face in seen
            if face is not None
        ]
        saved = ui.SavedResult(name, _SUBFOLDER, io.FolderType.temp)
        frames.append({"picture": saved, "time": round(index / float(track.fps), 2), "faces": faces})
    return {"people": people(track), "shots": len(track.cuts) + 1, "frames": frames}


def _preview(clip: Source, track: FaceTrack) -> torch.Tensor:
    """A few frames spread over the clip, with the track drawn: [B, H, W, 3]."""
    from ..engine.faces.draw import draw_track
    from ..engine.media.colour import to_rgb

    wanted = sorted({round(i * (track.frames - 1) / (_PREVIEWS - 1)) for i in range(_PREVIEWS)})
    drawn = []
    for index in wanted:
        frame = next(iter(clip.read(index, index + 1)))
        drawn.append(torch.from_numpy(draw_track(to_rgb(frame), track, index)))
    return torch.stack(drawn).float() / 255
