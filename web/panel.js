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
      if (run) run.ours = this.watch.isOurs(prompt).catch(() => false);
    }, this.watch.seconds() * 1e3);
    this.runs.set(prompt, { since: Date.now(), timer });
  }
  async end(prompt, end, message = "") {
    const run = this.runs.get(prompt);
    this.forget(prompt);
    if (run?.ours && end !== "interrupted" && await run.ours) {
      this.watch.tell(end, (Date.now() - run.since) / 1e3, message);
    }
  }
  forget(prompt) {
    clearTimeout(this.runs.get(prompt)?.timer);
    this.runs.delete(prompt);
  }
};
function hasOurs(queue, prompt) {
  const running = (queue?.queue_running ?? []).find((entry) => entry?.[1] === prompt);
  const nodes = Object.values(running?.[2] ?? {});
  return nodes.some((node) => String(node?.class_type ?? "").startsWith("LipSync"));
}

// panel/server.ts
import { api } from "../../scripts/api.js";
async function ask(address, options = { cache: "no-store" }) {
  const response = await api.fetchApi(address, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `The server answered ${response.status}.`);
  return answer;
}
var models = () => ask("/lipsync/models");

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

// panel/texts.ts
var en = {
  title: "LipSync Studio",
  machine: "This computer",
  gpu: "GPU",
  noGpu: "None: networks run on the CPU",
  ownMemory: "the computer's memory",
  memory: (free, all) => `${free} of ${all} free`,
  disk: "Models folder",
  free: (size2) => `${size2} free`,
  refresh: "Refresh",
  models: "Models",
  groups: { musetalk: "MuseTalk", lipsync_align: "Words and lyrics" },
  installedOf: (count, all) => `${count} of ${all} installed`,
  together: "Install together",
  installTogether: "Install these",
  states: { installed: "Installed", partial: "Incomplete", wrong: "Wrong file", missing: "Not installed" },
  working: "At work",
  offers: { install: "Install", resume: "Resume", replace: "Replace", cancel: "Cancel", none: "Install" },
  verify: "Verify",
  forSet: (what, title) => `${what}: ${title}`,
  toFetch: (size2) => `${size2} to download`,
  files: (count) => count === 1 ? "1 file and its licence" : `${count} files and their licence`,
  optional: "optional",
  starting: "Starting …",
  stopping: "Stopping …",
  waiting: "Waiting for another download of the same file",
  downloading: (what) => `Downloading ${what}`,
  checking: (what) => `Checking ${what}`,
  of: (done, total) => `${done} of ${total}`,
  left: (time) => `${time} left`,
  cancelled: "Cancelled. What was fetched is kept, and Resume goes on from there.",
  checkCancelled: "The check was cancelled.",
  installDone: "Installed, and compared with the published digests.",
  allRight: (count) => count === 1 ? "The file is the published one." : `All ${count} files are the published ones.`,
  wrongFiles: (names) => `Not the published file: ${names}. Replace fetches it anew.`,
  unknownFiles: (names) => `Nobody published a digest, or it can't be asked for: ${names}.`,
  didTitle: "D-ID (cloud)",
  key: "Key",
  keySet: (source) => `Set (from ${source})`,
  keyNotSet: "Not set",
  cloudOff: "Cloud services are switched off on this server.",
  changeKey: "Set or clear the key …",
  askCredits: "Show credits",
  credits: (left, all) => `${left} of ${all} credits left`,
  plans: (names) => `plan ${names}`,
  spent: (used, allowed) => `${used} of ${allowed} allowed in 24 hours used from here (estimate)`,
  jobs: "Unfinished jobs",
  noJobs: "None",
  jobCredits: (count) => `about ${count} credits`,
  undecided: "Of an undecided job it can't be told whether D-ID made it: look in D-ID's Studio, then run the command did jobs --adopt or did jobs --abandon.",
  loading: "Loading …",
  toastInstalled: (title) => `${title} is installed`,
  toastVerified: (title) => `${title} was checked`,
  toastWrong: (title) => `${title} has wrong files`,
  toastFailed: (title) => `${title}: failed`,
  runDone: "Lip-sync is done",
  runDoneDetail: (time) => `The prompt ran for ${time}.`,
  runFailed: "Lip-sync has failed"
};
var de = {
  title: "LipSync Studio",
  machine: "Dieser Rechner",
  gpu: "GPU",
  noGpu: "Keine: Netze laufen auf dem Prozessor",
  ownMemory: "der Speicher des Rechners",
  memory: (free, all) => `${free} von ${all} frei`,
  disk: "Modellordner",
  free: (size2) => `${size2} frei`,
  refresh: "Aktualisieren",
  models: "Modelle",
  groups: { musetalk: "MuseTalk", lipsync_align: "Wörter und Liedtexte" },
  installedOf: (count, all) => `${count} von ${all} installiert`,
  together: "Zusammen installieren",
  installTogether: "Diese installieren",
  states: { installed: "Installiert", partial: "Unvollständig", wrong: "Falsche Datei", missing: "Nicht installiert" },
  working: "In Arbeit",
  offers: { install: "Installieren", resume: "Fortsetzen", replace: "Ersetzen", cancel: "Abbrechen", none: "Installieren" },
  verify: "Prüfen",
  forSet: (what, title) => `${what}: ${title}`,
  toFetch: (size2) => `${size2} herunterzuladen`,
  files: (count) => count === 1 ? "1 Datei und ihre Lizenz" : `${count} Dateien und ihre Lizenz`,
  optional: "entbehrlich",
  starting: "Beginnt …",
  stopping: "Hält an …",
  waiting: "Wartet auf einen anderen Download derselben Datei",
  downloading: (what) => `Lädt ${what}`,
  checking: (what) => `Prüft ${what}`,
  of: (done, total) => `${done} von ${total}`,
  left: (time) => `noch ${time}`,
  cancelled: "Abgebrochen. Das Geladene bleibt, und Fortsetzen macht dort weiter.",
  checkCancelled: "Die Prüfung wurde abgebrochen.",
  installDone: "Installiert und mit den veröffentlichten Prüfsummen verglichen.",
  allRight: (count) => count === 1 ? "Die Datei ist die veröffentlichte." : `Alle ${count} Dateien sind die veröffentlichten.`,
  wrongFiles: (names) => `Nicht die veröffentlichte Datei: ${names}. Ersetzen lädt sie neu.`,
  unknownFiles: (names) => `Keine Prüfsumme veröffentlicht oder nicht abrufbar: ${names}.`,
  didTitle: "D-ID (Cloud)",
  key: "Schlüssel",
  keySet: (source) => `Hinterlegt (Quelle: ${source})`,
  keyNotSet: "Nicht hinterlegt",
  cloudOff: "Cloud-Dienste sind auf diesem Server abgeschaltet.",
  changeKey: "Schlüssel hinterlegen oder löschen …",
  askCredits: "Guthaben anzeigen",
  credits: (left, all) => `${left} von ${all} Credits übrig`,
  plans: (names) => `Tarif ${names}`,
  spent: (used, allowed) => `${used} von ${allowed} in 24 Stunden erlaubten von hier verbraucht (geschätzt)`,
  jobs: "Offene Aufträge",
  noJobs: "Keine",
  jobCredits: (count) => `etwa ${count} Credits`,
  undecided: "Bei einem Auftrag im Zustand „undecided“ ist unklar, ob D-ID ihn ausgeführt hat: im Studio von D-ID nachsehen, dann den Befehl did jobs --adopt oder did jobs --abandon ausführen.",
  loading: "Lädt …",
  toastInstalled: (title) => `${title} ist installiert`,
  toastVerified: (title) => `${title} wurde geprüft`,
  toastWrong: (title) => `${title} hat falsche Dateien`,
  toastFailed: (title) => `${title}: fehlgeschlagen`,
  runDone: "Lip-Sync ist fertig",
  runDoneDetail: (time) => `Der Lauf dauerte ${time}.`,
  runFailed: "Lip-Sync ist fehlgeschlagen"
};
var zh = {
  title: "LipSync Studio",
  machine: "本机",
  gpu: "GPU",
  noGpu: "无：网络在 CPU 上运行",
  ownMemory: "使用系统内存",
  memory: (free, all) => `可用 ${free}，共 ${all}`,
  disk: "模型文件夹",
  free: (size2) => `可用 ${size2}`,
  refresh: "刷新",
  models: "模型",
  groups: { musetalk: "MuseTalk", lipsync_align: "单词与歌词" },
  installedOf: (count, all) => `已安装 ${count} / ${all}`,
  together: "一起安装",
  installTogether: "安装这些",
  states: { installed: "已安装", partial: "不完整", wrong: "文件错误", missing: "未安装" },
  working: "进行中",
  offers: { install: "安装", resume: "继续", replace: "替换", cancel: "取消", none: "安装" },
  verify: "校验",
  forSet: (what, title) => `${what}：${title}`,
  toFetch: (size2) => `需下载 ${size2}`,
  files: (count) => `${count} 个文件及其许可`,
  optional: "可选",
  starting: "正在开始…",
  stopping: "正在停止…",
  waiting: "正在等待同一文件的另一个下载",
  downloading: (what) => `正在下载 ${what}`,
  checking: (what) => `正在校验 ${what}`,
  of: (done, total) => `${done} / ${total}`,
  left: (time) => `剩余 ${time}`,
  cancelled: "已取消。已下载的部分会保留，点“继续”可从中断处接着下载。",
  checkCancelled: "校验已取消。",
  installDone: "已安装，并与公布的摘要核对一致。",
  allRight: (count) => `全部 ${count} 个文件均与公布的一致。`,
  wrongFiles: (names) => `与公布的文件不符：${names}。点“替换”重新下载。`,
  unknownFiles: (names) => `没有公布摘要，或无法查询：${names}。`,
  didTitle: "D-ID（云服务）",
  key: "密钥",
  keySet: (source) => `已设置（来源：${source}）`,
  keyNotSet: "未设置",
  cloudOff: "此服务器已关闭云服务。",
  changeKey: "设置或清除密钥…",
  askCredits: "显示额度",
  credits: (left, all) => `剩余 ${left} / ${all} 额度`,
  plans: (names) => `套餐 ${names}`,
  spent: (used, allowed) => `24 小时内从此处已用 ${used}，上限 ${allowed}（估算）`,
  jobs: "未完成的任务",
  noJobs: "无",
  jobCredits: (count) => `约 ${count} 额度`,
  undecided: "状态为 undecided 的任务无法判断 D-ID 是否已执行：请在 D-ID 的 Studio 中查看，然后运行命令 did jobs --adopt 或 did jobs --abandon。",
  loading: "正在加载…",
  toastInstalled: (title) => `${title} 已安装`,
  toastVerified: (title) => `${title} 已校验`,
  toastWrong: (title) => `${title} 含有错误文件`,
  toastFailed: (title) => `${title}：失败`,
  runDone: "口型同步已完成",
  runDoneDetail: (time) => `运行时间 ${time}。`,
  runFailed: "口型同步失败"
};
var ja = {
  title: "LipSync Studio",
  machine: "このコンピューター",
  gpu: "GPU",
  noGpu: "なし：ネットワークは CPU で動きます",
  ownMemory: "システムメモリを使用",
  memory: (free, all) => `空き ${free} / ${all}`,
  disk: "モデルフォルダー",
  free: (size2) => `空き ${size2}`,
  refresh: "更新",
  models: "モデル",
  groups: { musetalk: "MuseTalk", lipsync_align: "単語と歌詞" },
  installedOf: (count, all) => `${count} / ${all} インストール済み`,
  together: "まとめてインストール",
  installTogether: "これらをインストール",
  states: { installed: "インストール済み", partial: "不完全", wrong: "ファイルが違います", missing: "未インストール" },
  working: "処理中",
  offers: { install: "インストール", resume: "再開", replace: "置き換え", cancel: "キャンセル", none: "インストール" },
  verify: "検証",
  forSet: (what, title) => `${what}：${title}`,
  toFetch: (size2) => `ダウンロード ${size2}`,
  files: (count) => `${count} 個のファイルとライセンス`,
  optional: "任意",
  starting: "開始しています…",
  stopping: "停止しています…",
  waiting: "同じファイルの別のダウンロードを待っています",
  downloading: (what) => `ダウンロード中 ${what}`,
  checking: (what) => `検証中 ${what}`,
  of: (done, total) => `${done} / ${total}`,
  left: (time) => `残り ${time}`,
  cancelled: "キャンセルしました。取得済みの分は残り、「再開」で続きから始まります。",
  checkCancelled: "検証をキャンセルしました。",
  installDone: "インストールし、公開されたダイジェストと照合しました。",
  allRight: (count) => `${count} 個のファイルはすべて公開されたものです。`,
  wrongFiles: (names) => `公開されたファイルではありません：${names}。「置き換え」で取得し直します。`,
  unknownFiles: (names) => `ダイジェストが公開されていないか、確認できません：${names}。`,
  didTitle: "D-ID（クラウド）",
  key: "キー",
  keySet: (source) => `設定済み（取得元：${source}）`,
  keyNotSet: "未設定",
  cloudOff: "このサーバーではクラウドサービスが無効です。",
  changeKey: "キーを設定または消去…",
  askCredits: "クレジットを表示",
  credits: (left, all) => `残り ${left} / ${all} クレジット`,
  plans: (names) => `プラン ${names}`,
  spent: (used, allowed) => `24 時間の上限 ${allowed} のうち ${used} をここから使用（推定）`,
  jobs: "未完了のジョブ",
  noJobs: "なし",
  jobCredits: (count) => `約 ${count} クレジット`,
  undecided: "undecided のジョブは D-ID が処理したか分かりません。D-ID の Studio で確認し、コマンド did jobs --adopt または did jobs --abandon を実行してください。",
  loading: "読み込み中…",
  toastInstalled: (title) => `${title} をインストールしました`,
  toastVerified: (title) => `${title} を検証しました`,
  toastWrong: (title) => `${title} に違うファイルがあります`,
  toastFailed: (title) => `${title}：失敗しました`,
  runDone: "リップシンクが完了しました",
  runDoneDetail: (time) => `実行時間は ${time} でした。`,
  runFailed: "リップシンクに失敗しました"
};
var TABLES = { en, zh, ja, de };
var panelTexts = () => inLanguage(TABLES);

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
  isOurs: async (prompt) => hasOurs(await (await api2.fetchApi("/queue")).json(), prompt),
  tell: (end, seconds, message) => {
    const texts = panelTexts();
    if (end === "done") tell(true, texts.runDone, texts.runDoneDetail(clock(seconds)));
    else tell(false, texts.runFailed, message);
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
  const texts = panelTexts();
  const found = await models().catch(() => void 0);
  const title = found?.sets.find((set) => set.name === job.set)?.title ?? job.set;
  const done = job.action === "install" ? texts.toastInstalled : job.wrong.length ? texts.toastWrong : texts.toastVerified;
  tell(!isBad(job), (job.state === "failed" ? texts.toastFailed : done)(title), outcome(job, texts));
}
function watchForToasts() {
  const on = (kind, use) => api2.addEventListener(kind, (event) => void use(event.detail));
  on("execution_start", ({ prompt_id }) => runs.start(prompt_id));
  on("execution_success", ({ prompt_id }) => runs.end(prompt_id, "done"));
  on("execution_error", ({ prompt_id, exception_message }) => runs.end(prompt_id, "failed", String(exception_message)));
  on("execution_interrupted", ({ prompt_id }) => runs.end(prompt_id, "interrupted"));
  on(EVENT, tellOfJob);
}

// panel.ts
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
        const { openPanel } = await import("./panel.mjs?v=5c129f1f");
        if (wanted !== place) return;
        close?.();
        close = openPanel(place);
      },
      destroy: () => {
        close?.();
        close = wanted = void 0;
      }
    });
    watchForToasts();
  }
});
