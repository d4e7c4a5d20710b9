// editor/words.ts
function toEntry(word2) {
  return [word2.text, word2.start, word2.end, Number(word2.first), Number(word2.space)];
}
function sameEntry(one, other) {
  return one.length === other.length && one.every((part, index) => part === other[index]);
}
function indicesOf({ from, to }) {
  return Array.from({ length: Math.max(to - from, 0) }, (_, k) => from + k);
}
function linesOf(words) {
  const lines = [];
  let from = 0;
  for (let index = 1; index <= words.length; index++) {
    if (index < words.length && !words[index].first) continue;
    lines.push({ from, to: index });
    from = index;
  }
  return lines;
}
function lineAt(words, index) {
  let from = index;
  while (from > 0 && !words[from].first) from--;
  let to = index + 1;
  while (to < words.length && !words[to].first) to++;
  return { from, to };
}
function textOf(words) {
  return words.map((word2) => word2.text + (word2.space ? " " : "")).join("").trimEnd();
}
var LETTER = /\p{L}/u;
var RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
function directionOf(text) {
  return RIGHT_TO_LEFT.test(LETTER.exec(text)?.[0] ?? "") ? "rtl" : "ltr";
}

// editor/edits.ts
var VERSION = 1;
var REACH = 500;
var SLACK = 50;
var TOGETHER = 250;
var MOST_LAYERS = 8;
function parseEdits(text) {
  if (!text.trim()) return { version: VERSION, base: "", edits: [] };
  const saved = JSON.parse(text);
  const entry = (one) => Array.isArray(one) && (one.length === 5 || one.length === 6 && typeof one[5] === "string") && typeof one[0] === "string" && one.slice(1, 5).every(Number.isInteger);
  const edit = (one) => Number.isInteger(one.at) && [...one.was, ...one.now].every(entry);
  if (saved.version !== VERSION || !saved.edits.every(edit)) throw new Error("not edits");
  return saved;
}
function serialiseEdits(base, words) {
  const edits = findEdits(base.words, words, base.voices);
  return edits.length ? JSON.stringify({ version: VERSION, base: base.base, edits }) : "";
}
function findEdits(base, words, voices = []) {
  const groups = [];
  let cursor = 0;
  let waiting = [];
  const removed = (until) => {
    for (; cursor < until; cursor++) groups.push({ from: cursor, to: cursor + 1, words: [] });
  };
  for (const word2 of words) {
    const [begin, end] = [word2.from[0], (word2.from.at(-1) ?? -1) + 1];
    const last = groups.at(-1);
    if (begin === void 0) {
      if (last) last.words.push(word2);
      else waiting.push(word2);
    } else if (last && begin < last.to) {
      last.words.push(word2);
      last.to = Math.max(last.to, end);
      cursor = Math.max(cursor, last.to);
    } else {
      removed(begin);
      groups.push({ from: begin, to: end, words: [...waiting, word2] });
      waiting = [];
      cursor = end;
    }
  }
  removed(base.length);
  if (waiting.length) {
    if (groups[0]) groups[0].words.unshift(...waiting);
    else groups.push({ from: 0, to: 0, words: waiting });
  }
  const changed = [];
  const entry = (group, word2, k) => {
    const voice = voices[Math.min(group.from + k, group.to - 1)] ?? "";
    return word2.first && word2.voice !== voice ? [...toEntry(word2), word2.voice] : toEntry(word2);
  };
  for (const group of groups) {
    const was = base.slice(group.from, group.to);
    if (was.length === 1 && group.words.length === 1 && sameEntry(was[0], entry(group, group.words[0], 0))) continue;
    const made = { ...group, words: [...group.words] };
    if (group.words[0] && Number(group.words[0].first) !== was[0]?.[3]) {
      let before = changed.at(-1);
      while (before?.to === made.from) {
        changed.pop();
        made.from = before.from;
        made.words.unshift(...before.words);
        before = before.words.length ? void 0 : changed.at(-1);
      }
    }
    changed.push(made);
  }
  return changed.map((group) => ({
    at: group.from,
    was: base.slice(group.from, group.to),
    now: group.words.map((word2, k) => entry(group, word2, k))
  }));
}
function applyEdits(base, saved) {
  const same2 = saved.base === base.base;
  const found = [];
  const refused = /* @__PURE__ */ new Map();
  let cursor = 0;
  for (const edit of saved.edits) {
    const where = same2 ? here(base.words, edit, cursor) : find(base.words, edit, cursor);
    if (typeof where === "string") refused.set(edit, where);
    else if (isLate(edit, base.duration)) refused.set(edit, "late");
    else {
      found.push({ where, edit });
      cursor = where + edit.was.length;
    }
  }
  const lanes = lanesOf(base);
  while (!same2) {
    const crowded = findCrowded(base.words, found, lanes);
    if (crowded === -1) break;
    refused.set(found[crowded].edit, "crowded");
    found.splice(crowded, 1);
  }
  return {
    words: result(base.words, found, lanes).words,
    refused: saved.edits.filter((edit) => refused.has(edit)).map((edit) => ({ edit, reason: refused.get(edit) }))
  };
}
function here(base, edit, cursor) {
  const fits = edit.at >= cursor && edit.was.every((was, k) => base[edit.at + k] && sameEntry(base[edit.at + k], was)) && (edit.was.length > 0 || base.length === 0);
  return fits ? edit.at : "gone";
}
function find(base, edit, cursor) {
  const count = edit.was.length;
  if (!count) return base.length ? "gone" : 0;
  const places = [];
  for (let place2 = cursor; place2 + count <= base.length; place2++) {
    if (edit.was.every((was, k) => base[place2 + k][0] === was[0])) places.push(place2);
  }
  const steps = (place2) => Math.abs(place2 - edit.at);
  const near = places.filter((place2) => distance(base, edit, place2) <= REACH);
  near.sort((a, b) => distance(base, edit, a) - distance(base, edit, b) || steps(a) - steps(b) || a - b);
  if (near.length) return near[0];
  if (!places.length) return "gone";
  if (isTimed(edit)) return "moved";
  return places.sort((a, b) => steps(a) - steps(b) || a - b)[0];
}
function distance(base, edit, place2) {
  return Math.max(
    ...edit.was.flatMap((was, k) => {
      const is = base[place2 + k];
      return [Math.abs(is[1] - was[1]), Math.abs(is[2] - was[2])];
    })
  );
}
function timesOf(entry, was) {
  return was.findIndex((one) => one[1] === entry[1] && one[2] === entry[2]);
}
function isTimed(edit) {
  return edit.now.some((entry) => timesOf(entry, edit.was) === -1);
}
function isLate(edit, duration) {
  const limit = Math.max(duration, ...edit.was.map((entry) => entry[2]));
  return isTimed(edit) && edit.now.some((entry) => entry[2] > limit + SLACK);
}
function lanesOf({ words, voices = [] }) {
  const lanes = [];
  const lines = linesOf(words.map((entry) => word(entry, [], NOBODY))).map(({ from, to }) => {
    const line = words.slice(from, to);
    const starts = line.map((entry) => entry[1]);
    const end = Math.max(...line.map((entry) => entry[2]));
    return { from, to, start: starts[0], last: Math.max(...starts), end, voice: voices[from] ?? "" };
  });
  const taken = /* @__PURE__ */ new Map();
  for (const { from, to, start, last, end, voice } of lines.sort((a, b) => a.start - b.start || a.from - b.from)) {
    const layers = taken.get(voice) ?? [];
    taken.set(voice, layers);
    let layer = layers.findIndex((one) => one.end - start <= TOGETHER && one.last < start);
    if (layer === -1) layer = Math.min(layers.length, MOST_LAYERS - 1);
    layers[layer] = { end, last };
    for (let index = from; index < to; index++) lanes[index] = { voice, layer };
  }
  return lanes;
}
var NOBODY = { voice: "", layer: 0 };
function sameLane(one, other) {
  return one?.voice === other?.voice && one?.layer === other?.layer;
}
function findCrowded(base, found, lanes) {
  const { words, spans } = result(base, found, lanes);
  const overlapped = (left, right) => left >= 0 && right >= 0 && base[left][2] > base[right][1];
  return found.findIndex(({ where, edit }, number) => {
    const [begin, end] = spans[number];
    if (begin === end) return false;
    const after = where + edit.was.length;
    const before = words.findLastIndex((word2, index) => index < begin && sameLane(word2, words[begin]));
    const next = words.findIndex((word2, index) => index >= end && sameLane(word2, words[end - 1]));
    const left = before >= 0 && words[before].end > words[begin].start;
    const right = next >= 0 && words[end - 1].end > words[next].start;
    if (!left && !right) return false;
    const first = edit.was.length ? where : -1;
    const baseBefore = lanes.findLastIndex((lane, index) => index < where && sameLane(lane, lanes[where]));
    const baseNext = lanes.findIndex((lane, index) => index >= after && sameLane(lane, lanes[after - 1]));
    return left && !overlapped(baseBefore, first) || right && !overlapped(after - 1, baseNext);
  });
}
function result(base, found, lanes) {
  const words = [];
  const spans = [];
  let cursor = 0;
  const push = (entry, from, origin) => {
    const begins = entry[3] || !words.length;
    const own = entry[5] === void 0 ? lanes[origin] : { voice: entry[5], layer: 0 };
    words.push(word(entry, from, (begins ? own : void 0) ?? words.at(-1) ?? NOBODY));
  };
  const pass = (until) => {
    for (; cursor < until; cursor++) push(base[cursor], [cursor], cursor);
  };
  for (const { where, edit } of found) {
    pass(where);
    const count = edit.was.length;
    const begin = words.length;
    const all = Array.from({ length: count }, (_, k) => where + k);
    edit.now.forEach((entry, k) => {
      const untouched = timesOf(entry, edit.was);
      const source = untouched === -1 ? entry : base[where + untouched];
      const from = count === edit.now.length ? [where + k] : all;
      const made = [entry[0], source[1], source[2], entry[3], entry[4]];
      push(entry.length === 6 ? [...made, entry[5]] : made, from, Math.min(where + k, where + count - 1));
    });
    cursor = where + count;
    spans.push([begin, words.length]);
  }
  pass(base.length);
  if (words[0] && !words[0].first) words[0] = { ...words[0], first: true };
  return { words, spans };
}
function word([text, start, end, first, space], from, { voice, layer }) {
  return { text, start, end, first: Boolean(first), space: Boolean(space), from, voice, layer };
}

// shared/dom.ts
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// shared/modal.ts
import { app } from "../../scripts/app.js";
var KINDS = ["keydown", "keypress", "keyup", "copy", "cut", "paste", "dragenter", "dragover", "drop"];
var dialogs = /* @__PURE__ */ new Set();
var isOpen = (dialog) => dialog.open && dialog.isConnected;
function showModal(dialog, heard = () => {
}) {
  const down = /* @__PURE__ */ new Set();
  const take = (event) => {
    if (!isOpen(dialog)) return;
    const other = event.target instanceof Element && event.target.closest("dialog");
    if (other && !dialog.contains(other)) return;
    if (event instanceof DragEvent) return refuse(event);
    if (event.type === "keydown") {
      down.add(event.code);
      holdUndo();
    } else if (event.type === "keyup" && !down.delete(event.code)) return;
    event.stopImmediatePropagation();
    if (event.type === "keydown" || event instanceof ClipboardEvent) heard(event);
  };
  for (const kind of KINDS) window.addEventListener(kind, take, true);
  dialogs.add(dialog);
  dialog.addEventListener("close", () => {
    dialogs.delete(dialog);
    for (const kind of KINDS) window.removeEventListener(kind, take, true);
  });
  dialog.showModal();
}
function refuse(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  event.dataTransfer.dropEffect = "none";
}
var held = /* @__PURE__ */ new WeakSet();
function holdUndo() {
  const tracker = app.extensionManager.workflow?.activeWorkflow?.changeTracker;
  const methods = tracker && Object.getPrototypeOf(tracker);
  if (!methods || held.has(methods)) return;
  held.add(methods);
  for (const name of ["undo", "redo"]) {
    const own = methods[name];
    if (typeof own !== "function") continue;
    methods[name] = async function(...given) {
      return [...dialogs].some(isOpen) ? void 0 : own.apply(this, given);
    };
  }
}

// shared/toolbar.ts
var PARTS = "button, select, input";
var Toolbar = class {
  constructor(box) {
    this.box = box;
    box.setAttribute("role", "toolbar");
    box.addEventListener("focusin", (event) => {
      this.current = event.target;
      this.settle();
    });
  }
  box;
  current = null;
  /** To be called once it is shown, and where parts may have come, gone or been switched off: one of them stays in
   * Tab's way. */
  settle() {
    const parts = this.parts();
    const stop = this.current && parts.includes(this.current) ? this.current : parts[0];
    for (const part of this.box.querySelectorAll(PARTS)) part.tabIndex = part === stop ? 0 : -1;
  }
  /** The focus goes on; false where the key is not the toolbar's. */
  moved(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
    const parts = this.parts();
    const at = parts.indexOf(event.target);
    if (at === -1) return false;
    const onwards = getComputedStyle(this.box).direction === "rtl" ? -1 : 1;
    const steps = {
      ArrowRight: at + onwards,
      ArrowLeft: at - onwards,
      Home: 0,
      End: parts.length - 1
    };
    const to = steps[event.key];
    if (to === void 0) return false;
    parts[(to + parts.length) % parts.length].focus();
    return true;
  }
  parts() {
    const all = this.box.querySelectorAll(PARTS);
    return [...all].filter((part) => !part.disabled && part.checkVisibility());
  }
};

// editor/view.ts
var NEAREST = 500;
function span(view) {
  return view.width / view.scale * 1e3;
}
function toX(view, time) {
  return (time - view.start) / 1e3 * view.scale;
}
function toTime(view, x) {
  return view.start + x / view.scale * 1e3;
}
function settled(view) {
  const least = view.width / Math.max(view.duration, 1) * 1e3;
  const scale = Math.min(Math.max(view.scale, least), Math.max(NEAREST, least));
  const latest2 = Math.max(0, view.duration - view.width / scale * 1e3);
  return { ...view, scale, start: Math.min(Math.max(view.start, 0), latest2) };
}
function zoom(view, factor, x) {
  const time = toTime(view, x);
  const { scale } = settled({ ...view, scale: view.scale * factor });
  return settled({ ...view, scale, start: time - x / scale * 1e3 });
}
function scroll(view, by) {
  return settled({ ...view, start: view.start + by });
}
function reveal(view, from, to) {
  const air = span(view) * 0.05;
  if (from - air < view.start) return settled({ ...view, start: from - air });
  if (to + air > view.start + span(view)) {
    return settled({ ...view, start: Math.min(from - air, to + air - span(view)) });
  }
  return view;
}
function frame(view, from, to) {
  const length = Math.max(to - from, 100) * 1.1;
  const { scale } = settled({ ...view, scale: view.width / length * 1e3 });
  return settled({ ...view, scale, start: (from + to) / 2 - view.width / scale * 1e3 / 2 });
}
function follow(view, time) {
  const x = toX(view, time);
  return x >= 0 && x <= view.width * 0.9 ? view : settled({ ...view, start: time - span(view) * 0.1 });
}
function tick(view, room) {
  const steps = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
  return steps.find((step) => step * view.scale >= room) ?? 1200;
}
function clock(time, digits = 3) {
  const unit = 10 ** (3 - digits);
  const rounded = Math.round(Math.max(time, 0) / unit) * unit;
  const seconds = (rounded % 6e4 / 1e3).toFixed(digits);
  return `${Math.floor(rounded / 6e4)}:${seconds.padStart(digits ? 3 + digits : 2, "0")}`;
}

