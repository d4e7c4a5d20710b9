"""The language of a text: one value, from what a user or a file calls it, or found in the text itself."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache

from ..engine.errors import InputError

_ASKED_NOTHING = frozenset({"", "auto", "und", "unknown", "mul", "zxx"})

# English names of what Whisper knows, by its codes.
_NAMES = """
af Afrikaans; am Amharic; ar Arabic; as Assamese; az Azerbaijani; ba Bashkir; be Belarusian; bg Bulgarian
bn Bengali; bo Tibetan; br Breton; bs Bosnian; ca Catalan; cs Czech; cy Welsh; da Danish; de German; el Greek
en English; es Spanish; et Estonian; eu Basque; fa Persian; fi Finnish; fo Faroese; fr French; gl Galician
gu Gujarati; ha Hausa; haw Hawaiian; he Hebrew; hi Hindi; hr Croatian; ht Haitian Creole; hu Hungarian
hy Armenian; id Indonesian; is Icelandic; it Italian; ja Japanese; jw Javanese; ka Georgian; kk Kazakh
km Khmer; kn Kannada; ko Korean; la Latin; lb Luxembourgish; ln Lingala; lo Lao; lt Lithuanian; lv Latvian
mg Malagasy; mi Maori; mk Macedonian; ml Malayalam; mn Mongolian; mr Marathi; ms Malay; mt Maltese; my Burmese
ne Nepali; nl Dutch; nn Nynorsk; no Norwegian; oc Occitan; pa Punjabi; pl Polish; ps Pashto; pt Portuguese
ro Romanian; ru Russian; sa Sanskrit; sd Sindhi; si Sinhala; sk Slovak; sl Slovenian; sn Shona; so Somali
sq Albanian; sr Serbian; su Sundanese; sv Swedish; sw Swahili; ta Tamil; te Telugu; tg Tajik; th Thai
tk Turkmen; tl Tagalog; tr Turkish; tt Tatar; uk Ukrainian; ur Urdu; uz Uzbek; vi Vietnamese; yi Yiddish
yo Yoruba; yue Cantonese; zh Chinese
"""
# What else they are called: by their speakers, and in English.
_ALSO = """
ar العربية; bg български; bn বাংলা; ca català; ca valencian; cs čeština; da dansk; de deutsch; el ελληνικά
es español; es castellano; es castilian; et eesti; fa فارسی; fa farsi; fi suomi; fr français
he עברית
hi हिन्दी; hr hrvatski; hu magyar; id bahasa indonesia; is íslenska; it italiano; ja 日本語; ko 한국어
lt lietuvių
lv latviešu; my myanmar; nl nederlands; nl flemish; no norsk; no bokmål; pa panjabi; pl polski; pt português
pt-BR brazilian portuguese; pt-BR português brasileiro; ro română; ro moldavian; ru русский; si sinhalese
sk slovenčina; sl slovenščina; sr српски; sv svenska; ta தமிழ்; te తెలుగు; th ไทย; tl filipino; tr türkçe
uk українська; vi tiếng việt; yue 粵語; zh 中文; zh mandarin; zh mandarin chinese; zh-Hans simplified chinese
zh-Hant traditional chinese; zh-Hans 简体中文; zh-Hant 繁體中文; ht haitian; lb letzeburgesch; ps pushto
"""
# Whisper's own code where it is not the primary subtag.
_WHISPER = {"nb": "no", "jv": "jw", "fil": "tl", "cmn": "zh", "iw": "he", "in": "id", "ji": "yi", "mo": "ro"}
_OURS = {"jw": "jv", "cmn": "zh"}


@dataclass(frozen=True, slots=True)
class Language:
    """tag: BCP 47 in its usual letters ("de", "pt-BR", "zh-Hant"). found: in the text, not told."""

    tag: str
    found: bool = False

    @property
    def code(self) -> str:
        """The primary subtag ("pt")."""
        return self.tag.split("-")[0]

    @property
    def whisper(self) -> str:
        """Whisper's code."""
        return _WHISPER.get(self.code, self.code)

    @property
    def name(self) -> str:
        """In English; the tag where it has none here."""
        return _names().get(self.whisper, self.tag)

    @property
    def english(self) -> bool:
        return self.code == "en"


ENGLISH = Language("en")


@cache
def _names() -> dict[str, str]:
    entries = re.split(r"[;\n]", _NAMES.strip())
    return dict(entry.strip().split(" ", 1) for entry in entries)


