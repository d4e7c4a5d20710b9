"""Verse in the public domain in the languages that `dev.py bench align --languages` measures, said by eSpeak
NG with known times of its words and of the sounds that close the lips."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lipsync_studio.align.words import Word

from . import espeak
from .case import Case
from .cases import case_of
from .declaration import DECLARATION

VARIANTS = ("", "+f2", "+f3")
"""eSpeak's plain voice of a language, and two of women."""

_WPM = 150
_BILABIAL = ("p", "b", "m")


@dataclass(frozen=True, slots=True)
class Verse:
    """text: lines of words with a space between any two that the synthesiser is to time apart. voice: eSpeak
    NG's. by: whose, and when they died or it was printed."""

    text: str
    voice: str
    by: str


VERSES = {
    "es": Verse(
        """\
Volverán las oscuras golondrinas
en tu balcón sus nidos a colgar,
y otra vez con el ala a sus cristales
jugando llamarán.
Pero aquellas que el vuelo refrenaban
tu hermosura y mi dicha a contemplar,
aquellas que aprendieron nuestros nombres,
esas no volverán.
Volverán las tupidas madreselvas
de tu jardín las tapias a escalar,
y otra vez a la tarde aún más hermosas
sus flores se abrirán.
""",
        "es",
        "Gustavo Adolfo Bécquer, 1870",
    ),
    "de": Verse(
        """\
Ich weiß nicht, was soll es bedeuten,
dass ich so traurig bin;
ein Märchen aus alten Zeiten,
das kommt mir nicht aus dem Sinn.
Die Luft ist kühl und es dunkelt,
und ruhig fließt der Rhein;
der Gipfel des Berges funkelt
im Abendsonnenschein.
Die schönste Jungfrau sitzet
dort oben wunderbar;
ihr goldnes Geschmeide blitzet,
sie kämmt ihr goldenes Haar.
""",
        "de",
        "Heinrich Heine, 1856",
    ),
    "fr": Verse(
        """\
Les sanglots longs des violons de l'automne
blessent mon cœur d'une langueur monotone.
Tout suffocant et blême, quand sonne l'heure,
je me souviens des jours anciens et je pleure;
et je m'en vais au vent mauvais qui m'emporte
deçà, delà, pareil à la feuille morte.
Il pleure dans mon cœur comme il pleut sur la ville;
quelle est cette langueur qui pénètre mon cœur?
Ô bruit doux de la pluie par terre et sur les toits!
Pour un cœur qui s'ennuie, ô le chant de la pluie!
""",
        "fr",
        "Paul Verlaine, 1896",
    ),
    "it": Verse(
        """\
Sempre caro mi fu quest'ermo colle,
e questa siepe, che da tanta parte
dell'ultimo orizzonte il guardo esclude.
Ma sedendo e mirando, interminati
spazi di là da quella, e sovrumani
silenzi, e profondissima quiete
io nel pensier mi fingo; ove per poco
il cor non si spaura. E come il vento
odo stormir tra queste piante, io quello
infinito silenzio a questa voce
vo comparando.
""",
        "it",
        "Giacomo Leopardi, 1837",
    ),
    "pt": Verse(
        """\
Minha terra tem palmeiras,
onde canta o sabiá;
as aves, que aqui gorjeiam,
não gorjeiam como lá.
Nosso céu tem mais estrelas,
nossas várzeas têm mais flores,
nossos bosques têm mais vida,
nossa vida mais amores.
Em cismar, sozinho, à noite,
mais prazer encontro eu lá;
minha terra tem palmeiras,
onde canta o sabiá.
Não permita Deus que eu morra,
sem que eu volte para lá;
""",
        "pt-br",
        "Antônio Gonçalves Dias, 1864",
    ),
    "ru": Verse(
        """\
Я помню чудное мгновенье:
передо мной явилась ты,
как мимолётное виденье,
как гений чистой красоты.
В томленьях грусти безнадежной,
в тревогах шумной суеты,
звучал мне долго голос нежный
и снились милые черты.
Шли годы. Бурь порыв мятежный
рассеял прежние мечты,
и я забыл твой голос нежный,
твои небесные черты.
В глуши, во мраке заточенья
тянулись тихо дни мои
без божества, без вдохновенья,
без слёз, без жизни, без любви.
""",
        "ru",
        "Aleksandr Pushkin, 1837",
    ),
    "nl": Verse(
        """\
Een nieuwe lente en een nieuw geluid:
ik wil dat dit lied klinkt als het gefluit,
dat ik vaak hoorde voor een zomernacht
in een oud stadje, langs de watergracht.
In huis was het donker, maar de stille straat
vergaarde schemer, aan de lucht blonk laat
nog licht, er viel een gouden blanke schijn
over de gevels in mijn raamkozijn.
""",
        "nl",
        "Herman Gorter, 1927",
    ),
    "pl": Verse(
        """\
Litwo! Ojczyzno moja! Ty jesteś jak zdrowie.
Ile cię trzeba cenić, ten tylko się dowie,
kto cię stracił. Dziś piękność twą w całej ozdobie
widzę i opisuję, bo tęsknię po tobie.
Panno święta, co jasnej bronisz Częstochowy
i w Ostrej świecisz Bramie! Ty, co gród zamkowy
Nowogródzki ochraniasz z jego wiernym ludem!
Jak mnie dziecko do zdrowia powróciłaś cudem.
""",
        "pl",
        "Adam Mickiewicz, 1855",
    ),
    "tr": Verse(
        """\
Aşkın aldı benden beni,
bana seni gerek seni.
Ben yanarım dün ü günü,
bana seni gerek seni.
Ne varlığa sevinirim,
ne yokluğa yerinirim,
aşkın ile avunurum,
bana seni gerek seni.
Aşkın aşıklar öldürür,
aşk denizine daldırır,
tecelli ile doldurur,
bana seni gerek seni.
""",
        "tr",
        "Yunus Emre, about 1321",
    ),
    "hi": Verse(
        """\
बुरा जो देखन मैं चला,
बुरा न मिलिया कोय,
जो दिल खोजा आपना,
मुझसे बुरा न कोय।
काल करे सो आज कर,
आज करे सो अब,
पल में परलय होएगी,
बहुरि करेगा कब।
धीरे धीरे रे मना,
धीरे सब कुछ होय,
माली सींचे सौ घड़ा,
ऋतु आए फल होय।
दुख में सुमिरन सब करे,
सुख में करे न कोय,
""",
        "hi",
        "Kabir, about 1518",
    ),
    "ja": Verse(
        """\
さくら さくら
のやま も さと も
みわたす かぎり
かすみ か くも か
あさひ に におう
さくら さくら
はな ざかり
うさぎ おいし かのやま
こぶな つりし かのかわ
ゆめ は いま も めぐりて
わすれがたき ふるさと
いか に います ちちはは
つつがなし や ともがき
""",
        "ja",
        "traditional, printed in 1888; Takano Tatsuyuki, 1947",
    ),
    "ko": Verse(
        """\
나 보기가 역겨워 가실 때에는
말없이 고이 보내 드리우리다.
영변에 약산 진달래꽃
아름 따다 가실 길에 뿌리우리다.
가시는 걸음 걸음 놓인 그 꽃을
사뿐히 즈려밟고 가시옵소서.
나 보기가 역겨워 가실 때에는
죽어도 아니 눈물 흘리우리다.
엄마야 누나야 강변 살자,
뜰에는 반짝이는 금모래빛,
뒷문 밖에는 갈잎의 노래,
엄마야 누나야 강변 살자.
""",
        "ko",
        "Kim Sowol, 1934",
    ),
    "zh": Verse(
        """\
床 前 明 月 光,
疑 是 地 上 霜.
举 头 望 明 月,
低 头 思 故 乡.
春 眠 不 觉 晓,
处 处 闻 啼 鸟.
夜 来 风 雨 声,
花 落 知 多 少.
白 日 依 山 尽,
黄 河 入 海 流.
欲 穷 千 里 目,
更 上 一 层 楼.
两 个 黄 鹂 鸣 翠 柳,
一 行 白 鹭 上 青 天.
窗 含 西 岭 千 秋 雪,
门 泊 东 吴 万 里 船.
朝 辞 白 帝 彩 云 间,
千 里 江 陵 一 日 还.
两 岸 猿 声 啼 不 住,
轻 舟 已 过 万 重 山.
""",
        "cmn",
        "Li Bai, 762; Meng Haoran, 740; Wang Zhihuan, 742; Du Fu, 770",
    ),
}
"""BCP 47 → what is said in it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """case: as in `Case`; of a text without spaces the truth is of what the verse has between two. closures:
    (start, end) of each p, b and m, seconds."""

    case: Case
    closures: tuple[tuple[float, float], ...]


@lru_cache(maxsize=4)
def reading(code: str, variant: str = "", held_out: bool = False) -> Reading:
    """A verse of VERSES, or what is held out, said by one of VARIANTS at 150 words a minute."""
    verse = VERSES[code]
    said = DECLARATION[code] if held_out else verse.text
    (speech,) = espeak.speak([espeak.Utterance(said, verse.voice + variant, _WPM)])
    words = [
        Word(text, phones[0].start, phones[-1].end)
        for text, phones in zip(said.split(), speech.words, strict=True)
    ]
    closures = tuple(
        (phone.start, phone.end)
        for phones in speech.words
        for phone in phones
        if phone.name.lstrip("',%=").startswith(_BILABIAL)
    )
    name = f"{code}{variant}, held out" if held_out else f"{code}{variant}"
    return Reading(case_of(name, speech.samples, words, said), closures)
