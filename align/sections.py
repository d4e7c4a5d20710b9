"""What writers of lyric sheets put beside the words: names of sections, marks of repetition, singers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

# Names of sections that are nothing else, so that one alone on its row is a header.
_PLAIN = (
    "verse", "chorus", r"(?:pre|post)[\s-]?chorus", "intro", "outro", "interlude", "instrumental",
    "strophe", "refrain", r"pr[eé][\s-]?refrain", "kehrreim", "couplet", "estribillo",
    r"pre[\s-]?estribillo", "estrofa", "ritornello", r"pre[\s-]?ritornello", "strofa", "strofă", "refrão",
    r"pr[eé][\s-]?refrão", "estrofe", "refrein", "zwrotka", "refren", "nakarat", "refräng",
    "omkvæd", "refreng", "kertosäe", "säkeistö", "refrén", "versszak", "ρεφρέν", "κουπλέ", r"reff|ref\.",
    "điệp khúc", r"(?:пред)?припев", "куплет", "приспів", "サビ", "大サビ", "[ABCＡＢＣ]メロ",
    "イントロ", "アウトロ", "副歌", "主歌", "前奏", "[間间]奏", "尾奏", "[橋桥]段", "후렴", "벌스", "코러스",
    "프리코러스", "인트로", "아웃트로", "간주", "interludio", "interlúdio", "интро", "аутро", "интерлюдия",
    "przejście", "giriş", "çıkış",
    "ヴァース", "コーラス", r"プレ・?コーラス", "פזמון", "(?:ال)?لازمة", "(?:ال)?مقطع", "मुखड़ा", "अंतरा",
    "कोरस", "ท่อนฮุ[คก]",
)  # fmt: skip
# Those that are sung as well: headers in brackets, with a colon, a number or a mark of repetition.
_SUNG_TOO = (
    "bridge", "hook", r"(?:pre|post)[\s-]?hook", "solo", "coda", "prelude", "postlude", "reprise",
    "breakdown", r"ad[\s-]?libs?", r"ref\.?", "brücke", "pont", "puente", "ponte", "köprü", "coro",
    r"pre[\s-]?coro", "verso", "verset", "vers", "strofe", "sloka", "brygga", "kıta", "zwischenspiel",
    "vorspiel", "introducción", "introdução", "introduzione", "strumentale",
    "бридж", "вступление", "проигрыш", "соло", "브릿지", "ブリッジ",
)  # fmt: skip
# Those that are words like any other: headers in square brackets only, as are descriptions of sounds.
_COMMON = (
    "break", "drop", r"build[\s-]?up", "build", "part", "section", "tag", "skit", "vamp", "turnaround",
    r"spoken(?:[\s-]word)?", "rap", "teil", "parte", "partie", "часть", "beat", r"fade(?:s|[\s-]out)?",
    "ending", "opening", "transition", "segue", "sample", "dialogue", "monologue", "most", "мост", "בית",
    "mittelteil", "stick", "절", "final", "finale", "end", "key change", "big finish",
    r"(?:fe)?male vocals?", r"(?:lead|backing) vocals?",
)  # fmt: skip
# What sounds, and is not sung; in square brackets only, too.
_SOUNDS = (
    "musi[ck]", "musik", "musique", "música", "музыка", "음악", "音楽", "音乐",
    r"(?:music|musik) (?:playing|plays|fades)", r"(?:soft|upbeat) music", "applause", "laughter", "laughs",
    "laughing", "cheer(?:s|ing)", "crowd cheering", "silence", "humming", "hums", "whistl(?:es|ing)",
    "scatting", "vocalizing", "vocalising", "screams?", "screaming", "whisper(?:s|ed|ing)", "inaudible",
    "unintelligible", "indistinct", "unverständlich",
)  # fmt: skip
_BEFORE = (
    r"(?:first|second|third|fourth|last|final|main|short|long|half|double|guitar|piano|sax(?:ophone)?|drums?|"
    r"bass|violin|organ|synth|trumpet|harmonica|string|vocal|musical|instrumental|spoken|opening|middle|"
    r"alternate|extended|acoustic|repeat|erste|zweite|dritte|letzte|premier|deuxième|dernier|primer|segundo|"
    r"último|ultimo|первый|второй|последний)[rs]?[\s-]+"
)
_AFTER = r"(?:break|solo|section|part|interlude|intro|outro|only|reprise|fade(?:[\s-]out)?)"
# Single letters as capitals only: "Solo a" is Spanish for "only to".
_WRITTEN = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|i{2,3}|iv|vi{1,3}|ix|(?-i:[IVXA-E]))"
_ORDINAL = r"(?:\d{1,2}\s?(?:st|nd|rd|th|\.|er|re|e|ème|º|ª|ª|ος|ой|-й)?\s*)"
_NUMBER = rf"(?:(?:n[or]\.?|n[°º]|№|#)?\s*\d{{1,2}}(?:\s*[&+/,–-]\s*\d{{1,2}})*[a-d]?\b\.?|\s+{_WRITTEN}\b)"

# Characters beyond which a text is none of these, and searching it would only take long.
_LONGEST = 300

_TIMES = r"(?:times|time|mal|fois|veces|volte|vezes|keer|razy|раза?|gånger|回|次|번)"
_COUNT = rf"(?:[x×✕✖＊*]\s?\d{{1,2}}(?:\s+{_TIMES})?|\d{{1,2}}\s?[x×✕✖](?:\s+{_TIMES})?)"
_MARK = rf"(?:{_COUNT}|\d{{1,2}}\s*{_TIMES}|bis|ter)"
_REPEAT = r"(?:repeat(?:ed|s)?|rpt\.?|wiederhol(?:en|ung)|wdh\.?|répéter|repetir|ripetere|herhalen|повтор)"
_UNTIL = r"(?:all|(?:to|till?|until|and)\s+(?:the\s+)?(?:fade(?:[\s-]out)?|end)|ad\s+lib\.?|twice)"


def _sections(words: Iterable[str]) -> str:
    one = rf"{_ORDINAL}?(?:{_BEFORE})*(?:{'|'.join(words)})(?:\s+{_AFTER})*{_NUMBER}?"
    return rf"{one}(?:\s*(?:[/&+,]|\band\b|\bund\b|\bet\b)\s*{one})*"


def _header(words: Iterable[str], end: str) -> str:
    return rf"(?:the\s+)?{_sections(words)}(?:[\s,–-]*[(\[]?(?:{_MARK}|{_REPEAT})[)\]]?)*{end}"


# After the section: who sings it, or what it is like.
_TAIL = r"(?:\s*[:：|(].*|\s+[-–—]+\s+.*|\s+(?:by|feat\.?|ft\.?|with)\s+.*|\s*)"
_ALL = (*_PLAIN, *_SUNG_TOO, *_COMMON, *_SOUNDS)
_UNCOMMON = (*_PLAIN, *_SUNG_TOO)


def _matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """Tells whether a whole text is of a kind. One that is too long for it is not searched."""
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda text: compiled.fullmatch(text) if len(text) <= _LONGEST else None


is_square_header = _matcher(rf"\s*(?:{_header(_ALL, _TAIL)}|.{{1,40}}?\s*[:–—-]\s*{_sections(_UNCOMMON)})\s*")
"""What stands in square brackets names a section ("Verse 1: Anna") or describes a sound."""
is_round_header = _matcher(rf"\s*{_header(_UNCOMMON, _TAIL)}\s*")
"""What stands in brackets of any shape names a section, by words that are not as well sung ("Break")."""
is_sound = _matcher(rf"\s*{_header(_SOUNDS, _TAIL)}\s*")
_ALONE = _matcher(rf"{_header(_PLAIN, '')}\s*[:：.]?")
_NUMBERED = _matcher(
    rf"(?:the\s+)?(?:{_BEFORE})*(?:{'|'.join(_UNCOMMON)})(?:{_NUMBER}|\s*[(\[]?{_MARK}[)\]]?)+\s*[:：.]?"
)
_COLONED = _matcher(rf"{_header(_UNCOMMON, '')}\s*[:：]")
leading_header = _matcher(rf"(?P<header>{_header(_UNCOMMON, '')}\s*[:：])\s*(?P<rest>\S.*)")
""" "Chorus: Hello" as groups header and rest."""
singers_header = _matcher(rf"{_header(_PLAIN, '')}\s*(?:[-–—]\s+|[(\[])(?P<rest>.+?)[)\]]?")
""" "Verse 1 (Anna)", "Chorus - Anna": the group rest says who may be singing it."""
is_repetition = _matcher(
    rf"\s*(?:{_MARK}|{_REPEAT}(?:\s+(?:{_header(_UNCOMMON, '')}|{_UNTIL}))?(?:[\s,]*{_MARK})*)\s*[.!]?\s*"
)
"""Of what stands in brackets: "x2", "2 times", "Repeat chorus"."""
_REPEAT_ROW = _matcher(
    rf"{_REPEAT}\s+(?:the\s+)?{_sections(_UNCOMMON)}(?:[\s,]*[(\[]?{_MARK}[)\]]?)*\s*[.:!]?"
)
# A mark that stands alone: neither "Max 5" nor "4x4"; and "2 x 4" is a beam.
_AT_END = re.compile(
    rf"(?<=[^\W\d])[×✕✖]\d{{1,2}}\s*$|(?<!\S)(?:[xX×✕✖]\d{{1,2}}(?:\s+{_TIMES})?|(?<!\d\s)[x×✕✖]\s\d{{1,2}}(?:\s+{_TIMES})?"
    rf"|\d{{1,2}}[xX×✕✖](?:\s+{_TIMES})?)\s*[.!]?\s*$"
)
is_credit = _matcher(
    r"\s*(?:(?:produced|written|composed|lyrics|music|words|arranged|mixed|mastered|performed|directed|recorded|"
    r"translated|transcribed|text|musik|paroles|musique|letra|música|testo|musica|tekst|слова|музыка)"
    r"(?:\s*(?:&|and|und|et|y|e)\s*\w+)?\s+(?:by|von|vom|zu|de|du|di|от|bij)\b.*|(?:songtext|text|lyrics|paroles|letra|"
    r"testo|tekst piosenki|текст песни|перевод)\s+(?:zu|von|for|to|de|del?l?[ao']?|di|do|from)?\s*[\"“„«‘'].*"
    r"|(?:songtekst van|låttext till|sangtekst til|versuri)\s.*|(?:.*\s)?(?:şarkı sözleri|가사|歌[詞词])"
    r"|lyrics from snippet.*|(?:prod|prod\.)\s+.+)"
)
# As files from China, Japan and Korea begin.
is_credit_row = _matcher(
    r"(?:作?[词詞]|作?曲|[词詞]曲|作[词詞]作曲|[编編]曲|制作人?|[监監][制製]|混音|母[带帶]|原唱|演唱|歌手|작사|작곡|편곡|노래)\s*[:：]\s*\S.*"
)
_LRC_TAG = re.compile(
    r"\s*(?:ti|ar|al|au|by|lr|re|ve|la|lang|length|offset|tool|singers|#)\s*:.*", re.IGNORECASE
)
_UNHEARD = re.compile(r"[\s?？…._-]*")

_ROLES_WRITTEN = """
both all everyone together duet unison choir crowd audience male female man woman boy girl men women boys
girls him her lead background backing group band singer narrator beide alle zusammen chor tous ensemble todos
ambos juntos tutti insieme вместе все 合 男 女 合唱 男女
"""
_ROLES = frozenset(_ROLES_WRITTEN.split())
_ROLES_WITHOUT_CASE = frozenset(["合", "男", "女", "合唱", "男女"])
_COLON_LABEL = _matcher(r"(?P<label>[^:：]{1,40}[:：])\s*(?P<rest>\S.*)")
_JOINING = re.compile(
    r"\s*(?:[&,/+]|\band\b|\bund\b|\bet\b|\by\b|\bwith\b|\bfeat\.?|\bft\.?|\bvs\.?)\s*", re.IGNORECASE
)
_MOST_NAMES = 4
_AROUND = " :.*_{}"  # signs by which a header tells whose letters are slanted, or in which brackets
# Capitalised before words, and yet sung: what songs are full of.
_PARTICLES = frozenset(["the", "of", "von", "van", "der", "de", "da", "di", "del", "la", "le", "el", "al"])
_SUNG_WORDS = """
a ah aha ain't all alleluia always am amen and angel are away aye baby back be beautiful because bye can
can't come cry da dance darling day dear do doo don't down dream eh eh-eh everybody fall feel fire fly for
forever free get girl give go god gonna good goodbye got ha hallelujah happy hey hello here hi hmm hold home
honey hoo hot how huh i i'll i'm i've if in is it it's just keep kiss know la let let's life light like
listen little look lord lonely love lover mama maybe me mm mmm more move music my na never nah night no not
now of oh ooh oo on one our out ow papa peace please pray ready really remember right rock roll run say sha
shake she shine sing so somebody sorry stand star stay stop sugar sun sunshine sweet take tell thank that
the there they this time to together tonight too true uh uhh um up wait wake walk wanna want we well what
when where who whoa why wo woah woo world wow yea yeah yes yo you you're your yup ja nein ich du wir
liebe komm oui non je tu moi toi amour si sí no yo tú mi amor vamos ven corazón ay olé sim não eu você io ti
amo да нет я ты мы любовь
"""
_LYRIC_WORDS = frozenset(_SUNG_WORDS.split())


def is_header_row(row: str) -> bool:
    """Whether a row without brackets around it names a section, or says to repeat one."""
    return any(found(row) for found in (_ALONE, _NUMBERED, _COLONED, _REPEAT_ROW))


def repetition_at_end(row: str) -> re.Match[str] | None:
    return _AT_END.search(row)


def is_lrc_tag(inner: str) -> bool:
    return bool(_LRC_TAG.fullmatch(inner))


def is_unheard(inner: str) -> bool:
    """ "[?]", where whoever wrote the text down did not understand a word."""
    return "?" in inner and bool(_UNHEARD.fullmatch(inner))


def singers_of(inner: str) -> list[str]:
    """The names after a section ("Verse 1: Anna & Ben"), in lower case."""
    if not is_square_header(inner):
        return []
    _, sign, tail = re.sub(r"\s[-–—]+\s", ":", inner.replace("：", ":"), count=1).partition(":")
    names = [name.strip(_AROUND) for name in _JOINING.split(tail.strip())] if sign else []
    return [name.lower() for name in names if name and (is_name(name) or _caseless(name))]


def _caseless(name: str) -> bool:
    """Whether it is of a script that has no capitals to tell a name by, and short."""
    return name.lower() == name.upper() and name[0].isalpha() and len(name.split()) <= _MOST_NAMES


def colon_label(row: str, known: Iterable[str]) -> re.Match[str] | None:
    """ "女：我爱你", "Anna: Hello" of a singer that a header names, as groups label and rest."""
    found = _COLON_LABEL(row)
    name = found["label"].rstrip(" :：").lower() if found else ""
    return found if name in known or name in _ROLES_WITHOUT_CASE else None


def names_in(text: str) -> list[str]:
    """ "Anna & Ben" as the names that are joined in it."""
    return [name for part in _JOINING.split(text) if (name := part.strip(_AROUND))]


def is_name(text: str, known: Iterable[str] = ()) -> bool:
    """Whether a text may be a singer's name, or several: a part that anyone may have ("Both", "Singer 2"),
    a known one, or up to four words, each with a capital, that songs are not full of."""
    if len(text) > _LONGEST:
        return False
    parts = [part.strip(_AROUND) for part in _JOINING.split(text)]
    return all(parts) and all(_is_one(part, known) for part in parts)


def is_known_name(text: str, known: Iterable[str], roles: bool = True) -> bool:
    """roles: parts that anyone may have are known, too."""
    if len(text) > _LONGEST:
        return False
    parts = [part.strip(_AROUND).lower() for part in _JOINING.split(text)]
    return all(part in known or (roles and re.sub(r"\s*\d{1,2}$", "", part) in _ROLES) for part in parts)


def _is_one(part: str, known: Iterable[str]) -> bool:
    if is_known_name(part, known):
        return True
    words = part.split()
    if len(words) > _MOST_NAMES:
        return False
    words = [word for word in words if word.lower() not in _PARTICLES]
    return (
        all(word[0].isupper() or word[0].isdigit() for word in words)
        and any(word[0].isupper() for word in words)
        and not any(word.lower().replace("’", "'").strip("'!?.,-") in _LYRIC_WORDS for word in words)
    )
