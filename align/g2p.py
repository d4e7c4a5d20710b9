"""Pronunciations of English words: those of CMUdict, as PocketSphinx bundles it, and for others made ones.

In order: respellings (dropped g, drawn-out letters), inflections and compounds of dictionary words, then
letter-to-sound rules in the manner of Elovitz et al., "Automatic Translation of English Text to Phonetics by
Means of Letter-to-Sound Rules" (NRL Report 7948, 1976). By the rules alone 18 % of the phones of words from
CMUdict differ, with the steps before them 15 %; half of the words come out exact.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Lookup = Callable[[str], str | None]
"""A lower-case word → its ARPAbet phones without stress ("AE B IY"), or None."""

_LETTER_NAMES = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH",
    "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY",
    "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW",
    "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip

# what stands before | grapheme | what follows | phones. Contexts are regular expressions; ^ and $ are the
# word's edges, # a vowel letter, & a consonant letter. Of a letter's rules the first that fits wins.
_RULES = """
a: ^|a|$|AH ; |augh||AO ; |au||AO ; |aw||AO ; |ay||EY ; |air||EH R ; |ai||EY ; |alk|$|AO K ; |all||AO L
   |are|$|EH R ; w|ar||AO R ; |ar|#|EH R ; |ar||AA R ; |ange||EY N JH ; |a|ste$|EY ; |ation||EY SH AH N
   |age|$|IH JH ; |a|&e$|EY ; |a|&es$|EY ; |a|&ing$|EY ; |a|&ed$|EY ; |a|ble|EY ; |ae||IY ; |ah||AA
   |a|&i#|EY ; #&+|al|$|AH L ; #&+|a|$|AH ; |a|$|AH ; ^wh?|a|[tns]|AA ; |a||AE
b: |bb||B ; m|b|$| ; |b||B
c: |ch|[rl]|K ; |ch||CH ; |ck||K ; |cc|[ei]|K S ; |cc||K ; s|c|[eiy]| ; |cia||SH AH ; |cio||SH AH
   |c|[eiy]|S ; |c||K
d: |dge||JH ; |dg||JH ; |dd||D ; |d||D
e: |eau||OW ; |ear|[nlt]|ER ; |ear||IH R ; |ea|d|EH ; |ea||IY ; |eer||IH R ; |ee||IY ; |eigh||EY
   |eir||EH R ; |ei||IY ; |eu||Y UW ; [rljd]|ew||UW ; |ew||Y UW ; |ey|$|IY ; |ey||EY ; [td]|ed|$|AH D
   [kpfscx]|ed|$|T ; #.*|ed|$|D ; [sxz]|es|$|AH Z ; [cs]h|es|$|AH Z ; [cg]|es|$|AH Z ; #.*|es|$|Z
   #.*|e|$| ; ^&*|e|$|IY ; |er|#|EH R ; |er||ER ; |e|&e$|IY ; #.*|e|ly$| ; #.*|e|ment| ; #.*|e|ness|
   #.*|e|ful| ; #&+|el|$|AH L ; #&+|en|$|AH N ; #&+|ent|$|AH N T ; #.*|e|less| ; |e||EH
f: |ff||F ; |f||F
g: |gh|$| ; ^|gh||G ; |gh|t| ; |gh||F ; ^|gn||N ; |gn|$|N ; |gg||G ; ^|g|i[vr]|G ; ^|g|et|G ; |g|[eiy]|JH
   |g||G
h: |h|#|HH ; |h|y|HH ; |h||
i: |igh||AY ; |ign|$|AY N ; |ier|$|IY ER ; |ies|$|IY Z ; |ied|$|IY D ; |ie|$|IY ; |ie||IY ; |ind|$|AY N D
   |ild|$|AY L D ; |ire||AY ER ; |ir|#|IH R ; |ir||ER ; |ique||IY K ; |ing|$|IH NG ; |ine|$|AY N
   |i|&e$|AY ; |i|&es$|AY ; |i|&ed$|AY ; |ism|$|IH Z AH M ; |ious||IY AH S ; |ian|$|IY AH N ; |ia|$|IY AH
   |io||IY OW ; ^&|i|$|AY ; |i|$|IY ; |i||IH
