"""Run by another Python: `python runner.py REQUEST ANSWER`, two JSON files. Imports nothing of ours.

Request: engine ("whisperx" or "qwen3-forcedaligner"), wav (mono, 16 bit, 16 kHz), language (as the engine
calls it), model, device, download, and segments: start, end (seconds) and text of each.
Answer: version of the package, and segments: of each its words with text, start, end (seconds of the sound)
and score, as far as the engine has them; or error, a sentence. On standard output stands a line of JSON for
each segment that is done; what packages print goes to standard error. Ends where standard input does, which
is when whoever started it is gone.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import signal
import sys
import threading
import wave
from collections.abc import Callable
from typing import Any

RATE = 16000
Word = dict[str, Any]


def main(request_path: str, answer_path: str) -> None:
    told, parent = os.dup(1), os.dup(0)
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:  # for packages that ask questions
        os.dup2(nothing.fileno(), 0)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    if not request["download"]:
        # Read when huggingface_hub is imported.
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    package, load = ENGINES[request["engine"]]
    try:
        module = importlib.import_module(package)
    except Exception as error:
        answer: dict[str, Any] = {"error": f"{package} can't be imported there ({_reason(error)})"}
    else:
        try:
            answer = {
                "version": _version(package),
                "segments": _segments(load(module, request), request, told),
            }
        except Exception as error:
            answer = {"error": _reason(error)}
    with open(answer_path, "w", encoding="utf-8") as file:
        json.dump(answer, file)


def _end_with(parent: int) -> None:
    """End this process, and what it has started, once the other end of a pipe is closed."""
    while os.read(parent, 1):
        pass
    if os.name == "posix" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _segments(align: Callable[[Any, Word], list[Word]], request: Word, told: int) -> list[list[Word]]:
    import numpy as np

    with wave.open(request["wav"]) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768.0
    found = []
    for segment in request["segments"]:
        found.append(align(samples, segment))
        os.write(told, json.dumps({"done": len(found)}).encode() + b"\n")
    return found


def _whisperx(whisperx: Any, request: Word) -> Callable[[Any, Word], list[Word]]:
    """As of whisperx 3.8.6, whisperx/alignment.py and schema.py."""
    if not request["download"]:
        _keep_nltk_offline()
    device, language = request["device"], request["language"]
    model, metadata = whisperx.load_align_model(language, device, model_name=request["model"])

    def align(samples: Any, segment: Word) -> list[Word]:
        result = whisperx.align([segment], model, metadata, samples, device)
        # A word that it can't place has neither start nor end nor score.
        return [
            {
                "text": word["word"],
                "start": _number(word.get("start")),
                "end": _number(word.get("end")),
                "score": _number(word.get("score")),
            }
            for word in result["word_segments"]
        ]

    return align


def _keep_nltk_offline() -> None:
    """WhisperX parts sentences by nltk's data, which it would fetch of its own accord."""
    try:
        import nltk
    except ImportError:
        return

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("nltk's punkt_tab is not there: run `python -m nltk.downloader punkt_tab` with it")

    nltk.download = refuse


def _qwen(qwen_asr: Any, request: Word) -> Callable[[Any, Word], list[Word]]:
    """As of qwen-asr 0.0.6, qwen_asr/inference/qwen3_forced_aligner.py."""
    device = request["device"]
    model = qwen_asr.Qwen3ForcedAligner.from_pretrained(
        request["model"], device_map=device, dtype="bfloat16" if device == "cuda" else "float32"
    )

    def align(samples: Any, segment: Word) -> list[Word]:
        first = round(segment["start"] * RATE)
        part = samples[first : round(segment["end"] * RATE)]
        result = model.align(audio=(part, RATE), text=segment["text"], language=request["language"])[0]
        return [
            {
                "text": item.text,
                "start": first / RATE + float(item.start_time),
                "end": first / RATE + float(item.end_time),
                "score": None,
            }
            for item in result
        ]

    return align


ENGINES = {"whisperx": ("whisperx", _whisperx), "qwen3-forcedaligner": ("qwen_asr", _qwen)}


def _number(value: Any) -> float | None:
    """None also for what is not a number, which JSON doesn't have."""
    return float(value) if value is not None and float(value) == float(value) else None


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package.replace("_", "-"))
    except importlib.metadata.PackageNotFoundError:
        return ""


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"{type(error).__name__}: {lines[0].rstrip(' .:')}" if str(error).strip() else lines[0]


if __name__ == "__main__":
    main(*sys.argv[1:3])
