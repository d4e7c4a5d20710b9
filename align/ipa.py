"""The International Phonetic Alphabet in ARPAbet: as PocketSphinx's English model hears each sound, and as
the lips show it.

One row a sound: the symbol | the phones that sound nearest | the phones whose mouth is nearest, as many. Near
is by phonological features, manner and place before voice; what the rows of a kind have in common stands
above them. Sounds that English lacks may be heard as one phone and seen as another: /y/ sounds like IY and
rounds the lips like UW.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

_TABLE = """
# Plosives; the retroflex and dental ones are alveolar, palatal and uvular ones velar, the glottal one is
# hardly heard.
p   | P    | P
b   | B    | B
t   | T    | T
d   | D    | D
ʈ   | T    | T
ɖ   | D    | D
c   | K    | K
ɟ   | G    | G
k   | K    | K
ɡ   | G    | G
q   | K    | K
ɢ   | G    | G
ʔ   |      |
# Nasals.
m   | M    | M
ɱ   | M    | F
n   | N    | N
ɳ   | N    | N
ɲ   | N Y  | N Y
ŋ   | NG   | NG
ɴ   | NG   | NG
# Trills, taps and approximants: the tip of the tongue; the uvular ones are below.
ʙ   | B    | B
r   | R    | D
ɾ   | D    | D
ɽ   | D    | D
ɺ   | L    | L
ɹ   | R    | R
ɻ   | R    | R
j   | Y    | Y
ɥ   | W    | W
w   | W    | W
ʍ   | W    | W
ɰ   | G    | G
ʋ   | V    | V
ⱱ   | V    | V
l   | L    | L
ɫ   | L    | L
ɭ   | L    | L
ʎ   | L Y  | L Y
ʟ   | L    | L
ɬ   | SH   | L
ɮ   | ZH   | L
# Fricatives. The lips all but meet for the bilabial ones.
ɸ   | F    | P
β   | V    | B
f   | F    | F
v   | V    | V
θ   | TH   | TH
ð   | DH   | DH
s   | S    | S
z   | Z    | Z
ʃ   | SH   | SH
ʒ   | ZH   | ZH
ʂ   | SH   | SH
ʐ   | ZH   | ZH
ɕ   | SH   | SH
ʑ   | ZH   | ZH
ç   | SH   | Y
ʝ   | Y    | Y
ɧ   | SH   | SH
x   | HH   | K
ɣ   | G    | G
χ   | HH   | K
ʁ   | R    | K
ʀ   | R    | K
ħ   | HH   | HH
ʕ   | AA   | AA
ʜ   | HH   | HH
ʢ   | AA   | AA
ʡ   |      |
h   | HH   | HH
ɦ   | HH   | HH
# Affricates.
ts  | T S  | T S
dz  | D Z  | D Z
tʃ  | CH   | CH
dʒ  | JH   | JH
tɕ  | CH   | CH
dʑ  | JH   | JH
tʂ  | CH   | CH
dʐ  | JH   | JH
ʈʂ  | CH   | CH
ɖʐ  | JH   | JH
cç  | CH   | CH
ɟʝ  | JH   | JH
pf  | P F  | P F
kx  | K    | K
# Vowels, front to back and close to open. English has no rounded front vowels: they sound like unrounded or
# central ones, and look like rounded back ones.
i   | IY   | IY
ɪ   | IH   | IH
e   | EY   | EH
ɛ   | EH   | EH
æ   | AE   | AE
a   | AA   | AA
y   | UW   | UW
ʏ   | UH   | UH
ø   | UH   | UW
œ   | AH   | UH
ɶ   | AE   | AO
ɨ   | IH   | IH
ʉ   | UW   | UW
ɘ   | AH   | EH
ɵ   | UH   | UH
ə   | AH   | AH
ɜ   | AH   | EH
ɞ   | AH   | AO
ɐ   | AH   | AH
ɚ   | ER   | ER
ɝ   | ER   | ER
ɯ   | UH   | IH
ɤ   | AH   | AH
ʌ   | AH   | AH
ɑ   | AA   | AA
ɒ   | AO   | AO
u   | UW   | UW
ʊ   | UH   | UH
o   | OW   | AO
ɔ   | AO   | AO
# Diphthongs that English has; others are heard as two vowels.
aɪ  | AY   | AY
ai  | AY   | AY
aʊ  | AW   | AW
au  | AW   | AW
eɪ  | EY   | EY
ei  | EY   | EY
oʊ  | OW   | OW
ou  | OW   | OW
ɔɪ  | OY   | OY
ɔʏ  | OY   | OY
ɔi  | OY   | OY
oi  | OY   | OY
"""


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """heard: ARPAbet phones as PocketSphinx's model knows them; seen: those whose mouth it is, as many."""

    heard: tuple[str, ...]
    seen: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.heard)


_VOWELS = frozenset("iɪeɛæayʏøœɶɨʉɘɵəɜɞɐɚɝɯɤʌɑɒuʊoɔ")
_NASALS = frozenset("mɱnɳɲŋɴ")
_NASAL = "\u0303"
# The same sound under another code: the letter g, and c with a cedilla, which decomposes.
_SAME = (("g", "ɡ"), ("ʦ", "ts"), ("ʣ", "dz"), ("ʧ", "tʃ"), ("ʤ", "dʒ"), ("ʨ", "tɕ"), ("ʥ", "dʑ"))


@cache
def table() -> dict[str, Pronunciation]:
    """Symbol → phones."""
    rows = [row.split("|") for row in _TABLE.strip().splitlines() if not row.startswith("#")]
    return {row[0].strip(): Pronunciation(tuple(row[1].split()), tuple(row[2].split())) for row in rows}


@lru_cache(maxsize=1 << 14)
def phones_of(ipa: str) -> Pronunciation:
    """The phones of a word in IPA, a long sound as one; of what the table lacks, nothing.

    A nasal vowel is heard with an N after it, which nobody sees.
    """
    symbols = _symbols(ipa)
    heard: list[str] = []
    seen: list[str] = []
    at = 0
    while at < len(symbols):
        row, length = _row(symbols, at)
        for sound, sight in zip(row.heard, row.seen, strict=True):
            if not heard or heard[-1] != sound:
                heard.append(sound)
                seen.append(sight)
        at += length
        if symbols[at - 1].endswith(_NASAL) and symbols[at - 1][0] in _VOWELS and heard:
            following = symbols[at][0] if at < len(symbols) else ""
            if following not in _NASALS:
                heard.append("N")
                seen.append(seen[-1])
    return Pronunciation(tuple(heard), tuple(seen))


def _symbols(ipa: str) -> list[str]:
    """Letters, with the sign of a nasal; without ties, length, tone, stress and other refinements."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFC", ipa).replace("ç", "\0"))
    text = text.replace("\0", "ç")
    for other, usual in _SAME:
        text = text.replace(other, usual)
    symbols: list[str] = []
    for letter in text:
        if letter == _NASAL and symbols:
            symbols[-1] += letter
        elif unicodedata.category(letter) in ("Ll", "Lo"):
            symbols.append(letter)
    return symbols


def _row(symbols: list[str], at: int) -> tuple[Pronunciation, int]:
    """The table's row for the symbols at a place, and how many of them it is for."""
    rows = table()
    pair = "".join(symbol[0] for symbol in symbols[at : at + 2])
    if len(pair) == 2 and pair in rows and not symbols[at].endswith(_NASAL):
        return rows[pair], 2
    return rows.get(symbols[at][0], Pronunciation((), ())), 1