j: |j||JH
k: ^|kn||N ; |kk||K ; |k||K
l: |lle|$|L ; &|le|$|AH L ; &|les|$|AH L Z ; &|led|$|AH L D ; |ll||L ; [ao]|l|[km]| ; |l||L
m: |mm||M ; |m||M
n: |nk||NG K ; |ng|$|NG ; |ng|s$|NG ; |ng|i|NG ; |ng|[eiy]|N JH ; |ng|er|NG ; |ng||NG G ; |nn||N ; |n||N
o: |ought||AO T ; |ough||AH F ; |oar||AO R ; |oa||OW ; |oor||AO R ; |oo|[kd]|UH ; |oo||UW ; |our|$|AW ER
   |our||AO R ; |ould|$|UH D ; |oul|d|UH ; |ous|$|AH S ; |ou||AW ; |own|$|AW N ; |ow|$|OW ; |ow|[sned]|OW
   |ow||AW ; |oy||OY ; |oi||OY ; w|or||ER ; |ore||AO R ; #&+|or|$|ER ; |or||AO R ; |old||OW L D
   |oll||OW L ; |ost|$|OW S T ; |oe||OW ; |o|&e$|OW ; |o|&es$|OW ; |o|&ed$|OW ; |o|$|OW ; |o|ing$|OW
   |o|&i#|OW ; |oh||OW ; #&+|on|$|AH N ; |om|[ep]|AH M ; |o||AA
p: |ph||F ; |pp||P ; ^|ps||S ; |p||P
q: |que|$|K ; |qu||K W ; |q||K
r: |rh||R ; |rr||R ; |r||R
s: |sch||SH ; |sh||SH ; |sion||ZH AH N ; |ssion||SH AH N ; |ss||S ; #|s|ure|ZH ; #|s|m$|Z
   [aeioubdglmnrvwy]|s|$|Z ; |stle||S AH L ; #|s|e$|Z ; #|s|ed$|Z ; #|s|ing$|Z ; |s||S
t: |tch||CH ; |tion||SH AH N ; |tial||SH AH L ; |th||TH ; |tt||T ; |ture||CH ER ; |tu|#|CH UW ; |t||T
u: |ur|#|UH R ; |ur||ER ; |uy||AY ; |ui||UW ; |ue|$|UW ; [rljd]|u|&e|UW ; |u|&e$|Y UW ; |u|&ing$|UW
   g|u|[ei]| ; q|u|#|W ; |ull|$|UH L ; #&+|us|$|AH S ; |u|&[aiou]|UW ; |u|$|UW ; |u||AH
