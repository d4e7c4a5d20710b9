// panel.ts
import { app as app3 } from "../../scripts/app.js";

// shared/language.ts
import { app } from "../../scripts/app.js";
var LANGUAGES = ["en", "zh", "ja", "de"];
var LANGUAGE_SETTING = "LipSyncStudio.Language";
var AUTOMATIC = "auto";
function language() {
  const { setting: setting2 } = app.extensionManager;
  const chosen = setting2.get(LANGUAGE_SETTING) ?? AUTOMATIC;
  const locale = String(chosen === AUTOMATIC ? setting2.get("Comfy.Locale") ?? "en" : chosen);
  return LANGUAGES.find((known) => known === locale.split("-")[0]) ?? "en";
}
var inLanguage = (tables) => tables[language()];

// panel/settings.ts
var TOASTS = "LipSyncStudio.Toasts";
var LONG_SECONDS = "LipSyncStudio.LongSeconds";
var SETTINGS = [
  {
    id: LANGUAGE_SETTING,
    category: ["LipSync Studio", "General", "Language"],
    name: "Language of panel and editor",
    tooltip: "Automatic: as ComfyUI's, in English where there is no translation. Seen when they are opened again.",
    type: "combo",
    defaultValue: AUTOMATIC,
    options: [
      { text: "Automatic", value: AUTOMATIC },
      { text: "English", value: "en" },
      { text: "中文", value: "zh" },
      { text: "日本語", value: "ja" },
      { text: "Deutsch", value: "de" }
    ]
  },
  {
    id: TOASTS,
    category: ["LipSync Studio", "Notices", "Toasts"],
    name: "Tell when long work has ended",
    tooltip: "A notice in the page's corner when a long prompt, a download or a check is done or has failed.",
    type: "boolean",
    defaultValue: true
  },
  {
    id: LONG_SECONDS,
    category: ["LipSync Studio", "Notices", "LongSeconds"],
    name: "Seconds from which a prompt is long",
    tooltip: "Only prompts with nodes of LipSync Studio count.",
    type: "number",
    defaultValue: 20,
    attrs: { min: 1, max: 3600, step: 1 }
  }
];

// panel/toasts.ts
import { api as api2 } from "../../scripts/api.js";
import { app as app2 } from "../../scripts/app.js";

// panel/event.ts
var EVENT = "lipsync.models";

