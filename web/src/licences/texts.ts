// The words of the licences' dialog.
import { inLanguage } from "../shared/language";

const en = {
    title: "Licences",
    note:
        "Some engines' weights may not be used for everything. Such an engine makes nothing until you agree to its terms " +
        "here, once and for all your workflows.",
    none: "No engine here asks for consent.",
    terms: "Terms: ",
    agreed: (name: string, when: string) => `${name} agreed on ${when}.`,
    notAgreed: "You have not agreed: the engine makes nothing.",
    keptIn: (path: string) => `Kept on this server in ${path}, in no workflow.`,
    use: {
        wav2lip: "Wav2Lip's weights, and what they make, are for personal, research and non-commercial use only.",
    } as Record<string, string>,
    agree: "I agree",
    withdraw: "Withdraw consent",
    close: "Close",
};

export type Texts = typeof en;

const de: Texts = {
    title: "Lizenzen",
    note:
        "Die Gewichte mancher Verfahren dürfen nicht für alles verwendet werden. Ein solches Verfahren erzeugt nichts, bis " +
        "Sie hier seinen Bedingungen zustimmen, einmal und für alle Ihre Workflows.",
    none: "Kein Verfahren hier verlangt eine Einwilligung.",
    terms: "Bedingungen: ",
    agreed: (name, when) => `${name} hat am ${when} zugestimmt.`,
    notAgreed: "Sie haben nicht zugestimmt: das Verfahren erzeugt nichts.",
    keptIn: (path) => `Liegt auf diesem Server in ${path}, in keinem Workflow.`,
    use: {
        wav2lip: "Die Gewichte von Wav2Lip und was sie erzeugen sind nur für private, Forschungs- und nichtkommerzielle Zwecke.",
    },
    agree: "Ich stimme zu",
    withdraw: "Einwilligung widerrufen",
    close: "Schließen",
};

const zh: Texts = {
    title: "许可",
    note: "某些引擎的权重不能用于所有用途。在您于此处同意其条款之前，这类引擎不会生成任何内容；只需同意一次，适用于您的所有工作流。",
    none: "此处没有引擎需要同意。",
    terms: "条款：",
    agreed: (name, when) => `${name} 已于 ${when} 同意。`,
    notAgreed: "您尚未同意：该引擎不会生成任何内容。",
    keptIn: (path) => `保存在此服务器的 ${path}，不在任何工作流中。`,
    use: { wav2lip: "Wav2Lip 的权重及其生成的内容仅限个人、研究和非商业用途。" },
    agree: "我同意",
    withdraw: "撤回同意",
    close: "关闭",
};

const ja: Texts = {
    title: "ライセンス",
    note:
        "一部のエンジンの重みは、すべての用途には使えません。そのようなエンジンは、ここで条件に同意するまで何も生成しません。同意は一度だけで、" +
        "すべてのワークフローに適用されます。",
    none: "同意を求めるエンジンはありません。",
    terms: "条件：",
    agreed: (name, when) => `${name} が ${when} に同意しました。`,
    notAgreed: "まだ同意していません。このエンジンは何も生成しません。",
    keptIn: (path) => `このサーバーの ${path} に保存され、ワークフローには含まれません。`,
    use: { wav2lip: "Wav2Lip の重みとその生成物は、個人・研究・非商用の用途に限られます。" },
    agree: "同意する",
    withdraw: "同意を撤回",
    close: "閉じる",
};

export const TABLES = { en, zh, ja, de };

export const licenceTexts = (): Texts => inLanguage(TABLES);