// editor/controls.ts
var SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
function button(label, act, name = label) {
  const made = element("button", { type: "button", textContent: label, onclick: act, title: name });
  if (name !== label) made.ariaLabel = name;
  return made;
}
function gap() {
  return element("span", { className: "gap", ariaHidden: "true" });
}
var TitleBar = class {
  box;
  toolbar;
  undo;
  redo;
  save;
  constructor(title, texts, run) {
    this.undo = button(texts.undo, () => run("undo"));
    this.redo = button(texts.redo, () => run("redo"));
    this.save = button(texts.save, () => run("save"));
    this.save.className = "strong";
    const acts = element("div", { className: "bar", ariaLabel: texts.title }, [
      this.undo,
      this.redo,
      button(texts.shortcuts, () => run("help")),
      this.save,
      button(texts.close, () => run("close"))
    ]);
    this.toolbar = new Toolbar(acts);
    this.box = element("div", { className: "bar" }, [
      element("h2", { textContent: title, dir: "auto", id: "lipsync-editor-title" }),
      element("span", { className: "unsaved", textContent: `● ${texts.unsaved}` }),
      element("span", { className: "push" }),
      acts
    ]);
  }
  show(session) {
    this.undo.disabled = !session.canUndo;
    this.redo.disabled = !session.canRedo;
    this.save.disabled = !session.unsaved;
    this.toolbar.settle();
  }
};
var PlayBar = class {
  constructor(texts, run, sped, duration) {
    this.texts = texts;
    this.duration = duration;
    const options = SPEEDS.map((one) => element("option", { value: String(one), textContent: `${one} ×` }));
    this.speed = element("select", { ariaLabel: texts.speed, title: texts.speed }, options);
    this.speed.onchange = () => sped(Number(this.speed.value));
    this.play = button(texts.play, () => run("play"));
    this.play.className = "strong";
    this.loop = button(texts.loop, () => run("loop"));
    this.follow = button(texts.follow, () => run("follow"));
    this.snap = button(texts.snap, () => run("snap"));
    this.ripple = button(texts.ripple, () => run("ripple"), texts.keyRipple);
    this.box = element("div", { className: "bar", ariaLabel: texts.play }, [
      this.play,
      button(`▶ ${texts.playWord}`, () => run("playWord"), texts.keyPlayWord),
      button(`▶ ${texts.playLine}`, () => run("playLine"), texts.keyPlayLine),
      this.loop,
      this.speed,
      this.clock,
      gap(),
      button("−", () => run("zoomOut"), texts.zoomOut),
      button("+", () => run("zoomIn"), texts.zoomIn),
      button(texts.line, () => run("zoomLine"), texts.zoomLine),
      button(texts.zoomAll, () => run("zoomAll")),
      gap(),
      this.follow,
      this.snap,
      this.ripple
    ]);
    this.toolbar = new Toolbar(this.box);
  }
  texts;
  duration;
  box;
  toolbar;
  play;
  loop;
  follow;
  snap;
  ripple;
  clock = element("span", { className: "clock" });
  speed;
  show(state) {
    const label = state.playing ? this.texts.pause : this.texts.play;
    if (this.play.textContent !== label) this.play.textContent = this.play.title = label;
    this.loop.ariaPressed = String(state.loop);
    this.follow.ariaPressed = String(state.follow);
    this.snap.ariaPressed = String(state.snap);
    this.ripple.ariaPressed = String(state.ripple);
    this.speed.value = String(state.speed);
  }
  tell(time) {
    this.clock.textContent = `${clock(time)} / ${clock(this.duration, 0)}`;
  }
};
var WordBar = class {
  constructor(session, texts, run, say) {
    this.session = session;
    const { text, start, end, voice } = this;
    text.onchange = () => {
      const blank = !text.value.trim();
      session.setText(text.value);
      if (blank) say(texts.noText);
    };
    for (const [edge, field] of [["start", start], ["end", end]]) {
      field.onchange = () => {
        if (Number.isFinite(field.valueAsNumber)) {
          session.setEdge(edge, field.valueAsNumber * 1e3, `typed ${edge} ${session.focus}`);
        } else {
          this.show();
          say(texts.noTime);
        }
      };
      field.onblur = () => session.settle();
    }
    this.first.onchange = () => run("newLine");
    this.space.onchange = () => run("space");
    voice.setAttribute("list", this.voices.id);
    voice.placeholder = texts.nobody;
    voice.title = texts.keyVoice;
    voice.onchange = () => session.setVoice(voice.value);
    const label = (name, field) => element("label", {}, [name, field]);
    const check = (name, field) => element("label", {}, [field, name]);
    this.box = element("div", { className: "bar" }, [
      label(texts.text, text),
      label(texts.start, start),
      label(texts.end, end),
      check(texts.newLine, this.first),
      check(texts.space, this.space),
      label(texts.voice, voice),
      this.voices
    ]);
  }
  session;
  box;
  text = element("input", { type: "text", className: "text", dir: "auto", spellcheck: false });
  start = element("input", { type: "number", step: "0.01", min: "0" });
  end = element("input", { type: "number", step: "0.01", min: "0" });
  first = element("input", { type: "checkbox" });
  space = element("input", { type: "checkbox" });
  voice = element("input", { type: "text", className: "voice", dir: "auto", spellcheck: false });
  voices = element("datalist", { id: "lipsync-editor-voices" });
  /** Out of the field that is typed in; keep: with what was typed. */
  leave(field, keep) {
    if (!keep) this.show();
    field.blur();
  }
  editText() {
    this.text.focus();
    this.text.select();
  }
  editVoice() {
    this.voice.focus();
    this.voice.select();
  }
  show() {
    const { session } = this;
    const word2 = session.words[session.focus];
    this.text.value = word2?.text ?? "";
    this.start.value = word2 ? (word2.start / 1e3).toFixed(3) : "";
    this.end.value = word2 ? (word2.end / 1e3).toFixed(3) : "";
    this.first.checked = word2?.first ?? false;
    this.space.checked = word2?.space ?? false;
    this.voice.value = word2?.voice ?? "";
    for (const field of [this.text, this.start, this.end, this.first, this.space, this.voice]) {
      field.disabled = !word2;
    }
    this.first.disabled = !word2 || session.focus === 0;
  }
  /** The words have changed, and with them who sings. */
  update() {
    const { voices } = this.session;
    const listed = [...this.voices.children].map((one) => one.value);
    if (voices.join("\n") === listed.join("\n")) return;
    this.voices.replaceChildren(...voices.map((value) => element("option", { value })));
  }
};
var ActBar = class {
  constructor(session, texts, run, reset) {
    this.session = session;
    this.texts = texts;
    const act = (name) => button(texts[name], () => run(name));
    this.doubts = button(texts.nextDoubt, () => run("nextDoubt"), texts.keyNextDoubt);
    this.doubts.className = "doubts";
    this.box = element("div", { className: "bar", ariaLabel: texts.words }, [
      ...["split", "merge", "insert", "remove"].map(act),
      button(texts.syllables, () => run("syllables"), texts.keySyllables),
      button(texts.mergeSyllables, () => run("mergeSyllables"), texts.keyMergeSyllables),
      gap(),
      act("tap"),
      button(texts.tapHere, () => run("tapHere"), texts.keyTapHere),
      button(texts.fillGaps, () => run("fillGaps"), texts.keyFillGaps),
      gap(),
      this.doubts,
      element("span", { className: "push" }),
      button(texts.reset, reset)
    ]);
    this.toolbar = new Toolbar(this.box);
  }
  session;
  texts;
  box;
  toolbar;
  doubts;
  /** The words have changed. */
  update() {
    const count = this.session.doubtful.length;
    this.doubts.textContent = `${this.texts.nextDoubt} (${count})`;
    this.doubts.disabled = !count;
    this.toolbar.settle();
  }
};

// editor/keys.ts
var SHORTCUTS = [
  { text: "keyPlay", keys: { Space: "play" } },
  { text: "keyPlayWord", keys: { Enter: "playWord" } },
  { text: "keyPlayLine", keys: { "Shift+Enter": "playLine" } },
  { text: "keyLoop", keys: { l: "loop" } },
  { text: "keySlower", keys: { "<": "slower" } },
  { text: "keyFaster", keys: { ">": "faster" } },
  { text: "keyBack", keys: { ",": "back" } },
  { text: "keyForward", keys: { ".": "forward" } },
  { text: "keyHome", keys: { Home: "home" } },
  { text: "keyEnd", keys: { End: "end" } },
  { text: "keyPrevious", keys: { ArrowLeft: "previous" } },
  { text: "keyNext", keys: { ArrowRight: "next" } },
  { text: "keyUp", keys: { ArrowUp: "up" } },
  { text: "keyDown", keys: { ArrowDown: "down" } },
  { text: "keyExtend", keys: { "Shift+ArrowLeft": "extendBack", "Shift+ArrowRight": "extend" } },
  { text: "keySelectLine", keys: { "Ctrl+a": "selectLine" } },
  {
    text: "keyNudge",
    keys: {
      "Alt+ArrowLeft": "earlier",
      "Alt+ArrowRight": "later",
      "Alt+Shift+ArrowLeft": "muchEarlier",
      "Alt+Shift+ArrowRight": "muchLater"
    }
  },
  {
    text: "keyNudgeStart",
    keys: {
      Digit1: "startEarlier",
      Digit2: "startLater",
      "Shift+Digit1": "startMuchEarlier",
      "Shift+Digit2": "startMuchLater"
    }
  },
  {
    text: "keyNudgeEnd",
    keys: {
      Digit3: "endEarlier",
      Digit4: "endLater",
      "Shift+Digit3": "endMuchEarlier",
      "Shift+Digit4": "endMuchLater"
    }
  },
  // The same edges: with Alt, the word that touches there stays.
  {
    text: "keyNudgeStartAlone",
    keys: {
      "Alt+Digit1": "startEarlier",
      "Alt+Digit2": "startLater",
      "Alt+Shift+Digit1": "startMuchEarlier",
      "Alt+Shift+Digit2": "startMuchLater"
    }
  },
  {
    text: "keyNudgeEndAlone",
    keys: {
      "Alt+Digit3": "endEarlier",
      "Alt+Digit4": "endLater",
      "Alt+Shift+Digit3": "endMuchEarlier",
      "Alt+Shift+Digit4": "endMuchLater"
    }
  },
  {
    text: "keyNudgeLine",
    keys: {
      Digit5: "lineEarlier",
      Digit6: "lineLater",
      "Shift+Digit5": "lineMuchEarlier",
      "Shift+Digit6": "lineMuchLater"
    }
  },
  { text: "keyRipple", keys: { r: "ripple" } },
  { text: "keyFillGaps", keys: { c: "fillGaps" } },
  { text: "keyStartHere", keys: { i: "startHere" } },
  { text: "keyEndHere", keys: { o: "endHere" } },
  { text: "keyText", keys: { F2: "text", e: "text" } },
  { text: "keySplit", keys: { s: "split" } },
  { text: "keyMerge", keys: { m: "merge" } },
  { text: "keySyllables", keys: { "Shift+s": "syllables" } },
  { text: "keyMergeSyllables", keys: { "Shift+m": "mergeSyllables" } },
  { text: "keyInsert", keys: { n: "insert", Insert: "insert" } },
  { text: "keyRemove", keys: { Delete: "remove", Backspace: "remove" } },
  { text: "keyNewLine", keys: { b: "newLine" } },
  { text: "keySpace", keys: { j: "space" } },
  { text: "keyTap", keys: { t: "tap" } },
  { text: "keyTapHere", keys: { "Shift+t": "tapHere" } },
  { text: "keyNextDoubt", keys: { d: "nextDoubt" } },
  { text: "keyPreviousDoubt", keys: { "Shift+d": "previousDoubt" } },
  { text: "keyVoice", keys: { v: "voice" } },
  { text: "keySnap", keys: { g: "snap" } },
  { text: "keyFollow", keys: { f: "follow" } },
  { text: "keyZoom", keys: { "+": "zoomIn", "=": "zoomIn", "-": "zoomOut" } },
  { text: "zoomAll", keys: { Digit0: "zoomAll" } },
  { text: "zoomLine", keys: { z: "zoomLine" } },
  { text: "keyScroll", keys: { PageUp: "scrollBack", PageDown: "scrollOn" } },
  { text: "undo", keys: { "Ctrl+z": "undo" } },
  { text: "redo", keys: { "Ctrl+Shift+Z": "redo", "Ctrl+y": "redo" } },
  { text: "save", keys: { "Ctrl+s": "save" } },
  { text: "keyHelp", keys: { "?": "help", F1: "help" } },
  { text: "keyClose", keys: { Escape: "close" } }
];
var ACTIONS = new Map(SHORTCUTS.flatMap(({ keys }) => Object.entries(keys)));
function keyName(event) {
  const { key, code } = event;
  const digit = /^(Digit|Numpad)\d$/.test(code) ? code.replace("Numpad", "Digit") : "";
  const name = digit || (key === " " ? "Space" : key);
  const ctrl = event.ctrlKey || event.metaKey;
  const shift = event.shiftKey && (digit || key.length > 1 || ctrl);
  return `${ctrl ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${name}`;
}
function actionFor(event) {
  const name = keyName(event);
  const shifted = event.shiftKey && /^\p{L}$/u.test(name) ? ACTIONS.get(`Shift+${name.toLowerCase()}`) : void 0;
  if (shifted) return shifted;
  return ACTIONS.get(name) ?? (name.length === 1 ? ACTIONS.get(name.toLowerCase()) : void 0);
}
function keyLabel(name) {
  return name.replace(/Digit/, "").replace("ArrowLeft", "←").replace("ArrowRight", "→").replace("ArrowUp", "↑").replace("ArrowDown", "↓").replace(/(^|\+)([a-z])$/, (_, before, letter) => before + letter.toUpperCase());
}

// editor/popups.ts
function popup(title, parts) {
  const heading = element("h2", { textContent: title, id: "lipsync-popup-title" });
  const dialog = element("dialog", { className: "lipsync-editor-small lipsync-editor" }, [heading, ...parts]);
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.addEventListener("close", () => dialog.remove());
  return dialog;
}
function showShortcuts(host, texts) {
  const rows = SHORTCUTS.flatMap(({ text, keys }) => {
    const names = Object.keys(keys).flatMap((name, index) => [
      ...index ? [" "] : [],
      element("kbd", { textContent: keyLabel(name) })
    ]);
    return [element("dt", {}, names), element("dd", { textContent: texts[text] })];
  });
  const close = element("button", { type: "button", textContent: texts.close });
  const dialog = popup(texts.shortcuts, [element("dl", {}, rows), close]);
  close.onclick = () => dialog.close();
  host.append(dialog);
  dialog.showModal();
  dialog.scrollTop = 0;
}
function askToSave(host, texts) {
  return new Promise((answer) => {
    const choice = (label, value) => element("button", { type: "button", textContent: label, onclick: () => dialog.close(value) });
    const save = choice(texts.save, "save");
    save.className = "strong";
    const bar = element("div", { className: "bar" }, [
      save,
      choice(texts.discard, "discard"),
      choice(texts.keepEditing, "")
    ]);
    const dialog = popup(texts.askTitle, [bar]);
    dialog.addEventListener("close", () => answer(dialog.returnValue || null));
    host.append(dialog);
    dialog.showModal();
    save.focus();
  });
}

// editor/actions.ts
var STEP = 10;
var BIG_STEP = 100;
var ZOOM = 1.5;
var Actions = class {
  constructor(parts) {
    this.parts = parts;
  }
  parts;
  /** While it plays, the view goes along. */
  following = true;
  /** alone: an edge moves without the word that touches it. */
  run(action, alone = false) {
    this.table[action](alone);
  }
  table = {
    play: () => this.parts.player.toggle(),
    playWord: () => {
      const word2 = this.parts.session.words[this.parts.session.focus];
      if (word2) this.parts.player.play({ from: word2.start, to: word2.end });
    },
    playLine: () => {
      const { words, line } = this.parts.session;
      if (line.to) this.parts.player.play({ from: words[line.from].start, to: words[line.to - 1].end });
    },
    loop: () => {
      this.parts.player.loop = !this.parts.player.loop;
    },
    slower: () => this.changeSpeed(-1),
    faster: () => this.changeSpeed(1),
    back: () => this.parts.player.seek(this.parts.player.time - 1e3),
    forward: () => this.parts.player.seek(Math.min(this.parts.player.time + 1e3, this.parts.session.duration)),
    home: () => this.goTo(0),
    end: () => this.goTo(this.parts.session.duration),
    previous: () => this.pick(this.parts.session.focus - 1),
    next: () => this.pick(this.parts.session.focus + 1),
    up: () => this.pickLine(-1),
    down: () => this.pickLine(1),
    extendBack: () => this.pick(this.parts.session.focus - 1, true),
    extend: () => this.pick(this.parts.session.focus + 1, true),
    selectLine: () => this.parts.session.selectLine(),
    earlier: () => this.parts.session.nudge(-STEP),
    later: () => this.parts.session.nudge(STEP),
    muchEarlier: () => this.parts.session.nudge(-BIG_STEP),
    muchLater: () => this.parts.session.nudge(BIG_STEP),
    lineEarlier: () => this.parts.session.nudgeLine(-STEP),
    lineLater: () => this.parts.session.nudgeLine(STEP),
    lineMuchEarlier: () => this.parts.session.nudgeLine(-BIG_STEP),
    lineMuchLater: () => this.parts.session.nudgeLine(BIG_STEP),
    ripple: () => {
      this.parts.session.ripple = !this.parts.session.ripple;
      this.parts.session.settle();
    },
    fillGaps: () => {
      if (!this.parts.session.fillGaps()) this.parts.messages.say(this.parts.texts.noGaps);
    },
    startEarlier: (alone) => this.parts.session.nudgeEdge("start", -STEP, alone),
    startLater: (alone) => this.parts.session.nudgeEdge("start", STEP, alone),
    startMuchEarlier: (alone) => this.parts.session.nudgeEdge("start", -BIG_STEP, alone),
    startMuchLater: (alone) => this.parts.session.nudgeEdge("start", BIG_STEP, alone),
    endEarlier: (alone) => this.parts.session.nudgeEdge("end", -STEP, alone),
    endLater: (alone) => this.parts.session.nudgeEdge("end", STEP, alone),
    endMuchEarlier: (alone) => this.parts.session.nudgeEdge("end", -BIG_STEP, alone),
    endMuchLater: (alone) => this.parts.session.nudgeEdge("end", BIG_STEP, alone),
    startHere: () => this.parts.session.setEdge("start", this.parts.player.time),
    endHere: () => this.parts.session.setEdge("end", this.parts.player.time),
    text: () => this.parts.word.editText(),
    split: () => {
      const word2 = this.parts.session.words[this.parts.session.focus];
      if (!word2 || this.parts.session.split(this.parts.player.time)) return;
      this.parts.messages.say(this.parts.texts.noSplit.replace("{word}", () => word2.text));
    },
    merge: () => {
      if (this.parts.session.words.length && !this.parts.session.merge()) this.parts.messages.say(this.parts.texts.noMerge);
    },
    syllables: () => {
      const word2 = this.parts.session.words[this.parts.session.focus];
      if (!word2 || this.parts.session.splitSyllables()) return;
      this.parts.messages.say(this.parts.texts.noSyllables.replace("{word}", () => word2.text));
    },
    mergeSyllables: () => {
      if (this.parts.session.words.length && !this.parts.session.mergeSyllables()) this.parts.messages.say(this.parts.texts.noParts);
    },
    voice: () => this.parts.word.editVoice(),
    nextDoubt: () => this.pickDoubt(1),
    previousDoubt: () => this.pickDoubt(-1),
    insert: () => {
      if (this.parts.session.insert(this.parts.texts.newWord, this.parts.player.time)) this.parts.word.editText();
      else this.parts.messages.say(this.parts.texts.noRoom);
    },
    remove: () => this.parts.session.remove(),
    newLine: () => this.parts.session.toggleLine(),
    space: () => this.parts.session.toggleSpace(),
    tap: () => this.parts.tapping.start(),
    tapHere: () => this.parts.tapping.startHere(),
    snap: () => {
      this.parts.stage.snapping = !this.parts.stage.snapping;
    },
    follow: () => {
      this.following = !this.following;
    },
    zoomIn: () => this.parts.stage.zoom(ZOOM),
    zoomOut: () => this.parts.stage.zoom(1 / ZOOM),
    zoomAll: () => this.parts.stage.frameTime(0, this.parts.session.duration),
    zoomLine: () => {
      const { words, line } = this.parts.session;
      if (line.to) this.parts.stage.frameTime(words[line.from].start, words[line.to - 1].end);
    },
    scrollBack: () => this.parts.stage.scrollBy(-0.9),
    scrollOn: () => this.parts.stage.scrollBy(0.9),
    undo: () => this.parts.session.undo(),
    redo: () => this.parts.session.redo(),
    save: () => void this.parts.saving.save(),
    help: () => showShortcuts(this.parts.dialog, this.parts.texts),
    close: () => this.close()
  };
  pick(index, extend = false) {
    this.parts.session.select(index, extend);
    const word2 = this.parts.session.words[this.parts.session.focus];
    if (!word2) return;
    if (!this.parts.player.playing) this.parts.player.seek(word2.start);
    this.parts.stage.reveal(word2.start, word2.end);
    this.focusWord();
  }
  pickLine(by) {
    const { words, line } = this.parts.session;
    if (by === 1 && line.to < words.length) this.pick(line.to);
    else if (by === -1 && line.from > 0) this.pick(lineAt(words, line.from - 1).from);
  }
  /** After the last comes the first. */
  pickDoubt(by) {
    const { doubtful, focus } = this.parts.session;
    const further = by === 1 ? doubtful.find((index) => index > focus) : doubtful.findLast((index) => index < focus);
    const to = further ?? doubtful.at(by === 1 ? 0 : -1);
    if (to === void 0) this.parts.messages.say(this.parts.texts.noDoubts);
    else this.pick(to);
  }
  /** The keyboard goes to the word in the list, unless it is at the waveform, which takes the same keys. */
  focusWord() {
    if (!this.parts.stage.box.contains(document.activeElement)) this.parts.list.choose(true);
  }
  goTo(time) {
    this.parts.player.seek(time);
    this.parts.stage.reveal(time, time);
  }
  changeSpeed(by) {
    const at = SPEEDS.indexOf(this.parts.player.speed) + by;
    this.parts.player.speed = SPEEDS[Math.min(Math.max(at, 0), SPEEDS.length - 1)];
  }
  close() {
    if (this.parts.stage.cancelGesture()) return;
    if (this.parts.session.tap) return this.parts.tapping.stop();
    void this.parts.saving.close(() => this.focusWord());
  }
};

