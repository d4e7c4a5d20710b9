// How work on models, and a run, has ended: in the panel, and in the notices, which are there without it.
import { inLanguage } from "../shared/language";

const en = {
    cancelled: "Cancelled. What was fetched is kept, and Resume goes on from there.",
    checkCancelled: "The check was cancelled.",
    installDone: "Installed, and compared with the published digests.",
    allRight: (count: number) => (count === 1 ? "The file is the published one." : `All ${count} files are the published ones.`),
    wrongFiles: (names: string) => `Not the published file: ${names}. Replace fetches it anew.`,
    unknownFiles: (names: string) => `Nobody published a digest, or it can't be asked for: ${names}.`,
    toastInstalled: (title: string) => `${title} is installed`,
    toastVerified: (title: string) => `${title} was checked`,
    toastWrong: (title: string) => `${title} has wrong files`,
    toastFailed: (title: string) => `${title}: failed`,
    runDone: "Lip-sync is done",
    runDoneDetail: (time: string) => `The prompt ran for ${time}.`,
    runFailed: "Lip-sync has failed",
};

export type Outcomes = typeof en;

const de: Outcomes = {
    cancelled: "Abgebrochen. Das Geladene bleibt, und Fortsetzen macht dort weiter.",
    checkCancelled: "Die Prüfung wurde abgebrochen.",
    installDone: "Installiert und mit den veröffentlichten Prüfsummen verglichen.",
    allRight: (count) => (count === 1 ? "Die Datei ist die veröffentlichte." : `Alle ${count} Dateien sind die veröffentlichten.`),
    wrongFiles: (names) => `Nicht die veröffentlichte Datei: ${names}. Ersetzen lädt sie neu.`,
    unknownFiles: (names) => `Keine Prüfsumme veröffentlicht oder nicht abrufbar: ${names}.`,
    toastInstalled: (title) => `${title} ist installiert`,
    toastVerified: (title) => `${title} wurde geprüft`,
    toastWrong: (title) => `${title} hat falsche Dateien`,
    toastFailed: (title) => `${title}: fehlgeschlagen`,
    runDone: "Lip-Sync ist fertig",
    runDoneDetail: (time) => `Der Lauf dauerte ${time}.`,
    runFailed: "Lip-Sync ist fehlgeschlagen",
};

const zh: Outcomes = {
    cancelled: "已取消。已下载的部分会保留，点“继续”可从中断处接着下载。",
    checkCancelled: "校验已取消。",
    installDone: "已安装，并与公布的摘要核对一致。",
    allRight: (count) => `全部 ${count} 个文件均与公布的一致。`,
    wrongFiles: (names) => `与公布的文件不符：${names}。点“替换”重新下载。`,
    unknownFiles: (names) => `没有公布摘要，或无法查询：${names}。`,
    toastInstalled: (title) => `${title} 已安装`,
    toastVerified: (title) => `${title} 已校验`,
    toastWrong: (title) => `${title} 含有错误文件`,
    toastFailed: (title) => `${title}：失败`,
    runDone: "口型同步已完成",
    runDoneDetail: (time) => `运行时间 ${time}。`,
    runFailed: "口型同步失败",
};

const ja: Outcomes = {
    cancelled: "キャンセルしました。取得済みの分は残り、「再開」で続きから始まります。",
    checkCancelled: "検証をキャンセルしました。",
    installDone: "インストールし、公開されたダイジェストと照合しました。",
    allRight: (count) => `${count} 個のファイルはすべて公開されたものです。`,
    wrongFiles: (names) => `公開されたファイルではありません：${names}。「置き換え」で取得し直します。`,
    unknownFiles: (names) => `ダイジェストが公開されていないか、確認できません：${names}。`,
    toastInstalled: (title) => `${title} をインストールしました`,
    toastVerified: (title) => `${title} を検証しました`,
    toastWrong: (title) => `${title} に違うファイルがあります`,
    toastFailed: (title) => `${title}：失敗しました`,
    runDone: "リップシンクが完了しました",
    runDoneDetail: (time) => `実行時間は ${time} でした。`,
    runFailed: "リップシンクに失敗しました",
};

export const OUTCOMES = { en, de, zh, ja };

/** In the page's language. */
export const outcomeTexts = (): Outcomes => inLanguage(OUTCOMES);
