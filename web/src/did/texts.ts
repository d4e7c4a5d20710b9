// The words of D-ID's dialog.
import { inLanguage } from "../shared/language";

const en = {
    keyTitle: "D-ID key",
    keyNote:
        "From the account settings of D-ID's Studio. It is kept on this server, readable by its user alone, and is never " +
        "shown again.",
    keySet: "A key is set.",
    keyNotSet: "No key is set.",
    keyElsewhere: "It comes from the environment or the keyring.",
    setKey: "Set key",
    clearKey: "Clear key",
    consentTitle: "Consent",
    consentNote:
        "Pictures, voices and texts are sent to D-ID, a paid service, only once you agree here. Then nodes whose consent " +
        "is switched on may do so, and each clip costs credits. Use only faces and voices of people who agree.",
    consentTerms: "D-ID's terms: ",
    agreed: (name: string, when: string) => `${name} agreed on ${when}.`,
    notAgreed: "You have not agreed: no new clip is ordered.",
    keptIn: (path: string) => `Kept on this server in ${path}, in no workflow.`,
    agree: "I agree",
    withdraw: "Withdraw consent",
    close: "Close",
    change: "Set or clear…",
};

export type Texts = typeof en;

const de: Texts = {
    keyTitle: "D-ID-Schlüssel",
    keyNote:
        "Aus den Kontoeinstellungen von D-IDs Studio. Er liegt auf diesem Server, nur für dessen Benutzer lesbar, und wird " +
        "nie wieder angezeigt.",
    keySet: "Ein Schlüssel ist hinterlegt.",
    keyNotSet: "Kein Schlüssel ist hinterlegt.",
    keyElsewhere: "Er stammt aus der Umgebung oder dem Schlüsselbund.",
    setKey: "Hinterlegen",
    clearKey: "Löschen",
    consentTitle: "Einwilligung",
    consentNote:
        "Bilder, Stimmen und Texte gehen erst dann an D-ID, einen bezahlten Dienst, wenn Sie hier zustimmen. Dann dürfen es " +
        "Knoten, deren „consent“ eingeschaltet ist, und jeder Clip kostet Credits. Nur Gesichter und Stimmen von Personen " +
        "verwenden, die einverstanden sind.",
    consentTerms: "D-IDs Bedingungen: ",
    agreed: (name, when) => `${name} hat am ${when} zugestimmt.`,
    notAgreed: "Sie haben nicht zugestimmt: kein neuer Clip wird bestellt.",
    keptIn: (path) => `Liegt auf diesem Server in ${path}, in keinem Workflow.`,
    agree: "Ich stimme zu",
    withdraw: "Einwilligung widerrufen",
    close: "Schließen",
    change: "Hinterlegen oder löschen…",
};

const zh: Texts = {
    keyTitle: "D-ID 密钥",
    keyNote: "来自 D-ID Studio 的账户设置。密钥保存在此服务器上，仅其用户可读，不会再次显示。",
    keySet: "已设置密钥。",
    keyNotSet: "未设置密钥。",
    keyElsewhere: "它来自环境变量或密钥环。",
    setKey: "设置密钥",
    clearKey: "清除密钥",
    consentTitle: "同意",
    consentNote:
        "只有您在此同意后，图片、声音和文本才会发送到付费服务 D-ID。此后，打开了 consent 的节点可以发送，每个片段都会消耗额度。" +
        "请仅使用已同意者的面孔和声音。",
    consentTerms: "D-ID 条款：",
    agreed: (name, when) => `${name} 已于 ${when} 同意。`,
    notAgreed: "您尚未同意：不会订购新的视频。",
    keptIn: (path) => `保存在此服务器的 ${path}，不在任何工作流中。`,
    agree: "我同意",
    withdraw: "撤回同意",
    close: "关闭",
    change: "设置或清除…",
};

const ja: Texts = {
    keyTitle: "D-ID キー",
    keyNote: "D-ID Studio のアカウント設定から取得します。このサーバーに保存され、そのユーザーだけが読め、再び表示されることはありません。",
    keySet: "キーが設定されています。",
    keyNotSet: "キーは設定されていません。",
    keyElsewhere: "環境変数またはキーリングのものです。",
    setKey: "キーを設定",
    clearKey: "キーを消去",
    consentTitle: "同意",
    consentNote:
        "画像・音声・テキストは、ここで同意した後にのみ有料サービス D-ID に送信されます。以後は consent をオンにしたノードが送信でき、" +
        "クリップごとにクレジットを消費します。同意した人の顔と声だけを使ってください。",
    consentTerms: "D-ID の規約：",
    agreed: (name, when) => `${name} が ${when} に同意しました。`,
    notAgreed: "まだ同意していません。新しいクリップは注文されません。",
    keptIn: (path) => `このサーバーの ${path} に保存され、ワークフローには含まれません。`,
    agree: "同意する",
    withdraw: "同意を撤回",
    close: "閉じる",
    change: "設定または消去…",
};

export const TABLES = { en, zh, ja, de };

export const didTexts = (): Texts => inLanguage(TABLES);