// panel/figures.ts
function clock(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

// panel/long_runs.ts
var LongRuns = class {
  constructor(watch) {
    this.watch = watch;
  }
  watch;
  runs = /* @__PURE__ */ new Map();
  /** The server is asked what a prompt is made of only once it has run for long, while it still runs. */
  start(prompt) {
    this.forget(prompt);
    const timer = setTimeout(() => {
      const run = this.runs.get(prompt);
      if (run) run.ours = this.watch.ours(prompt).catch(() => []);
    }, this.watch.seconds() * 1e3);
    this.runs.set(prompt, { since: Date.now(), timer, cached: /* @__PURE__ */ new Set(), files: [] });
  }
  async end(prompt, end, message = "") {
    const run = this.runs.get(prompt);
    this.forget(prompt);
    const ours = run && end !== "interrupted" ? await run.ours ?? [] : [];
    if (!run || end === "interrupted" || !ours.length) return;
    const done = [...new Set(ours.filter(({ id }) => !run.cached.has(id)).map(({ kind }) => kind))];
    this.watch.tell(end, { seconds: (Date.now() - run.since) / 1e3, message, done, files: run.files });
  }
  cached(prompt, nodes) {
    for (const node of nodes) this.runs.get(prompt)?.cached.add(String(node));
  }
  /** What a node has put out: files in ComfyUI's output folder are what the run was for. */
  executed(prompt, output) {
    const listed = Object.values(output ?? {}).flatMap((value) => Array.isArray(value) ? value : []);
    for (const file of listed) {
      if (file?.type !== "output" || !file.filename) continue;
      this.runs.get(prompt)?.files.push(file.subfolder ? `${file.subfolder}/${file.filename}` : file.filename);
    }
  }
  forget(prompt) {
    clearTimeout(this.runs.get(prompt)?.timer);
    this.runs.delete(prompt);
  }
};
function ourNodes(queue, prompt) {
  const running = (queue?.queue_running ?? []).find((entry) => entry?.[1] === prompt);
  return Object.entries(running?.[2] ?? {}).map(([id, node]) => ({ id, kind: String(node?.class_type ?? "") })).filter(({ kind }) => kind.startsWith("LipSync"));
}

// panel/outcomes.ts
var en = {
  cancelled: "Cancelled. What was fetched is kept, and Resume goes on from there.",
  checkCancelled: "The check was cancelled.",
  installDone: "Installed, and compared with the published digests.",
  allRight: (count) => count === 1 ? "The file is the published one." : `All ${count} files are the published ones.`,
  wrongFiles: (names) => `Not the published file: ${names}. Replace fetches it anew.`,
  unknownFiles: (names) => `Nobody published a digest, or it can't be asked for: ${names}.`,
  toastInstalled: (title) => `${title} is installed`,
  toastVerified: (title) => `${title} was checked`,
  toastWrong: (title) => `${title} has wrong files`,
  toastFailed: (title) => `${title}: failed`,
  runDone: (work) => `Done: ${work}`,
  runEnded: "Done",
  runDoneDetail: (time) => `It took ${time}.`,
  saved: (files) => `Saved: ${files}.`,
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
    LipSyncVocals: "voice separated",
    LipSyncMuseTalkInfer: "mouths generated"
  }
};
var de = {
  cancelled: "Abgebrochen. Das Geladene bleibt, und Fortsetzen macht dort weiter.",
  checkCancelled: "Die Prüfung wurde abgebrochen.",
  installDone: "Installiert und mit den veröffentlichten Prüfsummen verglichen.",
  allRight: (count) => count === 1 ? "Die Datei ist die veröffentlichte." : `Alle ${count} Dateien sind die veröffentlichten.`,
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
    LipSyncVocals: "Stimme getrennt",
    LipSyncMuseTalkInfer: "Münder erzeugt"
  }
};
var zh = {
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
    LipSyncVocals: "人声分离",
    LipSyncMuseTalkInfer: "嘴部生成"
  }
};
var ja = {
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
    LipSyncVocals: "声の分離",
    LipSyncMuseTalkInfer: "口の生成"
  }
};
var OUTCOMES = { en, de, zh, ja };
var outcomeTexts = () => inLanguage(OUTCOMES);

// shared/server.ts
import { api } from "../../scripts/api.js";
var PREFIX = "/lipsync_studio";
var ANSWERED = {
  en: (status) => `The server answered ${status}.`,
  zh: (status) => `服务器返回 ${status}。`,
  ja: (status) => `サーバーの応答：${status}。`,
  de: (status) => `Der Server antwortete mit ${status}.`
};
function request(path, body) {
  if (body === void 0) return api.fetchApi(PREFIX + path, { cache: "no-store" });
  return api.fetchApi(PREFIX + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body)
  });
}
async function answer(response) {
  const content = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(content.error || answered(response));
  return content;
}
var answered = ({ status }) => inLanguage(ANSWERED)(status);
var ask = async (path, body) => answer(await request(path, body));

// panel/server.ts
var models = () => ask("/models");

// panel/sets.ts
var isActive = (job) => job?.state === "running" || job?.state === "stopping";
function outcome(job, texts) {
  if (!job || isActive(job)) return "";
  if (job.state === "failed") return job.message;
  if (job.state === "cancelled") return job.action === "install" ? texts.cancelled : texts.checkCancelled;
  if (job.action === "install") return texts.installDone;
  if (job.wrong.length) return texts.wrongFiles(job.wrong.join(", "));
  if (job.unknown.length) return texts.unknownFiles(job.unknown.join(", "));
  return texts.allRight(job.right.length);
}
var isBad = (job) => job?.state === "failed" || job?.state === "done" && job.wrong.length > 0;

