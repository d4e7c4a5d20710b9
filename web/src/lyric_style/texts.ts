import type { Language } from "../shared/language";

export interface Texts {
    presets: string;
    names: Record<string, string>;
    fonts: string;
    find: string;
    builtIn: string;
    close: string;
    colours: Record<string, string>;
    none: string;
    clear: (colour: string) => string;
    sample: string;
}

export const TEXTS: Record<Language, Texts> = {
    en: {
        presets: "Presets",
        names: {
            "karaoke classic": "karaoke classic",
            "social pill": "social pill",
            minimal: "minimal",
            neon: "neon",
            "subtitle bar": "subtitle bar",
            bounce: "bounce",
        },
        fonts: "fonts found here…",
        find: "Find a font",
        builtIn: "built-in font",
        close: "Close",
        colours: {
            colour: "text",
            highlight: "sung",
            second_highlight: "2nd voice",
            outline: "outline",
            gradient: "gradient",
            box: "box",
            pill: "pill",
            shadow_colour: "shadow",
        },
        none: "none",
        clear: (colour) => `No ${colour}`,
        sample: "Sample in this style",
    },
    zh: {
        presets: "预设",
        names: {
            "karaoke classic": "经典卡拉OK",
            "social pill": "社交胶囊",
            minimal: "极简",
            neon: "霓虹",
            "subtitle bar": "字幕条",
            bounce: "弹跳",
        },
        fonts: "已找到的字体…",
        find: "查找字体",
        builtIn: "内置字体",
        close: "关闭",
        colours: {
            colour: "文字",
            highlight: "已唱",
            second_highlight: "第二声部",
            outline: "描边",
            gradient: "渐变",
            box: "底框",
            pill: "胶囊",
            shadow_colour: "阴影",
        },
        none: "无",
        clear: (colour) => `不要${colour}`,
        sample: "此样式的示例",
    },
    ja: {
        presets: "プリセット",
        names: {
            "karaoke classic": "カラオケ",
            "social pill": "SNS ピル",
            minimal: "ミニマル",
            neon: "ネオン",
            "subtitle bar": "字幕バー",
            bounce: "バウンス",
        },
        fonts: "見つかったフォント…",
        find: "フォントを検索",
        builtIn: "内蔵フォント",
        close: "閉じる",
        colours: {
            colour: "文字",
            highlight: "歌唱中",
            second_highlight: "第 2 声部",
            outline: "縁取り",
            gradient: "グラデーション",
            box: "ボックス",
            pill: "ピル",
            shadow_colour: "影",
        },
        none: "なし",
        clear: (colour) => `${colour}なし`,
        sample: "このスタイルの見本",
    },
    de: {
        presets: "Vorlagen",
        names: {
            "karaoke classic": "Karaoke klassisch",
            "social pill": "Social Pill",
            minimal: "minimal",
            neon: "Neon",
            "subtitle bar": "Untertitelbalken",
            bounce: "Hüpfen",
        },
        fonts: "gefundene Schriften…",
        find: "Schrift suchen",
        builtIn: "eingebaute Schrift",
        close: "Schließen",
        colours: {
            colour: "Text",
            highlight: "gesungen",
            second_highlight: "2. Stimme",
            outline: "Umriss",
            gradient: "Verlauf",
            box: "Kasten",
            pill: "Pille",
            shadow_colour: "Schatten",
        },
        none: "keine",
        clear: (colour) => `Ohne ${colour}`,
        sample: "Muster in diesem Stil",
    },
};
