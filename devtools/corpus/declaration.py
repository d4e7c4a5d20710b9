"""A second text in each language of `languages.VERSES`, that nothing was fitted to.

Of the Universal Declaration of Human Rights (United Nations, 1948, in its official translations) article 1,
and of 3 to 5 what fifty words need. Japanese in kana, Chinese by character, with the spaces between which the
synthesiser times words.
"""

from __future__ import annotations

DECLARATION = {
    "es": """\
Todos los seres humanos nacen libres e iguales en dignidad y derechos
y, dotados como están de razón y conciencia,
deben comportarse fraternalmente los unos con los otros.
Todo individuo tiene derecho a la vida, a la libertad y a la seguridad de su persona.
Nadie estará sometido a esclavitud ni a servidumbre;
la esclavitud y la trata de esclavos están prohibidas en todas sus formas.
""",
    "de": """\
Alle Menschen sind frei und gleich an Würde und Rechten geboren.
Sie sind mit Vernunft und Gewissen begabt
und sollen einander im Geist der Brüderlichkeit begegnen.
Jeder hat das Recht auf Leben, Freiheit und Sicherheit der Person.
Niemand darf in Sklaverei oder Leibeigenschaft gehalten werden;
Sklaverei und Sklavenhandel in allen ihren Formen sind verboten.
""",
    "fr": """\
Tous les êtres humains naissent libres et égaux en dignité et en droits.
Ils sont doués de raison et de conscience
et doivent agir les uns envers les autres dans un esprit de fraternité.
Tout individu a droit à la vie, à la liberté et à la sûreté de sa personne.
Nul ne sera tenu en esclavage ni en servitude;
l'esclavage et la traite des esclaves sont interdits sous toutes leurs formes.
""",
    "it": """\
Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti.
Essi sono dotati di ragione e di coscienza
e devono agire gli uni verso gli altri in spirito di fratellanza.
Ogni individuo ha diritto alla vita, alla libertà ed alla sicurezza della propria persona.
Nessun individuo potrà essere tenuto in stato di schiavitù o di servitù;
la schiavitù e la tratta degli schiavi saranno proibite sotto qualsiasi forma.
""",
    "pt": """\
Todos os seres humanos nascem livres e iguais em dignidade e direitos.
São dotados de razão e consciência
e devem agir em relação uns aos outros com espírito de fraternidade.
Todo ser humano tem direito à vida, à liberdade e à segurança pessoal.
Ninguém será mantido em escravidão ou servidão;
a escravidão e o tráfico de escravos serão proibidos em todas as suas formas.
""",
    "ru": """\
Все люди рождаются свободными и равными в своём достоинстве и правах.
Они наделены разумом и совестью
и должны поступать в отношении друг друга в духе братства.
Каждый человек имеет право на жизнь, на свободу и на личную неприкосновенность.
Никто не должен содержаться в рабстве или в подневольном состоянии;
рабство и работорговля запрещаются во всех их видах.
""",
    "nl": """\
Alle mensen worden vrij en gelijk in waardigheid en rechten geboren.
Zij zijn begiftigd met verstand en geweten,
en behoren zich jegens elkander in een geest van broederschap te gedragen.
Een ieder heeft recht op leven, vrijheid en onschendbaarheid van zijn persoon.
Niemand zal in slavernij of horigheid gehouden worden.
Slavernij en slavenhandel in iedere vorm zijn verboden.
""",
    "pl": """\
Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.
Są oni obdarzeni rozumem i sumieniem
i powinni postępować wobec innych w duchu braterstwa.
Każdy człowiek ma prawo do życia, wolności i bezpieczeństwa swej osoby.
Nie wolno nikogo czynić niewolnikiem ani nakładać na nikogo służebności;
niewolnictwo i handel niewolnikami są zakazane we wszystkich swych postaciach.
""",
    "tr": """\
Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.
Akıl ve vicdana sahiptirler
ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler.
Yaşamak, hürriyet ve kişi emniyeti her ferdin hakkıdır.
Hiç kimse kölelik veya kulluk altında bulundurulamaz;
kölelik ve köle ticareti her türlü şekliyle yasaktır.
Hiç kimse işkenceye, zalimane, gayriinsani,
haysiyet kırıcı cezalara veya muamelelere tabi tutulamaz.
""",
    "hi": """\
सभी मनुष्यों को गौरव और अधिकारों के मामले में
जन्मजात स्वतन्त्रता और समानता प्राप्त है।
उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है
और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए।
प्रत्येक व्यक्ति को जीवन, स्वाधीनता और वैयक्तिक सुरक्षा का अधिकार है।
कोई भी ग़ुलामी या दासता की हालत में न रखा जाएगा।
""",
    "ja": """\
すべて の にんげん は、
うまれながら に して じゆう で あり、
かつ、 そんげん と けんり と に ついて びょうどう で ある。
にんげん は、 りせい と りょうしん と を さずけられて おり、
たがいに どうほう の せいしん を もって こうどう しなければ ならない。
すべて ひと は、 せいめい、 じゆう および しんたい の あんぜん に
たいする けんり を ゆうする。
""",
    "ko": """\
모든 인간은 태어날 때부터 자유로우며
그 존엄과 권리에 있어 동등하다.
인간은 천부적으로 이성과 양심을 부여받았으며
서로 형제애의 정신으로 행동하여야 한다.
모든 사람은 생명과 신체의 자유와 안전에 대한 권리를 가진다.
어느 누구도 노예상태 또는 예속상태에 놓여지지 아니한다.
모든 형태의 노예제도와 노예매매는 금지된다.
어느 누구도 고문 또는 잔혹하거나 비인도적이거나
굴욕적인 처우 또는 형벌을 받지 아니한다.
""",
    "zh": """\
人 人 生 而 自 由,
在 尊 严 和 权 利 上 一 律 平 等.
他 们 赋 有 理 性 和 良 心,
并 应 以 兄 弟 关 系 的 精 神 相 对 待.
人 人 有 权 享 有 生 命, 自 由 和 人 身 安 全.
任 何 人 不 得 使 为 奴 隶 或 奴 役.
""",
}
"""BCP 47 → what is said in it."""
