"""Lyric and subtitle files: LRC, Enhanced LRC, SubRip, WebVTT, ASS, JSON and plain text.

Needs neither torch nor numpy.
"""

from .catalogue import FORMATS, SUFFIXES, Format
from .document import Lyrics, Problem
from .options import WriteOptions
from .reading import parse, read_lyrics
from .writing import serialise, write

__all__ = [
    "FORMATS", "Format", "Lyrics", "Problem", "SUFFIXES", "WriteOptions", "parse", "read_lyrics", "serialise",
    "write",
]  # fmt: skip