// editor/keeping.ts
var QUIET = 250;
var Keeping = class {
  constructor(session, drafts) {
    this.session = session;
    this.drafts = drafts;
  }
  session;
  drafts;
  waiting;
  /** There has been something of this session to keep. Until then, what is left of another song stays. */
  begun = false;
  /** What was left unsaved is the last step of the session, which Undo takes back. */
  restore(texts, messages) {
    const { session, drafts } = this;
    const { base } = session;
    if (!drafts.left || drafts.left.edits === session.serialise()) return;
    let saved;
    try {
      saved = parseEdits(drafts.left.edits);
    } catch {
      return drafts.drop();
    }
    const lost = applyEdits(base, saved).refused.length;
    if (drafts.left.base !== base.base && 2 * lost >= saved.edits.length) return;
    const refused = session.load(saved);
    const discard = element("button", { type: "button", textContent: texts.discard });
    const notice = element("p", { className: "notice" }, [texts.restored, " ", discard]);
    discard.onclick = () => {
      session.revert();
      notice.remove();
    };
    messages.notices.append(notice);
    messages.tellRefused(refused);
  }
  /** The words have changed, or were saved. */
  changed() {
    this.begun ||= this.session.unsaved;
    clearTimeout(this.waiting);
    if (!this.session.unsaved) return this.write();
    this.waiting = setTimeout(this.write, QUIET);
  }
  /** The page is about to go. */
  write = () => {
    clearTimeout(this.waiting);
    const { session, drafts } = this;
    if (!this.begun) return;
    if (session.unsaved) drafts.keep(session.serialise(), session.base.base);
    else drafts.drop();
  };
  /** The editor was closed: what is not saved by then is not wanted. */
  end() {
    clearTimeout(this.waiting);
    if (this.begun) this.drafts.drop();
  }
};

// editor/list.ts
var WordList = class {
  constructor(session, texts, picked, pickedLine) {
    this.session = session;
    this.texts = texts;
    this.box = element("div", { className: "lines", role: "listbox", ariaLabel: texts.words });
    this.box.setAttribute("aria-multiselectable", "true");
    const pick = (event) => {
      const target = event.target;
      const option = target.closest("[role=option]");
      const row = this.rows.find((one) => one.box.contains(target));
      if (!row || !(option || target.closest(".stamp"))) return;
      event.preventDefault();
      const index = option ? row.from + row.options.indexOf(option) : row.from;
      document.activeElement?.blur();
      if (option) picked(index, event);
      else pickedLine(index);
    };
    this.box.addEventListener("mousedown", (event) => event.button === 0 && pick(event));
    this.box.addEventListener("click", (event) => event.detail === 0 && pick(event));
    this.update();
  }
  session;
  texts;
  box;
  rows = [];
  chosen = [];
  singing = [];
  /** Makes anew the rows whose words have changed. */
  update() {
    const { words } = this.session;
    const lines = linesOf(words).map(({ from, to }) => ({ from, words: words.slice(from, to) }));
    const focused = this.box.contains(document.activeElement);
    const same2 = (row, line) => row && line && row.words.length === line.words.length && row.words.every((word2, k) => word2 === line.words[k]);
    let head = 0;
    while (head < lines.length && same2(this.rows[head], lines[head])) head++;
    let tail = 0;
    const most = Math.min(this.rows.length, lines.length) - head;
    while (tail < most && same2(this.rows.at(-1 - tail), lines.at(-1 - tail))) tail++;
    const after = this.rows.slice(this.rows.length - tail);
    for (const row of this.rows.slice(head, this.rows.length - tail)) row.box.remove();
    const made = lines.slice(head, lines.length - tail).map((line) => this.row(line.from, line.words));
    const next = after[0]?.box ?? null;
    for (const row of made) this.box.insertBefore(row.box, next);
    this.rows = [...this.rows.slice(0, head), ...made, ...after];
    this.rows.forEach((row, index) => {
      row.from = lines[index].from;
      if (row.number !== index + 1) this.label(row, index + 1);
    });
    this.choose(focused);
  }
  /** Shows the selection; focus: moves the keyboard's focus there too. */
  choose(focus) {
    const { selection, focus: head } = this.session;
    for (const option of this.chosen) {
      option.ariaSelected = "false";
      option.tabIndex = -1;
    }
    this.chosen = [];
    for (let index = selection.from; index < selection.to; index++) {
      const option = this.option(index);
      if (!option) continue;
      option.ariaSelected = "true";
      this.chosen.push(option);
    }
    const current = this.option(head);
    if (!current) return;
    current.tabIndex = 0;
    if (focus) current.focus({ preventScroll: true });
    current.scrollIntoView({ block: "nearest" });
  }
  /** The words that are heard: one of each voice. */
  sing(indices) {
    const options = indices.flatMap((index) => this.option(index) ?? []);
    if (options.length === this.singing.length && options.every((one, k) => one === this.singing[k])) return;
    for (const option of this.singing) option.classList.remove("singing");
    for (const option of options) option.classList.add("singing");
    this.singing = options;
  }
  /** An element of the list stands in a line that is read from right to left. */
  isRightToLeft(inside) {
    return this.box.contains(inside) && inside?.closest(".line")?.dir === "rtl";
  }
  option(index) {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = low + high >> 1;
      if (this.rows[middle].from <= index) low = middle + 1;
      else high = middle;
    }
    const row = this.rows[low - 1];
    return row?.options[index - row.from] ?? null;
  }
  row(from, words) {
    const options = words.map((word2) => this.word(word2));
    const parts = options.flatMap((option, k) => words[k].space ? [option, " "] : [option]);
    const stamp = element("span", { className: "stamp", textContent: clock(words[0].start, 2) });
    stamp.ariaHidden = "true";
    const dir = directionOf(textOf(words));
    const text = element("span", { className: "text", role: "presentation" }, parts);
    const box = element("div", { className: "line", role: "group", dir }, [stamp, text]);
    const { voice } = words[0];
    if (voice) {
      const singer = element("bdi", { className: "singer", textContent: voice, ariaHidden: "true" });
      box.insertBefore(singer, text);
    }
    const row = { box, options, words, from, number: 0 };
    return row;
  }
  label(row, number) {
    row.number = number;
    const { voice } = row.words[0];
    row.box.ariaLabel = `${this.texts.line} ${number}${voice ? `, ${voice}` : ""}`;
    row.box.firstElementChild.dataset.number = String(number);
  }
  word(word2) {
    const edited = this.session.isEdited(word2);
    const doubt = this.session.doubtOf(word2);
    const told = edited ? this.texts.edited : ["", this.texts.doubtful, this.texts.estimated][doubt];
    const option = element("bdi", {
      className: `word${edited ? " edited" : ["", " doubtful", " doubtful estimated"][doubt]}`,
      role: "option",
      tabIndex: -1,
      textContent: word2.text,
      ariaSelected: "false"
    });
    const times = `${clock(word2.start)} – ${clock(word2.end)}`;
    option.ariaLabel = [word2.text, times, ...told ? [told] : []].join(", ");
    option.title = told ? `${times}: ${told}` : times;
    return option;
  }
};

// editor/messages.ts
var BLOCKED = {
  shortest: "tooShort",
  neighbour: "inTheWay",
  overlap: "overlaps",
  first: "audioBegins",
  last: "audioEnds"
};
var Messages = class {
  constructor(texts) {
    this.texts = texts;
  }
  texts;
  said = element("div", { className: "said", role: "status" });
  notices = element("div", { role: "alert" });
  say(text) {
    if (this.said.textContent !== text) this.said.textContent = text;
  }
  warn(text) {
    this.notices.append(element("p", { className: "notice", textContent: text }));
  }
  /** The word's times, and why it goes no farther. */
  sayTimes({ blocked, words, focus }) {
    const word2 = words[focus];
    if (!word2) return;
    const text = directionOf(word2.text) === "rtl" ? `⁨${word2.text}⁩` : word2.text;
    const times = `${text}: ${clock(word2.start)} – ${clock(word2.end)}`;
    const why = blocked && this.texts[BLOCKED[blocked.by]].replace("{word}", () => blocked.word);
    this.say(why ? `${times}. ${why}` : times);
  }
  tellRefused(refused) {
    const { texts } = this;
    const lines = refused.map(({ edit, reason }) => {
      const words = edit.was.map((entry) => entry[0]).join(" ");
      return `“${words}” (${clock(edit.was[0]?.[1] ?? 0)}): ${texts[reason]}`;
    });
    if (lines.length) this.warn([texts.refused, ...lines].join("\n"));
  }
};

// editor/palette.ts
var DARK = {
  wave: "#7f8ea3",
  word: "rgba(96, 165, 250, 0.22)",
  other: "rgba(45, 212, 191, 0.20)",
  edge: "rgba(191, 219, 254, 0.65)",
  chosen: "rgba(255, 255, 255, 0.26)",
  chosenEdge: "#ffffff",
  edited: "#f472b6",
  doubt: "rgba(251, 191, 36, 0.42)",
  doubtMark: "#fcd34d"
};
var LIGHT = {
  wave: "#7b8aa0",
  word: "rgba(37, 99, 235, 0.15)",
  other: "rgba(13, 148, 136, 0.15)",
  edge: "rgba(30, 64, 175, 0.55)",
  chosen: "rgba(15, 23, 42, 0.22)",
  chosenEdge: "#0f172a",
  edited: "#be185d",
  doubt: "rgba(245, 158, 11, 0.38)",
  doubtMark: "#92400e"
};
function paletteOf(element2) {
  const style = getComputedStyle(element2);
  const [text, ground] = [style.color, style.backgroundColor];
  return {
    ...brightness(ground) < 0.5 ? DARK : LIGHT,
    text,
    ground,
    muted: text.replace(/^rgb\(([^)]*)\)$/, "rgba($1, 0.7)"),
    font: style.fontFamily
  };
}
function brightness(colour) {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

// editor/player.ts
var Player = class {
  /** ticked: with each picture while it plays, and wherever the time or the state changes otherwise. */
  constructor(address, ticked, failed) {
    this.ticked = ticked;
    const { audio } = this;
    audio.preload = "metadata";
    audio.src = address;
    audio.onerror = () => audio.src && failed();
    audio.onended = () => this.ended();
    audio.ontimeupdate = () => this.look();
    for (const event of ["play", "pause", "seeked", "ratechange"]) audio.addEventListener(event, ticked);
  }
  ticked;
  audio = new Audio();
  loop = false;
  stretch = null;
  frame = 0;
  get time() {
    return this.audio.currentTime * 1e3;
  }
  get playing() {
    return !this.audio.paused && !this.audio.ended;
  }
  seek(time) {
    this.stretch = null;
    this.audio.currentTime = Math.max(time, 0) / 1e3;
    this.ticked();
  }
  /** A stretch; without one, from where it is. */
  play(stretch = null) {
    this.stretch = stretch;
    if (stretch) this.audio.currentTime = stretch.from / 1e3;
    void this.audio.play().catch(() => this.ticked());
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(this.tick);
  }
  pause() {
    this.audio.pause();
  }
  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }
  set speed(speed) {
    this.audio.playbackRate = speed;
  }
  get speed() {
    return this.audio.playbackRate;
  }
  dispose() {
    cancelAnimationFrame(this.frame);
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
  }
  tick = () => {
    this.look();
    this.ticked();
    if (this.playing) this.frame = requestAnimationFrame(this.tick);
  };
  look() {
    const { stretch } = this;
    if (!stretch || !this.playing || this.time < stretch.to) return;
    if (this.loop) {
      this.audio.currentTime = stretch.from / 1e3;
      return;
    }
    this.audio.pause();
    this.seek(stretch.from);
  }
  ended() {
    if (this.loop) this.play(this.stretch ?? { from: 0, to: Infinity });
    else this.ticked();
  }
};

// editor/preview.ts
var QUIET2 = 80;
var SHAPES = ["16:9", "9:16", "1:1", "4:3"];
var Preview = class {
  constructor(session, drawing, texts, time) {
    this.session = session;
    this.drawing = drawing;
    this.texts = texts;
    this.time = time;
    const options = SHAPES.map((one) => element("option", { value: one, textContent: one }));
    this.shape = element("select", { ariaLabel: texts.shape, title: texts.shape }, options);
    this.shape.value = drawing.shape;
    this.shape.onchange = () => this.soon();
    const head = element("div", { className: "bar" }, [element("span", { textContent: texts.look }), this.shape]);
    this.box = element("div", { className: "look" }, [head, this.picture, this.said]);
  }
  session;
  drawing;
  texts;
  time;
  box;
  picture = element("img", { alt: "", draggable: false });
  said = element("p", { className: "why" });
  shape;
  asked = "";
  busy = false;
  waiting;
  held = "";
  over = false;
  edits = null;
  /** The words or the time may have changed. playing: without a wait. */
  show(playing) {
    if (this.busy) return;
    if (playing) return void this.draw();
    this.soon();
  }
  dispose() {
    this.over = true;
    clearTimeout(this.waiting);
    URL.revokeObjectURL(this.held);
  }
  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.draw(), QUIET2);
  }
  async draw() {
    clearTimeout(this.waiting);
    if (this.busy || this.over || !this.box.checkVisibility()) return;
    const { words } = this.session;
    if (this.edits?.words !== words) this.edits = { words, text: this.session.serialise() };
    const wanted = { edits: this.edits.text, time: Math.round(this.time()), shape: this.shape.value };
    const asked = JSON.stringify(wanted);
    if (asked === this.asked) return;
    this.asked = asked;
    this.busy = true;
    const answer = await this.drawing.draw(wanted).catch((error) => String(error.message));
    this.busy = false;
    if (this.over) return;
    this.tell(answer);
    this.soon();
  }
  tell(answer) {
    const drawn = typeof answer !== "string";
    this.said.textContent = drawn ? "" : answer;
    this.picture.hidden = !drawn;
    if (!drawn) return;
    URL.revokeObjectURL(this.held);
    this.held = URL.createObjectURL(answer);
    this.picture.src = this.held;
    this.picture.alt = this.texts.lookOf;
  }
};

// shared/clipboard.ts
function copyText(text, place2) {
  const focused = document.activeElement;
  const field = element("textarea", { value: text });
  place2.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}

// editor/saving.ts
var Saving = class {
  constructor(dialog, session, texts, messages, send) {
    this.dialog = dialog;
    this.session = session;
    this.texts = texts;
    this.messages = messages;
    this.send = send;
  }
  dialog;
  session;
  texts;
  messages;
  send;
  unsaved = element("p", { className: "notice" });
  answering = false;
  /** False where nothing was saved, which is said. */
  save() {
    if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
    const { messages, texts } = this;
    const edits = this.session.serialise();
    const done = this.send(edits);
    this.unsaved.remove();
    if (done === "saved") {
      this.session.markSaved();
      messages.say(texts.saved);
      return true;
    }
    const copy = element("button", { type: "button", textContent: texts.copy });
    copy.onclick = () => messages.say(copyText(edits, this.dialog) ? texts.copied : texts.notCopied);
    const why = done === "gone" ? texts.nodeGone : texts.notTaken;
    this.unsaved.replaceChildren(why, " ", copy);
    messages.notices.append(this.unsaved);
    return false;
  }
  /** Closes the dialog. stay: called where the answer is to go on editing. */
  async close(stay) {
    if (this.session.unsaved) {
      if (this.answering) return;
      this.answering = true;
      const answer = await askToSave(this.dialog, this.texts);
      this.answering = false;
      if (answer === null) return stay();
      if (answer === "save" && !this.save()) return;
    }
    this.dialog.close();
  }
};

// editor/history.ts
var DEEPEST = 500;
var History = class {
  constructor(present) {
    this.present = present;
    this.saved = present;
  }
  present;
  past = [];
  future = [];
  saved;
  get state() {
    return this.present;
  }
  /** What was saved last. */
  get held() {
    return this.saved;
  }
  get changed() {
    return this.present !== this.saved;
  }
  get canUndo() {
    return this.past.length > 0;
  }
  get canRedo() {
    return this.future.length > 0;
  }
  /** The gesture that is going on, "" for none. */
  get gesture() {
    return this.past.at(-1)?.gesture ?? "";
  }
  push(state, gesture = "") {
    if (!gesture || this.gesture !== gesture) {
      this.past.push({ state: this.present, gesture });
      if (this.past.length > DEEPEST) this.past.shift();
    } else if (this.past.at(-1)?.state === state) {
      this.past.pop();
    }
    this.present = state;
    this.future = [];
  }
  /** What follows is a gesture of its own. */
  settle() {
    const last = this.past.at(-1);
    if (last) last.gesture = "";
  }
  undo() {
    const step = this.past.pop();
    if (!step) return;
    this.future.push(this.present);
    this.present = step.state;
    this.settle();
  }
  redo() {
    const state = this.future.pop();
    if (state === void 0) return;
    this.past.push({ state: this.present, gesture: "" });
    this.present = state;
  }
  markSaved() {
    this.saved = this.present;
  }
};

