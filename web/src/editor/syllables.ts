// Where a word may be cut into syllables for singing: by its letters, where the timings don't say.
import type { Base } from "./edits";
import type { Word } from "./words";

const VOWELS = /[aeiouyàâäáãåæèéêëìíîïòóôöõøœùúûüýÿаеёиоуыэюяіїєαεηιουωάέήίόύώ]/iu;
/** One sign, one syllable. */
const SIGNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** Small kana, the long sign and marks belong to the sign before. */
const HANGS_ON = /^[ぁぃぅぇぉゃゅょゎァィゥェォャュョヮー]/u;
/** Two letters, one sound: they are not parted. */
const TOGETHER = /^(?:ch|ck|gh|ph|qu|sch|sh|th|wh|[bcdfgkpt]r|[bcfgkpst]l)$/i;

function letters(text: string): string[] {
    return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map((one) => one.segment);
}

/** The text in its syllables; one where it has but one, or its script is not known here. language: BCP 47 tag. */
export function syllablesOf(text: string, language = ""): string[] {
    const all = letters(text);
    if (all.some((letter) => SIGNS.test(letter))) return bySign(all);
    const vowels = all.map((letter) => VOWELS.test(letter));
    const english = !language || language.toLowerCase().startsWith("en");
    if (english) silence(all, vowels);
    const cuts: number[] = [];
    let last = -1;
    for (let index = 0; index < all.length; index++) {
        if (!vowels[index]) continue;
        if (last >= 0 && index > last + 1) {
            // One consonant, or two that are one sound, goes with the vowel after it.
            const pair = index - last > 2 && TOGETHER.test(all[index - 2]! + all[index - 1]!);
            cuts.push(index - (pair && index - last > 2 ? 2 : 1));
        }
        last = index;
    }
    return [0, ...cuts].map((from, k) => all.slice(from, cuts[k] ?? all.length).join(""));
}

/** An English e at the end is not sung, but in -le after a consonant; nor that of -ed after most letters. */
function silence(all: readonly string[], vowels: boolean[]): void {
    let end = all.length;
    while (end > 0 && !/\p{L}/u.test(all[end - 1]!)) end--;
    const tail = all.slice(Math.max(end - 3, 0), end).join("").toLowerCase();
    const earlier = (until: number) => vowels.slice(0, Math.max(until, 0)).some(Boolean);
    if (/e$/.test(tail) && !/[^aeiouy]le$/.test(tail) && !vowels[end - 2] && earlier(end - 1)) vowels[end - 1] = false;
    if (/[^td]ed$/.test(tail) && !vowels[end - 3] && earlier(end - 2)) vowels[end - 2] = false;
}

function bySign(all: readonly string[]): string[] {
    const parts: string[] = [];
    for (const letter of all) {
        const joins = HANGS_ON.test(letter) || !/[\p{L}\p{N}]/u.test(letter);
        if (joins && parts.length) parts[parts.length - 1] += letter;
        else parts.push(letter);
    }
    return parts;
}

/** A word's syllables and their starts: as the timings have them, stretched as the word was, else by its letters. */
export function partsOf(word: Word, base: Base, language: string): readonly (readonly [string, number | null])[] {
    const [at] = word.from;
    const origin = base.words[at ?? -1];
    const timed = word.from.length === 1 && origin?.[0] === word.text ? base.syllables?.[at!] : undefined;
    if (!origin || !timed) return syllablesOf(word.text, language).map((text) => [text, null] as const);
    const scale = (word.end - word.start) / Math.max(origin[2] - origin[1], 1);
    return timed.map(([text, start]) => [text, Math.round(word.start + (start - origin[1]) * scale)] as const);
}
