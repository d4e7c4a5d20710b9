import type { Language } from "../shared/language";

/** kind: what it says; text: in English, as the server says it; the rest: what goes into the sentence. */
export interface Notice {
    readonly kind: string;
    readonly text: string;
    readonly [value: string]: unknown;
}

type Sentences = Record<string, (notice: Notice) => string>;

export const TEXTS: Record<Language, { kinds: Sentences }> = {
    en: {
        kinds: {
            unheard: ({ percent }) => `${percent} % of the words are not heard: are these the words of this recording?`,
            estimated: () => "None of the words were heard, so their times are estimated: are these the words of this recording?",
            beyond: ({ count }) => `${count === 1 ? "1 line comes" : `${count} lines come`} after the sound's end and ${count === 1 ? "is" : "are"} left out.`,
            unused: ({ reason }) => `The text was not used: ${reason}`,
            unused_words: () => "The text was not used: the words that are connected say what is heard.",
            unused_engine: ({ engine }) => `The text was not used: ${engine} takes the mouth's shapes from the sound alone.`,
            rate: ({ fps }) => `The pictures don't say how fast they play: taken as ${fps} a second, as fps says. Change fps if they play at another rate.`,
            mishears: () => "By PocketSphinx, which mishears every other word: choose a Whisper engine for words to rely on.",
            no_demucs: () => "Without its model much of the music stays in the voice: switch download_missing on.",
        },
    },
    zh: {
        kinds: {
            unheard: ({ percent }) => `${percent}% 的单词没有听到：这是这段录音的文本吗？`,
            estimated: () => "一个单词也没有听到，因此时间是估计的：这是这段录音的文本吗？",
            beyond: ({ count }) => `有 ${count} 行位于声音结束之后，已略去。`,
            unused: ({ reason }) => `文本未被使用：${reason}`,
            unused_words: () => "文本未被使用：已连接的单词说明了听到的内容。",
            unused_engine: ({ engine }) => `文本未被使用：${engine} 只根据声音确定口型。`,
            rate: ({ fps }) => `图像没有说明播放速度：按“帧率”的值处理，即每秒 ${fps} 帧。如果实际速度不同，请更改“帧率”。`,
            mishears: () => "由 PocketSphinx 转写，约一半的单词会听错：需要可靠的文字时，请选择 Whisper 引擎。",
            no_demucs: () => "没有模型时，人声中会留下许多音乐：请打开“下载缺失文件”。",
        },
    },
    ja: {
        kinds: {
            unheard: ({ percent }) => `単語の ${percent} % が聞こえません。この録音のテキストで合っていますか？`,
            estimated: () => "単語が一つも聞き取れないため、時刻は推定です。この録音のテキストで合っていますか？",
            beyond: ({ count }) => `音声の終わりより後になる ${count} 行は省かれました。`,
            unused: ({ reason }) => `テキストは使われませんでした：${reason}`,
            unused_words: () => "テキストは使われませんでした。接続された単語が使われます。",
            unused_engine: ({ engine }) => `テキストは使われませんでした。${engine} は音声だけから口の形を決めます。`,
            rate: ({ fps }) => `画像には再生速度の情報がないため、「フレームレート」の値どおり毎秒 ${fps} 枚としました。実際の速度が違う場合は「フレームレート」を変更してください。`,
            mishears: () => "PocketSphinx による書き起こしで、単語のおよそ半分は聞き違いです。確かな文字が必要なら Whisper のエンジンを選んでください。",
            no_demucs: () => "モデルがないため、声に音楽が多く残ります。「不足分をダウンロード」をオンにしてください。",
        },
    },
    de: {
        kinds: {
            unheard: ({ percent }) => `${percent} % der Wörter sind nicht zu hören: Ist das der Text dieser Aufnahme?`,
            estimated: () => "Kein Wort war zu hören, also sind die Zeiten geschätzt: Ist das der Text dieser Aufnahme?",
            beyond: ({ count }) => `${count === 1 ? "1 Zeile kommt" : `${count} Zeilen kommen`} nach dem Ende des Tons und ${count === 1 ? "ist" : "sind"} weggelassen.`,
            unused: ({ reason }) => `Der Text wurde nicht verwendet: ${reason}`,
            unused_words: () => "Der Text wurde nicht verwendet: Die verbundenen Wörter sagen, was zu hören ist.",
            unused_engine: ({ engine }) => `Der Text wurde nicht verwendet: ${engine} formt den Mund allein nach dem Ton.`,
            rate: ({ fps }) => `Die Bilder sagen nicht, wie schnell sie laufen: angenommen sind ${fps} pro Sekunde, wie „Bildrate“ es angibt. Laufen sie anders, „Bildrate“ ändern.`,
            mishears: () => "Von PocketSphinx, das jedes zweite Wort falsch hört: Für verlässliche Wörter ein Whisper-Verfahren wählen.",
            no_demucs: () => "Ohne Modell bleibt viel Musik in der Stimme: „Fehlendes laden“ einschalten.",
        },
    },
};
