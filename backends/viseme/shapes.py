"""What the lips do for each ARPAbet phone.

The classes follow the MPEG-4 facial animation visemes (ISO/IEC 14496-2, FAP 1) with schwa, open and diphthong
vowels kept apart, as in the 15 visemes of Oculus LipSync; the numbers within them are our own, for an
unexaggerated speaker. The openings were fitted to six speakers of the GRID corpus (Cooke et al., "An
audio-visual corpus for speech perception and automatic speech recognition", 2006), class by class and not far
from where they had been, since so few speakers hold few phones: rounding all but closes /r/ and /w/, a schwa
hardly opens, /ɛ/ opens nearly as far as /a/. A diphthong has two shapes, one after the other.

Dominance says how much of its own shape a phone gets against its neighbours, per parameter (Cohen and
Massaro, "Modeling coarticulation in synthetic visual speech", 1993): a bilabial rules the aperture wholly and
the width hardly, /t/ takes its rounding from the vowel that follows.
"""

from __future__ import annotations

from typing import NamedTuple


class Shape(NamedTuple):
    """One target; the units are those of `motion.MouthMotion`, the lengths in rest mouth widths."""

    open: float = 0.0
    jaw: float = 0.0
    wide: float = 0.0
    round: float = 0.0
    tuck: float = 0.0
    press: float = 0.0
    teeth: float = 0.0
    tongue: float = 0.0


class Target(NamedTuple):
    """A shape, and how strongly it holds its opening (open, jaw), its width (wide, round) and the rest."""

    shape: Shape
    opening: float
    width: float
    detail: float


CLOSED = frozenset({"P", "B", "M"})
TUCKED = frozenset({"F", "V"})
VOWELS = frozenset(("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"))

_BILABIAL = Target(Shape(press=1.0, jaw=0.02), opening=1.0, width=0.15, detail=1.0)
_LABIODENTAL = Target(Shape(open=0.03, jaw=0.04, tuck=1.0, teeth=0.7), opening=0.9, width=0.25, detail=1.0)
_DENTAL = Target(Shape(open=0.055, jaw=0.035, teeth=0.5, tongue=0.8), opening=0.7, width=0.2, detail=0.9)
_ALVEOLAR = Target(Shape(open=0.045, jaw=0.03, teeth=0.5, tongue=0.25), opening=0.55, width=0.12, detail=0.5)
_LATERAL = Target(Shape(open=0.09, jaw=0.06, teeth=0.4, tongue=0.8), opening=0.4, width=0.12, detail=0.8)
_SIBILANT = Target(Shape(open=0.04, jaw=0.015, wide=0.04, teeth=0.9), opening=0.9, width=0.3, detail=0.9)
_PALATAL = Target(
    Shape(open=0.055, jaw=0.02, wide=-0.12, round=0.5, teeth=0.8), opening=0.7, width=0.6, detail=0.8
)
_VELAR = Target(Shape(open=0.075, jaw=0.05, teeth=0.35), opening=0.22, width=0.08, detail=0.3)
_RHOTIC = Target(
    Shape(open=0.04, jaw=0.03, wide=-0.10, round=0.4, teeth=0.3), opening=0.75, width=0.5, detail=0.4
)
_LABIOVELAR = Shape(open=0.04, jaw=0.03, wide=-0.30, round=1.0)
_GLOTTAL = Target(Shape(open=0.09, jaw=0.06, teeth=0.2), opening=0.1, width=0.02, detail=0.05)


def _vowel(*shapes: Shape) -> tuple[Target, ...]:
    return tuple(Target(shape, opening=0.85, width=0.8, detail=0.6) for shape in shapes)


_OPEN_BACK = Shape(open=0.215, jaw=0.17, wide=-0.02, teeth=0.45)
_ASH = Shape(open=0.205, jaw=0.16, wide=0.06, teeth=0.6)
_CENTRAL = Shape(open=0.08, jaw=0.06, teeth=0.45)
_MID_FRONT = Shape(open=0.195, jaw=0.14, wide=0.06, teeth=0.55)
_CLOSE_FRONT = Shape(open=0.1, jaw=0.06, wide=0.15, teeth=0.7)
_NEAR_CLOSE_FRONT = Shape(open=0.08, jaw=0.055, wide=0.08, teeth=0.6)
_OPEN_ROUND = Shape(open=0.165, jaw=0.14, wide=-0.14, round=0.5, teeth=0.2)
_MID_ROUND = Shape(open=0.105, jaw=0.08, wide=-0.20, round=0.75, teeth=0.1)
_CLOSE_ROUND = Shape(open=0.055, jaw=0.04, wide=-0.30, round=1.0)
_NEAR_CLOSE_ROUND = Shape(open=0.07, jaw=0.055, wide=-0.16, round=0.6, teeth=0.2)
_RHOTIC_VOWEL = Shape(open=0.085, jaw=0.065, wide=-0.12, round=0.5, teeth=0.35)

TARGETS: dict[str, tuple[Target, ...]] = {
    **dict.fromkeys(("P", "B", "M"), (_BILABIAL,)),
    **dict.fromkeys(("F", "V"), (_LABIODENTAL,)),
    **dict.fromkeys(("TH", "DH"), (_DENTAL,)),
    **dict.fromkeys(("T", "D", "N"), (_ALVEOLAR,)),
    "L": (_LATERAL,),
    **dict.fromkeys(("S", "Z"), (_SIBILANT,)),
    **dict.fromkeys(("SH", "ZH", "CH", "JH"), (_PALATAL,)),
    **dict.fromkeys(("K", "G", "NG"), (_VELAR,)),
    "R": (_RHOTIC,),
    "HH": (_GLOTTAL,),
    "W": (Target(_LABIOVELAR, opening=0.75, width=0.95, detail=0.6),),
    "Y": (Target(_CLOSE_FRONT, opening=0.5, width=0.6, detail=0.5),),
    "AA": _vowel(_OPEN_BACK),
    "AE": _vowel(_ASH),
    "AH": _vowel(_CENTRAL),
    "AO": _vowel(_OPEN_ROUND),
    "AW": _vowel(_OPEN_BACK, _NEAR_CLOSE_ROUND),
    "AY": _vowel(_OPEN_BACK, _NEAR_CLOSE_FRONT),
    "EH": _vowel(_MID_FRONT),
    "ER": _vowel(_RHOTIC_VOWEL),
    "EY": _vowel(_MID_FRONT, _CLOSE_FRONT),
    "IH": _vowel(_NEAR_CLOSE_FRONT),
    "IY": _vowel(_CLOSE_FRONT),
    "OW": _vowel(_MID_ROUND, _CLOSE_ROUND),
    "OY": _vowel(_OPEN_ROUND, _NEAR_CLOSE_FRONT),
    "UH": _vowel(_NEAR_CLOSE_ROUND),
    "UW": _vowel(_CLOSE_ROUND),
}
"""Every phone of CMUdict. Names that are not in it ("SIL") are silence."""
