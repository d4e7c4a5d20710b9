// lazy/panel.ts
import { api as api3 } from "../../scripts/api.js";

// panel/account_view.ts
import { app as app2 } from "../../scripts/app.js";

// shared/dom.ts
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// shared/server.ts
import { api } from "../../scripts/api.js";

// shared/language.ts
import { app } from "../../scripts/app.js";
var LANGUAGES = ["en", "zh", "ja", "de"];
var LANGUAGE_SETTING = "LipSyncStudio.Language";
var AUTOMATIC = "auto";
function language() {
  const { setting } = app.extensionManager;
  const chosen = setting.get(LANGUAGE_SETTING) ?? AUTOMATIC;
  const locale = String(chosen === AUTOMATIC ? setting.get("Comfy.Locale") ?? "en" : chosen);
  return LANGUAGES.find((known) => known === locale.split("-")[0]) ?? "en";
}
var inLanguage = (tables) => tables[language()];

// shared/server.ts
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

// shared/services.ts
async function services() {
  const response = await request("/cloud");
  return response.status === 404 ? [] : answer(response);
}

// panel/server.ts
var models = () => ask("/models");
var account = (name) => ask(`/cloud/${name}`);
var credits = (name) => ask(`/cloud/${name}/credits`);
var act = (set, action) => ask(`/models/${encodeURIComponent(set)}/${action}`, {});

// panel/account_view.ts
var DIALOG_COMMAND = "LipSyncStudio.Cloud";
var DID_COMMAND = "LipSyncStudio.DIDKey";
var DIALOG = "lipsync-cloud-services";
var AccountsView = class {
  constructor(texts, language2) {
    this.texts = texts;
    this.language = language2;
  }
  texts;
  language;
  root = element("div", {});
  views;
  async refresh() {
    try {
      this.views ??= (await services()).map((service) => new AccountView(service, this.texts, this.language));
      this.root.replaceChildren(...this.views.map(({ root }) => root));
      await Promise.all(this.views.map((view) => view.refresh()));
    } catch (error) {
      this.root.replaceChildren(element("p", { role: "alert", textContent: error.message }));
    }
  }
};
var AccountView = class {
  constructor(service, texts, language2) {
    this.service = service;
    this.texts = texts;
    this.language = language2;
    this.ask = element("button", { type: "button", className: "ls-button ls-plain", textContent: texts.askCredits });
    this.ask.onclick = () => void this.showCredits();
    const change = element("button", { type: "button", className: "ls-button ls-plain", textContent: texts.changeKey });
    change.onclick = () => void this.changeKey();
    const title = texts.cloudTitle(service.title);
    this.root = element("section", { ariaLabel: title, className: "ls-account" }, [
      element("h3", { textContent: title }),
      element("dl", { className: "ls-facts" }, [element("dt", { textContent: texts.key }), this.key]),
      this.problem,
      this.balance,
      element("div", { className: "ls-buttons" }, [this.ask, change]),
      element("h4", { textContent: texts.jobs }),
      this.jobs,
      this.hint
    ]);
  }
  service;
  texts;
  language;
  root;
  key = element("dd", {});
  balance = element("p", { role: "status", hidden: true });
  problem = element("p", { className: "ls-bad", role: "alert", hidden: true });
  ask;
  jobs = element("ul", { className: "ls-files" });
  hint = element("p", { className: "ls-muted", hidden: true });
  units = "";
  async refresh() {
    try {
      this.show(await account(this.service.name));
    } catch (error) {
      this.fail(error.message);
    }
  }
  show(found) {
    const { texts } = this;
    this.units = found.units;
    this.hint.textContent = texts.undecided(this.service.title, found.command);
    this.key.textContent = found.source ? texts.keySet(found.source) : texts.keyNotSet;
    this.fail(found.problem || (found.enabled ? "" : texts.cloudOff));
    this.ask.hidden = !found.source || !found.enabled;
    if (!found.source) this.balance.hidden = true;
    const lines = found.jobs.map((job) => this.line(job));
    this.jobs.replaceChildren(...lines.length ? lines : [element("li", { textContent: texts.noJobs })]);
    this.hint.hidden = !found.jobs.some((job) => job.state === "undecided");
  }
  line(job) {
    const started = new Date(job.started * 1e3).toLocaleString(this.language, { dateStyle: "short", timeStyle: "short" });
    const about = [job.state, started, this.texts.jobCredits(job.credits, this.units), ...job.note ? [job.note] : []];
    return element("li", {}, [
      element("span", { className: "ls-path", textContent: job.id }),
      element("span", { className: "ls-muted", textContent: about.join(" · ") })
    ]);
  }
  async showCredits() {
    this.ask.disabled = true;
    try {
      this.balance.textContent = this.words(await credits(this.service.name));
      this.balance.hidden = false;
      this.fail("");
    } catch (error) {
      this.fail(error.message);
    }
    this.ask.disabled = false;
  }
  words(found) {
    const { texts, language: language2 } = this;
    const number = (value) => value.toLocaleString(language2);
    const all = found.total === null ? "" : number(found.total);
    const left = found.remaining === null ? texts.noBalance(this.service.title) : texts.credits(number(found.remaining), all, this.units);
    const plans = found.plans.length ? `, ${texts.plans(found.plans.join(", "))}` : "";
    return `${left}${plans}. ${texts.spent(found.spent, found.allowed)}.`;
  }
  fail(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }
  async changeKey() {
    await app2.extensionManager.command.execute(this.service.name === "did" ? DID_COMMAND : DIALOG_COMMAND);
    document.getElementById(DIALOG)?.addEventListener("close", () => void this.refresh());
  }
};

