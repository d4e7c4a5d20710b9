"""What sites of lyrics leave in a text that is copied from them: heads, feet, advertisements, credits."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Genius: "12 ContributorsTranslationsDeutschRiver Song Lyrics[Verse 1]", the parts glued together or not.
_CONTRIBUTORS = re.compile(r"\s*\d{1,4}\s?Contributors?(?=\s*$|[^a-z\s]|.*Lyrics)")
_TITLE = re.compile(r"(?P<title>.*?\s?Lyrics)(?=$|\s*[\[(“\"„«]|[^\Wa-z]|\s{2,})")
_BLURB = re.compile(r"\s*\S.*?\s*Read More\s*")
_END_OF_BLURB = re.compile(r".*?(?:…|\.\.\.)\s*Read More\s*")
_LONGEST_BLURB = 12  # rows
_LONGEST_HEAD = 60
_ADVERT = re.compile(
    r"You might also like(?=$|[\[(“\"'A-Z])|(?<=\S)You might also like\s*$|^You May Also Like$"
)
_TICKETS = re.compile(r"(?:See .{1,60}? ?Live\s*)?Get tickets as low as [$€£]\s?\d+")
_CONCERT = re.compile(r"See .{1,60} Live")
_EMBED = re.compile(
    r"(?:^|(?<=[^\d\s]))(?:\d+(?:\.\d+)?[KM]?)?Embed(?:Share URLCopyEmbedCopy)?$|(?<=\d)Embed$"
)
# AZLyrics and its like begin with '"River Song" lyrics', "Anna Lyrics", '"River Song"'.
_HEADLINE = re.compile(
    r"[\"“„«].{1,80}[\"”“»]\s+lyrics|.{1,80}\S\s+(?:Lyrics|LYRICS|Songtext|Paroles|Letra)|(?:Song )?Lyrics:?"
    r"|(?:Tekst piosenki|Songtext|Paroles|Letra|Testo|Текст песни|歌[詞词]|가사)\s?[:：]"
    r"|(?:Letra de|Paroles (?:de la chanson|de)|Songtext (?:von|zu)|Testo della canzone)\s.{1,80}"
    r"|Lyrics (?:to|of|for) [\"“„«].{1,80}"
)
_QUOTED = re.compile(r"[\"“„«][^\"”“»]{1,80}[\"”“»]|\((?:feat|ft)\.? .{1,80}\)")
_NOTES = re.compile(
    r"(?:(?:song)?writers?\s?(?:\(s\))?|(?:lyrics|music|words|text|producers?)(?: by)?"
    # With a name after the colon; in small letters it may be sung ("Music: my first love").
    r"|(?:written|produced|composed|published)(?: by)?|source|copyright)\s*:\s*(?-i:[^\Wa-z]|[(©]).*"
    r"|album\s*:\s*[\"“].*"
    r"|.*\blyrics\s+(?:©|\(c\)).*|[©℗].*"
    r"|lyrics (?:licensed|provided|powered)(?: (?:and|&) (?:licensed|provided|powered))? by .*"
    r"|submit corrections|(?:thanks|danke) to .{1,80} for (?:adding|correcting|submitting).*lyrics\.?"
    r"|\W*this lyrics is not for commercial use\W*"
    r"|(?:read|find) more (?:.{1,60} )?lyrics (?:at|on|by|from|here)\b.*"
    r"|.*\|\s*(?:azlyrics|metrolyrics).*"
    r"|(?:https?://)?(?:www\.)?(?:azlyrics|genius|musixmatch|lyrics|metrolyrics|songlyrics)\.com(?:/\S*)?"
    r"|all lyrics (?:are )?(?:the )?property (?:and copyright |of the).*|how to format lyrics:?"
    r"|add to favou?rites|(?:edit|correct|print|share|translate|rate) (?:these |this |the )?lyrics"
    r"|(?:escrita|compuesta|composta|scritta) (?:por|da):? .*|¿los datos están equivocados\?.*"
    r"|os dados estão errados\?.*|paroliers?\s*:.*"
    r"|(?:composi[çc][ãa]o|compositor(?:es)?)\s*:.*|enviada por .*|viu algum erro\?.*",
    re.IGNORECASE,
)  # fmt: skip
# What programs and people who make subtitles and LRC put at their beginning and end.
_CREDITS = re.compile(
    r"(?:作?[词詞曲]|(?:[编編]|和声编写?)曲|[制製]作人?|[监監][制製]|混音|母[带帶]|吉他|和[声聲]|[录錄]音|[贝貝]斯|鼓|出品|[发發]行"
    r"|原唱|翻唱|演唱|歌手|[统統][筹籌]|[策企][划劃]|OP|SP|ISRC)"
    r"(?:师|師|人|者|室|公司|制作人|助理)?(?:\s*[/／&、]\s*\w{1,8}){0,3}\s*[:：].*"
    r"|(?:作詞|作曲|編曲|歌|唄|작사|작곡|편곡)\s*[:：].*"
    r"|(?:(?:subtitles?|subs|captions?|captioned|transcribed|transcript|translated|translation|lrc|lyrics|resync"
    r"|sync(?:ed|hroni[sz]ed)?|synced|timed|ripped|corrected|corrections?)(?:\s*(?:,|&|\+|and|/)\s*)?){1,4}"
    r"\s+(?:made |created |provided |powered )?by\b.{1,80}"
    r"|support us and become (?:a )?vip member.*|advertise your product or brand here.*"
    r"|.{0,60}\b(?:amara|opensubtitles|addic7ed|subscene|podnapisi|rentanadviser|megalobiz|lyricsify|lrcgenerator"
    r"|musixmatch|azlyrics|genius|metrolyrics|songlyrics)\.(?:com|org|net)\b.{0,60}"
    r"|(?:by\s+)?rentanadviser.{0,40}|(?:downloaded|watch(?: any)? .{1,40}) (?:from|on) (?:www\.|https?://)\S+",
    re.IGNORECASE,
)
_LONGEST_CREDIT = 200  # characters
_SERIAL = re.compile(r"\(\d{6,}\)")

Row = tuple[int, str]
"""Its number, counted from 1, and its text."""


def timed_furniture(texts: Sequence[str], title: str = "", artist: str = "") -> list[int]:
    """Which lines of a file with times name who made it, or the song, at its beginning and end, in order;
    none if all do. title, artist: of the song, where the file has them beside its lines."""
    heading = {f"{title} - {artist}".lower(), f"{artist} - {title}".lower()} if title and artist else set()

    def is_furniture(text: str) -> bool:
        row = text.strip()
        return (
            _is_credit(row)
            or (len(row) <= _LONGEST_CREDIT and bool(_NOTES.fullmatch(row)))
            or (row.lower() in heading)
        )

    first, last = 0, len(texts)
    while first < last and is_furniture(texts[first]):
        first += 1
    while first < last and is_furniture(texts[last - 1]):
        last -= 1
    return [*range(first), *range(last, len(texts))] if first < last else []


def _is_credit(row: str) -> bool:
    return len(row) <= _LONGEST_CREDIT and bool(_CREDITS.fullmatch(row))


def without_furniture(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows without what belongs to the site, and what that was. A row may lose a part, or all of it."""
    kept = list(rows)
    removed: list[Row] = []
    _head(kept, removed)
    _foot(kept, removed)
    _adverts(kept, removed)
    return kept, sorted(removed, key=lambda row: row[0])