@cache
def _by_name() -> dict[str, str]:
    """What a language may be called, as `_bare` leaves it → its tag."""
    called = [(_OURS.get(code, code), name) for code, name in _names().items()]
    for entry in re.split(r"[;\n]", _ALSO.strip()):
        tag, name = entry.strip().split(" ", 1)
        called.append((tag, name))
    return {_bare(name): tag for tag, name in called}


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        letter for letter in decomposed if letter.isalpha() or unicodedata.category(letter) == "Mc"
    )


def parse_language(asked: str | None) -> Language | None:
    """A BCP 47 tag, one with underscores or a locale ("en_US.UTF-8"), a code of ISO 639-2 ("ger", "deu"), or
    a name in English or its own language; None for nothing or "auto".

    Raises InputError for what is no language.
    """
    text = (asked or "").strip()
    if text.casefold() in _ASKED_NOTHING:
        return None
    named = _by_name().get(_bare(text))
    if named:
        return Language(named)
    from langcodes import Language as Tag
    from langcodes import LanguageTagError

    # What follows in a locale is its encoding and modifier.
    tag = re.split(r"[.@]", text)[0].replace("_", "-")
    try:
        parsed = Tag.get(tag, normalize=True)
        if parsed.language and parsed.is_valid():
            primary = _OURS.get(parsed.language, parsed.language)
            subtags = (primary, parsed.script, parsed.territory)
            return Language("-".join(part for part in subtags if part))
    except (LanguageTagError, ValueError, AttributeError):
        pass
    raise InputError(
        f'"{text}" is no language: give a code such as en, de or pt-BR, a name such as German, or leave it '
        "empty to have it found in the text."
    )


def told_language(asked: str | None) -> Language | None:
    """As parse_language, for what a file says of itself: None also for what is no language."""
    try:
        return parse_language(asked)
    except InputError:
        return None


def told_tag(language: str) -> str:
    """What a file calls its language as a BCP 47 tag; as it stands where it is none, so that it is kept."""
    known = told_language(language)
    return known.tag if known else language