// editor/timeline.ts
var IntervalIndex = class {
  constructor(starts, ends) {
    this.starts = starts;
    this.ends = ends;
    this.order = Int32Array.from({ length: starts.length }, (_, index) => index);
    this.order.sort((a, b) => starts[a] - starts[b] || a - b);
    this.latest = new Float64Array(starts.length);
    this.climb(0, starts.length);
  }
  starts;
  ends;
  order;
  latest;
  /** Those that last at all within [from, to), in order of their start. */
  within(from, to) {
    const found = [];
    this.collect(0, this.order.length, from, to, found);
    return found;
  }
  climb(low, high) {
    if (low >= high) return -Infinity;
    const middle = low + high >> 1;
    const own = this.ends[this.order[middle]];
    return this.latest[middle] = Math.max(own, this.climb(low, middle), this.climb(middle + 1, high));
  }
  collect(low, high, from, to, found) {
    const middle = low + high >> 1;
    if (low >= high || this.latest[middle] <= from) return;
    this.collect(low, middle, from, to, found);
    const index = this.order[middle];
    if (this.starts[index] >= to) return;
    if (this.ends[index] > from) found.push(index);
    this.collect(middle + 1, high, from, to, found);
  }
};
var Timeline = class {
  lines;
  /** Voices in the order in which they come in, the layers of each below one another. */
  lanes;
  lane;
  place;
  times;
  lineTimes;
  constructor(words) {
    this.lines = linesOf(words);
    const starts = Float64Array.from(words, (word2) => word2.start);
    const ends = Float64Array.from(words, (word2) => word2.end);
    this.times = new IntervalIndex(starts, ends);
    this.lineTimes = new IntervalIndex(
      this.lines.map(({ from }) => starts[from]),
      this.lines.map(({ from, to }) => ends.subarray(from, to).reduce((a, b) => Math.max(a, b)))
    );
    const voices = /* @__PURE__ */ new Map();
    words.forEach(({ voice, layer }, index) => {
      const layers = voices.get(voice) ?? [];
      voices.set(voice, layers);
      (layers[layer] ??= []).push(index);
    });
    this.lanes = [...voices].flatMap(
      ([voice, layers]) => layers.flatMap((listed, layer) => [{ voice, layer, words: byStart(listed, starts) }])
    );
    this.lane = new Int32Array(words.length);
    this.place = new Int32Array(words.length);
    this.lanes.forEach(
      (lane, number) => lane.words.forEach((index, place2) => {
        this.lane[index] = number;
        this.place[index] = place2;
      })
    );
  }
  laneOf(index) {
    return this.lane[index];
  }
  placeOf(index) {
    return this.place[index];
  }
  /** The word before it in its lane, or -1. */
  before(index) {
    return this.lanes[this.lane[index]].words[this.place[index] - 1] ?? -1;
  }
  /** The word after it in its lane, or -1. */
  after(index) {
    return this.lanes[this.lane[index]].words[this.place[index] + 1] ?? -1;
  }
  /** Words that are sung at any time of a stretch, in order of their start. */
  within(from, to) {
    return this.times.within(from, to);
  }
  /** Words that are sung at a time. */
  at(time) {
    return this.times.within(time, time + 1e-6);
  }
  /** Numbers of the lines that are sung at any time of a stretch. */
  linesWithin(from, to) {
    return this.lineTimes.within(from, to);
  }
};
function byStart(listed, starts) {
  return listed.sort((a, b) => starts[a] - starts[b] || a - b);
}
var known = /* @__PURE__ */ new WeakMap();
function timelineOf(words) {
  let timeline = known.get(words);
  if (!timeline) known.set(words, timeline = new Timeline(words));
  return timeline;
}

// editor/operations.ts
var SHORTEST = 20;
var NEW_WORD = 400;
function touches(before, after) {
  return before !== void 0 && after !== void 0 && before.end === after.start;
}
function moveAll(words, picked, by, duration, alone = false) {
  const timeline = timelineOf(words);
  const runs = runsOf(timeline, picked);
  let low = NO_LIMIT;
  let high = NO_LIMIT;
  for (const { first, last } of runs) {
    const early = earliest(words, timeline, first, alone);
    const late = latest(words, timeline, last, duration, alone);
    const back = early.time - words[first].start;
    const on = late.time - words[last].end;
    if (low === NO_LIMIT || back > low.time) low = { ...early, time: back };
    if (high === NO_LIMIT || on < high.time) high = { ...late, time: on };
  }
  const { time: step, blocked } = within(by, low, high);
  const moved = [...words];
  for (const index of picked) {
    const word2 = words[index];
    moved[index] = { ...word2, start: word2.start + step, end: word2.end + step };
  }
  for (const run of runs) cut(moved, words, timeline, run);
  return { words: moved, by: step, blocked };
}
var NO_LIMIT = { time: 0, blocked: { by: "first", word: "" } };
function runsOf(timeline, picked) {
  const listed = [...picked].sort(
    (a, b) => timeline.laneOf(a) - timeline.laneOf(b) || timeline.placeOf(a) - timeline.placeOf(b)
  );
  const runs = [];
  for (const index of listed) {
    const run = runs.at(-1);
    if (run && timeline.after(run.last) === index) run.last = index;
    else runs.push({ first: index, last: index });
  }
  return runs;
}
function drag(words, index, edge, to, duration, alone = false) {
  const word2 = words[index];
  const timeline = timelineOf(words);
  const own = { by: "shortest", word: word2.text };
  const [low, high] = edge === "start" ? [earliest(words, timeline, index, alone), { time: Math.max(word2.start, word2.end - SHORTEST), blocked: own }] : [
    { time: Math.min(word2.end, word2.start + SHORTEST), blocked: own },
    latest(words, timeline, index, duration, alone)
  ];
  const { time, blocked } = within(to, low, high);
  const moved = put(words, index, { ...word2, [edge]: time });
  const beside = edge === "start" ? timeline.before(index) : timeline.after(index);
  const joined = edge === "start" ? touches(words[beside], word2) : touches(word2, words[beside]);
  if (joined && !alone) moved[beside] = { ...words[beside], [edge === "start" ? "end" : "start"]: time };
  else cut(moved, words, timeline, { first: index, last: index });
  return { words: moved, by: time - word2[edge], blocked };
}
function earliest(words, timeline, index, alone) {
  const [before, word2] = [words[timeline.before(index)], words[index]];
  if (!before) return { time: Math.min(word2.start, 0), blocked: { by: "first", word: word2.text } };
  const because = (by, time) => ({ time, blocked: { by, word: before.text } });
  if (before.end > word2.start) return because("overlap", word2.start);
  return alone ? because("neighbour", before.end) : because("shortest", Math.min(before.end, before.start + SHORTEST));
}
function latest(words, timeline, index, duration, alone) {
  const [word2, after] = [words[index], words[timeline.after(index)]];
  if (!after) return { time: Math.max(word2.end, duration), blocked: { by: "last", word: word2.text } };
  const because = (by, time) => ({ time, blocked: { by, word: after.text } });
  if (word2.end > after.start) return because("overlap", word2.end);
  return alone ? because("neighbour", after.start) : because("shortest", Math.max(after.start, after.end - SHORTEST));
}
function within(wanted, low, high) {
  const time = Math.round(wanted);
  return time < low.time ? low : time > high.time ? high : { time, blocked: null };
}
function cut(moved, words, timeline, { first, last }) {
  const [before, after] = [timeline.before(first), timeline.after(last)];
  const [start, end] = [moved[first].start, moved[last].end];
  const apart = (left, right) => words[left].end <= words[right].start;
  if (before >= 0 && apart(before, first) && words[before].end > start) {
    moved[before] = { ...moved[before], end: start };
  }
  if (after >= 0 && apart(last, after) && words[after].start < end) moved[after] = { ...moved[after], start: end };
}
function following(words, range) {
  const start = Math.min(...words.slice(range.from, range.to).map((word2) => word2.start));
  return words.flatMap(
    (word2, index) => word2.start >= start || index >= range.from && index < range.to ? [index] : []
  );
}
function fillGaps(words, range) {
  return words.map((word2, index) => {
    const next = words[index + 1];
    const inside = index >= range.from && index + 1 < range.to && next && !next.first;
    return inside && next.start > word2.end ? { ...word2, end: next.start } : word2;
  });
}
function split(words, index, time) {
  const word2 = words[index];
  const letters2 = graphemes(word2.text);
  if (letters2.length < 2 || word2.end - word2.start < 2 * SHORTEST) return [...words];
  const inside = time >= word2.start + SHORTEST && time <= word2.end - SHORTEST;
  const share = inside ? (time - word2.start) / (word2.end - word2.start) : 0.5;
  const at = Math.round(inside ? time : (word2.start + word2.end) / 2);
  const cut2 = cutOf(letters2, share);
  const left = letters2.slice(0, cut2).join("");
  const right = letters2.slice(cut2).join("");
  return [
    ...words.slice(0, index),
    { ...word2, text: left.trimEnd(), end: at, space: left !== left.trimEnd() || right !== right.trimStart() },
    { ...word2, text: right.trimStart(), start: at, first: false },
    ...words.slice(index + 1)
  ];
}
function merge(words, range) {
  const parts = words.slice(range.from, range.to);
  if (parts.length < 2) return [...words];
  const [first, last] = [parts[0], parts.at(-1)];
  const text = parts.map((word2, k) => word2.text + (word2.space && k < parts.length - 1 ? " " : "")).join("");
  const from = [...new Set(parts.flatMap((word2) => word2.from))].sort((a, b) => a - b);
  const one = { ...first, text, end: Math.max(first.end, last.end), space: last.space, from };
  return settled2([...words.slice(0, range.from), one, ...words.slice(range.to)]);
}
function splitSyllables(words, index, parts) {
  const word2 = words[index];
  const length = word2.end - word2.start;
  if (parts.length < 2 || length < parts.length * SHORTEST) return [...words];
  const given = [...parts.map(([, start], k) => k ? start : word2.start), word2.end];
  const even = given.map((_, k) => Math.round(word2.start + k / parts.length * length));
  const fits = given.every((time, k) => !k || time !== null && time - given[k - 1] >= SHORTEST);
  const times = fits ? given : even;
  const made = parts.map(([text], k) => ({
    ...word2,
    text,
    start: times[k],
    end: times[k + 1],
    first: word2.first && k === 0,
    space: word2.space && k === parts.length - 1
  }));
  return [...words.slice(0, index), ...made, ...words.slice(index + 1)];
}
function partsOf(words, index) {
  const same2 = (one, other) => one?.from.length === 1 && other?.from.length === 1 && one.from[0] === other.from[0];
  let [from, to] = [index, index + 1];
  while (same2(words[from - 1], words[index]) && !words[from].first) from--;
  while (same2(words[to], words[index]) && !words[to].first) to++;
  return { from, to };
}
function setVoice(words, index, voice) {
  const line = lineAt(words, index);
  const clean = voice.replace(/\s+/g, " ").trim();
  if (words[line.from].voice === clean) return [...words];
  return words.map((word2, k) => k < line.from || k >= line.to ? word2 : { ...word2, voice: clean, layer: 0 });
}
function settled2(words) {
  for (let index = 1; index < words.length; index++) {
    const [before, word2] = [words[index - 1], words[index]];
    if (word2.first || word2.voice === before.voice && word2.layer === before.layer) continue;
    words[index] = { ...word2, voice: before.voice, layer: before.layer };
  }
  return words;
}
function insert(words, after, text, time, duration) {
  const before = words[after];
  const next = before ? words[timelineOf(words).after(after)] : words[0];
  const low = before ? before.end : 0;
  const high = Math.max(next ? next.start : duration, low);
  if (high - low < SHORTEST) return null;
  const start = Math.round(clamp(time, low, Math.max(low, high - NEW_WORD)));
  const end = Math.round(Math.min(start + NEW_WORD, high));
  const first = !before;
  const { voice, layer } = before ?? words[0] ?? { voice: "", layer: 0 };
  const made = { text, start, end, first, space: true, from: [], voice, layer };
  const rest = words.slice(after + 1);
  if (first && rest[0]) rest[0] = { ...rest[0], first: false };
  return [...words.slice(0, after + 1), made, ...rest];
}
function remove(words, range) {
  const rest = words.slice(range.to);
  const began = words.slice(range.from, range.to).some((word2) => word2.first);
  if (rest[0] && began) rest[0] = { ...rest[0], first: true };
  return [...words.slice(0, range.from), ...rest];
}
function setText(words, index, text) {
  const clean = text.replace(/\s+/g, " ").trim();
  return clean ? put(words, index, { ...words[index], text: clean }) : [...words];
}
function toggleLine(words, index) {
  return index === 0 ? [...words] : settled2(put(words, index, { ...words[index], first: !words[index].first }));
}
function toggleSpace(words, index) {
  return put(words, index, { ...words[index], space: !words[index].space });
}
function place(words, first, times, duration) {
  const result2 = [...words];
  const timeline = timelineOf(words);
  const last = first + times.length - 1;
  const [before, after] = [timeline.before(first), timeline.after(last - 1)];
  let least = before >= 0 ? Math.min(words[before].start + SHORTEST, words[first].start) : 0;
  for (let index = first; index < last; index++) {
    const start = Math.round(Math.max(times[index - first], least));
    const end = Math.round(Math.max(times[index - first + 1], start + SHORTEST));
    result2[index] = { ...result2[index], start, end };
    least = end;
  }
  if (before >= 0 && result2[before].end > result2[first].start) {
    result2[before] = { ...result2[before], end: Math.max(result2[first].start, result2[before].start) };
  }
  let beside = last - 1;
  for (let index = after; index >= 0 && result2[index].start < result2[beside].end; index = timeline.after(index)) {
    const start = result2[beside].end;
    result2[index] = { ...result2[index], start, end: Math.max(result2[index].end, start + SHORTEST) };
    beside = index;
  }
  return fitted(result2, duration, words, timeline.lanes[timeline.laneOf(first)].words);
}
function fitted(words, duration, before, lane) {
  let limit = Math.max(duration, before[lane.at(-1)].end);
  for (const index of [...lane].reverse()) {
    const word2 = words[index];
    if (word2.end <= limit) break;
    const end = limit;
    const start = Math.max(0, Math.min(word2.start, end - SHORTEST));
    words[index] = { ...word2, start, end };
    limit = start;
  }
  return words;
}
function put(words, index, word2) {
  const result2 = [...words];
  result2[index] = word2;
  return result2;
}
function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
function graphemes(text) {
  return [...new Intl.Segmenter(void 0, { granularity: "grapheme" }).segment(text)].map((one) => one.segment);
}
function cutOf(letters2, share) {
  const wanted = clamp(Math.round(letters2.length * share), 1, letters2.length - 1);
  const spaces = letters2.flatMap(
    (letter, index) => /\s/.test(letter) && index > 0 && index < letters2.length - 1 ? [index] : []
  );
  return spaces.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? wanted;
}

// editor/syllables.ts
var VOWELS = /[aeiouyàâäáãåæèéêëìíîïòóôöõøœùúûüýÿаеёиоуыэюяіїєαεηιουωάέήίόύώ]/iu;
var SIGNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
var HANGS_ON = /^[ぁぃぅぇぉゃゅょゎァィゥェォャュョヮー]/u;
var TOGETHER2 = /^(?:ch|ck|gh|ph|qu|sch|sh|th|wh|[bcdfgkpt]r|[bcfgkpst]l)$/i;
function letters(text) {
  return [...new Intl.Segmenter(void 0, { granularity: "grapheme" }).segment(text)].map((one) => one.segment);
}
function syllablesOf(text, language2 = "") {
  const all = letters(text);
  if (all.some((letter) => SIGNS.test(letter))) return bySign(all);
  const vowels = all.map((letter) => VOWELS.test(letter));
  const english = !language2 || language2.toLowerCase().startsWith("en");
  if (english) silence(all, vowels);
  const cuts = [];
  let last = -1;
  for (let index = 0; index < all.length; index++) {
    if (!vowels[index]) continue;
    if (last >= 0 && index > last + 1) {
      const pair = index - last > 2 && TOGETHER2.test(all[index - 2] + all[index - 1]);
      cuts.push(index - (pair && index - last > 2 ? 2 : 1));
    }
    last = index;
  }
  return [0, ...cuts].map((from, k) => all.slice(from, cuts[k] ?? all.length).join(""));
}
function silence(all, vowels) {
  let end = all.length;
  while (end > 0 && !/\p{L}/u.test(all[end - 1])) end--;
  const tail = all.slice(Math.max(end - 3, 0), end).join("").toLowerCase();
  const earlier = (until) => vowels.slice(0, Math.max(until, 0)).some(Boolean);
  if (/e$/.test(tail) && !/[^aeiouy]le$/.test(tail) && !vowels[end - 2] && earlier(end - 1)) vowels[end - 1] = false;
  if (/[^td]ed$/.test(tail) && !vowels[end - 3] && earlier(end - 2)) vowels[end - 2] = false;
}
function bySign(all) {
  const parts = [];
  for (const letter of all) {
    const joins = HANGS_ON.test(letter) || !/[\p{L}\p{N}]/u.test(letter);
    if (joins && parts.length) parts[parts.length - 1] += letter;
    else parts.push(letter);
  }
  return parts;
}
function partsOf2(word2, base, language2) {
  const [at] = word2.from;
  const origin = base.words[at ?? -1];
  const timed = word2.from.length === 1 && origin?.[0] === word2.text ? base.syllables?.[at] : void 0;
  if (!origin || !timed) return syllablesOf(word2.text, language2).map((text) => [text, null]);
  const scale = (word2.end - word2.start) / Math.max(origin[2] - origin[1], 1);
  return timed.map(([text, start]) => [text, Math.round(word2.start + (start - origin[1]) * scale)]);
}

