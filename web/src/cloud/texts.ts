// The words of the dialog of cloud services.
import { inLanguage } from "../shared/language";

const en = {
    services: "Cloud services",
    keyTitle: (title: string) => `${title} key`,
    keyNote: (title: string) =>
        `From your account at ${title}. It is kept on this server, readable by its user alone, and is never shown again.`,
    keySet: "A key is set.",
    keyNotSet: "No key is set.",
    keyElsewhere: "It comes from the environment or the keyring.",
    setKey: "Set key",
    clearKey: "Clear key",
    consentTitle: "Consent",
    consentNote: (title: string) =>
        `Pictures, footage, voices and texts are sent to ${title}, a paid service, only once you agree here. Then nodes whose ` +
        "consent is switched on may do so, and each clip costs money. Use only faces and voices of people who agree.",
    consentTerms: (title: string) => `Terms of ${title}: `,
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
    services: "Cloud-Dienste",
    keyTitle: (title) => `${title}-Schlüssel`,
    keyNote: (title) =>
        `Aus Ihrem Konto bei ${title}. Er liegt auf diesem Server, nur für dessen Benutzer lesbar, und wird nie wieder ` +
        "angezeigt.",
    keySet: "Ein Schlüssel ist hinterlegt.",
    keyNotSet: "Kein Schlüssel ist hinterlegt.",
    keyElsewhere: "Er stammt aus der Umgebung oder dem Schlüsselbund.",
    setKey: "Hinterlegen",
    clearKey: "Löschen",
    consentTitle: "Einwilligung",
    consentNote: (title) =>
        `Bilder, Videos, Stimmen und Texte gehen erst dann an ${title}, einen bezahlten Dienst, wenn Sie hier zustimmen. Dann ` +
        "dürfen es Knoten, deren „consent“ eingeschaltet ist, und jeder Clip kostet Geld. Nur Gesichter und Stimmen von Personen " +
        "verwenden, die einverstanden sind.",
    consentTerms: (title) => `Bedingungen von ${title}: `,
    agreed: (name, when) => `${name} hat am ${when} zugestimmt.`,
    notAgreed: "Sie haben nicht zugestimmt: kein neuer Clip wird bestellt.",
    keptIn: (path) => `Liegt auf diesem Server in ${path}, in keinem Workflow.`,
    agree: "Ich stimme zu",
    withdraw: "Einwilligung widerrufen",
    close: "Schließen",
    change: "Hinterlegen oder löschen…",
};

const zh: Texts = {
    services: "云服务",
    keyTitle: (title) => `${title} 密钥`,
    keyNote: (title) => `来自您在 ${title} 的账户。密钥保存在此服务器上，仅其用户可读，不会再次显示。`,
    keySet: "已设置密钥。",
    keyNotSet: "未设置密钥。",
    keyElsewhere: "它来自环境变量或密钥环。",
    setKey: "设置密钥",
    clearKey: "清除密钥",
    consentTitle: "同意",
    consentNote: (title) =>
        `只有您在此同意后，图片、视频、声音和文本才会发送到付费服务 ${title}。此后，打开了 consent 的节点可以发送，每个片段都要付费。` +
        "请仅使用已同意者的面孔和声音。",
    consentTerms: (title) => `${title} 条款：`,
    agreed: (name, when) => `${name} 已于 ${when} 同意。`,
    notAgreed: "您尚未同意：不会订购新的视频。",
    keptIn: (path) => `保存在此服务器的 ${path}，不在任何工作流中。`,
    agree: "我同意",
    withdraw: "撤回同意",
    close: "关闭",
    change: "设置或清除…",
};

const ja: Texts = {
    services: "クラウドサービス",
    keyTitle: (title) => `${title} キー`,
    keyNote: (title) =>
        `${title} のアカウントから取得します。このサーバーに保存され、そのユーザーだけが読め、再び表示されることはありません。`,
    keySet: "キーが設定されています。",
    keyNotSet: "キーは設定されていません。",
    keyElsewhere: "環境変数またはキーリングのものです。",
    setKey: "キーを設定",
    clearKey: "キーを消去",
    consentTitle: "同意",
    consentNote: (title) =>
        `画像・映像・音声・テキストは、ここで同意した後にのみ有料サービス ${title} に送信されます。以後は consent をオンにした` +
        "ノードが送信でき、クリップごとに料金がかかります。同意した人の顔と声だけを使ってください。",
    consentTerms: (title) => `${title} の規約：`,
    agreed: (name, when) => `${name} が ${when} に同意しました。`,
    notAgreed: "まだ同意していません。新しいクリップは注文されません。",
    keptIn: (path) => `このサーバーの ${path} に保存され、ワークフローには含まれません。`,
    agree: "同意する",
    withdraw: "同意を撤回",
    close: "閉じる",
    change: "設定または消去…",
};

export const TABLES = { en, zh, ja, de };

export const cloudTexts = (): Texts => inLanguage(TABLES);