// panel/models_view.ts
import { api as api2 } from "../../scripts/api.js";

// panel/event.ts
var EVENT = "lipsync.models";

// panel/figures.ts
function size(bytes, language2) {
  const units = ["bytes", "kB", "MB", "GB"];
  let unit = 0;
  while (unit < units.length - 1 && bytes >= (unit ? 999.5 : 1e3)) {
    bytes /= 1e3;
    unit += 1;
  }
  const digits = unit && bytes < 99.5 ? 1 : 0;
  const number = bytes.toLocaleString(language2, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${number} ${units[unit]}`;
}
function clock(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

// panel/sets.ts
var isActive = (job) => job?.state === "running" || job?.state === "stopping";
function toFetch(set) {
  return set.files.filter((file) => file.state !== "installed").reduce((sum, file) => sum + Math.max(0, file.bytes - (file.state === "partial" ? file.found_bytes : 0)), 0);
}
function offer(set, job) {
  if (isActive(job)) return "cancel";
  if (set.files.some((file) => file.state === "wrong")) return "replace";
  if (set.files.some((file) => file.state === "partial")) return "resume";
  return set.files.some((file) => file.state !== "installed") ? "install" : "none";
}
var canVerify = (set, job) => !isActive(job) && set.files.some((file) => file.state === "installed" || file.state === "wrong");
function stage(job, texts) {
  if (job.state === "stopping") return texts.stopping;
  const [verb = "", ...rest] = job.stage.split(" ");
  if (verb === "Waiting") return texts.waiting;
  const known = { Downloading: texts.downloading, Checking: texts.checking };
  return known[verb]?.(rest.join(" ")) ?? (job.stage || texts.starting);
}
function progress(job, texts, language2) {
  if (!job.total) return [stage(job, texts), ""];
  const amount = texts.of(size(job.done, language2), size(job.total, language2));
  return [stage(job, texts), job.left === null ? amount : `${amount} · ${texts.left(clock(job.left))}`];
}
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

// panel/set_row.ts
var SetRow = class {
  constructor(set, texts, language2) {
    this.set = set;
    this.texts = texts;
    this.language = language2;
    const title = element("h4", { textContent: set.title, id: `lipsync-set-${set.name}` });
    const details = element("details", {}, [this.count, this.licence, this.files]);
    this.root = element("li", { className: "ls-set" }, [
      element("div", { className: "ls-head" }, [title, this.badge]),
      this.note,
      this.live,
      this.outcome,
      element("div", { className: "ls-buttons" }, [this.first, this.verify]),
      details
    ]);
    this.root.dataset.set = set.name;
    this.root.setAttribute("aria-labelledby", title.id);
    this.bar.setAttribute("aria-labelledby", title.id);
    this.first.onclick = () => void this.do(isActive(this.job) ? "cancel" : "install");
    this.verify.onclick = () => void this.do("verify");
  }
  set;
  texts;
  language;
  root;
  badge = element("span", { className: "ls-badge" });
  note = element("p", { className: "ls-muted" });
  bar = element("progress", { className: "ls-bar" });
  stage = element("p", { className: "ls-stage" });
  amount = element("p", { className: "ls-muted" });
  live = element("div", { className: "ls-live" }, [this.stage, this.bar, this.amount]);
  outcome = element("p", { className: "ls-outcome", role: "status" });
  first = element("button", { type: "button", className: "ls-button" });
  verify = element("button", { type: "button", className: "ls-button ls-plain" });
  count = element("summary", {});
  licence = element("p", { className: "ls-muted" });
  files = element("ul", { className: "ls-files" });
  job;
  /** What there is to install of the set, unless it is at work. */
  get installable() {
    return !["cancel", "none"].includes(offer(this.set, this.job));
  }
  install() {
    return this.do("install");
  }
  update(set, job) {
    this.set = set;
    this.show(job);
    const { texts } = this;
    this.count.textContent = texts.files(set.files.length);
    this.licence.textContent = set.licence;
    this.files.replaceChildren(...set.files.map((file) => this.line(file)));
  }
  /** The job has gone on. */
  show(job) {
    this.job = job;
    const { set, texts, language: language2 } = this;
    const active = isActive(job);
    this.badge.textContent = active ? texts.working : texts.states[set.state];
    this.badge.dataset.state = active ? "working" : set.state;
    const rest = toFetch(set);
    const parts = [size(set.bytes, language2)];
    if (rest && rest !== set.bytes) parts.push(texts.toFetch(size(rest, language2)));
    if (rest) parts.push(set.licence);
    this.note.textContent = parts.join(" · ");
    this.live.hidden = !active;
    if (job && active) {
      const [stage2, amount] = progress(job, texts, language2);
      [this.stage.textContent, this.amount.textContent] = [stage2, amount];
      if (job.total) [this.bar.max, this.bar.value] = [job.total, job.done];
      else this.bar.removeAttribute("value");
    }
    const ended = outcome(job, texts);
    if (this.outcome.textContent !== ended) this.outcome.textContent = ended;
    this.outcome.hidden = !ended;
    this.outcome.classList.toggle("ls-bad", isBad(job));
    const what = offer(set, job);
    this.label(this.first, texts.offers[what]);
    this.first.disabled = job?.state === "stopping";
    this.first.hidden = what === "none";
    this.label(this.verify, texts.verify);
    this.verify.hidden = !canVerify(set, job);
  }
  /** With the set's name for those who hear the button alone. */
  label(button, text) {
    button.textContent = text;
    button.ariaLabel = this.texts.forSet(text, this.set.title);
  }
  line(file) {
    const { texts, language: language2 } = this;
    const found = file.state === "partial" || file.state === "wrong";
    const bytes = found ? texts.of(size(file.found_bytes, language2), size(file.bytes, language2)) : size(file.bytes, language2);
    const about = [texts.states[file.state], bytes, file.licence, ...file.needed ? [] : [texts.optional]];
    const made = element("li", {}, [
      element("span", { className: "ls-path", textContent: file.path ?? file.place }),
      element("span", { className: "ls-muted", textContent: about.join(" · ") })
    ]);
    made.dataset.state = file.state;
    return made;
  }
  async do(action) {
    const focused = this.root.contains(document.activeElement);
    try {
      this.show(await act(this.set.name, action));
    } catch (error) {
      this.outcome.textContent = error.message;
      this.outcome.hidden = false;
      this.outcome.classList.add("ls-bad");
    }
    if (focused && document.activeElement === document.body) this.first.focus();
  }
};

// panel/models_view.ts
var ModelsView = class {
  constructor(texts, language2) {
    this.texts = texts;
    this.language = language2;
    this.root.append(
      element("section", { ariaLabel: texts.machine }, [element("h3", { textContent: texts.machine }), this.machine]),
      this.problem,
      element("section", { ariaLabel: texts.models }, [element("h3", { textContent: texts.models }), this.groups])
    );
    this.groups.textContent = texts.loading;
    api2.addEventListener(EVENT, this.onJob);
  }
  texts;
  language;
  root = element("div", {});
  machine = element("dl", { className: "ls-facts" });
  problem = element("p", { className: "ls-bad", role: "alert", hidden: true });
  groups = element("div", {});
  rows = /* @__PURE__ */ new Map();
  counts = /* @__PURE__ */ new Map();
  close() {
    api2.removeEventListener(EVENT, this.onJob);
  }
  async refresh() {
    try {
      const found = await models();
      this.problem.hidden = true;
      this.show(found);
    } catch (error) {
      this.problem.textContent = error.message;
      this.problem.hidden = false;
    }
  }
  onJob = (event) => {
    this.rows.get(event.detail.set)?.show(event.detail);
    if (!isActive(event.detail)) void this.refresh();
  };
  show(found) {
    this.showMachine(found);
    if (!this.rows.size) this.build(found);
    for (const set of found.sets) this.rows.get(set.name)?.update(set, found.jobs[set.name]);
    for (const [kind, count] of this.counts) {
      const members = found.sets.filter((set) => set.kind === kind);
      const installed = members.filter((set) => set.state === "installed").length;
      count.textContent = this.texts.installedOf(installed, members.length);
    }
  }
  showMachine(found) {
    const { texts, language: language2 } = this;
    const gpus = found.gpus.map(({ name, memory_bytes: all, free_bytes: free }) => {
      const memory = all ? texts.memory(size(free, language2), size(all, language2)) : texts.ownMemory;
      return `${name} (${memory})`;
    });
    const facts = [
      [texts.gpu, gpus.join(", ") || texts.noGpu],
      [texts.disk, `${found.folder} (${texts.free(size(found.free_bytes, language2))})`]
    ];
    this.machine.replaceChildren(
      ...facts.flatMap(([name, value]) => [element("dt", { textContent: name }), element("dd", { textContent: value })])
    );
  }
  build(found) {
    this.groups.replaceChildren();
    for (const kind of new Set(found.sets.map((set) => set.kind))) {
      const members = found.sets.filter((set) => set.kind === kind);
      const list = element("ul", { className: "ls-sets" });
      for (const set of members) {
        const row = new SetRow(set, this.texts, this.language);
        this.rows.set(set.name, row);
        list.append(row.root);
      }
      const name = this.texts.groups[kind] ?? kind;
      list.ariaLabel = name;
      const count = element("span", { className: "ls-muted" });
      this.counts.set(kind, count);
      const summary = element("summary", { className: "ls-group" }, [element("h4", { textContent: name }), count]);
      const group = element("details", {}, [summary]);
      const bundles = Object.values(found.bundles).filter((sets) => members.some((set) => set.name === sets[0]));
      if (bundles.length) group.append(this.together(bundles, found));
      group.append(list);
      group.open = !this.groups.childElementCount || members.some((set) => set.state !== "missing");
      this.groups.append(group);
    }
  }
  /** Sets that are of use together, installed by one button. */
  together(bundles, found) {
    const { texts } = this;
    const title = (name) => found.sets.find((set) => set.name === name)?.title ?? name;
    const choice = element("select", { className: "ls-select", ariaLabel: texts.together });
    choice.append(...bundles.map((sets) => new Option(sets.map(title).join(" + "))));
    const button = element("button", { type: "button", className: "ls-button", textContent: texts.installTogether });
    button.onclick = () => {
      const rows = (bundles[choice.selectedIndex] ?? []).map((name) => this.rows.get(name));
      for (const row of rows) if (row?.installable) void row.install();
    };
    return element("div", { className: "ls-together" }, [choice, button]);
  }
};

// panel/panel.css
var panel_default = '.ls-panel { box-sizing: border-box; height: 100%; overflow-y: auto; padding: 0.75rem; color: var(--input-text); font-size: 0.875rem; line-height: 1.4; overflow-wrap: anywhere; }\n.ls-panel [hidden] { display: none !important; }\n.ls-panel h2 { margin: 0; font-size: 1.1rem; font-weight: 600; }\n.ls-panel h3 { margin: 1.25rem 0 0.4rem; padding-bottom: 0.2rem; font-size: 0.95rem; font-weight: 600; border-bottom: 1px solid var(--border-color); }\n.ls-panel h4 { margin: 0; font-size: 0.875rem; font-weight: 600; }\n.ls-account h4 { margin: 0.75rem 0 0.2rem; color: var(--descrip-text); }\n.ls-panel summary.ls-group { margin: 0.6rem 0 0.4rem; color: var(--input-text); font-size: 0.875rem; }\n.ls-group h4 { display: inline; }\n.ls-group .ls-muted { margin-left: 0.5em; }\n.ls-panel p { margin: 0.2rem 0; }\n.ls-panel ul { margin: 0; padding: 0; list-style: none; }\n.ls-muted { color: var(--descrip-text); font-size: 0.8rem; }\n.ls-head { display: flex; flex-wrap: wrap; gap: 0.25rem 0.5rem; align-items: flex-start; justify-content: space-between; }\n.ls-head > :first-child { flex: 1 1 8rem; min-width: 0; }\n.ls-facts { display: grid; grid-template-columns: auto 1fr; gap: 0.2rem 0.75rem; margin: 0; }\n.ls-facts dt { color: var(--descrip-text); }\n.ls-facts dd { margin: 0; }\n.ls-set { margin-bottom: 0.5rem; padding: 0.6rem 0.7rem; border: 1px solid var(--border-color); border-radius: 8px; background: color-mix(in srgb, var(--input-text) 4%, transparent); }\n.ls-badge { padding: 0 0.5em; border: 1px solid currentColor; border-radius: 1em; font-size: 0.75rem; color: var(--descrip-text); white-space: nowrap; }\n.ls-badge[data-state="installed"] { color: color-mix(in srgb, #1a9e4b 70%, var(--input-text)); }\n.ls-badge[data-state="wrong"], .ls-bad { color: color-mix(in srgb, #e5484d 65%, var(--input-text)); }\n.ls-badge[data-state="partial"] { color: color-mix(in srgb, #c77700 70%, var(--input-text)); }\n.ls-badge[data-state="working"] { color: color-mix(in srgb, #2b7de9 70%, var(--input-text)); }\n.ls-bar { display: block; box-sizing: border-box; width: 100%; height: 0.7rem; margin: 0.3rem 0; border: 1px solid color-mix(in srgb, var(--input-text) 55%, transparent); border-radius: 0.35rem; overflow: hidden; appearance: none; background: color-mix(in srgb, var(--input-text) 18%, transparent); }\n.ls-bar::-webkit-progress-bar { background: transparent; }\n.ls-bar::-webkit-progress-value { background: #3d97ff; }\n.ls-bar::-moz-progress-bar { background: #3d97ff; }\n.ls-bar:indeterminate { background: repeating-linear-gradient(110deg, #3d97ff 0 0.6rem, #7fb9ff 0.6rem 1.2rem); }\n.ls-bar:indeterminate::-moz-progress-bar { background: transparent; }\n.ls-buttons { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0.4rem 0 0.2rem; }\n.ls-button { min-height: 1.9rem; padding: 0.2rem 0.8rem; border: 1px solid transparent; border-radius: 6px; background: #1f6fd6; color: #fff; font: inherit; cursor: pointer; }\n.ls-button:hover { filter: brightness(1.1); }\n.ls-button.ls-plain { border-color: var(--border-color); background: var(--comfy-menu-bg); color: var(--input-text); }\n.ls-button:disabled { opacity: 0.5; cursor: default; }\n.ls-panel :is(button, select, summary):focus-visible { outline: 2px solid #2b7de9; outline-offset: 2px; }\n.ls-together { display: flex; flex-wrap: wrap; gap: 0.4rem; margin-bottom: 0.6rem; }\n.ls-select { flex: 1 1 14rem; min-width: 0; min-height: 1.9rem; padding: 0 0.4rem; border: 1px solid var(--border-color); border-radius: 6px; background: var(--comfy-input-bg); color: var(--input-text); font: inherit; }\n.ls-panel summary { color: var(--descrip-text); font-size: 0.8rem; cursor: pointer; }\n.ls-files li { display: flex; flex-direction: column; margin-top: 0.35rem; }\n.ls-path { font-family: monospace; font-size: 0.78rem; }\n';

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

// panel/texts.ts
var NAMES = {
  musetalk: "MuseTalk",
  latentsync: "LatentSync",
  wav2lip: "Wav2Lip",
  sadtalker: "SadTalker",
  hallo2: "Hallo2",
  aniportrait: "AniPortrait",
  insightface: "InsightFace",
  syncnet: "SyncNet"
};
var en2 = {
  ...OUTCOMES.en,
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
  groups: { ...NAMES, lipsync_align: "Words and lyrics", lipsync_vocals: "Vocals" },
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
  cloudTitle: (title) => `${title} (cloud)`,
  key: "Key",
  keySet: (source) => `Set (from ${source})`,
  keyNotSet: "Not set",
  cloudOff: "Cloud services are switched off on this server.",
  changeKey: "Set or clear the key …",
  askCredits: "Show credits",
  credits: (left, all, units) => `${left}${all && ` of ${all}`} ${units} left`,
  noBalance: (title) => `The key is good; ${title} does not tell a balance`,
  plans: (names) => `plan ${names}`,
  spent: (used, allowed) => `${used} of ${allowed} allowed in 24 hours used from here (estimate)`,
  jobs: "Unfinished jobs",
  noJobs: "None",
  jobCredits: (count, units) => `about ${count} ${units}`,
  undecided: (title, command) => `Of an undecided job it can't be told whether ${title} made it: look there, then run the command ${command} jobs --adopt or ${command} jobs --abandon.`,
  loading: "Loading …"
};
var de2 = {
  ...OUTCOMES.de,
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
  groups: { ...NAMES, lipsync_align: "Wörter und Liedtexte", lipsync_vocals: "Gesang" },
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
  cloudTitle: (title) => `${title} (Cloud)`,
  key: "Schlüssel",
  keySet: (source) => `Hinterlegt (Quelle: ${source})`,
  keyNotSet: "Nicht hinterlegt",
  cloudOff: "Cloud-Dienste sind auf diesem Server abgeschaltet.",
  changeKey: "Schlüssel hinterlegen oder löschen …",
  askCredits: "Guthaben anzeigen",
  credits: (left, all, units) => `${left}${all && ` von ${all}`} ${units} übrig`,
  noBalance: (title) => `Der Schlüssel gilt; ${title} nennt kein Guthaben`,
  plans: (names) => `Tarif ${names}`,
  spent: (used, allowed) => `${used} von ${allowed} in 24 Stunden erlaubten von hier verbraucht (geschätzt)`,
  jobs: "Offene Aufträge",
  noJobs: "Keine",
  jobCredits: (count, units) => `etwa ${count} ${units}`,
  undecided: (title, command) => `Bei einem Auftrag im Zustand „undecided“ ist unklar, ob ${title} ihn ausgeführt hat: dort nachsehen, dann den Befehl ${command} jobs --adopt oder ${command} jobs --abandon ausführen.`,
  loading: "Lädt …"
};
var zh2 = {
  ...OUTCOMES.zh,
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
  groups: { ...NAMES, lipsync_align: "单词与歌词", lipsync_vocals: "人声" },
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
  cloudTitle: (title) => `${title}（云服务）`,
  key: "密钥",
  keySet: (source) => `已设置（来源：${source}）`,
  keyNotSet: "未设置",
  cloudOff: "此服务器已关闭云服务。",
  changeKey: "设置或清除密钥…",
  askCredits: "显示额度",
  credits: (left, all, units) => `剩余 ${left}${all && ` / ${all}`} ${units}`,
  noBalance: (title) => `密钥有效；${title} 不提供余额`,
  plans: (names) => `套餐 ${names}`,
  spent: (used, allowed) => `24 小时内从此处已用 ${used}，上限 ${allowed}（估算）`,
  jobs: "未完成的任务",
  noJobs: "无",
  jobCredits: (count, units) => `约 ${count} ${units}`,
  undecided: (title, command) => `状态为 undecided 的任务无法判断 ${title} 是否已执行：请在其网站查看，然后运行命令 ${command} jobs --adopt 或 ${command} jobs --abandon。`,
  loading: "正在加载…"
};
var ja2 = {
  ...OUTCOMES.ja,
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
  groups: { ...NAMES, lipsync_align: "単語と歌詞", lipsync_vocals: "ボーカル" },
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
  cloudTitle: (title) => `${title}（クラウド）`,
  key: "キー",
  keySet: (source) => `設定済み（取得元：${source}）`,
  keyNotSet: "未設定",
  cloudOff: "このサーバーではクラウドサービスが無効です。",
  changeKey: "キーを設定または消去…",
  askCredits: "クレジットを表示",
  credits: (left, all, units) => `残り ${left}${all && ` / ${all}`} ${units}`,
  noBalance: (title) => `キーは有効です。${title} は残高を示しません`,
  plans: (names) => `プラン ${names}`,
  spent: (used, allowed) => `24 時間の上限 ${allowed} のうち ${used} をここから使用（推定）`,
  jobs: "未完了のジョブ",
  noJobs: "なし",
  jobCredits: (count, units) => `約 ${count} ${units}`,
  undecided: (title, command) => `undecided のジョブは ${title} が処理したか分かりません。そのサイトで確認し、コマンド ${command} jobs --adopt または ${command} jobs --abandon を実行してください。`,
  loading: "読み込み中…"
};
var TABLES = { en: en2, zh: zh2, ja: ja2, de: de2 };
var panelTexts = () => inLanguage(TABLES);

// lazy/panel.ts
var STYLE = "lipsync-panel-style";
var ENDS = ["execution_success", "execution_error", "execution_interrupted", "reconnected"];
function openPanel(place) {
  if (!document.getElementById(STYLE)) document.head.append(element("style", { id: STYLE, textContent: panel_default }));
  const [texts, locale] = [panelTexts(), language()];
  const [models2, account2] = [new ModelsView(texts, locale), new AccountsView(texts, locale)];
  const refresh = () => void Promise.all([models2.refresh(), account2.refresh()]);
  const again = element("button", { type: "button", className: "ls-button ls-plain", ariaLabel: texts.refresh, title: texts.refresh }, [
    element("i", { className: "pi pi-refresh", ariaHidden: "true" })
  ]);
  again.onclick = refresh;
  const root = element("div", { className: "ls-panel", lang: locale }, [
    element("div", { className: "ls-head" }, [element("h2", { textContent: texts.title }), again]),
    models2.root,
    account2.root
  ]);
  place.replaceChildren(root);
  for (const end of ENDS) api3.addEventListener(end, refresh);
  refresh();
  return () => {
    for (const end of ENDS) api3.removeEventListener(end, refresh);
    models2.close();
    root.remove();
  };
}
export {
  openPanel
};
