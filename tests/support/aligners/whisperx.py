"""WhisperX without its networks, for an interpreter of its own.

Its functions take what those of whisperx 3.8.6 take and hand back what they hand back: `load_align_model` and
`align` of whisperx/alignment.py, in the format of whisperx/schema.py (`AlignedTranscriptionResult`; a word
that can't be placed has no "start", "end" and "score"; numbers of words are numpy's). The words are spread
over what is loud; their scores are high where SPOKEN holds them. BLOCKS in a segment's text makes it stop
there for ever, after its process is written down; FAILS makes it raise.
"""

import os
import time

import numpy as np

SAMPLE_RATE = 16000
BLOCKS, FAILS, UNPLACED = "blockforever", "failnow", "♪"


def load_align_model(language_code, device, model_name=None, model_dir=None, model_cache_only=False):
    print("a line that a package prints", flush=True)
    assert device in ("cpu", "cuda")
    return model_name, {"language": language_code, "dictionary": {"a": 1}, "type": "huggingface"}


def align(
    transcript, model, align_model_metadata, audio, device, interpolate_method="nearest",
    return_char_alignments=False, print_progress=False, combined_progress=False, progress_callback=None,
):  # fmt: skip
    assert isinstance(audio, np.ndarray)
    assert audio.dtype == np.float32
    assert audio.ndim == 1
    segments = []
    for segment in transcript:
        if BLOCKS in segment["text"]:
            with open(os.environ["FAKE_ALIGNER_STARTED"], "w", encoding="utf-8") as file:
                file.write(str(os.getpid()))
            time.sleep(3600)
        if FAILS in segment["text"]:
            raise RuntimeError("CUDA error: no kernel image\nsecond line")
        words = _words(segment, audio)
        segments.append({**segment, "words": words, "chars": None})
    return {"segments": segments, "word_segments": [word for each in segments for word in each["words"]]}


def _words(segment, audio):
    first = int(segment["start"] * SAMPLE_RATE)
    part = np.abs(audio[first : int(segment["end"] * SAMPLE_RATE)])
    loud = np.flatnonzero(part > 0.02)
    begin, end = (loud[0], loud[-1]) if loud.size else (0, part.size)
    texts = segment["text"].split(" ")
    edges = segment["start"] + np.linspace(begin, end, len(texts) + 1) / SAMPLE_RATE
    spoken = os.environ["FAKE_ALIGNER_SPOKEN"].lower().split()
    found = []
    for text, start, stop in zip(texts, edges, edges[1:], strict=False):
        score = 0.8 if loud.size and text.lower().strip(",.!?") in spoken else 0.01
        placed = {} if UNPLACED in text else {"start": np.round(start, 3), "end": np.round(stop, 3)}
        found.append({"word": text, **placed, **({"score": np.float64(score)} if placed else {})})
    return found