def _head(kept: list[Row], removed: list[Row]) -> None:
    _contributors(kept, removed)
    titled = False
    for at, (number, text) in enumerate(kept):
        row = text.strip()
        if not row:
            continue
        known = _HEADLINE.fullmatch(row) or _NOTES.fullmatch(row) or _is_credit(row)
        if not known and not (titled and _QUOTED.fullmatch(row)):
            return
        titled = True
        removed.append((number, row))
        kept[at] = (number, "")


def _contributors(kept: list[Row], removed: list[Row]) -> None:
    first = next((at for at, (_, text) in enumerate(kept) if text.strip()), None)
    if first is None or not (start := _CONTRIBUTORS.match(kept[first][1])):
        return
    number, text = kept[first]
    title = _TITLE.match(text, start.end())
    past = first
    if title is None and text[start.end() :].strip() in ("", "Translations"):
        # The parts of the head in rows of their own.
        for at in range(first + 1, min(len(kept), first + _LONGEST_HEAD)):
            row = kept[at][1].strip()
            if row.startswith("["):
                break
            if title := _TITLE.match(row):
                removed += [(n, t.strip()) for n, t in kept[first:at] if t.strip()]
                kept[first:at] = [(n, "") for n, _ in kept[first:at]]
                past, (number, text) = at, (kept[at][0], row)
                break
    end = title.end() if title else start.end()
    blurb = _BLURB.match(text, end) if title else None
    if title and not blurb and (last := _last_of_blurb(kept, past)) is not None:
        removed += [(n, t.strip()) for n, t in kept[past:last] if t.strip()]
        kept[past:last] = [(n, "") for n, _ in kept[past:last]]
        past, (number, text) = last, kept[last]
        blurb = _END_OF_BLURB.match(text)
    end = blurb.end() if blurb else end
    removed.append((number, text[:end].strip()))
    kept[past] = (number, text[end:].lstrip())


def _last_of_blurb(kept: list[Row], title: int) -> int | None:
    """Which row ends what is told about the song, where that has several."""
    for at in range(title + 1, min(len(kept), title + _LONGEST_BLURB)):
        if kept[at][1].lstrip().startswith("["):
            return None
        if _END_OF_BLURB.match(kept[at][1]):
            return at
    return None


def _foot(kept: list[Row], removed: list[Row]) -> None:
    for at in reversed(range(len(kept))):
        number, text = kept[at]
        row = text.strip()
        if not row:
            continue
        if _NOTES.fullmatch(row) or _SERIAL.fullmatch(row) or _is_credit(row):
            removed.append((number, row))
            kept[at] = (number, "")
            continue
        embed = _EMBED.search(row)
        if embed is None:
            return
        removed.append((number, embed[0]))
        kept[at] = (number, row[: embed.start()].rstrip())
        if kept[at][1]:
            return


def _adverts(kept: list[Row], removed: list[Row]) -> None:
    for at, (number, text) in enumerate(kept):
        row = text.strip()
        following = kept[at + 1][1].strip() if at + 1 < len(kept) else ""
        if _CONCERT.fullmatch(row) and _TICKETS.match(following):
            removed.append((number, row))
            kept[at] = (number, "")
            continue
        for pattern in (_TICKETS, _ADVERT):
            # Begins a row, or is glued to its end.
            if (found := pattern.search(row)) and (found.start() == 0 or found.end() == len(row)):
                removed.append((number, found[0].strip()))
                row = " ".join(filter(None, (row[: found.start()].rstrip(), row[found.end() :].lstrip())))
                kept[at] = (number, row)
