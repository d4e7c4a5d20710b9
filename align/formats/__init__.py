"""Lyric and subtitle files: LRC, Enhanced LRC, SubRip, WebVTT, ASS, JSON and plain text.

Needs neither torch nor numpy.
"""

from .catalogue import FORMATS, SUFFIXES, Format
from .document import Lyrics, Problem, WriteOptions
from .files import parse, read_lyrics, serialise, write

__all__ = [
    "FORMATS", "Format", "Lyrics", "Problem", "SUFFIXES", "WriteOptions", "parse", "read_lyrics", "serialise",
    "write",
]  # fmt: skip