// editor/session.ts
var Session = class {
  /** changed: called after each change, with what it was. */
  constructor(base, saved, changed = () => {
  }, language2 = "") {
    this.base = base;
    this.changed = changed;
    this.language = language2;
    const { words, refused } = applyEdits(base, saved);
    this.refused = refused;
    this.history = new History(words);
  }
  base;
  changed;
  language;
  refused;
  /** What is moved takes along all that follows it. */
  ripple = false;
  history;
  shown = null;
  anchor = 0;
  head = 0;
  tapped = null;
  going = null;
  picked = null;
  stopped = null;
  get words() {
    return this.shown ?? this.history.state;
  }
  get duration() {
    return this.base.duration;
  }
  /** The word that keys act on; -1 where there are no words. */
  get focus() {
    return Math.min(this.head, this.words.length - 1);
  }
  get selection() {
    if (!this.words.length) return { from: 0, to: 0 };
    const anchor = Math.min(this.anchor, this.words.length - 1);
    return { from: Math.min(anchor, this.focus), to: Math.max(anchor, this.focus) + 1 };
  }
  get line() {
    return this.words.length ? lineAt(this.words, this.focus) : { from: 0, to: 0 };
  }
  get unsaved() {
    return this.history.changed;
  }
  get canUndo() {
    return this.history.canUndo;
  }
  get canRedo() {
    return this.history.canRedo;
  }
  get tap() {
    return this.tapped;
  }
  /** What kept the last move from going as far as was asked. */
  get blocked() {
    return this.stopped;
  }
  /** What the node keeps: "" where nothing was changed. */
  serialise() {
    return serialiseEdits(this.base, this.history.state);
  }
  /** It differs from the timings. */
  isEdited(word2) {
    const [at] = word2.from;
    const origin = word2.from.length === 1 ? this.base.words[at] : void 0;
    return !origin || !sameEntry(origin, toEntry(word2)) || word2.first && word2.voice !== this.voiceOf(at);
  }
  /** How far its times are to be trusted; those that a person has set are. */
  doubtOf(word2) {
    const [at] = word2.from;
    const origin = word2.from.length === 1 ? this.base.words[at] : void 0;
    const known2 = origin && toEntry(word2).slice(0, 3).every((part, k) => part === origin[k]);
    return known2 ? this.base.doubts?.[at] ?? 0 : 0;
  }
  /** The doubtful words, in order. */
  get doubtful() {
    return this.words.flatMap((word2, index) => this.doubtOf(word2) ? [index] : []);
  }
  voiceOf(at) {
    return this.base.voices?.[at] ?? "";
  }
  /** Who sings, in the order in which they come in. */
  get voices() {
    return [...new Set(this.words.map((word2) => word2.voice))].filter(Boolean);
  }
  /** What moves with the selected words: they, and in time with them all that follows. */
  moving(range = this.selection) {
    return this.ripple ? following(this.words, range) : indicesOf(range);
  }
  select(index, extend = false) {
    this.head = Math.max(0, Math.min(index, this.words.length - 1));
    if (!extend) this.anchor = this.head;
    this.stopped = null;
    this.history.settle();
    this.changed("selection");
  }
  selectLine() {
    const { from, to } = this.line;
    this.select(from);
    this.select(to - 1, true);
  }
  /** What follows is a gesture of its own. */
  settle() {
    this.history.settle();
  }
  /** While a pointer drags; null: as it was. */
  preview(moved) {
    this.shown = moved?.words ?? null;
    this.stopped = moved?.blocked ?? null;
    this.changed("preview");
  }
  /** What is previewed becomes a step that can be undone. */
  keepPreview() {
    const words = this.shown;
    this.shown = null;
    if (words) this.keep(words);
  }
  undo() {
    this.cancelTap();
    this.stopped = null;
    this.history.undo();
    this.changed("words");
  }
  redo() {
    this.cancelTap();
    this.stopped = null;
    this.history.redo();
    this.changed("words");
  }
  markSaved() {
    this.history.markSaved();
    this.changed("words");
  }
  /** The selected words, earlier or later. */
  nudge(by) {
    this.nudgeAll(`move ${this.focus}`, this.selection, by);
  }
  /** The line, earlier or later. */
  nudgeLine(by) {
    this.nudgeAll(`move line ${this.line.from}`, this.line, by);
  }
  nudgeAll(gesture, range, by) {
    if (!this.words.length) return;
    const { duration } = this;
    const going = this.going?.gesture === gesture && this.history.gesture === gesture;
    const picked = going && this.picked ? this.picked : this.moving(range);
    this.picked = picked;
    this.shift(gesture, by, (words, all) => moveAll(words, picked, all, duration));
  }
  /** alone: the touching word stays as it is. */
  nudgeEdge(edge, by, alone = false) {
    const { focus, duration } = this;
    this.shift(
      `${edge} ${focus} ${alone}`,
      by,
      (words, all) => drag(words, focus, edge, words[focus][edge] + all, duration, alone)
    );
  }
  /** gesture: such as the field that is typed in. */
  setEdge(edge, to, gesture = "") {
    this.act((words) => {
      const moved = drag(words, this.focus, edge, to, this.duration);
      this.stopped = moved.blocked;
      return moved.words;
    }, gesture);
  }
  setText(text) {
    this.act((words) => setText(words, this.focus, text));
  }
  /** The words of the selection, or of the line, last until the next one begins; false where they do. */
  fillGaps() {
    const { selection, line, words } = this;
    const range = selection.to - selection.from > 1 ? selection : line;
    this.act((given) => fillGaps(given, range));
    return this.words !== words;
  }
  /** False where it has but one, or is too short. */
  splitSyllables() {
    const { words, focus } = this;
    const word2 = words[focus];
    if (!word2) return false;
    this.act((given) => splitSyllables(given, focus, partsOf2(word2, this.base, this.language)));
    return this.words.length > words.length;
  }
  /** The parts that the word was split into become one; false where there are none. */
  mergeSyllables() {
    const range = partsOf(this.words, this.focus);
    if (!this.words.length || range.to - range.from < 2) return false;
    this.act((words) => merge(words, range));
    this.select(range.from);
    return true;
  }
  setVoice(voice) {
    this.act((words) => setVoice(words, this.focus, voice));
  }
  /** False where it is too short. */
  split(time) {
    const { length } = this.words;
    this.act((words) => split(words, this.focus, time));
    return this.words.length > length;
  }
  /** The selected words, or the word and the next one of its line; false where there is none. */
  merge() {
    const { from, to } = this.selection;
    const range = to - from > 1 ? { from, to } : { from, to: Math.min(to + 1, this.line.to) };
    if (range.to - range.from < 2) return false;
    this.act((words) => merge(words, range));
    this.select(from);
    return true;
  }
  /** After the word, at a time if that is before the next word; false where there is no room. */
  insert(text, time) {
    const { words, focus } = this;
    const before = focus >= 0 && time < words[focus].start && focus === 0 ? -1 : focus;
    const made = insert(words, before, text, time, this.duration);
    if (!made) return false;
    this.stopped = null;
    this.push(made);
    this.select(before + 1);
    return true;
  }
  remove() {
    const { selection } = this;
    this.act((words) => remove(words, selection));
    this.select(selection.from);
  }
  toggleLine() {
    this.act((words) => toggleLine(words, this.focus));
  }
  toggleSpace() {
    this.act((words) => toggleSpace(words, this.focus));
  }
  /** All words as they come into the node. */
  reset() {
    this.load({ version: 1, base: this.base.base, edits: [] });
  }
  /** As the node holds them. */
  revert() {
    this.stopped = null;
    this.push(this.history.held);
    this.select(this.focus);
  }
  /** Other edits in place of all there are. Returns those that don't fit. */
  load(saved) {
    const { words, refused } = applyEdits(this.base, saved);
    this.stopped = null;
    this.push(words);
    this.select(this.focus);
    return refused;
  }
  /** A line, or its words from one on. */
  startTap(from = this.line.from) {
    if (!this.words.length) return;
    this.tapped = { line: { from, to: lineAt(this.words, from).to }, times: [] };
    this.select(from);
    this.changed("tap");
  }
  /** The word that is to be sung next at a time: of the line that has the focus if that is sung then, else of the
   * line that is; -1 where none comes. */
  nextAt(time) {
    const { words, line } = this;
    const comes = (index) => words[index].end > time;
    const inside = line.to > line.from && words[line.from].start <= time && comes(line.to - 1);
    return words.findIndex((_, index) => comes(index) && (!inside || index >= line.from && index < line.to));
  }
  /** The next word begins; after the last one: the line ends, and the times are kept. */
  tapAt(time) {
    const tap = this.tapped;
    if (!tap) return;
    const times = [...tap.times, Math.max(time, (tap.times.at(-1) ?? 0) + SHORTEST)];
    if (times.length > tap.line.to - tap.line.from) {
      this.tapped = null;
      this.act((words) => place(words, tap.line.from, times, this.duration));
    } else {
      this.tapped = { ...tap, times };
      this.select(tap.line.from + times.length - 1);
    }
    this.changed("tap");
  }
  cancelTap() {
    if (!this.tapped) return;
    this.tapped = null;
    this.changed("tap");
  }
  /** Moves from where the gesture began, so that going back there leaves nothing changed. */
  shift(gesture, by, change) {
    this.act((words) => {
      const { going } = this;
      const from = going?.gesture === gesture && this.history.gesture === gesture ? going : { words, by: 0 };
      const moved = change(from.words, from.by + by);
      this.going = { gesture, words: from.words, by: moved.by };
      this.stopped = moved.blocked;
      return moved.by ? moved.words : from.words;
    }, gesture);
  }
  act(change, gesture = "") {
    if (!this.words.length) return;
    this.stopped = null;
    this.keep(change(this.words), gesture);
  }
  keep(words, gesture = "") {
    const before = this.history.state;
    if (words.length === before.length && words.every((word2, index) => same(word2, before[index]))) {
      this.changed("same");
    } else this.push(words, gesture);
  }
  push(words, gesture = "") {
    this.cancelTap();
    this.history.push(words, gesture);
    this.changed("words");
  }
};
function same(one, other) {
  return one === other || one.voice === other.voice && sameEntry(toEntry(one), toEntry(other));
}

// editor/peaks.ts
function readPeaks(data, levels) {
  let offset = 0;
  return levels.map(([rate, count]) => {
    const columns = new Int8Array(data, offset, count * 2);
    offset += count * 2;
    return { rate, columns };
  });
}
function levelFor(levels, scale) {
  return levels.findLast((level) => level.rate >= scale) ?? levels[0];
}
function extremes(level, from, to) {
  const count = level.columns.length / 2;
  const first = Math.min(Math.max(Math.floor(from * level.rate), 0), count);
  const last = Math.min(Math.max(Math.ceil(to * level.rate), first + 1), count);
  let low = 0;
  let high = 0;
  for (let column = first; column < last; column++) {
    low = Math.min(low, level.columns[2 * column]);
    high = Math.max(high, level.columns[2 * column + 1]);
  }
  return [low / 127, high / 127];
}