# Letters by their block's name in Unicode: of these scripts the language is the one most written in it.
_SCRIPTS = {
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "BOPOMOFO": "zh", "DEVANAGARI": "hi",
    "GREEK": "el", "HEBREW": "he", "ARABIC": "ar", "THAI": "th", "LAO": "lo", "KHMER": "km", "MYANMAR": "my",
    "GEORGIAN": "ka", "ARMENIAN": "hy", "BENGALI": "bn", "GURMUKHI": "pa", "GUJARATI": "gu", "TAMIL": "ta",
    "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml", "SINHALA": "si", "TIBETAN": "bo", "ETHIOPIC": "am",
    "CYRILLIC": "ru",
}  # fmt: skip
# Letters that only some languages of a script write.
_LETTERS = {
    "uk": "іїєґ", "be": "ў", "sr": "ђћџљњј", "fa": "پچژگیک", "ur": "پچژگیکٹڈڑںے",
    "de": "ß", "es": "ñ¿¡", "pt": "ãõ", "fr": "œ", "pl": "łśźżąęńć", "tr": "ğış", "cs": "řěů", "hu": "őű",
    "ro": "țșăţ",
    "vi": "ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ", "da": "øæ", "sv": "å",
}  # fmt: skip
# The words that texts are full of. What several languages share counts less for each.
_WORDS = """
en: the and of to a in is you that it he was for on are with i my me your we be this have not what all were
en: when there can an which do if will up out so them she him just like don't i'm it's love know oh yeah baby
en: little how who where why down never from but his her our they been would could no one now then
en: maybe night day time heart life world home away right want need feel see say tell make take come go back
en: going got get gonna wanna let here good over again only more ever every little white black eyes mind hand
en: its as by or can't won't i'll i've you're we're they're that's there's let's about too two said will song
en: had has did does well then than into some man girl boy dream light long old new way think thing hello
es: de la que el en y a los se del las un por con no una su para es al lo como más pero sus le ya este sí mi
es: me te tu yo qué porque cuando muy sin sobre también hasta hay donde quien desde todo nos eso ella él amor
de: der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an er so dass
de: liebe herz nacht schön schöne leben zeit welt oben unten dort ja nein hier mehr alle nichts ganz weiß
de: sie ich du wir ihr mein dein kann wenn noch nur wie war hat bin bist mich dich mir dir was doch immer aus
es: quiero mucho vida corazón día noche tengo eres estoy fue son nuestro nuestra solo siempre nunca así te amo
es: voy vamos esta este esto aquel aquella aquellas esos esas nuestros sus mañana
fr: de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont je tu nous
fr: vous elle mon ton son ma ta sa mais on y avec tout comme si c'est j'ai d'un qu'il n'est l'amour où même
fr: jamais toujours t'aime j'aime je t'aime cœur coeur nuit jour vie rien bien suis es être fait deux sans des
it: di e il la che in a per un del è non della con si da una le dei nel sono ma anche come lo mi ti io tu
it: gli alla se più al mio tuo perché quando questo questa ho ha sei noi chi dove tutto senza amore ci vita
it: amo quella quello poco caro sempre mai cuore giorno notte vuoi voglio così qui lei lui nella sul fu sua
pt: de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou
pt: quando muito eu você meu minha me te tu é está são tem só pelo isso ela onde nem bem amor sem até há lá
pt: nossa nosso nossas nossos têm vida coração noite dia nunca sempre quero você saudade mas amores minhas
nl: de van het een en in is dat op te zijn met voor niet aan er om hij ik je die maar als ook dan ze mijn
nl: liefde hart nacht altijd nooit leven dag hier niets alles
nl: jij wij mij jou naar nog wat was door bij uit heb heeft ben geen waar deze over wel zo hoe
pl: i w na z do się nie to że jest o jak a po co ale tak za od mnie mi cię ty ja my czy już dla tylko gdy
pl: ten tego był przez kiedy gdzie bo może jego jej twój mój serce przy ze są
tr: bir ve bu da de için ne ben sen o ile çok gibi daha her mi ki en beni seni bana sana benim senin var yok
tr: kadar sonra değil diye ama ya şu biz siz onu aşk gel
sv: och att det i en jag som är på för av med inte du den till har om han ett vi mig dig när så min din kan
da: og at det i en jeg er på for af med ikke du den til har om han et vi mig dig når så min din kan der
no: og at det i en jeg er på for av med ikke du den til har om han et vi meg deg når så min din kan som
fi: ja on ei se että en hän oli mutta kun niin minä sinä mun sun kuin mä sä nyt vain sen ole tämä mitä
cs: a se v na je že to s z do i o jako jsem ale by mi ty já tě mě co jen jak když už pro není za
hu: a az és hogy nem is egy ez van csak én te meg de ha mint már vagy el kell mi ki minden szerelem
ro: și de la în a nu cu pe că un o să este din mai ce eu te îmi când iubire pentru dar sunt
id: yang dan di aku kau ku mu ini itu tak untuk dengan cinta hati tidak dalam akan dari kamu ada saja
vi: anh em là và của không một có cho này đã trong người những tình yêu với ta rồi khi
ca: el la de i que a en un una és no amb per els les del al com jo tu em et més però quan
tl: ang ng sa na ako ikaw ko mo ay mga at hindi ka si lang kung
la: et in est non ad ut cum qui quod sed ex per deus sunt nos
hr: i u je na se da sam ne si za od što kao ti ja mi te s o kad moj
ru: и в не на я быть он с что а по это она к но мы как из у ты за так же от бы мне все меня его
uk: і в не на я що він з а та як це у ти за до від мене мені його
bg: и на да в не се е за от това с аз ти те ме как че си ми със
sr: и у је на се да сам не си за од што као ти ја ми те
"""
# Evidence below this is none: a common word that three languages share.
_ENOUGH = 0.4
# The best must have this much of the next.
_CLEARLY = 1.2
_LETTER_WEIGHT = 0.7
_NOT_LATIN = frozenset({"ru", "uk", "be", "bg", "sr", "ar", "fa", "ur"})
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# A text with kana among its ideographs is Japanese, and one with few letters of a script borrows them.
_KANA_SHARE = 0.02
_OTHER_SCRIPT = 0.2
_KNOWN_ENGLISH = 0.6


@cache
def _common() -> dict[str, dict[str, float]]:
    """Word → its languages and how much it speaks for each."""
    owners: dict[str, set[str]] = {}
    for line in _WORDS.strip().splitlines():
        code, words = line.split(": ")
        for word in words.split():
            owners.setdefault(word, set()).add(code)
    return {word: dict.fromkeys(codes, 1.0 / len(codes)) for word, codes in owners.items()}


