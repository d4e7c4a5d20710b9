"""Where words part, by script."""

from __future__ import annotations

import re
import unicodedata

# White space at which a line may break: not the no-break spaces.
GAP = re.compile(r"[^\S\u00a0\u2007\u202f]+")
_TOKEN = re.compile(r"[\S\u00a0\u2007\u202f]+")

# Ideographs, kana, bopomofo and their punctuation: any two of them may stand in different words.
_IDEOGRAPHIC = re.compile(
    "[\u2e80-\u312f\u3190-\u31ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffdc\U00020000-\U0003ffff]"
)
# Thai, Lao, Burmese and Khmer set spaces between phrases only.
_PHRASED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_SPACELESS = re.compile(_IDEOGRAPHIC.pattern[:-1] + _PHRASED.pattern[1:])
_PHRASE = re.compile(_PHRASED.pattern + "+")
# Marks that repeat the word before them, and ones of abbreviation, which stay with it.
_FOLLOWING = frozenset("ๆฯໆຯៗ")
# Small kana and the long mark are sung with the kana before them.
_ATTACHED = frozenset("ぁぃぅぇぉゃゅょゎァィゥェォャュョヮーｧｨｩｪｫｬｭｮｰﾞﾟ゛゜々")
# Thai and Lao vowels that are written before their consonant.
_PREPOSED = frozenset("เแโใไເແໂໃໄ")
# What follows them and is no mark: the vowels a and am.
_TRAILING = frozenset("ะาำๅະາຳ")


def needs_space(left: str, right: str) -> bool:
    """Whether a space belongs between two words that stand next to each other."""
    return not (_SPACELESS.match(left[-1:]) and _SPACELESS.match(right[:1]))


def same_word(left: str, right: str) -> bool:
    """Whether two parts of a text with nothing between them are of one word, as syllables or punctuation."""
    if not has_letters(left) or not has_letters(right):
        return True
    return not (_SPACELESS.match(left[-1]) or _SPACELESS.match(right[0]))


def has_letters(text: str) -> bool:
    return any(character.isalnum() for character in text)


def is_spaceless(text: str) -> bool:
    """Whether a text holds letters of a script that sets no spaces between words."""
    return bool(_SPACELESS.search(text))


def is_ideograph(character: str) -> bool:
    """A Chinese character, in whatever language; kana are none."""
    return bool(character) and unicodedata.name(character, "").startswith("CJK ")


def display_words(text: str) -> list[tuple[str, bool]]:
    """A line's words as displayed, and whether a space follows: ideographs and kana one by one, Thai, Lao,
    Burmese and Khmer by their dictionaries, everything else as it is spaced. Punctuation that stands alone
    goes with the word before it."""
    words: list[tuple[str, bool]] = []
    lead = ""
    for match in _TOKEN.finditer(text):
        token = lead + match[0]
        lead = ""
        if not has_letters(token):
            if words:
                words[-1] = f"{words[-1][0]} {token}", True
            else:
                lead = token + " "
            continue
        parts = word_parts(token)
        words += [(part, False) for part in parts[:-1]]
        words.append((parts[-1], True))
    return words or ([(lead.rstrip(), True)] if lead else [])


def word_parts(token: str) -> list[str]:
    """A token without spaces: its ideographs and kana one by one, each with the punctuation that clings to
    it, and its words of Thai, Lao, Burmese and Khmer; whole when it has none."""
    if not _SPACELESS.search(token):
        return [token]
    starts = _dictionary_starts(token) if _PHRASED.search(token) else frozenset()
    cuts = [0]
    lettered = token[0].isalnum()
    for at in range(1, len(token)):
        if lettered and (at in starts or _begins(token[at - 1], token[at])):
            cuts.append(at)
            lettered = False
        lettered = lettered or token[at].isalnum()
    return [token[first:last] for first, last in zip(cuts, [*cuts[1:], len(token)], strict=True)]


def _dictionary_starts(token: str) -> frozenset[int]:
    """Where words of scripts without spaces begin, and what follows them, by the dictionaries of ICU
    (https://unicode-org.github.io/icu/userguide/boundaryanalysis/#dictionary-based-text)."""
    try:
        from icu4py.breakers import WordBreaker
    except ImportError:
        # It has no wheel for every machine; such a phrase stays one word.
        return frozenset()
    starts = set()
    for run in _PHRASE.finditer(token):
        at = run.start()
        for word in WordBreaker(run[0], "th"):
            starts.add(at)
            at += len(word)
        starts.add(at)
    return frozenset(at for at in starts if token[at : at + 1].isalnum() and token[at] not in _FOLLOWING)


def _begins(before: str, character: str) -> bool:
    category = unicodedata.category(character)
    if category in ("Ps", "Pi"):
        return True
    if not character.isalnum() or character in _ATTACHED or category.startswith("M"):
        return False
    return bool(_IDEOGRAPHIC.match(character) or _IDEOGRAPHIC.match(before))


def sung_parts(key: str) -> list[str]:
    """A key in a script without spaces in the parts that are sung one after the other: ideographs, kana with
    their small ones, consonants with their vowels. Runs of other scripts stay whole."""
    parts: list[str] = []
    for character in key:
        joins = bool(parts) and (
            character in _ATTACHED
            or character in _TRAILING
            or unicodedata.category(character).startswith("M")
            or parts[-1] in _PREPOSED
            or not (_SPACELESS.match(character) or _SPACELESS.match(parts[-1][-1]))
        )
        if joins:
            parts[-1] += character
        else:
            parts.append(character)
    return parts