// editor/draw.ts
var RULER = 20;
var LINES = 20;
var LABEL = 24;
var HATCH = 9;
var NARROWEST_TEXT = 10;
var TICK_ROOM = 90;
var HIDDEN = 0.75;
var LONGEST = 200;
function rowsOf(lanes, height) {
  const each = (height - RULER) / Math.max(lanes, 1);
  return Array.from({ length: Math.max(lanes, 1) }, (_, lane) => {
    const top = RULER + lane * each;
    return { top, words: top + LINES, bottom: top + each };
  });
}
var drawWave = (context, view, height, levels, palette) => {
  context.clearRect(0, 0, view.width, height);
  drawRuler(context, view, palette);
  const top = RULER + LINES;
  const middle = top + (height - LABEL - top) / 2;
  const reach = (height - LABEL - top) / 2 - 2;
  const level = levelFor(levels, view.scale);
  if (!level) return;
  context.fillStyle = palette.wave;
  context.beginPath();
  for (let x = 0; x < view.width; x++) {
    const [low, high] = extremes(level, toTime(view, x) / 1e3, toTime(view, x + 1) / 1e3);
    context.rect(x, middle - high * reach - 0.5, 1, (high - low) * reach + 1);
  }
  context.fill();
};
function drawRuler(context, view, palette) {
  const step = tick(view, TICK_ROOM) * 1e3;
  const digits = step < 100 ? 2 : step < 1e3 ? 1 : 0;
  context.font = `11px ${palette.font}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = palette.muted;
  for (let time = Math.ceil(view.start / step) * step; time <= view.start + span(view); time += step) {
    const x = Math.round(toX(view, time));
    context.fillRect(x, 0, 1, RULER - 4);
    context.fillText(clock(time, digits), x + 4, RULER / 2 - 1);
  }
}
var drawWords = (context, view, height, marked, palette) => {
  const { words, selection } = marked;
  context.clearRect(0, 0, view.width, height);
  context.textBaseline = "middle";
  context.textAlign = "center";
  const timeline = timelineOf(words);
  const rows = rowsOf(timeline.lanes.length, height);
  const until = view.start + span(view);
  if (rows.length > 1) drawRows(context, view, rows, timeline, palette);
  for (const number of timeline.linesWithin(view.start, until)) {
    const line = timeline.lines[number];
    drawLine(context, view, words, line, rows[timeline.laneOf(line.from)], palette);
  }
  for (const index of timeline.within(view.start, until)) {
    const chosen = index >= selection.from && index < selection.to;
    const other = timeline.placeOf(index) % 2 === 1;
    drawWord(context, view, words[index], rows[timeline.laneOf(index)], { chosen, other, ...marked }, palette);
  }
  if (rows.length > 1) drawVoices(context, rows, timeline, palette);
};
function drawWord(context, view, word2, { words: top, bottom }, { chosen, other, edited, doubt }, palette) {
  const x = toX(view, word2.start);
  const width = Math.max(toX(view, word2.end) - x, 1);
  const height = bottom - top - 1;
  const doubtful = doubt(word2);
  const changed = edited(word2);
  context.fillStyle = doubtful ? palette.doubt : other ? palette.other : palette.word;
  context.fillRect(x, top, width, height);
  if (chosen) {
    context.fillStyle = palette.chosen;
    context.fillRect(x, top, width, height);
  }
  if (changed) hatch(context, x, top, width, height, palette.edited);
  context.fillStyle = chosen ? palette.chosenEdge : palette.edge;
  const stroke = chosen ? 2 : 1;
  for (const edge of [x, x + width - stroke]) {
    if (doubtful === 2) for (let y = top; y < bottom - 1; y += 8) context.fillRect(edge, y, stroke, 4);
    else context.fillRect(edge, top, stroke, height);
  }
  if (changed && width > 6) {
    context.fillStyle = palette.edited;
    context.fillRect(x + stroke, top, width - 2 * stroke, 3);
  }
  const mark = changed ? "✎" : doubtful === 2 ? "≈" : doubtful ? "?" : "";
  if (mark && width >= 2 * NARROWEST_TEXT) {
    clear(context, x + width / 2 - 9, top + 4, 18, 18, palette);
    context.font = `600 13px ${palette.font}`;
    context.fillStyle = changed ? palette.edited : palette.doubtMark;
    context.fillText(mark, x + width / 2, top + 13);
  }
  if (width >= NARROWEST_TEXT) {
    clear(context, x + stroke, bottom - LABEL, width - 2 * stroke, LABEL - 1, palette);
    context.font = `${chosen ? "600 " : ""}13px ${palette.font}`;
    write(context, word2.text, x, bottom - LABEL, width, LABEL, palette.text);
  }
}
function clear(context, x, y, width, height, palette) {
  context.save();
  context.fillStyle = palette.ground;
  context.globalAlpha = HIDDEN;
  context.fillRect(x, y, width, height);
  context.restore();
}
function hatch(context, x, y, width, height, colour) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  for (let at = Math.floor((x - height) / HATCH) * HATCH; at < x + width; at += HATCH) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.globalAlpha = 0.45;
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.stroke();
  context.restore();
}
function drawRows(context, view, rows, { lanes }, palette) {
  for (const { top } of rows.slice(1)) clear(context, 0, top, view.width, LINES - 3, palette);
  context.fillStyle = palette.muted;
  rows.forEach(({ top }, lane) => {
    if (lane) context.fillRect(0, top - 1, view.width, lanes[lane].layer ? 0.5 : 1);
  });
}
function drawVoices(context, rows, { lanes }, palette) {
  context.font = `600 11px ${palette.font}`;
  context.textAlign = "left";
  lanes.forEach(({ voice, layer }, lane) => {
    if (!voice || layer) return;
    const shown = voice.length > LONGEST ? voice.slice(0, LONGEST) : voice;
    const { top } = rows[lane];
    const width = Math.min(context.measureText(shown).width, 120);
    context.fillStyle = palette.ground;
    context.fillRect(0, top, width + 12, LINES - 3);
    context.fillStyle = palette.text;
    context.fillText(shown, 5, top + (LINES - 4) / 2, 120);
  });
  context.textAlign = "center";
}
function drawLine(context, view, words, { from, to }, { top }, palette) {
  const parts = words.slice(from, to);
  const x = toX(view, parts[0].start);
  const width = toX(view, Math.max(...parts.map((word2) => word2.end))) - x;
  context.fillStyle = palette.muted;
  context.fillRect(x, top + LINES - 3, Math.max(width, 1), 2);
  if (width < NARROWEST_TEXT) return;
  context.font = `11px ${palette.font}`;
  const left = Math.max(x, 0);
  const right = Math.min(x + width, view.width);
  write(context, textOf(parts.slice(0, LONGEST)), left, top, right - left, LINES - 4, palette.muted);
}
function write(context, text, x, y, width, height, colour) {
  if (width < NARROWEST_TEXT) return;
  const shown = text.length > LONGEST ? text.slice(0, LONGEST) : text;
  const wide = context.measureText(shown).width > width - 4;
  const backwards = directionOf(shown) === "rtl";
  context.direction = backwards ? "rtl" : "ltr";
  context.fillStyle = colour;
  if (!wide) return context.fillText(shown, x + width / 2, y + height / 2);
  context.save();
  context.beginPath();
  context.rect(x + 2, y, width - 4, height);
  context.clip();
  context.textAlign = backwards ? "right" : "left";
  context.fillText(shown, backwards ? x + width - 3 : x + 3, y + height / 2);
  context.restore();
}
var drawOverview = (context, view, height, levels, palette) => {
  const { width, duration } = view;
  context.clearRect(0, 0, width, height);
  const level = levelFor(levels, width / duration * 1e3);
  if (level) {
    context.fillStyle = palette.wave;
    context.beginPath();
    for (let x = 0; x < width; x++) {
      const [from, to] = [x / width * duration, (x + 1) / width * duration];
      const [low, high] = extremes(level, from / 1e3, to / 1e3);
      context.rect(x, height / 2 * (1 - high), 1, height / 2 * (high - low) + 0.5);
    }
    context.fill();
  }
  const left = view.start / duration * width;
  const wide = Math.max(span(view) / duration * width, 3);
  context.fillStyle = palette.word;
  context.fillRect(left, 0, wide, height);
  context.strokeStyle = palette.chosenEdge;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, 0.5, wide - 1, height - 1);
};

// editor/snap.ts
function snap(times, targets, reach) {
  let best = 0;
  let nearest = reach;
  for (const time of times) {
    for (const target of targets) {
      const away = Math.abs(target - time);
      if (away <= nearest) {
        nearest = away;
        best = target - time;
      }
    }
  }
  return best;
}
function neighbours(words, picked) {
  const timeline = timelineOf(words);
  const chosen = new Set(picked);
  return picked.flatMap((index) => {
    const word2 = words[index];
    const [left, right] = [timeline.before(index), timeline.after(index)];
    const [before, after] = [words[left], words[right]];
    return [
      ...chosen.has(left) ? [] : before ? touches(before, word2) ? [] : [before.end] : [0],
      ...after && !chosen.has(right) && !touches(word2, after) ? [after.start] : []
    ];
  });
}

// editor/stage.ts
var OVERVIEW = 32;
var EDGE = 6;
var TOUCH_EDGE = 14;
var STILL = 3;
var SNAP = 8;
var FIRST_SECONDS = 12;
var LANE = 88;
var Stage = class {
  constructor(session, levels, label, events) {
    this.session = session;
    this.levels = levels;
    this.events = events;
    const { duration } = session;
    this.view = { start: 0, scale: 1e3 / FIRST_SECONDS, width: 1e3, duration: Math.max(duration, 1) };
    this.main = element("div", { className: "wave", tabIndex: 0, role: "application", ariaLabel: label }, [
      this.wave,
      this.words,
      this.cursor
    ]);
    const whole = element("div", { className: "whole" }, [this.overview, this.place]);
    whole.ariaHidden = "true";
    this.box = element("div", { className: "stage" }, [this.main, whole]);
    this.listen(whole);
    this.resizes.observe(this.main);
  }
  session;
  levels;
  events;
  box;
  snapping = true;
  view;
  palette = null;
  wave = element("canvas");
  words = element("canvas", { className: "regions" });
  overview = element("canvas", { className: "overview" });
  cursor = element("div", { className: "cursor" });
  place = element("div", { className: "cursor" });
  main;
  resizes = new ResizeObserver(() => this.resize());
  gesture = null;
  height = 0;
  stale = { wave: true, words: true };
  frame = 0;
  /** The theme may have changed. */
  restyle() {
    this.palette = null;
    this.draw("wave");
  }
  dispose() {
    this.resizes.disconnect();
    cancelAnimationFrame(this.frame);
  }
  /** With the next picture. */
  draw(what) {
    this.stale[what] = true;
    if (what === "wave") this.stale.words = true;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }
  /** The cursor has moved; following: the view goes along. */
  showCursor(time, following2) {
    if (following2 && !this.gesture) this.show(follow(this.view, time));
    const x = toX(this.view, time);
    this.cursor.style.transform = `translateX(${x.toFixed(1)}px)`;
    this.cursor.hidden = x < 0 || x > this.view.width;
    this.place.style.transform = `translateX(${(time / this.view.duration * this.view.width).toFixed(1)}px)`;
  }
  zoom(factor) {
    const { cursor } = this.events;
    const x = toX(this.view, cursor());
    this.show(zoom(this.view, factor, x >= 0 && x <= this.view.width ? x : this.view.width / 2));
  }
  frameTime(from, to) {
    this.show(frame(this.view, from, to));
  }
  reveal(from, to) {
    this.show(reveal(this.view, from, to));
  }
  scrollBy(pages) {
    this.show(scroll(this.view, pages * span(this.view)));
  }
  get dragging() {
    return this.gesture !== null;
  }
  /** True if there was a drag to cancel. */
  cancelGesture() {
    const { gesture } = this;
    this.gesture = null;
    gesture?.cancel();
    return gesture !== null;
  }
  show(view) {
    if (view === this.view) return;
    this.view = view;
    this.draw("wave");
    this.showCursor(this.events.cursor(), false);
  }
  resize() {
    const { clientWidth, clientHeight } = this.main;
    if (!clientWidth) return;
    const seconds = span(this.view) / 1e3;
    const fresh = this.height === 0;
    this.height = clientHeight;
    const scale = fresh ? clientWidth / Math.min(FIRST_SECONDS, seconds) : this.view.scale;
    this.view = settled({ ...this.view, scale, width: clientWidth });
    for (const canvas of [this.wave, this.words]) fit(canvas, clientWidth, clientHeight);
    fit(this.overview, clientWidth, OVERVIEW);
    this.draw("wave");
    this.showCursor(this.events.cursor(), false);
  }
  /** As high as its lanes ask for; a change of it paints anew. */
  makeRoom() {
    const least = `${timelineOf(this.session.words).lanes.length * LANE}px`;
    if (this.main.style.minHeight !== least) this.main.style.minHeight = least;
  }
  paint() {
    const palette = this.palette ??= paletteOf(this.box);
    const { session, view, height } = this;
    this.makeRoom();
    if (this.stale.wave) {
      drawWave(contextOf(this.wave), view, height, this.levels, palette);
      drawOverview(contextOf(this.overview), view, OVERVIEW, this.levels, palette);
    }
    if (this.stale.words) {
      const { words, selection } = session;
      const marked = {
        words,
        selection,
        edited: (word2) => session.isEdited(word2),
        doubt: (word2) => session.doubtOf(word2)
      };
      drawWords(contextOf(this.words), view, height, marked, palette);
    }
    this.stale = { wave: false, words: false };
  }
  listen(whole) {
    const { main } = this;
    main.addEventListener("pointerdown", (event) => this.press(event));
    main.addEventListener("pointermove", (event) => {
      if (this.gesture) this.gesture.move(event);
      else main.style.cursor = this.shape(event);
    });
    main.addEventListener("pointerup", () => this.release());
    main.addEventListener("pointercancel", () => this.cancelGesture());
    main.addEventListener("dblclick", (event) => {
      if (this.hit(event)) this.events.open();
    });
    main.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    const jump = (event) => {
      const share = event.offsetX / whole.clientWidth;
      const start = share * this.view.duration - span(this.view) / 2;
      this.show(settled({ ...this.view, start }));
    };
    whole.addEventListener("pointerdown", (event) => {
      whole.setPointerCapture(event.pointerId);
      jump(event);
    });
    whole.addEventListener("pointermove", (event) => {
      if (whole.hasPointerCapture(event.pointerId)) jump(event);
    });
  }
  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const factor = Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 2e-3));
      return this.show(zoom(this.view, factor, event.offsetX));
    }
    const by = (event.deltaX || event.deltaY) * (event.deltaMode ? 20 : 1);
    this.show(scroll(this.view, by / this.view.scale * 1e3));
  }
  shape(event) {
    const hit = this.hit(event);
    if (!hit) return "default";
    if (hit.part === "body" || hit.part === "line") return "grab";
    return this.border(hit) && !event.altKey ? "col-resize" : "ew-resize";
  }
  /** The edge is a border that two words share. */
  border({ index, part }) {
    const { words } = this.session;
    const timeline = timelineOf(words);
    const [left, right] = part === "start" ? [timeline.before(index), index] : [index, timeline.after(index)];
    return touches(words[left], words[right]);
  }
  /** What the pointer is on: an edge first, and of two edges that of the selected word. */
  hit(event) {
    const [x, y] = [event.offsetX, event.offsetY];
    const touched = event instanceof PointerEvent && event.pointerType === "touch";
    const reach = touched ? TOUCH_EDGE : EDGE;
    const { words, selection } = this.session;
    const timeline = timelineOf(words);
    const rows = rowsOf(timeline.lanes.length, this.height);
    const lane = rows.findIndex(({ top, bottom }) => y >= top && y < bottom);
    if (lane === -1) return null;
    const time = toTime(this.view, x);
    if (y < rows[lane].words) {
      const number = timeline.linesWithin(time, time + 1).findLast((one) => timeline.laneOf(timeline.lines[one].from) === lane);
      return number === void 0 ? null : { index: timeline.lines[number].from, part: "line" };
    }
    const away = reach / this.view.scale * 1e3 + 1;
    let best = null;
    let least = Infinity;
    for (const index of timeline.within(time - away, time + away)) {
      if (timeline.laneOf(index) !== lane) continue;
      const word2 = words[index];
      const [left, right] = [toX(this.view, word2.start), toX(this.view, word2.end)];
      const chosen = index >= selection.from && index < selection.to;
      const inner = Math.min(reach, (right - left) / 4);
      const outer = chosen || touched ? reach : 1;
      const parts = [
        ["start", x < left - outer || x > left + inner ? Infinity : Math.abs(x - left)],
        ["end", x > right + outer || x < right - inner ? Infinity : Math.abs(x - right)],
        ["body", x >= left && x <= right ? reach : Infinity]
      ];
      for (const [part, distance2] of parts) {
        const rank = distance2 - (chosen ? 0.5 : 0);
        if (rank < least) [best, least] = [{ index, part }, rank];
      }
    }
    return best;
  }
  press(event) {
    if (event.button !== 0) return;
    this.main.focus({ preventScroll: true });
    this.main.setPointerCapture(event.pointerId);
    const hit = this.hit(event);
    if (!hit) {
      this.gesture = this.scrub(event);
      return;
    }
    const { selection } = this.session;
    const inside = hit.index >= selection.from && hit.index < selection.to;
    if (event.shiftKey) return this.session.select(hit.index, true);
    if (hit.part === "line") {
      this.session.select(hit.index);
      this.session.selectLine();
    } else if (!(inside && hit.part === "body")) this.session.select(hit.index);
    this.gesture = this.drag(event, hit);
  }
  release() {
    const { gesture } = this;
    this.gesture = null;
    gesture?.end();
  }
  scrub(event) {
    const move = (at) => this.events.seek(toTime(this.view, at.offsetX));
    move(event);
    return { move, end: () => {
    }, cancel: () => {
    } };
  }
  drag(press, hit) {
    const { session } = this;
    const { words, duration } = session;
    const { index, part } = hit;
    const picked = part === "start" || part === "end" ? [index] : session.moving();
    const from = toTime(this.view, press.offsetX);
    let moved = false;
    const step = (event) => {
      if (!moved && Math.abs(event.offsetX - press.offsetX) < STILL) return;
      moved = true;
      let by = toTime(this.view, event.offsetX) - from;
      const edges = edgesOf(words, part, picked).map((edge) => edge + by);
      if (this.snapping && !event.altKey) {
        const targets = [...neighbours(words, picked), this.events.cursor()];
        by += snap(edges, targets, SNAP / this.view.scale * 1e3);
      }
      session.preview(
        part === "start" || part === "end" ? drag(words, index, part, words[index][part] + by, duration, event.altKey) : moveAll(words, picked, by, duration, event.altKey)
      );
    };
    return {
      move: step,
      end: () => {
        if (moved) session.keepPreview();
        else if (part !== "line") session.select(index);
      },
      cancel: () => session.preview(null)
    };
  }
};
function edgesOf(words, part, picked) {
  if (part === "start" || part === "end") return [words[picked[0]][part]];
  return [Math.min(...picked.map((index) => words[index].start)), Math.max(...picked.map((index) => words[index].end))];
}
function fit(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  contextOf(canvas).setTransform(ratio, 0, 0, ratio, 0, 0);
}
function contextOf(canvas) {
  return canvas.getContext("2d");
}

// editor/style.css
var style_default = '.lipsync-editor {\n    --ground: var(--comfy-menu-bg, #202020);\n    --field: var(--comfy-input-bg, #2c2c2c);\n    --ink: var(--input-text, #ddd);\n    --rule: var(--border-color, #555);\n    --focus: #60a5fa;\n    --mark: #f472b6;\n    --doubt: #fbbf24;\n    width: min(1500px, 100vw - 1.5rem);\n    height: min(960px, 100dvh - 1.5rem);\n    max-width: none;\n    max-height: none;\n    margin: auto;\n    padding: 0;\n    overflow: hidden;\n    border: 1px solid var(--rule);\n    border-radius: 10px;\n    background: var(--ground);\n    color: var(--ink);\n    font: 14px/1.4 Inter, system-ui, sans-serif;\n}\n.lipsync-editor.bright {\n    --focus: #1d4ed8;\n    --mark: #be185d;\n    --doubt: #92400e;\n}\n.lipsync-editor [hidden] {\n    display: none !important;\n}\n.lipsync-editor::backdrop {\n    background: rgb(0 0 0 / 55%);\n}\n.lipsync-editor .frame {\n    display: flex;\n    flex-direction: column;\n    gap: 8px;\n    box-sizing: border-box;\n    height: 100%;\n    padding: 10px 12px;\n    overflow: auto;\n}\n.lipsync-editor .bar {\n    display: flex;\n    flex-wrap: wrap;\n    align-items: center;\n    gap: 6px;\n    flex: none;\n}\n.lipsync-editor h2 {\n    margin: 0;\n    font-size: 16px;\n    overflow: hidden;\n    text-overflow: ellipsis;\n    white-space: nowrap;\n    max-width: 30em;\n}\n.lipsync-editor .unsaved {\n    color: var(--mark);\n    font-weight: 600;\n    visibility: hidden;\n}\n.lipsync-editor.changed .unsaved {\n    visibility: visible;\n}\n.lipsync-editor .push {\n    margin-inline-start: auto;\n}\n.lipsync-editor button,\n.lipsync-editor input,\n.lipsync-editor select {\n    box-sizing: border-box;\n    min-height: 30px;\n    padding: 3px 10px;\n    border: 1px solid var(--rule);\n    border-radius: 6px;\n    background: var(--field);\n    color: var(--ink);\n    font: inherit;\n}\n.lipsync-editor ::placeholder {\n    color: inherit;\n    opacity: 0.75;\n}\n.lipsync-editor button {\n    cursor: pointer;\n    white-space: nowrap;\n}\n.lipsync-editor button:hover:not(:disabled) {\n    border-color: currentcolor;\n}\n.lipsync-editor button:disabled {\n    opacity: 0.45;\n    cursor: default;\n}\n.lipsync-editor button.strong {\n    font-weight: 600;\n    border-color: currentcolor;\n}\n.lipsync-editor button[aria-pressed="true"] {\n    background: var(--ink);\n    color: var(--ground);\n}\n.lipsync-editor :is(button, input, select, .wave, .word):focus-visible {\n    outline: 2px solid var(--focus);\n    outline-offset: 1px;\n}\n.lipsync-editor label {\n    display: inline-flex;\n    align-items: center;\n    gap: 5px;\n    white-space: nowrap;\n}\n.lipsync-editor input[type="checkbox"] {\n    min-height: 0;\n    width: 16px;\n    height: 16px;\n    accent-color: var(--focus);\n}\n.lipsync-editor input[type="number"] {\n    width: 7.5em;\n}\n.lipsync-editor input.text {\n    width: 14em;\n    min-width: 6em;\n}\n.lipsync-editor .gap {\n    width: 1px;\n    height: 22px;\n    margin: 0 4px;\n    background: var(--rule);\n}\n.lipsync-editor .clock {\n    min-width: 11.5em;\n    font-variant-numeric: tabular-nums;\n}\n.lipsync-editor .notice {\n    flex: none;\n    margin: 0;\n    padding: 6px 10px;\n    border: 1px solid var(--mark);\n    border-radius: 6px;\n    overflow-wrap: anywhere;\n    max-height: 8em;\n    overflow-y: auto;\n    white-space: pre-line;\n}\n.lipsync-editor .stage {\n    flex: none;\n    background: var(--ground);\n}\n.lipsync-editor .wave {\n    position: relative;\n    height: clamp(150px, 34vh, 320px);\n    overflow: hidden;\n    border: 1px solid var(--rule);\n    border-radius: 6px 6px 0 0;\n    touch-action: none;\n    user-select: none;\n}\n.lipsync-editor .stage canvas {\n    position: absolute;\n    inset: 0 auto auto 0;\n    pointer-events: none;\n}\n.lipsync-editor .whole {\n    position: relative;\n    height: 32px;\n    overflow: hidden;\n    border: 1px solid var(--rule);\n    border-top: 0;\n    border-radius: 0 0 6px 6px;\n    cursor: pointer;\n    touch-action: none;\n}\n.lipsync-editor .cursor {\n    position: absolute;\n    top: 0;\n    bottom: 0;\n    left: -1px;\n    width: 2px;\n    background: #ef4444;\n    pointer-events: none;\n}\n.lipsync-editor .below {\n    display: flex;\n    flex: 1 1 190px;\n    gap: 8px;\n    min-height: 150px;\n}\n.lipsync-editor .look {\n    display: flex;\n    flex: none;\n    flex-direction: column;\n    gap: 4px;\n    width: min(460px, 36%);\n    min-height: 0;\n}\n.lipsync-editor .look img {\n    flex: 1 1 0;\n    min-height: 0;\n    object-fit: contain;\n    object-position: top;\n}\n.lipsync-editor .look .why {\n    margin: 0;\n    overflow-wrap: anywhere;\n}\n.lipsync-editor .singer {\n    flex: none;\n    min-width: 3.5em;\n    max-width: 9em;\n    overflow: hidden;\n    text-overflow: ellipsis;\n    white-space: nowrap;\n    font-weight: 600;\n}\n.lipsync-editor input.voice {\n    width: 8em;\n}\n.lipsync-editor .lines {\n    flex: 1 1 0;\n    min-width: 0;\n    overflow: auto;\n    border: 1px solid var(--rule);\n    border-radius: 6px;\n}\n.lipsync-editor .line {\n    display: flex;\n    gap: 10px;\n    padding: 3px 8px;\n    border-bottom: 1px solid color-mix(in srgb, var(--rule) 40%, transparent);\n    content-visibility: auto;\n    contain-intrinsic-size: auto 28px;\n}\n.lipsync-editor .stamp {\n    flex: none;\n    min-width: 8em;\n    padding-top: 2px;\n    opacity: 0.7;\n    font-size: 12px;\n    font-variant-numeric: tabular-nums;\n    cursor: pointer;\n}\n.lipsync-editor .stamp::before {\n    content: attr(data-number);\n    display: inline-block;\n    min-width: 2.6em;\n}\n.lipsync-editor .text:not(input) {\n    flex: 1;\n    min-width: 0;\n    overflow-wrap: anywhere;\n}\n.lipsync-editor .word {\n    padding: 1px 3px;\n    border-radius: 4px;\n    cursor: pointer;\n    overflow-wrap: anywhere;\n}\n.lipsync-editor .word.edited {\n    text-decoration: underline 2px var(--mark);\n    text-underline-offset: 4px;\n}\n/* Told by a sign as well, for those who see no colour. */\n.lipsync-editor .word.edited::after,\n.lipsync-editor .word.doubtful::after {\n    margin-inline-start: 2px;\n    color: var(--mark);\n    font-size: 11px;\n    vertical-align: super;\n    content: "✎" / "";\n}\n.lipsync-editor .word.doubtful {\n    text-decoration: underline wavy 1px var(--doubt);\n    text-underline-offset: 2px;\n    background: color-mix(in srgb, var(--doubt) 22%, transparent);\n}\n.lipsync-editor .word.doubtful::after {\n    color: var(--doubt);\n    content: "?" / "";\n}\n.lipsync-editor .word.estimated::after {\n    content: "≈" / "";\n}\n.lipsync-editor button.doubts:not(:disabled) {\n    border-color: var(--doubt);\n}\n.lipsync-editor .word.singing {\n    box-shadow: inset 0 0 0 2px #ef4444;\n}\n.lipsync-editor .word[aria-selected="true"] {\n    background: color-mix(in srgb, var(--ink) 30%, transparent);\n}\n.lipsync-editor .word[aria-selected="true"]::after {\n    color: inherit;\n}\n.lipsync-editor .foot {\n    display: flex;\n    flex-wrap: wrap;\n    gap: 0 24px;\n    flex: none;\n}\n.lipsync-editor .said {\n    flex: 1 1 20em;\n    min-height: 1.4em;\n    overflow-wrap: anywhere;\n}\n.lipsync-editor .hint {\n    opacity: 0.75;\n}\n.lipsync-editor-small {\n    width: fit-content;\n    height: fit-content;\n    max-width: min(46em, 100vw - 2rem);\n    max-height: calc(100dvh - 2rem);\n    margin: auto;\n    padding: 18px 22px;\n    overflow: auto;\n    border: 1px solid var(--border-color, #555);\n    border-radius: 10px;\n    background: var(--comfy-menu-bg, #202020);\n    color: var(--input-text, #ddd);\n}\n.lipsync-editor-small h2 {\n    margin: 0 0 10px;\n}\n.lipsync-editor-small dl {\n    display: grid;\n    grid-template-columns: minmax(9em, auto) 1fr;\n    gap: 5px 18px;\n    margin: 0 0 14px;\n}\n.lipsync-editor-small dt {\n    white-space: nowrap;\n}\n.lipsync-editor-small dd {\n    margin: 0;\n}\n.lipsync-editor-small kbd {\n    padding: 1px 6px;\n    border: 1px solid var(--border-color, #555);\n    border-radius: 4px;\n    font: 12px ui-monospace, monospace;\n}\n';

// editor/tapping.ts
var LEAD = 1500;
var Tapping = class {
  constructor(session, player, stage, list, texts, messages) {
    this.session = session;
    this.player = player;
    this.stage = stage;
    this.list = list;
    this.texts = texts;
    this.messages = messages;
    const tap = element("button", { type: "button", textContent: texts.tapNow, className: "strong" });
    tap.onpointerdown = () => this.press();
    tap.onclick = (event) => event.detail === 0 && this.press();
    const stop = element("button", { type: "button", textContent: texts.stopTap });
    stop.onclick = () => this.stop();
    this.box.append(tap, stop, element("span", { textContent: texts.tapHint }));
  }
  session;
  player;
  stage;
  list;
  texts;
  messages;
  box = element("div", { className: "bar", hidden: true });
  /** The line, from its beginning. */
  start() {
    this.begin(this.session.line.from);
  }
  /** The rest of the line that is sung at the cursor, from the word that comes there. */
  startHere() {
    const next = this.session.nextAt(this.player.time);
    if (next === -1) this.messages.say(this.texts.nothingFollows);
    else this.begin(next);
  }
  begin(from) {
    const { words } = this.session;
    const first = words[from];
    if (!first) return;
    this.session.startTap(from);
    const { to } = this.session.tap.line;
    this.stage.reveal(first.start - LEAD, words[to - 1].end);
    this.list.choose(true);
    this.player.seek(Math.max(first.start - LEAD, 0));
    this.player.play();
    this.messages.say(`${textOf(words.slice(from, to))} – ${this.texts.tapHint}`);
  }
  press() {
    this.session.tapAt(this.player.time);
  }
  stop() {
    this.session.cancelTap();
    this.player.pause();
    this.messages.say(this.texts.stopped);
    this.list.choose(true);
  }
  show() {
    this.box.hidden = !this.session.tap;
  }
};

// shared/language.ts
import { app as app2 } from "../../scripts/app.js";
var LANGUAGES = ["en", "zh", "ja", "de"];
var LANGUAGE_SETTING = "LipSyncStudio.Language";
var AUTOMATIC = "auto";
function language() {
  const { setting } = app2.extensionManager;
  const chosen = setting.get(LANGUAGE_SETTING) ?? AUTOMATIC;
  const locale = String(chosen === AUTOMATIC ? setting.get("Comfy.Locale") ?? "en" : chosen);
  return LANGUAGES.find((known2) => known2 === locale.split("-")[0]) ?? "en";
}
var inLanguage = (tables) => tables[language()];

// editor/texts/de.ts
var de = {
  title: "Zeitmarken",
  unsaved: "Nicht gespeichert",
  saved: "Im Knoten gespeichert. Den Workflow ausführen, damit die neuen Zeiten gelten.",
  nodeGone: "Nichts wurde gespeichert: Der offene Workflow hat diesen Knoten nicht mehr. Die Änderungen sind noch hier: kopieren, schließen und mit Strg+V in den Editor des Knotens einfügen, der sie haben soll.",
  notTaken: "Nichts wurde gespeichert: Der Knoten hat die Änderungen nicht angenommen. Sie sind noch hier: kopieren und erneut versuchen.",
  copy: "Änderungen kopieren",
  copied: "Die Änderungen sind kopiert.",
  notCopied: "Der Browser ließ das Kopieren nicht zu.",
  pasted: "Die Änderungen sind eingefügt.",
  undo: "Rückgängig",
  redo: "Wiederholen",
  shortcuts: "Tasten",
  save: "Speichern",
  close: "Schließen",
  play: "Abspielen",
  pause: "Pause",
  playWord: "Wort",
  playLine: "Zeile",
  loop: "Schleife",
  speed: "Tempo",
  zoomIn: "Vergrößern",
  zoomOut: "Verkleinern",
  zoomAll: "Ganzes Lied",
  zoomLine: "Auf die Zeile vergrößern",
  follow: "Mitlaufen",
  snap: "Einrasten",
  hint: "Die Grenze zweier Wörter ziehen verschiebt beide, mit Alt nur eines. Ein verschobenes Wort kürzt, was ihm im Weg ist. ? zeigt die Tasten.",
  waveform: "Wellenform. Die Wörter stehen in der Liste darunter.",
  words: "Wörter",
  line: "Zeile",
  text: "Text",
  start: "Anfang (s)",
  end: "Ende (s)",
  newLine: "Beginnt eine Zeile",
  space: "Leerzeichen danach",
  split: "Teilen",
  merge: "Verbinden",
  insert: "Einfügen",
  remove: "Löschen",
  tap: "Zeile tippen",
  tapHint: "Bei jedem Wortanfang die Leertaste oder den Knopf drücken, am Ende noch einmal. Esc bricht ab.",
  tapNow: "Tippen",
  stopTap: "Tippen abbrechen",
  reset: "Alles verwerfen",
  newWord: "neu",
  noRoom: "Hier ist kein Platz für ein weiteres Wort.",
  tooShort: "„{word}“ kann nicht kürzer als 20 ms sein.",
  inTheWay: "„{word}“ ist im Weg; ohne Alt macht es Platz.",
  overlaps: "„{word}“ überlappt es schon und darf es nicht weiter.",
  audioBegins: "Hier beginnt der Ton.",
  audioEnds: "Hier endet der Ton.",
  noTime: "Das ist keine Zeit in Sekunden.",
  noText: "Ein Wort kann nicht leer sein. Löschen entfernt es.",
  noSplit: "„{word}“ ist zu kurz, um geteilt zu werden.",
  noMerge: "In der Zeile folgt kein Wort. Die Wörter auswählen, die verbunden werden sollen.",
  edited: "geändert",
  noWords: "Es gibt keine Wörter. Einfügen setzt eines an den Cursor.",
  askTitle: "Änderungen speichern?",
  discard: "Verwerfen",
  keepEditing: "Weiter bearbeiten",
  stopped: "Tippen abgebrochen.",
  noSound: "Der Ton lässt sich nicht abspielen. Workflow neu ausführen und den Editor wieder öffnen.",
  refused: "Änderungen, die nicht mehr zu den Wörtern passen und beim Speichern verschwinden:",
  gone: "die Wörter gibt es nicht mehr",
  moved: "die Wörter liegen zu anderer Zeit",
  crowded: "die Nachbarn lassen keinen Platz",
  late: "liegt hinter dem Ende des Tons",
  outdated: "Ein neuer Lauf hat andere Wörter oder anderen Ton gebracht. Dafür den Editor neu öffnen.",
  keyPlay: "Ab dem Cursor abspielen oder anhalten",
  keyPlayWord: "Wort abspielen",
  keyPlayLine: "Zeile abspielen",
  keyLoop: "Schleife an oder aus",
  keySlower: "Langsamer",
  keyFaster: "Schneller",
  keyBack: "1 s zurück",
  keyForward: "1 s vor",
  keyHome: "An den Anfang",
  keyEnd: "Ans Ende",
  keyPrevious: "Voriges Wort",
  keyNext: "Nächstes Wort",
  keyUp: "Vorige Zeile",
  keyDown: "Nächste Zeile",
  keyExtend: "Mehr Wörter auswählen",
  keySelectLine: "Zeile auswählen",
  keyNudge: "Wort 10 ms früher oder später (mit Umschalt 100 ms)",
  keyNudgeStart: "Anfang 10 ms früher oder später (mit Umschalt 100 ms)",
  keyNudgeEnd: "Ende 10 ms früher oder später (mit Umschalt 100 ms)",
  keyNudgeStartAlone: "Anfang allein, ohne das Wort davor",
  keyNudgeEndAlone: "Ende allein, ohne das Wort danach",
  keyStartHere: "Anfang an den Cursor",
  keyEndHere: "Ende an den Cursor",
  keyText: "Text ändern",
  keySplit: "Am Cursor teilen, sonst in der Mitte",
  keyMerge: "Mit dem nächsten Wort oder die ausgewählten verbinden",
  keyInsert: "Wort einfügen",
  keyRemove: "Löschen",
  keyNewLine: "Hier eine Zeile beginnen oder an die vorige hängen",
  keySpace: "Leerzeichen nach dem Wort oder keines",
  keyTap: "Zeile tippen",
  keySnap: "Einrasten an oder aus",
  keyFollow: "Mitlaufen an oder aus",
  keyZoom: "Vergrößern, verkleinern",
  keyScroll: "Zurück, weiter blättern",
  keyHelp: "Diese Liste",
  keyClose: "Schließen, Tippen oder Ziehen abbrechen",
  ripple: "Alles danach mit",
  voice: "Stimme",
  nobody: "–",
  syllables: "Silben",
  mergeSyllables: "Silben verbinden",
  tapHere: "Ab dem Cursor tippen",
  fillGaps: "Lücken füllen",
  nextDoubt: "Nächstes fragliches Wort",
  noGaps: "Es gibt keine Lücke zu füllen.",
  noSyllables: "„{word}“ hat nur eine Silbe oder ist zu kurz zum Teilen.",
  noParts: "Das Wort wurde nicht in Silben geteilt.",
  noDoubts: "Kein Wort ist fraglich.",
  nothingFollows: "Nach dem Cursor kommt kein Wort.",
  doubtful: "fraglich: dort kaum zu hören",
  estimated: "fraglich: die Zeit ist geschätzt",
  marks: "✎ von Ihnen geändert · ? fraglich · ≈ geschätzte Zeit",
  restored: "Dies sind die Änderungen, die zuletzt nicht gespeichert wurden. „Rückgängig“ nimmt sie zurück.",
  look: "Am Cursor",
  lookOf: "Der Text am Cursor im verbundenen Stil",
  shape: "Breite zu Höhe",
  keyNudgeLine: "Zeile um 10 ms früher oder später (mit Umschalt 100 ms)",
  keyRipple: "Alles danach mit: Verschobenes nimmt alles Folgende mit",
  keyFillGaps: "Lücken füllen: in der Zeile oder zwischen den gewählten Wörtern",
  keySyllables: "Silben: das Wort in sie teilen",
  keyMergeSyllables: "Silben verbinden: das Wort wieder ganz",
  keyTapHere: "Ab dem Cursor tippen, bis zum Ende der Zeile",
  keyNextDoubt: "Nächstes fragliches Wort",
  keyPreviousDoubt: "Voriges fragliches Wort",
  keyVoice: "Stimme, die die Zeile singt"
};

// editor/texts/en.ts
var en = {
  title: "Timestamps",
  unsaved: "Unsaved changes",
  saved: "Saved in the node. Run the workflow to use the new times.",
  nodeGone: "Nothing was saved: the open workflow no longer has this node. The edits are still here: copy them, close, and paste them with Ctrl+V into the editor of the node that should have them.",
  notTaken: "Nothing was saved: the node didn't take the edits. They are still here: copy them, and try again.",
  copy: "Copy the edits",
  copied: "The edits are copied.",
  notCopied: "The browser didn't let the edits be copied.",
  pasted: "The edits were pasted.",
  undo: "Undo",
  redo: "Redo",
  shortcuts: "Shortcuts",
  save: "Save",
  close: "Close",
  play: "Play",
  pause: "Pause",
  playWord: "Word",
  playLine: "Line",
  loop: "Loop",
  speed: "Speed",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  zoomAll: "Whole song",
  zoomLine: "Zoom to the line",
  follow: "Follow",
  snap: "Snap",
  hint: "Drag the border of two words to move both, with Alt to move one. A word that is moved shortens those in its way. ? lists the keys.",
  waveform: "Waveform. The words are in the list below.",
  words: "Words",
  line: "Line",
  text: "Text",
  start: "Start (s)",
  end: "End (s)",
  newLine: "Begins a line",
  space: "Space after",
  split: "Split",
  merge: "Merge",
  insert: "Insert",
  remove: "Delete",
  tap: "Tap line",
  tapHint: "Press Space or the button as each word begins, and once more at the end. Esc stops.",
  tapNow: "Tap",
  stopTap: "Stop tapping",
  reset: "Discard all edits",
  newWord: "new",
  noRoom: "There is no room for another word here.",
  tooShort: "“{word}” can't be shorter than 20 ms.",
  inTheWay: "“{word}” is in the way; without Alt it gives way.",
  overlaps: "“{word}” overlaps it already, and must not do so further.",
  audioBegins: "The audio begins here.",
  audioEnds: "The audio ends here.",
  noTime: "That is no time in seconds.",
  noText: "A word can't be empty. Delete removes it.",
  noSplit: "“{word}” is too short to be split.",
  noMerge: "No word follows it in the line. Select the words to merge.",
  edited: "edited",
  noWords: "There are no words. Insert adds one at the cursor.",
  askTitle: "Save the changes?",
  discard: "Discard",
  keepEditing: "Keep editing",
  stopped: "Tapping stopped.",
  noSound: "The audio can't be played. Run the workflow again, then reopen the editor.",
  refused: "Edits that no longer fit the words, and will be gone once you save:",
  gone: "its words are no longer there",
  moved: "its words are sung at another time",
  crowded: "its neighbours leave no room",
  late: "it lies after the end of the audio",
  outdated: "A new run has brought other words or another audio. Close and reopen the editor to edit those.",
  keyPlay: "Play or pause from the cursor",
  keyPlayWord: "Play the word",
  keyPlayLine: "Play the line",
  keyLoop: "Loop on or off",
  keySlower: "Slower",
  keyFaster: "Faster",
  keyBack: "Cursor back 1 s",
  keyForward: "Cursor on 1 s",
  keyHome: "Cursor to the beginning",
  keyEnd: "Cursor to the end",
  keyPrevious: "Previous word",
  keyNext: "Next word",
  keyUp: "Previous line",
  keyDown: "Next line",
  keyExtend: "Select more words",
  keySelectLine: "Select the line",
  keyNudge: "Word earlier or later by 10 ms (with Shift 100 ms)",
  keyNudgeStart: "Start earlier or later by 10 ms (with Shift 100 ms)",
  keyNudgeEnd: "End earlier or later by 10 ms (with Shift 100 ms)",
  keyNudgeStartAlone: "Start alone, without the word before it",
  keyNudgeEndAlone: "End alone, without the word after it",
  keyStartHere: "Start at the cursor",
  keyEndHere: "End at the cursor",
  keyText: "Edit the text",
  keySplit: "Split at the cursor, or in the middle",
  keyMerge: "Merge with the next word, or the selected words",
  keyInsert: "Insert a word",
  keyRemove: "Delete",
  keyNewLine: "Begin a line here, or join it to the one before",
  keySpace: "Space after the word, or none",
  keyTap: "Tap the line in",
  keySnap: "Snap on or off",
  keyFollow: "Follow on or off",
  keyZoom: "Zoom in, zoom out",
  keyScroll: "Scroll back, scroll on",
  keyHelp: "This list",
  keyClose: "Close, stop tapping, cancel a drag",
  ripple: "Move all after",
  voice: "Voice",
  nobody: "–",
  syllables: "Syllables",
  mergeSyllables: "Join syllables",
  tapHere: "Tap from the cursor",
  fillGaps: "Fill gaps",
  nextDoubt: "Next doubtful word",
  noGaps: "There is no gap to fill.",
  noSyllables: "“{word}” has one syllable, or is too short to be split.",
  noParts: "The word was not split into syllables.",
  noDoubts: "No word is doubtful.",
  nothingFollows: "No word follows the cursor.",
  doubtful: "doubtful: hardly heard there",
  estimated: "doubtful: the time is estimated",
  marks: "✎ changed by you · ? doubtful · ≈ estimated time",
  restored: "These are the changes that were not saved the last time. Undo takes them back.",
  look: "At the cursor",
  lookOf: "The lyrics at the cursor in the connected style",
  shape: "Width to height",
  keyNudgeLine: "Line earlier or later by 10 ms (with Shift 100 ms)",
  keyRipple: "Move all after: what is moved takes along all that follows",
  keyFillGaps: "Fill gaps of the line, or between the selected words",
  keySyllables: "Syllables: cut the word into them",
  keyMergeSyllables: "Join syllables of the word again",
  keyTapHere: "Tap from the cursor to the end of the line",
  keyNextDoubt: "Next doubtful word",
  keyPreviousDoubt: "Previous doubtful word",
  keyVoice: "Voice that sings the line"
};

// editor/texts/ja.ts
var ja = {
  title: "タイムスタンプ",
  unsaved: "未保存の変更があります",
  saved: "ノードに保存しました。ワークフローを実行すると新しい時刻が使われます。",
  nodeGone: "保存されませんでした：開いているワークフローにこのノードはもうありません。編集はここに残っています。コピーして閉じ、目的のノードのエディターに Ctrl+V で貼り付けてください。",
  notTaken: "保存されませんでした：ノードが編集を受け取りませんでした。編集はここに残っています。コピーしてから、もう一度試してください。",
  copy: "編集をコピー",
  copied: "編集をコピーしました。",
  notCopied: "ブラウザーがコピーを許可しませんでした。",
  pasted: "編集を貼り付けました。",
  undo: "元に戻す",
  redo: "やり直す",
  shortcuts: "ショートカット",
  save: "保存",
  close: "閉じる",
  play: "再生",
  pause: "一時停止",
  playWord: "単語",
  playLine: "行",
  loop: "ループ",
  speed: "速度",
  zoomIn: "拡大",
  zoomOut: "縮小",
  zoomAll: "曲全体",
  zoomLine: "行に合わせて拡大",
  follow: "追従",
  snap: "吸着",
  hint: "2 つの単語の境界をドラッグすると両方が動き、Alt を押すと片方だけ動きます。動かした単語は妨げになる単語を短くします。? でキーの一覧。",
  waveform: "波形。単語は下の一覧にあります。",
  words: "単語",
  line: "行",
  text: "テキスト",
  start: "開始 (秒)",
  end: "終了 (秒)",
  newLine: "行の先頭",
  space: "後ろに空白",
  split: "分割",
  merge: "結合",
  insert: "挿入",
  remove: "削除",
  tap: "行をタップ",
  tapHint: "各単語の始まりでスペースキーまたはボタンを押し、最後にもう一度押します。Esc で中止。",
  tapNow: "タップ",
  stopTap: "タップを中止",
  reset: "すべての編集を破棄",
  newWord: "新規",
  noRoom: "ここには単語を追加する余地がありません。",
  tooShort: "「{word}」は 20 ミリ秒より短くできません。",
  inTheWay: "「{word}」があります。Alt なしなら場所を空けます。",
  overlaps: "「{word}」と既に重なっており、これ以上は重ねられません。",
  audioBegins: "音声はここから始まります。",
  audioEnds: "音声はここで終わります。",
  noTime: "秒の時刻ではありません。",
  noText: "単語は空にできません。「削除」で取り除けます。",
  noSplit: "「{word}」は短すぎて分割できません。",
  noMerge: "この行に続く単語がありません。結合する単語を選択してください。",
  edited: "編集済み",
  noWords: "単語がありません。「挿入」でカーソル位置に追加できます。",
  askTitle: "変更を保存しますか？",
  discard: "破棄",
  keepEditing: "編集を続ける",
  stopped: "タップを中止しました。",
  noSound: "音声を再生できません。ワークフローを再実行してからエディターを開き直してください。",
  refused: "単語に合わなくなった編集です。保存すると消えます：",
  gone: "対象の単語がもうありません",
  moved: "対象の単語の時刻が違います",
  crowded: "隣の単語との間に余地がありません",
  late: "音声の終わりより後にあります",
  outdated: "新しい実行で単語か音声が変わりました。エディターを開き直してください。",
  keyPlay: "カーソルから再生・一時停止",
  keyPlayWord: "単語を再生",
  keyPlayLine: "行を再生",
  keyLoop: "ループの切り替え",
  keySlower: "遅く",
  keyFaster: "速く",
  keyBack: "カーソルを 1 秒戻す",
  keyForward: "カーソルを 1 秒進める",
  keyHome: "カーソルを先頭へ",
  keyEnd: "カーソルを末尾へ",
  keyPrevious: "前の単語",
  keyNext: "次の単語",
  keyUp: "前の行",
  keyDown: "次の行",
  keyExtend: "選択を広げる",
  keySelectLine: "行を選択",
  keyNudge: "単語を 10 ミリ秒前後へ (Shift で 100 ミリ秒)",
  keyNudgeStart: "開始を 10 ミリ秒前後へ (Shift で 100 ミリ秒)",
  keyNudgeEnd: "終了を 10 ミリ秒前後へ (Shift で 100 ミリ秒)",
  keyNudgeStartAlone: "開始だけを動かす (前の単語はそのまま)",
  keyNudgeEndAlone: "終了だけを動かす (次の単語はそのまま)",
  keyStartHere: "カーソル位置を開始に",
  keyEndHere: "カーソル位置を終了に",
  keyText: "テキストを編集",
  keySplit: "カーソル位置または中央で分割",
  keyMerge: "次の単語、または選択した単語を結合",
  keyInsert: "単語を挿入",
  keyRemove: "削除",
  keyNewLine: "ここから改行、または前の行につなぐ",
  keySpace: "単語の後の空白の有無",
  keyTap: "行をタップで合わせる",
  keySnap: "吸着の切り替え",
  keyFollow: "追従の切り替え",
  keyZoom: "拡大・縮小",
  keyScroll: "前・後ろへスクロール",
  keyHelp: "この一覧",
  keyClose: "閉じる、タップやドラッグの中止",
  ripple: "以降も動かす",
  voice: "声部",
  nobody: "–",
  syllables: "音節に分割",
  mergeSyllables: "音節を結合",
  tapHere: "カーソルからタップ",
  fillGaps: "隙間を埋める",
  nextDoubt: "次の疑わしい単語",
  noGaps: "埋める隙間がありません。",
  noSyllables: "「{word}」は 1 音節か、短すぎて分割できません。",
  noParts: "この単語は音節に分割されていません。",
  noDoubts: "疑わしい単語はありません。",
  nothingFollows: "カーソルの後に単語がありません。",
  doubtful: "疑わしい：ここではほとんど聞こえません",
  estimated: "疑わしい：時刻は推定です",
  marks: "✎ 変更済み · ? 疑わしい · ≈ 推定の時刻",
  restored: "前回保存されなかった変更です。「元に戻す」で取り消せます。",
  look: "カーソル位置の表示",
  lookOf: "カーソル位置の歌詞（接続中のスタイル）",
  shape: "縦横比",
  keyNudgeLine: "行を 10 ミリ秒前後へ (Shift で 100 ミリ秒)",
  keyRipple: "以降も動かす：動かすと後に続くすべてが動く",
  keyFillGaps: "行、または選択した単語の間の隙間を埋める",
  keySyllables: "音節に分割",
  keyMergeSyllables: "音節を結合して単語に戻す",
  keyTapHere: "カーソルからタップ（行の終わりまで）",
  keyNextDoubt: "次の疑わしい単語",
  keyPreviousDoubt: "前の疑わしい単語",
  keyVoice: "行を歌う声部"
};

// editor/texts/zh.ts
var zh = {
  title: "时间戳",
  unsaved: "有未保存的更改",
  saved: "已保存到节点。运行工作流即可使用新的时间。",
  nodeGone: "未保存：当前打开的工作流中已没有此节点。编辑仍在这里：请复制它们，关闭编辑器，再用 Ctrl+V 粘贴到目标节点的编辑器中。",
  notTaken: "未保存：节点没有接受这些编辑。编辑仍在这里：请复制它们，然后重试。",
  copy: "复制编辑",
  copied: "编辑已复制。",
  notCopied: "浏览器不允许复制编辑。",
  pasted: "编辑已粘贴。",
  undo: "撤销",
  redo: "重做",
  shortcuts: "快捷键",
  save: "保存",
  close: "关闭",
  play: "播放",
  pause: "暂停",
  playWord: "单词",
  playLine: "整行",
  loop: "循环",
  speed: "速度",
  zoomIn: "放大",
  zoomOut: "缩小",
  zoomAll: "整首歌",
  zoomLine: "缩放到当前行",
  follow: "跟随",
  snap: "吸附",
  hint: "拖动两个单词的边界会同时移动两者，按住 Alt 只移动一个。被移动的单词会缩短挡路的单词。按 ? 查看快捷键。",
  waveform: "波形。单词在下方的列表中。",
  words: "单词",
  line: "行",
  text: "文字",
  start: "开始（秒）",
  end: "结束（秒）",
  newLine: "另起一行",
  space: "后接空格",
  split: "拆分",
  merge: "合并",
  insert: "插入",
  remove: "删除",
  tap: "敲击整行",
  tapHint: "每个单词开始时按空格键或按钮，结束时再按一次。Esc 停止。",
  tapNow: "敲击",
  stopTap: "停止敲击",
  reset: "放弃全部编辑",
  newWord: "新词",
  noRoom: "这里放不下另一个单词。",
  tooShort: "“{word}”不能短于 20 毫秒。",
  inTheWay: "“{word}”挡住了；不按 Alt 时它会让开。",
  overlaps: "“{word}”已与它重叠，不能再多。",
  audioBegins: "音频从这里开始。",
  audioEnds: "音频到这里结束。",
  noTime: "这不是以秒为单位的时间。",
  noText: "单词不能为空。要去掉它，请用“删除”。",
  noSplit: "“{word}”太短，无法拆分。",
  noMerge: "该行后面没有单词。请选择要合并的单词。",
  edited: "已编辑",
  noWords: "没有单词。“插入”会在光标处添加一个。",
  askTitle: "保存更改吗？",
  discard: "不保存",
  keepEditing: "继续编辑",
  stopped: "已停止敲击。",
  noSound: "无法播放音频。请重新运行工作流，然后再打开编辑器。",
  refused: "下列编辑已不适用于这些单词，保存后将消失：",
  gone: "对应的单词已不存在",
  moved: "对应的单词时间不同",
  crowded: "相邻单词没有留出空间",
  late: "位于音频结束之后",
  outdated: "新的运行带来了不同的单词或音频。请关闭并重新打开编辑器。",
  keyPlay: "从光标处播放或暂停",
  keyPlayWord: "播放单词",
  keyPlayLine: "播放整行",
  keyLoop: "循环开关",
  keySlower: "减速",
  keyFaster: "加速",
  keyBack: "光标后退 1 秒",
  keyForward: "光标前进 1 秒",
  keyHome: "光标到开头",
  keyEnd: "光标到结尾",
  keyPrevious: "上一个单词",
  keyNext: "下一个单词",
  keyUp: "上一行",
  keyDown: "下一行",
  keyExtend: "选择更多单词",
  keySelectLine: "选择整行",
  keyNudge: "单词提前或推后 10 毫秒（加 Shift 为 100 毫秒）",
  keyNudgeStart: "开始提前或推后 10 毫秒（加 Shift 为 100 毫秒）",
  keyNudgeEnd: "结束提前或推后 10 毫秒（加 Shift 为 100 毫秒）",
  keyNudgeStartAlone: "只移动开始，不带动前一个单词",
  keyNudgeEndAlone: "只移动结束，不带动后一个单词",
  keyStartHere: "从光标处开始",
  keyEndHere: "在光标处结束",
  keyText: "编辑文字",
  keySplit: "在光标处或正中拆分",
  keyMerge: "与下一个单词合并，或合并所选单词",
  keyInsert: "插入单词",
  keyRemove: "删除",
  keyNewLine: "从此处另起一行，或并入上一行",
  keySpace: "单词后有无空格",
  keyTap: "敲击整行",
  keySnap: "吸附开关",
  keyFollow: "跟随开关",
  keyZoom: "放大、缩小",
  keyScroll: "向前、向后滚动",
  keyHelp: "本列表",
  keyClose: "关闭、停止敲击、取消拖动",
  ripple: "后面一起移动",
  voice: "演唱者",
  nobody: "–",
  syllables: "音节",
  mergeSyllables: "合并音节",
  tapHere: "从光标处敲击",
  fillGaps: "填补空隙",
  nextDoubt: "下一个存疑单词",
  noGaps: "没有空隙可填。",
  noSyllables: "“{word}”只有一个音节，或太短而无法拆分。",
  noParts: "这个单词没有拆分成音节。",
  noDoubts: "没有存疑的单词。",
  nothingFollows: "光标之后没有单词。",
  doubtful: "存疑：此处几乎听不到",
  estimated: "存疑：时间为估计值",
  marks: "✎ 已由您更改 · ? 存疑 · ≈ 估计的时间",
  restored: "这些是上次没有保存的更改。“撤销”可去掉它们。",
  look: "光标处的画面",
  lookOf: "光标处的歌词（所连接的样式）",
  shape: "宽高比",
  keyNudgeLine: "整行提前或推后 10 毫秒（加 Shift 为 100 毫秒）",
  keyRipple: "后面一起移动：移动时带上后面的所有单词",
  keyFillGaps: "填补该行或所选单词之间的空隙",
  keySyllables: "音节：把单词拆分成音节",
  keyMergeSyllables: "合并音节：重新合成单词",
  keyTapHere: "从光标处敲击到行尾",
  keyNextDoubt: "下一个存疑单词",
  keyPreviousDoubt: "上一个存疑单词",
  keyVoice: "演唱该行的人"
};

// editor/texts.ts
function editorTexts() {
  return inLanguage({ en, zh, ja, de });
}

// editor/editor.ts
var MIRRORED = {
  previous: "next",
  next: "previous",
  extendBack: "extend",
  extend: "extendBack"
};
var Editor = class {
  constructor(opened) {
    this.opened = opened;
    const { texts, messages } = this;
    const run = (action) => this.run(action);
    this.session = new Session(
      opened.base,
      opened.saved,
      (change) => this.changed(change),
      opened.language
    );
    this.keeping = new Keeping(this.session, opened.drafts);
    this.player = new Player(
      opened.audio,
      () => this.ticked(),
      () => messages.warn(texts.noSound)
    );
    this.stage = new Stage(this.session, opened.levels, texts.waveform, {
      seek: (time) => this.player.seek(Math.min(Math.max(time, 0), this.session.duration)),
      open: () => run("text"),
      cursor: () => this.player.time
    });
    this.list = new WordList(
      this.session,
      texts,
      (index, event) => this.actions.pick(index, event.shiftKey),
      (index) => {
        this.session.select(index);
        run("playLine");
      }
    );
    this.tapping = new Tapping(this.session, this.player, this.stage, this.list, texts, messages);
    this.saving = new Saving(this.dialog, this.session, texts, messages, (edits) => opened.save(edits));
    this.title = new TitleBar(`${texts.title}: ${opened.title}`, texts, run);
    this.plays = new PlayBar(texts, run, (speed) => this.player.speed = speed, this.session.duration);
    this.preview = opened.drawing && new Preview(this.session, opened.drawing, texts, () => this.player.time);
    this.acts = new ActBar(this.session, texts, run, () => this.session.reset());
    this.word = new WordBar(this.session, texts, run, (text) => messages.say(text));
    const { dialog, session, player, stage, list, word: word2, tapping, saving } = this;
    this.actions = new Actions({
      dialog,
      texts,
      messages,
      session,
      player,
      stage,
      list,
      word: word2,
      tapping,
      saving
    });
    this.build();
  }
  opened;
  dialog = element("dialog", { className: "lipsync-editor" });
  texts = editorTexts();
  messages = new Messages(this.texts);
  session;
  player;
  stage;
  list;
  title;
  plays;
  word;
  acts;
  keeping;
  actions;
  preview;
  tapping;
  saving;
  themes = new MutationObserver(() => this.restyle());
  open() {
    const { dialog } = this;
    document.body.append(dialog);
    showModal(dialog, (event) => this.heard(event));
    window.addEventListener("beforeunload", this.left);
    window.addEventListener("pagehide", this.keeping.write);
    this.restyle();
    this.themes.observe(document.documentElement, { attributes: true });
    this.themes.observe(document.body, { attributes: true });
    this.changed("words");
    this.ticked();
    this.plays.toolbar.settle();
    const first = this.session.words[0];
    if (first) {
      this.player.seek(first.start);
      this.stage.reveal(first.start, first.end);
    } else this.messages.say(this.texts.noWords);
    this.actions.focusWord();
    this.messages.tellRefused(this.session.refused);
    this.keeping.restore(this.texts, this.messages);
  }
  /** Another run has ended while this was open. */
  outdate() {
    this.messages.warn(this.texts.outdated);
  }
  build() {
    const { dialog, texts } = this;
    const style = element("style", { textContent: style_default });
    const frame2 = element("div", { className: "frame" }, [
      this.title.box,
      this.messages.notices,
      this.plays.box,
      this.stage.box,
      this.tapping.box,
      this.word.box,
      this.acts.box,
      element("div", { className: "below" }, [this.list.box, ...this.preview ? [this.preview.box] : []]),
      element("div", { className: "foot" }, [
        this.messages.said,
        element("div", { className: "hint", textContent: texts.marks }),
        element("div", { className: "hint", textContent: texts.hint })
      ])
    ]);
    dialog.append(style, frame2);
    dialog.setAttribute("aria-labelledby", "lipsync-editor-title");
    dialog.addEventListener("cancel", (event) => {
      if (event.target !== dialog) return;
      event.preventDefault();
      this.run("close");
    });
    dialog.addEventListener("close", (event) => {
      if (event.target === dialog) this.dispose();
    });
  }
  /** The browser asks before it leaves the page. */
  left = (event) => {
    if (this.session.unsaved) event.preventDefault();
  };
  dispose() {
    window.removeEventListener("beforeunload", this.left);
    window.removeEventListener("pagehide", this.keeping.write);
    this.keeping.end();
    this.preview?.dispose();
    this.themes.disconnect();
    this.player.dispose();
    this.stage.dispose();
    this.dialog.remove();
    this.opened.closed();
  }
  changed(change) {
    if (!this.word) return;
    this.stage.draw("words");
    if (change === "preview" || change === "same") {
      this.word.show();
      return this.messages.sayTimes(this.session);
    }
    if (change === "words") {
      this.list.update();
      this.acts.update();
      this.word.update();
      this.keeping.changed();
      this.preview?.show(this.player.playing);
    } else if (change === "selection") this.list.choose(this.list.box.contains(document.activeElement));
    if (change === "tap") this.tapping.show();
    this.dialog.classList.toggle("changed", this.session.unsaved);
    this.title.show(this.session);
    this.word.show();
    if (change !== "words") return;
    this.messages.sayTimes(this.session);
  }
  ticked() {
    if (!this.plays) return;
    const { player } = this;
    const { time } = player;
    this.stage.showCursor(time, this.actions.following && player.playing);
    this.plays.tell(time);
    this.plays.show({
      playing: player.playing,
      loop: player.loop,
      follow: this.actions.following,
      snap: this.stage.snapping,
      ripple: this.session.ripple,
      speed: player.speed
    });
    this.list.sing(player.playing ? timelineOf(this.session.words).at(time) : []);
    this.preview?.show(player.playing);
  }
  /** With the focus on nothing, such as a button that can no longer be pressed, keys are meant all the same. */
  heard(event) {
    if (this.dialog.querySelector("dialog")) return;
    if (!(event instanceof ClipboardEvent)) this.pressed(event);
    else if (event.type === "paste") this.pasted(event);
  }
  pressed(event) {
    const target = event.target;
    if (event.isComposing) return;
    const typing = target.matches("input:not([type=checkbox])");
    if (typing && (event.key === "Enter" || event.key === "Escape")) {
      event.preventDefault();
      this.word.leave(target, event.key === "Enter");
      return this.actions.focusWord();
    }
    const bars = [this.title, this.plays, this.acts];
    if (!typing && bars.some(({ toolbar }) => toolbar.moved(event))) return event.preventDefault();
    const action = this.asRead(actionFor(event), target);
    if (!action) return;
    if (typing && !["save", "help", "close"].includes(action)) return;
    if (typing && event.key === "?") return;
    if (target.matches("button, select, input") && ["play", "playWord"].includes(action)) return;
    if (target.matches("select") && action !== "save" && action !== "close") return;
    event.preventDefault();
    if (this.stage.dragging && action !== "close") return;
    if (this.session.tap && (action === "play" || action === "playWord")) {
      if (!event.repeat) this.tapping.press();
      return;
    }
    this.run(action, event.altKey);
  }
  /** In a line that is read from right to left, the word that follows stands to the left. */
  asRead(action, target) {
    return this.list.isRightToLeft(target) && action && MIRRORED[action] || action;
  }
  /** Edits that were copied because they could not be saved; other texts are the fields'. */
  pasted(event) {
    if (event.target.matches("input")) return;
    const text = event.clipboardData?.getData("text/plain").trim();
    if (!text) return;
    let edits;
    try {
      edits = parseEdits(text);
    } catch {
      return;
    }
    event.preventDefault();
    const refused = this.session.load(edits);
    this.messages.say(this.texts.pasted);
    this.messages.tellRefused(refused);
  }
  run(action, alone = false) {
    this.actions.run(action, alone);
    this.ticked();
  }
  restyle() {
    const { ground } = paletteOf(this.dialog);
    const light = (ground.match(/[\d.]+/g) ?? []).slice(0, 3).every((part) => Number(part) > 127);
    this.dialog.classList.toggle("bright", light);
    this.stage.restyle();
  }
};

// lazy/editor.ts
async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(String(response.status));
  return response;
}
async function openEditor({ title, files, edits, drafts, drawing, save, closed }) {
  const [words, peaks] = await Promise.all([
    fetched(files.words).then((response) => response.json()),
    fetched(files.peaks).then((response) => response.arrayBuffer())
  ]);
  const { language: language2, levels, ...base } = words;
  let saved = parseEdits("");
  try {
    saved = parseEdits(edits);
  } catch {
  }
  const editor = new Editor({
    title,
    audio: files.audio,
    base,
    levels: readPeaks(peaks, levels),
    saved,
    language: language2,
    drafts,
    drawing,
    save,
    closed
  });
  editor.open();
  return editor;
}
export {
  openEditor
};
