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
    runDone: (work: string) => `Done: ${work}`,
    runEnded: "Done",
    runDoneDetail: (time: string) => `It took ${time}.`,
    saved: (files: string) => `Saved: ${files}.`,
    runFailed: "The run has failed",
    work: {
        LipSyncFaceTrack: "faces tracked",
        LipSyncTranscribe: "text written down",
        LipSyncAlignLyrics: "words timed",
        LipSyncApply: "lip-synced",
        LipSyncComposite: "lip-synced",
        LipSyncDIDTalk: "clip by D-ID made",
        LipSyncSynthesiaVideo: "clip by Synthesia made",
        LipSyncLyricOverlay: "lyrics drawn",
        LipSyncScore: "sync measured",
    },
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
    runDone: (work) => `Fertig: ${work}`,
    runEnded: "Fertig",
    runDoneDetail: (time) => `Dauer: ${time}.`,
    saved: (files) => `Gespeichert: ${files}.`,
    runFailed: "Der Lauf ist fehlgeschlagen",
    work: {
        LipSyncFaceTrack: "Gesichter verfolgt",
        LipSyncTranscribe: "Text mitgeschrieben",
        LipSyncAlignLyrics: "Wörter zeitlich zugeordnet",
        LipSyncApply: "Lippen synchronisiert",
        LipSyncComposite: "Lippen synchronisiert",
        LipSyncDIDTalk: "Clip von D-ID erstellt",
        LipSyncSynthesiaVideo: "Clip von Synthesia erstellt",
        LipSyncLyricOverlay: "Liedtext eingeblendet",
        LipSyncScore: "Synchronität gemessen",
    },
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
    runDone: (work) => `已完成：${work}`,
    runEnded: "已完成",
    runDoneDetail: (time) => `用时 ${time}。`,
    saved: (files) => `已保存：${files}。`,
    runFailed: "运行失败",
    work: {
        LipSyncFaceTrack: "人脸跟踪",
        LipSyncTranscribe: "语音转写",
        LipSyncAlignLyrics: "单词对时",
        LipSyncApply: "口型同步",
        LipSyncComposite: "口型同步",
        LipSyncDIDTalk: "D-ID 片段",
        LipSyncSynthesiaVideo: "Synthesia 片段",
        LipSyncLyricOverlay: "歌词绘制",
        LipSyncScore: "同步评分",
    },
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
    runDone: (work) => `完了：${work}`,
    runEnded: "完了",
    runDoneDetail: (time) => `所要時間 ${time}。`,
    saved: (files) => `保存先：${files}。`,
    runFailed: "実行に失敗しました",
    work: {
        LipSyncFaceTrack: "顔の追跡",
        LipSyncTranscribe: "書き起こし",
        LipSyncAlignLyrics: "単語の時刻合わせ",
        LipSyncApply: "リップシンク",
        LipSyncComposite: "リップシンク",
        LipSyncDIDTalk: "D-ID のクリップ作成",
        LipSyncSynthesiaVideo: "Synthesia のクリップ作成",
        LipSyncLyricOverlay: "歌詞の描画",
        LipSyncScore: "同期の測定",
    },
};

export const OUTCOMES = { en, de, zh, ja };

/** In the page's language. */
export const outcomeTexts = (): Outcomes => inLanguage(OUTCOMES);
