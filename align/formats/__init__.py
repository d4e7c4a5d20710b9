"""Lyric and subtitle files: LRC, Enhanced LRC, SubRip, WebVTT, ASS, JSON, plain text and TTML are read and
written; SubViewer, MicroDVD, QRC, YRC, KRC, UltraStar and Audacity's labels are read.

Needs neither torch nor numpy.
"""

from .catalogue import FORMATS, SUFFIXES, WRITTEN, WRITTEN_SUFFIXES, Format
from .document import Lyrics, Problem, WriteOptions
from .files import parse, read_lyrics, serialise, write

__all__ = [
    "FORMATS", "Format", "Lyrics", "Problem", "SUFFIXES", "WRITTEN", "WRITTEN_SUFFIXES", "WriteOptions",
    "parse", "read_lyrics", "serialise", "write",
]  # fmt: skip
