"""Numbers, amounts and signs as they are said, by the rules of Unicode's CLDR for each language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

# Digits that are said as a number where nothing parts them; more are said one by one, as of a telephone, but
# for round ones.
_LONGEST = 6
_LONGEST_NUMBER = 15
_YEARS = re.compile(r"1[1-9]\d\d|20[1-9]\d")
# Languages that say a year otherwise than a number, as "nineteen eighty-seven".
_YEAR_WORDS = frozenset({"en", "de", "nl", "sv", "da", "no", "nb"})
# Where a comma parts thousands and a point the decimals; elsewhere it is the other way round.
_POINT_DECIMAL = frozenset({"en", "zh", "ja", "ko", "hi", "th", "he", "yue"})


@dataclass(frozen=True, slots=True)
class _Signs:
    """How a language says signs; of currencies one and several. thousand, million, billion (10⁹): where they
    follow a decimal number, as in "2.5M"."""

    point: str
    percent: str
    plus: str
    dollar: tuple[str, str]
    euro: tuple[str, str]
    pound: tuple[str, str]
    yen: tuple[str, str]
    ands: str
    at: str
    equals: str
    minus: str
    powers: tuple[str, str, str]


def _signs_of(row: str) -> _Signs:
    point, percent, plus, *money, ands, at, equals, minus, thousand, million, billion = row.split(", ")
    dollar, euro, pound, yen = (
        (one, many or one) for one, _, many in (each.partition("/") for each in money)
    )
    return _Signs(
        point, percent, plus, dollar, euro, pound, yen, ands, at, equals, minus, (thousand, million, billion)
    )


# point, percent, plus, dollar, euro, pound, yen (one/several), and, at, equals, minus, thousand, million, 10⁹
_TABLE = {
    "en": "point, percent, plus, dollar/dollars, euro/euros, pound/pounds, yen, and, at, equals, minus, "
    "thousand, million, billion",
    "es": "coma, por ciento, más, dólar/dólares, euro/euros, libra/libras, yen/yenes, y, arroba, igual a, "
    "menos, mil, millones, mil millones",
    "de": "komma, prozent, plus, dollar, euro, pfund, yen, und, at, gleich, minus, tausend, millionen, "
    "milliarden",
    "fr": "virgule, pour cent, plus, dollar/dollars, euro/euros, livre/livres, yen/yens, et, arobase, égale, "
    "moins, mille, millions, milliards",
    "it": "virgola, per cento, più, dollaro/dollari, euro, sterlina/sterline, yen, e, chiocciola, "
    "uguale, meno, mila, milioni, miliardi",
    "pt": "vírgula, por cento, mais, dólar/dólares, euro/euros, libra/libras, iene/ienes, e, arroba, "
    "igual a, menos, mil, milhões, bilhões",
    "ru": "запятая, процентов, плюс, доллар/долларов, евро, фунт/фунтов, иена/иен, и, собака, равно, минус, "
    "тысяч, миллионов, миллиардов",
    "nl": "komma, procent, plus, dollar, euro, pond, yen, en, at, is, min, duizend, miljoen, miljard",
    "pl": "przecinek, procent, plus, dolar/dolarów, euro, funt/funtów, jen/jenów, i, małpa, równa się, "
    "minus, tysięcy, milionów, miliardów",
    "tr": "virgül, yüzde, artı, dolar, euro, sterlin, yen, ve, et, eşittir, eksi, bin, milyon, milyar",
    "hi": "दशमलव, प्रतिशत, प्लस, डॉलर, यूरो, पाउंड, येन, और, ऐट, बराबर, ऋण, हज़ार, मिलियन, बिलियन",
    "ja": "てん, パーセント, プラス, ドル, ユーロ, ポンド, えん, と, アット, "
    "イコール, マイナス, せん, ミリオン, ビリオン",
    "ko": "점, 퍼센트, 플러스, 달러, 유로, 파운드, 엔, 앤드, 골뱅이, 는, 마이너스, 천, 밀리언, 빌리언",
    "zh": "点, 百分之, 加, 美元, 欧元, 英镑, 日元, 和, 艾特, 等于, 负, 千, 百万, 十亿",
}
# Their percent stands before the number that it is of.
_PERCENT_FIRST = frozenset({"zh", "tr"})
_CURRENCY = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}
_REAL = ("real", "reais")
_POWERS = {"k": 0, "m": 1, "mn": 1, "mio": 1, "b": 2, "bn": 2, "mrd": 2}

_ENGLISH_ENDING = "st|nd|rd|th|s"
_ORDINALS = {
    "es": "o|a|er", "it": "o|a", "pt": "o|a", "fr": "er|ère|re|e|ème|eme|nde|nd", "nl": "e|de|ste",
    "ru": "-?й|-?я|-?е|-?го|-?ой", "sv": ":e|:a",
}  # fmt: skip
_FEMININE = frozenset({"a", "ère", "re", "nde", "-я", "я"})

_TELEPHONE = re.compile(r"(?<!\w)\+?\d[\d]*(?:[-./]\d{2,}){1,5}(?!\w)", re.ASCII)
_NUMBER = r"\d[\d.,\u00a0\u202f']*\d|\d"


def written_out(text: str, language: str = "") -> str:
    """A text with its numbers, amounts and signs in words, spelled as the language (BCP 47; "" for English)
    spells them. What it has no words for stays as it is.

    Digits are ASCII. Years from 1100 on, ordinals and decades, decimals, amounts of money ("$2.5M"),
    percentages and digits that are said one by one, as of telephones, are told apart.
    """
    code = language.split("-")[0].lower() or "en"
    if not re.search(r"[\d&%+@=$€£¥]", text):
        return text
    signs = _signs(code)
    if _rules(code) is not None:
        text = _TELEPHONE.sub(lambda match: _telephone(match[0], code), text)
        text = _amounts(code).sub(lambda match: _amount(match, code), text)
    if signs is None:
        return text
    for sign, name in _CURRENCY.items():
        text = text.replace(sign, f" {getattr(signs, name)[1]} ")
    for sign, word in (("&", signs.ands), ("%", signs.percent), ("+", signs.plus), ("@", signs.at)):
        text = text.replace(sign, f" {word} ")
    return text.replace("=", f" {signs.equals} ")


@lru_cache(maxsize=64)
def _amounts(code: str) -> re.Pattern[str]:
    ending = _ENGLISH_ENDING if code == "en" else _ORDINALS.get(code, "(?!)")
    return re.compile(
        rf"(?P<before>(?:R\$|[$€£¥])\s?)?(?P<minus>(?<![\w.])[-−])?(?P<number>{_NUMBER})"
        rf"(?:(?P<ending>{ending})(?![^\W\d_])|\s?(?P<power>k|m|mn|mio|b|bn|mrd)(?![^\W\d_]))?"
        r"(?P<after>\s?[$€£¥])?(?P<percent>\s?%)?",
        re.IGNORECASE,
    )


def _amount(match: re.Match[str], code: str) -> str:
    signs = _signs(code)
    whole, decimals, parted = _read(match["number"], code)
    currency = ((match["before"] or match["after"]) or "").strip()
    power = _POWERS[match["power"].lower()] if match["power"] else None
    if match["power"] and match.string[: match.start()][-1:].isalpha():
        # "B2B" holds no billions.
        return f" {_said(whole, decimals, code, parted)} {match['power']} "
    if match["power"] in ("m", "b") and not currency and not (code == "en" and decimals):
        # Metres, or a flat.
        return f" {_said(whole, decimals, code, parted)} {match['power']} "
    ending = match["ending"] or ""
    if not decimals and ending:
        said = _decade(whole) if ending.lower() == "s" and code == "en" else _ordinal(whole, ending, code)
    else:
        amount = bool(currency) or power is not None
        said = _said(whole, decimals, code, parted or amount)
    if signs is None:
        return f" {said} "
    if power is not None:
        said = f"{said} {signs.powers[power]}"
    if match["minus"]:
        said = f"{signs.minus} {said}"
    if currency:
        one, many = _REAL if currency == "R$" else getattr(signs, _CURRENCY[currency])
        said = f"{said} {one if (whole, decimals, power) == ('1', '', None) else many}"
    if match["percent"]:
        said = f"{signs.percent} {said}" if code in _PERCENT_FIRST else f"{said} {signs.percent}"
    return f" {said} "


def _read(number: str, code: str) -> tuple[str, str, bool]:
    """Digits before and after the decimal sign, and whether thousands were parted."""
    bare = re.sub("[\u00a0\u202f']", "", number)
    thousands, decimal = (",", ".") if code in _POINT_DECIMAL else (".", ",")
    grouped = r"\d{1,3}(?:%s\d{2,3})*%s\d{3}"
    both = (thousands, decimal)
    for part, point in (both, both[::-1]):
        # A point before three digits is a decimal one only in its own language.
        sign = re.escape(part)
        found = re.fullmatch(rf"({grouped % (sign, sign)})(?:{re.escape(point)}(\d+))?", bare)
        if found and (part == thousands or bare.count(part) > 1):
            return found[1].replace(part, ""), found[2] or "", True
    found = re.fullmatch(r"(\d+)[.,](\d+)", bare)
    if found:
        return found[1], found[2], False
    return re.sub(r"\D", "", bare), "", bare != number


def _said(whole: str, decimals: str, code: str, amount: bool = False) -> str:
    """amount: it counts something, so that it is no year and no telephone number."""
    # Python converts no number of thousands of digits.
    number = int(whole[: _LONGEST_NUMBER + 1])
    as_digits = (len(whole) > 1 and whole[0] == "0") or len(whole) > _LONGEST_NUMBER
    if not amount and len(whole) > _LONGEST and number % 1000:
        as_digits = True
    if as_digits:
        said = _digits(whole, code)
    elif not amount and not decimals and code in _YEAR_WORDS and _YEARS.fullmatch(whole):
        said = _spelt(number, "YEAR", code)
    else:
        said = _spelt(number, "CARDINAL", code)
    if decimals:
        signs = _signs(code)
        said = f"{said} {signs.point if signs else ''} {_digits(decimals, code, 'CARDINAL')}"
    return said


def _digits(digits: str, code: str, zero: str = "") -> str:
    """One by one; in English a zero is "oh", but for decimals."""
    oh = code == "en" and not zero
    return " ".join("oh" if digit == "0" and oh else _spelt(int(digit), "CARDINAL", code) for digit in digits)


def _telephone(text: str, code: str) -> str:
    groups = re.findall(r"\d+", text)
    digits = sum(map(len, groups))
    years = len(groups) == 2 and all(map(_YEARS.fullmatch, groups))
    dotted = re.fullmatch(r"\d{1,3}(?:[.]\d{3})+|\d+[.]\d+", text)
    if digits < 7 or years or dotted or "/" in text:
        return text
    return " ".join(_digits(group, code) for group in groups)


def _decade(whole: str) -> str:
    """ "90s" as "nineties"."""
    said = _said(whole, "", "en")
    return said[:-1] + "ies" if said.endswith("y") else said + "s"


def _ordinal(whole: str, ending: str, code: str) -> str:
    if len(whole) > _LONGEST_NUMBER:
        return _digits(whole, code)
    rules = _rules(code)
    assert rules is not None
    from unicode_rbnf import FormatPurpose

    try:
        forms = rules.format_number(int(whole), FormatPurpose.ORDINAL).text_by_ruleset
    except ValueError:
        return _said(whole, "", code)
    wanted = "feminine" if ending.lower() in _FEMININE else "masculine"
    fitting = [text for name, text in forms.items() if name.endswith(wanted)]
    return (fitting or list(forms.values()))[0].replace("\u00ad", "")


@lru_cache(maxsize=4096)
def _spelt(number: int, purpose: str, code: str) -> str:
    from unicode_rbnf import FormatPurpose

    rules = _rules(code)
    assert rules is not None
    # Soft hyphens stand where compounds may be broken.
    said: str = rules.format_number(number, FormatPurpose[purpose]).text.replace("\u00ad", "")
    return _read_kanji(said) if code == "ja" else said


# How kanji numerals are read, with what they do to each other.
_KANA = (
    ("三百", "さんびゃく"), ("六百", "ろっぴゃく"), ("八百", "はっぴゃく"), ("三千", "さんぜん"),
    ("八千", "はっせん"), ("一兆", "いっちょう"), ("八兆", "はっちょう"), ("十兆", "じゅっちょう"),
    ("〇", "ぜろ"), ("零", "ぜろ"), ("一", "いち"), ("二", "に"),
    ("三", "さん"), ("四", "よん"), ("五", "ご"), ("六", "ろく"),
    ("七", "なな"), ("八", "はち"), ("九", "きゅう"), ("十", "じゅう"),
    ("百", "ひゃく"), ("千", "せん"), ("万", "まん"), ("億", "おく"),
    ("兆", "ちょう"),
)  # fmt: skip


def _read_kanji(numeral: str) -> str:
    for kanji, kana in _KANA:
        numeral = numeral.replace(kanji, kana)
    return numeral


@lru_cache(maxsize=32)
def _signs(code: str) -> _Signs | None:
    return _signs_of(_TABLE[code]) if code in _TABLE else None


@lru_cache(maxsize=32)
def _rules(language: str) -> RbnfEngine | None:
    from unicode_rbnf import RbnfEngine

    try:
        return RbnfEngine.for_language(language)
    except ValueError:
        return None