// panel/toasts.ts
var LIFE = { success: 8e3, error: 2e4 };
var setting = (id) => app2.extensionManager.setting.get(id);
var longSeconds = () => Number(setting(LONG_SECONDS)) || 20;
function tell(good, summary, detail) {
  if (setting(TOASTS) === false) return;
  const severity = good ? "success" : "error";
  app2.extensionManager.toast.add({ severity, summary, detail, life: LIFE[severity] });
}
var runs = new LongRuns({
  seconds: longSeconds,
  ours: async (prompt) => ourNodes(await (await api2.fetchApi("/queue")).json(), prompt),
  tell: (end, { seconds, message, done, files }) => {
    const texts = outcomeTexts();
    if (end === "failed") return tell(false, texts.runFailed, message);
    const work = Object.entries(texts.work).flatMap(([kind, said]) => done.includes(kind) ? [said] : []);
    const saved = files.length ? [texts.saved(files.join(", "))] : [];
    tell(true, work.length ? texts.runDone(work.join(", ")) : texts.runEnded, [...saved, texts.runDoneDetail(clock(seconds))].join(" "));
  }
});
var begun = /* @__PURE__ */ new Map();
async function tellOfJob(job) {
  const since = begun.get(job.set) ?? Date.now();
  begun.set(job.set, since);
  if (isActive(job)) return;
  begun.delete(job.set);
  const isShort = job.action === "verify" && Date.now() - since < longSeconds() * 1e3;
  if (job.state === "cancelled" || isShort && !isBad(job)) return;
  const texts = outcomeTexts();
  const found = await models().catch(() => void 0);
  const title = found?.sets.find((set) => set.name === job.set)?.title ?? job.set;
  const done = job.action === "install" ? texts.toastInstalled : job.wrong.length ? texts.toastWrong : texts.toastVerified;
  tell(!isBad(job), (job.state === "failed" ? texts.toastFailed : done)(title), outcome(job, texts));
}
function watchForToasts() {
  const on = (kind, use) => api2.addEventListener(kind, (event) => void use(event.detail));
  on("execution_start", ({ prompt_id }) => runs.start(prompt_id));
  on("execution_cached", ({ prompt_id, nodes }) => runs.cached(prompt_id, nodes ?? []));
  on("executed", ({ prompt_id, output }) => runs.executed(prompt_id, output));
  on("execution_success", ({ prompt_id }) => runs.end(prompt_id, "done"));
  on("execution_error", ({ prompt_id, exception_message }) => runs.end(prompt_id, "failed", String(exception_message)));
  on("execution_interrupted", ({ prompt_id }) => runs.end(prompt_id, "interrupted"));
  on(EVENT, tellOfJob);
}

// panel.ts
var FAILED = {
  en: "The panel could not be loaded. Reload the page.",
  zh: "无法加载面板。请刷新页面。",
  ja: "パネルを読み込めませんでした。ページを再読み込みしてください。",
  de: "Das Panel konnte nicht geladen werden. Die Seite neu laden."
};
var close;
var wanted;
app3.registerExtension({
  name: "LipSyncStudio.Panel",
  settings: SETTINGS,
  setup() {
    app3.extensionManager.registerSidebarTab?.({
      id: "lipsync-studio",
      icon: "pi pi-microphone",
      title: "LipSync Studio",
      tooltip: "LipSync Studio",
      label: "LipSync",
      type: "custom",
      render: async (place) => {
        wanted = place;
        const loaded = await import("./panel.mjs?v=4db36dc3").catch(() => void 0);
        if (wanted !== place) return;
        close?.();
        close = loaded?.openPanel(place);
        if (!loaded) place.textContent = inLanguage(FAILED);
      },
      destroy: () => {
        close?.();
        close = wanted = void 0;
      }
    });
    watchForToasts();
  }
});