v: |vv||V ; |v||V
w: ^|wr||R ; ^|who||HH UW ; |wh||W ; |w||W
x: ^|x||Z ; |x||K S
y: ^|y|#|Y ; ^&+|y|$|AY ; |y|&e$|AY ; |yl||IH L ; |ym||IH M ; |y|$|IY ; |yer|$|ER ; #|y||Y ; |y||IY
z: |zz||Z ; |z||Z
"""


@dataclass(frozen=True, slots=True)
class _Rule:
    before: re.Pattern[str]
    grapheme: str
    after: re.Pattern[str]
    phones: tuple[str, ...]

    def fits(self, word: str, at: int) -> bool:
        end = at + len(self.grapheme)
        return (
            word.startswith(self.grapheme, at)
            and self.after.match(word, end) is not None
            and self.before.search(word[:at]) is not None
        )


def _context(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("#", "[aeiouy]").replace("&", "[^aeiouy]"))


def _compile(rules: str) -> dict[str, list[_Rule]]:
    table: dict[str, list[_Rule]] = {}
    for block in re.split(r"\n(?=\w: )", rules.strip()):
        letter, body = block.split(": ", 1)
        for line in re.split(r";|\n", body):
            before, grapheme, after, phones = line.strip().split("|")
            rule = _Rule(_context(f"(?:{before})$"), grapheme, _context(after), tuple(phones.split()))
            table.setdefault(letter, []).append(rule)
    return table


_TABLE = _compile(_RULES)

# Sounds without a vowel that are made, not spelled: "hmm", "shh", "brr", "grr", "tsk", "zzz".
_HUMMED = re.compile(r"h?m+|sh+|br+|gr+|tsk|pst|(.)\1+")

_CONSONANTAL_ENDINGS = ("'s", "s'", "es", "s", "ed")
_SYLLABIC_ENDINGS = {"ing": "IH NG", "in": "IH N", "er": "ER", "ly": "L IY", "less": "L AH S", "y": "IY"}


@cache
def _entries() -> dict[str, str]:
    package = importlib.util.find_spec("pocketsphinx")
    if package is None or package.origin is None:
        return {}
    path = Path(package.origin).parent / "model" / "en-us" / "cmudict-en-us.dict"
    with path.open(encoding="utf-8") as lines:
        # Further pronunciations are entries like "that(2)".
        return dict(line.rstrip().split(" ", 1) for line in lines)


def lookup(word: str) -> str | None:
    """The phones of a lower-case English word ("AE B IY"), or None; without pocketsphinx always None."""
    return _entries().get(word)


def spell_out(letters: str) -> str:
    """The phones of letters said by their names ("NSA" → "EH N EH S EY")."""
    return " ".join(_LETTER_NAMES[letter] for letter in letters.lower() if letter in _LETTER_NAMES)


def letter_to_sound(word: str) -> str:
    """Phones of a lower-case word (a-z and ') by rule; a word without a vowel letter is spelled out."""
    letters = word.replace("'", "")
    if not re.search(r"[aeiouy]", letters) and not _HUMMED.fullmatch(letters):
        return spell_out(letters)
    phones: list[str] = []
    at = 0
    while at < len(letters):
        rule = next(rule for rule in _TABLE[letters[at]] if rule.fits(letters, at))
        phones += rule.phones
        at += len(rule.grapheme)
    return " ".join(phones) or spell_out(letters)


def pronounce(key: str, lookup: Lookup) -> str:
    """Phones for a spoken key of align.text; an acronym (in capitals) is spelled out unless known."""
    word = key.lower()
    found = lookup(word) or _dropped_g(word, lookup) or lookup(word.strip("'"))
    if found:
        return found
    if key.isupper():
        return spell_out(key)
    for respelled in _respellings(word):
        found = lookup(respelled.strip("'")) or _inflected(respelled, lookup)
        if found:
            return found
    return _inflected(word, lookup) or _compound(word, lookup) or letter_to_sound(word)


def _dropped_g(word: str, lookup: Lookup) -> str | None:
    """ "runnin'" as "running" with an n. Before the bare spelling, which may be a surname ("lovin")."""
    phones = lookup(word[:-1] + "g") if word.endswith("in'") else None
    return phones.removesuffix("NG") + "N" if phones and phones.endswith("NG") else None


def _respellings(word: str) -> list[str]:
    """Drawn-out letters ("soooo", "yeahhh") shortened."""
    spellings = [re.sub(r"(.)\1{2,}", double, word) for double in (r"\1\1", r"\1")]
    spellings.append(re.sub(r"(.)\1+$", r"\1", spellings[1]))
    return [spelling for spelling in spellings if spelling != word]


def _inflected(word: str, lookup: Lookup) -> str | None:
    bare = word.strip("'")
    for ending in _CONSONANTAL_ENDINGS:
        if not bare.endswith(ending):
            continue
        stem = bare[: -len(ending)]
        for base in (stem, stem + "e", re.sub(r"i$", "y", stem), re.sub(r"(.)\1$", r"\1", stem)):
            phones = lookup(base) if len(base) > 1 else None
            if phones:
                last = phones.split()[-1]
                return f"{phones} {_past(last) if ending == 'ed' else _plural(last)}"
    for ending, sound in _SYLLABIC_ENDINGS.items():
        if not bare.endswith(ending):
            continue
        stem = bare[: -len(ending)]
        for base in (stem, stem + "e", re.sub(r"(.)\1$", r"\1", stem)):
            phones = lookup(base) if len(base) > 2 else None
            if phones:
                return f"{phones} {sound}"
    return None


def _plural(last: str) -> str:
    if last in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return "AH Z"
    return "S" if last in {"P", "T", "K", "F", "TH"} else "Z"


def _past(last: str) -> str:
    if last in {"T", "D"}:
        return "AH D"
    return "T" if last in {"P", "K", "F", "TH", "S", "SH", "CH"} else "D"


def _compound(word: str, lookup: Lookup) -> str | None:
    """Two dictionary words of at least three letters, the most even split first ("moonchild")."""
    bare = word.strip("'")
    splits = sorted(range(3, len(bare) - 2), key=lambda at: abs(2 * at - len(bare)))
    for at in splits:
        first, second = lookup(bare[:at]), lookup(bare[at:])
        if first and second:
            return f"{first} {second}"
    return None