@lru_cache(maxsize=64)
def find_language(text: str) -> Language | None:
    """The language that a text is written in, by its script, its commonest words and the letters that few
    languages write; None where that tells nothing, as in "la la la" or a name."""
    scripts = script_counts(text)
    if not scripts:
        return None
    foreign = +Counter({script: count for script, count in scripts.items() if script != "LATIN"})
    # A Korean or Russian song may have more of its letters in English words.
    mostly = foreign.total() >= _OTHER_SCRIPT * scripts.total()
    script = (foreign if mostly and foreign else scripts).most_common(1)[0][0]
    if script in ("CJK", "HIRAGANA", "KATAKANA"):
        kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
        east = kana + scripts["CJK"]
        return Language("ja" if kana > _KANA_SHARE * east else "zh", True)
    if script not in ("LATIN", "CYRILLIC", "ARABIC"):
        code = _SCRIPTS.get(script)
        return Language(code, True) if code else None
    scores = _scores(text)
    if script != "LATIN":
        scores = {code: score for code, score in scores.items() if code in _NOT_LATIN}
        return Language(max(scores, key=scores.__getitem__, default=_SCRIPTS[script]), True)
    if not scores:
        return Language("en", True) if _all_english(text) else None
    best, *others = sorted(scores, key=scores.__getitem__, reverse=True)
    if scores[best] >= _ENOUGH and (not others or scores[best] >= _CLEARLY * scores[others[0]]):
        return Language(best, True)
    return None


def _scores(text: str) -> dict[str, float]:
    """How much a text speaks for each language."""
    scores: defaultdict[str, float] = defaultdict(float)
    common = _common()
    for token in _TOKEN.findall(text.casefold().replace("’", "'")):
        for code, weight in common.get(token, {}).items():
            scores[code] += weight
    letters = Counter(letter for letter in text.casefold() if not letter.isascii())
    for code, own in _LETTERS.items():
        count = sum(letters[letter] for letter in own)
        if count:
            scores[code] += _LETTER_WEIGHT * count
    return scores


def _all_english(text: str) -> bool:
    """Whether an English dictionary knows most of a text in plain letters."""
    from .g2p import lookup

    tokens = _TOKEN.findall(text.casefold().replace("’", "'"))
    known = sum(lookup(token) is not None for token in tokens)
    return bool(tokens) and text.isascii() and known >= _KNOWN_ENGLISH * len(tokens)


def script_counts(text: str) -> Counter[str]:
    """Letters by script, as Unicode names it ("LATIN", "CJK", "HIRAGANA")."""
    letters = Counter(letter for letter in text if letter.isalpha())
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        scripts[_script(letter)] += count
    return scripts


@lru_cache(maxsize=1 << 14)
def _script(letter: str) -> str:
    script = unicodedata.name(letter, "").split(" ")[0]
    return "KATAKANA" if script in ("KATAKANA-HIRAGANA", "HALFWIDTH") else script


def language_of_word(word: str, language: Language) -> Language:
    """What a word of a text is read as: the text's language, but for a word in another script than that
    writes, as English words stand in Korean songs."""
    scripts = script_counts(word)
    if not scripts:
        return language
    script = scripts.most_common(1)[0][0]
    if script in writes(language):
        return language
    if script == "LATIN":
        return ENGLISH
    code = _SCRIPTS.get(script)
    return Language(code, True) if code else language


_EAST = {"ja": {"HIRAGANA", "KATAKANA", "CJK"}, "zh": {"CJK", "BOPOMOFO"}, "yue": {"CJK"}, "ko": {"HANGUL"}}
_CYRILLIC = frozenset({"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "tg", "tt", "ba", "mn"})
_ALSO_LATIN = frozenset({"sr", "kk", "tt"})
_ARABIC = frozenset({"ar", "fa", "ur", "ps", "sd"})
_DEVANAGARI = frozenset({"hi", "mr", "ne", "sa"})


@cache
def writes(language: Language) -> frozenset[str]:
    """The scripts of a language's own words."""
    code = language.code
    if code in _EAST:
        return frozenset(_EAST[code])
    if code in _CYRILLIC:
        return frozenset({"CYRILLIC", "LATIN"} if code in _ALSO_LATIN else {"CYRILLIC"})
    if code in _ARABIC:
        return frozenset({"ARABIC"})
    if code in _DEVANAGARI:
        return frozenset({"DEVANAGARI"})
    scripts = {script for script, owner in _SCRIPTS.items() if owner == code}
    return frozenset(scripts or {"LATIN"})
