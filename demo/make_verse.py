"""Make verse.mp3: the verse of verse.txt sung to its melody, out of a text-to-speech voice.

Needs `flite` (Debian: apt install flite) and `pip install av numpy pyworld scipy "setuptools<80"`;
then `python make_verse.py`. flite speaks each line and tells where its phones are. WORLD (Morise et al. 2016,
IEICE Trans. E99-D) takes the voice apart into pitch, spectrum and noise; each vowel is stretched so that it
starts on its beat, the pitch follows the tune, and WORLD puts the voice together again.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import av
import numpy as np
import pyworld
from scipy.io import wavfile
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

HERE = Path(__file__).parent
RATE = 48000
STEP = 0.005  # seconds between WORLD's frames
BEAT = 0.36
LEAD_IN = 0.5
LINE = 9.5 * BEAT  # six quarter notes, a half note, and a breath
TONIC = 185.0  # F sharp 3, where the voice is at home
TUNE = [(0, 0, 7, 7, 9, 9, 7), (5, 5, 4, 4, 2, 2, 0), (7, 7, 5, 5, 4, 4, 2), (0, 0, 7, 7, 9, 9, 7)]
ENDING = (7, 7, 5, 5, 4, 2, 0)  # the last line goes home, so that the verse ends where it began
VOWELS = {"aa", "ae", "ah", "ao", "aw", "ax", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw"}
UNVOICED = {"p", "t", "k", "f", "th", "s", "sh", "ch", "hh"}
Phone = tuple[str, float, float]


def speak(text: str) -> tuple[np.ndarray, int, list[Phone]]:
    """Samples, their rate and the phones of a line spoken slowly and flatly."""
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder, "line.wav")
        printed = subprocess.run(
            [
                "flite",
                "-voice",
                "slt",
                "--setf",
                "duration_stretch=1.5",
                "--setf",
                "int_f0_target_mean=250",
                "--setf",
                "int_f0_target_stddev=5",
                "-psdur",
                "-t",
                text,
                "-o",
                str(wav),
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        rate, samples = wavfile.read(wav)
    phones, start = [], 0.0
    for item in printed.split():
        name, end = item.split(":")
        if name != "pau":
            phones.append((name, start, float(end)))
        start = float(end)
    return samples / 32768.0, rate, phones


def place(phones: list[Phone]) -> list[tuple[Phone, float, float]]:
    """Where each phone is sung, seconds from the line's first beat: vowel n starts on beat n."""
    vowels = [i for i, (name, _, _) in enumerate(phones) if name in VOWELS]
    length = [0.7 * (end - start) for _, start, end in phones]
    sung: list[tuple[Phone, float, float]] = []
    at = -sum(length[: vowels[0]])
    for beat, first in enumerate([0, *vowels]):
        last = [*vowels, len(phones)][beat]
        consonants = list(range(first + (beat > 0), last))
        if beat > 0:
            held = 0.62 * 2 * BEAT if beat == len(vowels) else BEAT
            crowd = sum(length[i] for i in consonants)
            squeeze = min(1.0, 0.5 * held / crowd) if crowd else 1.0
            for i in consonants:
                length[i] *= squeeze
            length[first] = held - crowd * squeeze
            consonants.insert(0, first)
        for i in consonants:
            sung.append((phones[i], at, at + length[i]))
            at += length[i]
    return sung


def source_times(sung: list[tuple[Phone, float, float]], times: np.ndarray) -> np.ndarray:
    """The spoken instant to be heard at each sung instant; a vowel is held in its middle, so that it begins
    and ends as fast as in speech."""
    to, source = [], []
    for (name, start, end), sung_start, sung_end in sung:
        to.append(sung_start)
        source.append(start)
        spoken = end - start
        if name in VOWELS and sung_end - sung_start > 0.8 * spoken:
            to += [sung_start + 0.25 * spoken, sung_end - 0.3 * spoken]
            source += [start + 0.3 * spoken, start + 0.65 * spoken]
    to.append(sung[-1][2])
    source.append(sung[-1][0][2])
    return np.interp(times, to, source)


