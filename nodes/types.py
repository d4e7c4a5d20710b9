"""The wires that are our own. What travels on them:

FACE_TRACK: engine.faces.track.FaceTrack. LIPSYNC_BACKEND: backends.protocol.LipSyncBackend. WORD_TIMINGS:
align.words.WordTimings. LYRIC_STYLE: overlay.style.LyricStyle. FACE_LANDMARKS and FACE_DETECTION_MODEL are
ComfyUI's (comfy_extras/nodes_mediapipe.py). MUSETALK_MODEL: backends.musetalk.models.MuseTalkModels.
AUDIO_FEATURES: backends.dub.audio_features.AudioFeatures. MOUTH_CLIP:
backends.dub.mouth_clip.MouthClip. LIPSYNC_VOICES: a tuple of backends.request.Voice.
whisper_alignment is ComfyUI-Whisper's: a list of {"value", "start", "end"}, seconds.
"""

from __future__ import annotations

from comfy_api.latest import io

FaceTrackIO = io.Custom("FACE_TRACK")
BackendIO = io.Custom("LIPSYNC_BACKEND")
WordTimingsIO = io.Custom("WORD_TIMINGS")
LyricStyleIO = io.Custom("LYRIC_STYLE")
FaceLandmarksIO = io.Custom("FACE_LANDMARKS")
FaceDetectionModelIO = io.Custom("FACE_DETECTION_MODEL")
MuseTalkModelIO = io.Custom("MUSETALK_MODEL")
AudioFeaturesIO = io.Custom("AUDIO_FEATURES")
MouthClipIO = io.Custom("MOUTH_CLIP")
VoicesIO = io.Custom("LIPSYNC_VOICES")
WhisperAlignmentIO = io.Custom("whisper_alignment")
