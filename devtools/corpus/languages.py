"""Verse in the public domain in the languages that `dev.py bench align --languages` measures, said by eSpeak NG
with known times of its words and of the sounds that close the lips."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lipsync_studio.align.words import Word

from . import espeak
from .case import Case
from .cases import case_of

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
        "Volverán las oscuras golondrinas\nen tu balcón sus nidos a colgar,\ny otra vez con el ala a sus "
        "cristales\njugando llamarán.\nPero aquellas que el vuelo refrenaban\ntu hermosura y mi dicha a "
        "contemplar,\naquellas que aprendieron nuestros nombres,\nesas no volverán.\nVolverán las tupidas "
        "madreselvas\nde tu jardín las tapias a escalar,\ny otra vez a la tarde aún más hermosas\nsus flores "
        "se abrirán.\n",
        "es",
        "Gustavo Adolfo Bécquer, 1870",
    ),
    "de": Verse(
        "Ich weiß nicht, was soll es bedeuten,\ndass ich so traurig bin;\nein Märchen aus alten Zeiten,\ndas "
        "kommt mir nicht aus dem Sinn.\nDie Luft ist kühl und es dunkelt,\nund ruhig fließt der Rhein;\nder "
        "Gipfel des Berges funkelt\nim Abendsonnenschein.\nDie schönste Jungfrau sitzet\ndort oben "
        "wunderbar;\nihr goldnes Geschmeide blitzet,\nsie kämmt ihr goldenes Haar.\n",
        "de",
        "Heinrich Heine, 1856",
    ),
    "fr": Verse(
        "Les sanglots longs des violons de l'automne\nblessent mon cœur d'une langueur monotone.\nTout "
        "suffocant et blême, quand sonne l'heure,\nje me souviens des jours anciens et je pleure;\net je m'en "
        "vais au vent mauvais qui m'emporte\ndeçà, delà, pareil à la feuille morte.\nIl pleure dans mon cœur "
        "comme il pleut sur la ville;\nquelle est cette langueur qui pénètre mon cœur?\nÔ bruit doux de la "
        "pluie par terre et sur les toits!\nPour un cœur qui s'ennuie, ô le chant de la pluie!\n",
        "fr",
        "Paul Verlaine, 1896",
    ),
    "it": Verse(
        "Sempre caro mi fu quest'ermo colle,\ne questa siepe, che da tanta parte\ndell'ultimo orizzonte il "
        "guardo esclude.\nMa sedendo e mirando, interminati\nspazi di là da quella, e sovrumani\nsilenzi, e "
        "profondissima quiete\nio nel pensier mi fingo; ove per poco\nil cor non si spaura. E come il "
        "vento\nodo stormir tra queste piante, io quello\ninfinito silenzio a questa voce\nvo comparando.\n",
        "it",
        "Giacomo Leopardi, 1837",
    ),
    "pt": Verse(
        "Minha terra tem palmeiras,\nonde canta o sabiá;\nas aves, que aqui gorjeiam,\nnão gorjeiam como "
        "lá.\nNosso céu tem mais estrelas,\nnossas várzeas têm mais flores,\nnossos bosques têm mais "
        "vida,\nnossa vida mais amores.\nEm cismar, sozinho, à noite,\nmais prazer encontro eu lá;\nminha "
        "terra tem palmeiras,\nonde canta o sabiá.\nNão permita Deus que eu morra,\nsem que eu volte para "
        "lá;\n",
        "pt-br",
        "Antônio Gonçalves Dias, 1864",
    ),
    "ru": Verse(
        "Я помню чудное мгновенье:\nпередо мной явилась ты,\nкак мимолётное виденье,\nкак гений чистой "
        "красоты.\nВ томленьях грусти безнадежной,\nв тревогах шумной суеты,\nзвучал мне долго голос "
        "нежный\nи снились милые черты.\nШли годы. Бурь порыв мятежный\nрассеял прежние мечты,\nи я забыл "
        "твой голос нежный,\nтвои небесные черты.\nВ глуши, во мраке заточенья\nтянулись тихо дни мои\nбез "
        "божества, без вдохновенья,\nбез слёз, без жизни, без любви.\n",
        "ru",
        "Aleksandr Pushkin, 1837",
    ),
    "nl": Verse(
        "Een nieuwe lente en een nieuw geluid:\nik wil dat dit lied klinkt als het gefluit,\ndat ik vaak "
        "hoorde voor een zomernacht\nin een oud stadje, langs de watergracht.\nIn huis was het donker, maar "
        "de stille straat\nvergaarde schemer, aan de lucht blonk laat\nnog licht, er viel een gouden blanke "
        "schijn\nover de gevels in mijn raamkozijn.\n",
        "nl",
        "Herman Gorter, 1927",
    ),
    "pl": Verse(
        "Litwo! Ojczyzno moja! Ty jesteś jak zdrowie.\nIle cię trzeba cenić, ten tylko się dowie,\nkto cię "
        "stracił. Dziś piękność twą w całej ozdobie\nwidzę i opisuję, bo tęsknię po tobie.\nPanno święta, co "
        "jasnej bronisz Częstochowy\ni w Ostrej świecisz Bramie! Ty, co gród zamkowy\nNowogródzki ochraniasz "
        "z jego wiernym ludem!\nJak mnie dziecko do zdrowia powróciłaś cudem.\n",
        "pl",
        "Adam Mickiewicz, 1855",
    ),
    "tr": Verse(
        "Aşkın aldı benden beni,\nbana seni gerek seni.\nBen yanarım dün ü günü,\nbana seni gerek seni.\nNe "
        "varlığa sevinirim,\nne yokluğa yerinirim,\naşkın ile avunurum,\nbana seni gerek seni.\nAşkın aşıklar "
        "öldürür,\naşk denizine daldırır,\ntecelli ile doldurur,\nbana seni gerek seni.\n",
        "tr",
        "Yunus Emre, about 1321",
    ),
    "hi": Verse(
        "बुरा जो देखन मैं चला,\nबुरा न मिलिया कोय,\nजो दिल खोजा आपना,\nमुझसे बुरा न कोय।\nकाल करे सो आज कर,\nआज करे सो "
        "अब,\nपल में परलय होएगी,\nबहुरि करेगा कब।\nधीरे धीरे रे मना,\nधीरे सब कुछ होय,\nमाली सींचे सौ घड़ा,\nऋतु आए "
        "फल होय।\nदुख में सुमिरन सब करे,\nसुख में करे न कोय,\n",
        "hi",
        "Kabir, about 1518",
    ),
    "ja": Verse(
        "さくら さくら\nのやま も さと も\nみわたす かぎり\nかすみ か くも か\nあさひ に におう\nさくら さくら\nはな ざかり\n"
        "うさぎ おいし かのやま\nこぶな つりし かのかわ\nゆめ は いま も めぐりて\nわすれがたき ふるさと\n"
        "いか に います ちちはは\nつつがなし や ともがき\n",
        "ja",
        "traditional, printed in 1888; Takano Tatsuyuki, 1947",
    ),
    "ko": Verse(
        "나 보기가 역겨워 가실 때에는\n말없이 고이 보내 드리우리다.\n영변에 약산 진달래꽃\n아름 따다 가실 길에 뿌리우리다.\n가시는 걸음 "
        "걸음 놓인 그 꽃을\n사뿐히 즈려밟고 가시옵소서.\n나 보기가 역겨워 가실 때에는\n죽어도 아니 눈물 흘리우리다.\n엄마야 누나야 "
        "강변 살자,\n뜰에는 반짝이는 금모래빛,\n뒷문 밖에는 갈잎의 노래,\n엄마야 누나야 강변 살자.\n",
        "ko",
        "Kim Sowol, 1934",
    ),
    "zh": Verse(
        "床 前 明 月 光,\n疑 是 地 上 霜.\n举 头 望 明 月,\n低 头 思 故 乡.\n春 眠 不 觉 晓,\n处 处 闻 啼 鸟.\n夜 来 风 雨 声,\n花 落 知 多 "
        "少.\n白 日 依 山 尽,\n黄 河 入 海 流.\n欲 穷 千 里 目,\n更 上 一 层 楼.\n",
        "cmn",
        "Li Bai, 762; Meng Haoran, 740; Wang Zhihuan, 742",
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
def reading(code: str, variant: str = "") -> Reading:
    """A verse of VERSES said by one of VARIANTS at 150 words a minute."""
    verse = VERSES[code]
    (speech,) = espeak.speak([espeak.Utterance(verse.text, verse.voice + variant, _WPM)])
    words = [
        Word(text, phones[0].start, phones[-1].end)
        for text, phones in zip(verse.text.split(), speech.words, strict=True)
    ]
    closures = tuple(
        (phone.start, phone.end)
        for phones in speech.words
        for phone in phones
        if phone.name.lstrip("',%=").startswith(_BILABIAL)
    )
    return Reading(case_of(f"{code}{variant}", speech.samples, words, verse.text), closures)