def melody(times: np.ndarray, notes: tuple[int, ...]) -> np.ndarray:
    """Hz: notes joined by short glides, vibrato growing on the held one, and the drift of a living voice."""
    beat = np.clip(np.floor((times + 0.04) / BEAT).astype(int), 0, len(notes) - 1)
    cents = gaussian_filter1d(100.0 * np.array(notes)[beat], 0.022 / STEP, mode="nearest")
    since = times - beat * BEAT
    depth = 12 + 26 * np.clip((since - 0.2) / 0.25, 0, 1)
    cents += depth * np.sin(2 * np.pi * 5.4 * times)
    drift = np.random.default_rng(len(times)).normal(size=len(times))
    cents += 9 * gaussian_filter1d(drift, 0.06 / STEP, mode="nearest") * np.sqrt(0.06 / STEP * 3.5)
    return TONIC * 2 ** (cents / 1200)


def sing(text: str, notes: tuple[int, ...]) -> tuple[np.ndarray, float]:
    """A sung line at RATE, and where its first beat lies in it, seconds."""
    spoken, rate, phones = speak(text)
    pitch, frames = pyworld.harvest(spoken, rate, frame_period=1000 * STEP)
    spectrum = pyworld.cheaptrick(spoken, pitch, frames, rate)
    noise = pyworld.d4c(spoken, pitch, frames, rate, threshold=0.0)
    sung = place(phones)
    start, end = sung[0][1] - 0.05, sung[-1][2] + 0.12
    times = np.arange(start, end, STEP)
    source = source_times(sung, times) / STEP
    before = np.minimum(source.astype(int), len(frames) - 2)
    part = np.minimum(source - before, 1.0)[:, None]
    envelope = np.exp((1 - part) * np.log(spectrum[before]) + part * np.log(spectrum[before + 1]))
    aperiodic = (1 - part) * noise[before] + part * noise[before + 1]

    voiced = np.ones(len(times), bool)
    loud = np.zeros(len(times))
    for (name, _, _), phone_start, phone_end in sung:
        here = (times >= phone_start) & (times < phone_end)
        voiced[here] = name not in UNVOICED
        loud[here] = 1.0
    loud = gaussian_filter1d(loud, 0.01 / STEP)
    tuned = np.where(voiced, melody(times, notes), 0.0)
    voice = pyworld.synthesize(
        tuned, np.ascontiguousarray(envelope), np.ascontiguousarray(aperiodic), rate, frame_period=1000 * STEP
    )
    voice *= np.interp(np.arange(len(voice)) / rate, times - times[0], loud)
    return resample_poly(voice, RATE, rate), -start


def room(voice: np.ndarray) -> np.ndarray:
    """A small bright room: it is silent again 0.3 s after the last word."""
    rng = np.random.default_rng(7)
    time = np.arange(int(0.4 * RATE)) / RATE
    tail = rng.normal(size=len(time)) * 10 ** (-3 * time / 0.35) * (time > 0.012)
    tail = sosfilt(butter(2, [250, 5000], "bandpass", fs=RATE, output="sos"), tail)
    return voice + 0.2 * fftconvolve(voice, tail / np.sqrt(np.sum(tail**2)))[: len(voice)]


def write(path: Path, samples: np.ndarray) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libmp3lame", rate=RATE, layout="mono", bit_rate=80_000)
        frame = av.AudioFrame.from_ndarray(samples.astype(np.float32)[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def main() -> None:
    lines = (HERE / "verse.txt").read_text().splitlines()
    song = np.zeros(int((LEAD_IN + LINE * len(lines)) * RATE))
    for number, (text, notes) in enumerate(zip(lines, [*TUNE[:3], ENDING], strict=True)):
        voice, first_beat = sing(text, notes)
        at = int((LEAD_IN + number * LINE - first_beat) * RATE)
        song[at : at + len(voice)] += voice / np.sqrt(np.mean(voice**2))
    song = sosfilt(butter(2, 90, "highpass", fs=RATE, output="sos"), room(song))
    write(HERE / "verse.mp3", 0.8 * song / np.abs(song).max())


if __name__ == "__main__":
    main()
