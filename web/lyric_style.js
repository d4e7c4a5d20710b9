// lyric_style.ts
import { api as api3 } from "../../scripts/api.js";
import { app as app3 } from "../../scripts/app.js";

// shared/widgets.ts
var MARGIN = 4;
var tidied = /* @__PURE__ */ new WeakSet();
function addElement(node, name, element2, options) {
  const widget = node.addDOMWidget(name, `lipsync_${name}`, element2, {
    getMinHeight: options.height,
    margin: MARGIN,
    serialize: false
  });
  widget.serialize = false;
  if (!options.grows) {
    Object.assign(widget, { computeLayoutSize: void 0, computeSize: (width) => [width, options.height()] });
  }
  const widgets = node.widgets ?? [];
  const beside = widgets.findIndex((one) => one.name === (options.before ?? options.after ?? ""));
  if (beside >= 0) {
    widgets.splice(widgets.indexOf(widget), 1);
    widgets.splice(options.before === void 0 ? beside + 1 : beside, 0, widget);
  }
  tidy(node);
  return widget;
}
function tidy(node) {
  if (tidied.has(node)) return;
  tidied.add(node);
  const { onSerialize } = node;
  node.onSerialize = function(saved) {
    onSerialize?.call(this, saved);
    const values = saved.widgets_values;
    if (!Array.isArray(values)) return;
    const widgets = this.widgets ?? [];
    if (values.length <= widgets.filter((widget) => widget.serialize !== false).length) return;
    saved.widgets_values = values.filter((_, at) => widgets[at]?.serialize !== false);
  };
}
var kindOf = (node) => node.constructor.comfyClass ?? node.comfyClass;
function isWired(node, input) {
  return node.inputs?.find((one) => one.name === input)?.link != null;
}
function onWires(node, changed) {
  const { onConnectionsChange, onConfigure } = node;
  node.onConnectionsChange = function(...given) {
    onConnectionsChange?.apply(this, given);
    changed();
  };
  node.onConfigure = function(saved) {
    onConfigure?.call(this, saved);
    changed();
  };
}
function targets(node, slot) {
  return (node.outputs?.[slot]?.links ?? []).flatMap((id) => {
    const link = node.graph?.getLink?.(id);
    const target = link && node.graph?.getNodeById(link.target_id);
    if (!target) return [];
    return target.type === "Reroute" ? targets(target, 0) : [target];
  });
}
function origin(node, input) {
  const id = node.inputs?.find((one) => one.name === input)?.link;
  const link = id == null ? void 0 : node.graph?.getLink?.(id);
  const from = link && node.graph?.getNodeById(link.origin_id);
  if (!from) return void 0;
  return from.type === "Reroute" ? origin(from, from.inputs?.[0]?.name ?? "") : from;
}

// lyric_style/connected.ts
var PICTURES = ["video", "source", "images", "image"];
function* upstream(node, inputs) {
  const seen = /* @__PURE__ */ new Set();
  const waiting = [node];
  while (waiting.length) {
    const next = waiting.shift();
    for (const name of inputs(next)) {
      const from = origin(next, name);
      if (!from || seen.has(from)) continue;
      seen.add(from);
      yield from;
      waiting.push(from);
    }
  }
}
function connectedLyrics(style, lines) {
  for (const overlay of targets(style, 0)) {
    const wires = (node) => node === overlay ? ["words"] : (node.inputs ?? []).map((input) => input.name).filter((name) => name !== "audio");
    for (const node of upstream(overlay, wires)) {
      const text = node.widgets?.find((one) => one.name === "lyrics")?.value;
      if (typeof text !== "string") continue;
      const sung = text.split("\n").map((line) => line.trim()).filter((line) => line && !/^[[(].*[\])]$/.test(line));
      if (sung.length) return sung.slice(0, lines).join("\n");
    }
  }
  return "";
}
function connectedSize(style) {
  for (const overlay of targets(style, 0)) {
    for (const node of upstream(overlay, () => PICTURES)) {
      const size = shownSize(node);
      if (size) return size;
    }
  }
  return void 0;
}
function shownSize(node) {
  const places = [
    ...(node.widgets ?? []).map((widget) => widget.element),
    document.querySelector(`[data-node-id="${CSS.escape(String(node.id))}"]`)
  ];
  for (const place of places) {
    const video = place instanceof HTMLVideoElement ? place : place?.querySelector("video");
    if (video?.videoWidth) return [video.videoWidth, video.videoHeight];
  }
  const [picture] = node.imgs ?? [];
  return picture?.naturalWidth ? [picture.naturalWidth, picture.naturalHeight] : void 0;
}

// shared/dom.ts
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// shared/chip.ts
var OUTLINE = "-webkit-text-stroke: 2px var(--input-text); paint-order: stroke;";
function chip(text, title, chosen, pressed, colour = "") {
  const made = element("button", { type: "button", textContent: text, title, onclick: pressed });
  made.ariaPressed = String(chosen);
  made.style.cssText = `flex: none; max-width: 100%; padding: 2px 8px; border-radius: 10px; font: 12px/1.4 sans-serif; cursor: pointer;overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--input-text);background: ${chosen ? "color-mix(in srgb, var(--input-text) 15%, var(--comfy-input-bg))" : "var(--comfy-input-bg)"};border: 1px solid ${chosen ? "var(--input-text)" : colour || "var(--border-color)"};`;
  if (colour) made.prepend(Object.assign(element("span", { textContent: "● " }), { style: `color: ${colour}; ${OUTLINE}` }));
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

// shared/dialog.ts
var button = (text, type = "button") => {
  const made = element("button", { type, textContent: text });
  made.style.padding = "0.4em 1em";
  return made;
};
function row(...buttons) {
  const made = element("div", {}, buttons);
  made.style.cssText = "display: flex; gap: 0.5em; justify-content: flex-end;";
  return made;
}
function openSmall(id, close, parts) {
  const end = button(close);
  const bottom = row(end);
  bottom.style.marginTop = "1.5em";
  const dialog = element("dialog", { id }, [...parts, bottom]);
  dialog.style.cssText = "width: 32em; max-width: 90vw; max-height: 90vh; overflow: auto; margin: auto; padding: 1.5em; border-radius: 8px;line-height: 1.5; overflow-wrap: anywhere; border: 1px solid var(--border-color);background: var(--comfy-menu-bg); color: var(--input-text);";
  end.onclick = () => dialog.close();
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  showModal(dialog);
}

// shared/language.ts
import { app as app2 } from "../../scripts/app.js";
var LANGUAGES = ["en", "zh", "ja", "de"];
var LANGUAGE_SETTING = "LipSyncStudio.Language";
var AUTOMATIC = "auto";
function language() {
  const { setting } = app2.extensionManager;
  const chosen = setting.get(LANGUAGE_SETTING) ?? AUTOMATIC;
  const locale = String(chosen === AUTOMATIC ? setting.get("Comfy.Locale") ?? "en" : chosen);
  return LANGUAGES.find((known) => known === locale.split("-")[0]) ?? "en";
}
var inLanguage = (tables) => tables[language()];

// shared/server.ts
import { api } from "../../scripts/api.js";
var PREFIX = "/lipsync_studio";
var ANSWERED = {
  en: (status) => `The server answered ${status}.`,
  zh: (status) => `服务器返回 ${status}。`,
  ja: (status) => `サーバーの応答：${status}。`,
  de: (status) => `Der Server antwortete mit ${status}.`
};
function viewAddress({ filename, subfolder, type }) {
  return api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`);
}
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

// lyric_style/controls.ts
import { api as api2 } from "../../scripts/api.js";

// lyric_style/colours.ts
function split(colour, canonical) {
  const text = colour.trim().toLowerCase();
  const hex = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.exec(text)?.[1];
  if (!hex) {
    const found = /^[a-z]+$/.test(text) ? canonical(text) : null;
    return found && /^#[0-9a-f]{6}$/.test(found) ? [found, ""] : null;
  }
  const long = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join("") : hex;
  return [`#${long.slice(0, 6)}`, long.slice(6)];
}
function replaced(before, rgb, canonical) {
  return rgb + (split(before, canonical)?.[1] ?? "");
}
function byBrowser(colour) {
  const context = document.createElement("canvas").getContext("2d");
  if (!context || !CSS.supports("color", colour)) return null;
  context.fillStyle = colour;
  return String(context.fillStyle);
}

// lyric_style/texts.ts
var TEXTS = {
  en: {
    presets: "Presets",
    names: {
      "karaoke classic": "karaoke classic",
      "social pill": "social pill",
      minimal: "minimal",
      neon: "neon",
      "subtitle bar": "subtitle bar",
      bounce: "bounce"
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
      shadow_colour: "shadow"
    },
    none: "none",
    clear: (colour) => `No ${colour}`,
    sample: "Sample in this style"
  },
  zh: {
    presets: "预设",
    names: {
      "karaoke classic": "经典卡拉OK",
      "social pill": "社交胶囊",
      minimal: "极简",
      neon: "霓虹",
      "subtitle bar": "字幕条",
      bounce: "弹跳"
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
      shadow_colour: "阴影"
    },
    none: "无",
    clear: (colour) => `不要${colour}`,
    sample: "此样式的示例"
  },
  ja: {
    presets: "プリセット",
    names: {
      "karaoke classic": "カラオケ",
      "social pill": "SNS ピル",
      minimal: "ミニマル",
      neon: "ネオン",
      "subtitle bar": "字幕バー",
      bounce: "バウンス"
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
      shadow_colour: "影"
    },
    none: "なし",
    clear: (colour) => `${colour}なし`,
    sample: "このスタイルの見本"
  },
  de: {
    presets: "Vorlagen",
    names: {
      "karaoke classic": "Karaoke klassisch",
      "social pill": "Social Pill",
      minimal: "minimal",
      neon: "Neon",
      "subtitle bar": "Untertitelbalken",
      bounce: "Hüpfen"
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
      shadow_colour: "Schatten"
    },
    none: "keine",
    clear: (colour) => `Ohne ${colour}`,
    sample: "Muster in diesem Stil"
  }
};

// lyric_style/controls.ts
var OPTIONAL = ["gradient", "box", "pill"];
var DIALOG = "lipsync-fonts";
var ROW = 30;
var TWO_ROWS = 58;
var SWATCHES = 48;
var rowOf = (label) => {
  const row2 = element("div", { role: "group", ariaLabel: label });
  row2.style.cssText = "display: flex; gap: 4px; align-items: center; height: 100%; min-height: 22px; overflow: auto hidden;scrollbar-width: none; font: 12px/1.4 sans-serif; color: var(--input-text);";
  return row2;
};
function addPresets(node, set) {
  const texts = inLanguage(TEXTS);
  const row2 = rowOf(texts.presets);
  row2.style.flexWrap = "wrap";
  row2.style.alignContent = "center";
  row2.style.minHeight = `${TWO_ROWS - 8}px`;
  addElement(node, "presets", row2, { height: () => TWO_ROWS, before: "effect" });
  ask("/lyric_style/presets").then(({ presets }) => {
    row2.replaceChildren(
      ...presets.map(({ name, values }) => chip(texts.names[name] ?? name, name, false, () => set(values)))
    );
  }).catch((error) => row2.replaceChildren(error.message));
}
function addFonts(node, set) {
  const texts = inLanguage(TEXTS);
  const row2 = rowOf(texts.fonts);
  row2.append(chip(texts.fonts, texts.fonts, false, () => void open()));
  addElement(node, "font_choice", row2, { height: () => ROW, after: "font" });
  const open = async () => {
    const list = element("div", { role: "listbox", ariaLabel: texts.fonts });
    list.style.cssText = "display: flex; flex-direction: column; gap: 2px; margin-top: 8px;";
    const field = element("input", { type: "search", placeholder: texts.find, ariaLabel: texts.find });
    field.style.cssText = "width: 100%; box-sizing: border-box; padding: 6px 8px; font: inherit;";
    openSmall(DIALOG, texts.close, [field, list]);
    const take = (name) => {
      document.getElementById(DIALOG)?.close();
      set({ font: name });
    };
    const filter = () => {
      const wanted = field.value.trim().toLowerCase();
      for (const one of list.children) {
        const found = one.getAttribute("aria-label")?.toLowerCase().includes(wanted);
        one.style.display = found ? "flex" : "none";
      }
    };
    field.oninput = filter;
    const chosen = String(node.widgets?.find((one) => one.name === "font")?.value ?? "");
    list.append(choice("", texts.builtIn, chosen === "", take));
    try {
      const { fonts } = await ask("/lyric_style/fonts");
      list.append(...fonts.map(({ name, label }) => choice(name, label, chosen === name, take)));
    } catch (error) {
      list.append(error.message);
    }
    filter();
  };
}
function choice(name, label, chosen, take) {
  const made = element("button", { type: "button", role: "option", ariaLabel: label, title: name || label });
  made.ariaSelected = String(chosen);
  made.style.cssText = `display: flex; align-items: center; min-height: 34px; padding: 2px 8px; text-align: left; cursor: pointer;color: #fff; border: 1px solid ${chosen ? "#fff" : "transparent"}; border-radius: 4px; background: #222;`;
  if (name) {
    const src = api2.apiURL(`/lipsync_studio/lyric_style/font?${new URLSearchParams({ name })}`);
    const picture = element("img", { src, alt: label, loading: "lazy" });
    picture.style.cssText = "height: 30px; min-width: 30px;";
    const caption = element("span", { textContent: label });
    caption.style.cssText = "margin-left: auto; padding-left: 8px; font-size: 11px; color: #aaa;";
    made.append(picture, caption);
  } else made.append(label);
  made.onclick = () => take(name);
  return made;
}
function addSwatches(node, set) {
  const texts = inLanguage(TEXTS);
  const row2 = rowOf(texts.colours.colour);
  row2.style.display = "grid";
  row2.style.gridTemplateColumns = "repeat(4, minmax(0, auto))";
  row2.style.gap = "2px 4px";
  row2.style.minHeight = "40px";
  const names = Object.keys(texts.colours).filter((name) => node.widgets?.some((one) => one.name === name));
  const valueOf = (name) => String(node.widgets?.find((one) => one.name === name)?.value ?? "");
  const swatches = names.map((name) => {
    const label = texts.colours[name];
    const field = element("input", { type: "color", ariaLabel: label, title: label });
    field.style.cssText = "flex: none; width: 18px; height: 18px; padding: 0; border: 1px solid var(--border-color); border-radius: 4px; cursor: pointer;";
    field.oninput = () => set({ [name]: replaced(valueOf(name), field.value, byBrowser) });
    const caption = element("span", { textContent: label });
    caption.style.cssText = "font-size: 10px; line-height: 12px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis;";
    const parts = [field, caption];
    if (OPTIONAL.includes(name)) {
      caption.style.cursor = "pointer";
      caption.role = "button";
      caption.tabIndex = 0;
      caption.title = caption.ariaLabel = texts.clear(label);
      const clear = (event) => {
        if (!valueOf(name)) return;
        event.preventDefault();
        set({ [name]: "" });
      };
      caption.onclick = clear;
      caption.onkeydown = (event) => {
        if (event.key === "Enter" || event.key === " ") clear(event);
      };
    }
    const held2 = element("label", {}, parts);
    held2.style.cssText = "display: flex; align-items: center; gap: 3px; min-width: 0;";
    row2.append(held2);
    return { name, field, caption, label };
  });
  addElement(node, "colour_choice", row2, { height: () => SWATCHES, after: "box" });
  return () => {
    for (const { name, field, caption, label } of swatches) {
      const value = valueOf(name);
      const found = split(value, byBrowser);
      if (found) field.value = found[0];
      field.style.opacity = found ? "1" : "0.3";
      caption.textContent = OPTIONAL.includes(name) && value ? `${label} ×` : label;
      field.title = value ? `${label}: ${value}` : `${label}: ${texts.none}`;
    }
  };
}

// lyric_style.ts
var NODE = "LipSyncLyricStyle";
var QUIET = 200;
var HEIGHT = 190;
var SEVERAL = { scrolling: 3, "two-line duet": 2 };
function addSample(node) {
  const texts = inLanguage(TEXTS);
  const picture = element("img", { alt: texts.sample, draggable: false });
  picture.style.cssText = "flex: 1; min-height: 0; width: 100%; object-fit: contain;";
  const note = element("div", { role: "status" });
  note.style.cssText = "color: var(--error-text); font-size: 12px; overflow-wrap: anywhere;";
  const box = element("div", {}, [picture, note]);
  box.style.cssText = `display: flex; flex-direction: column; gap: 4px; height: 100%; min-height: ${HEIGHT}px; overflow: hidden;`;
  const widgets = [...node.widgets ?? []];
  const set = (values) => {
    for (const widget of widgets) {
      if (!(widget.name in values) || widget.value === values[widget.name]) continue;
      widget.value = values[widget.name];
      widget.callback?.(widget.value);
    }
    node.setDirtyCanvas?.(true, true);
    app3.extensionManager.workflow?.activeWorkflow?.changeTracker?.captureCanvasState?.();
  };
  addPresets(node, set);
  addFonts(node, set);
  const showColours = addSwatches(node, set);
  addElement(node, "sample_view", box, { height: () => HEIGHT, grows: true });
  Object.assign(node, { hideOutputImages: true });
  let asked = 0;
  let waiting;
  let held2 = "";
  let used = "";
  const show = (address) => {
    picture.src = address;
    note.textContent = "";
    URL.revokeObjectURL(held2);
    held2 = address.startsWith("blob:") ? address : "";
  };
  const connected = () => {
    const effect = String(widgets.find((one) => one.name === "effect")?.value);
    const lyrics = connectedLyrics(node, SEVERAL[effect] ?? 1);
    const size = connectedSize(node);
    return { ...lyrics ? { sample: lyrics } : {}, ...size ? { frame: size } : {} };
  };
  const draw = async () => {
    const number = ++asked;
    const values = Object.fromEntries(widgets.map(({ name, value }) => [name, value]));
    const more = connected();
    used = JSON.stringify(more);
    const response = await request("/lyric_style/preview", { ...values, ...more });
    const drawn = response.headers.get("Content-Type")?.startsWith("image/");
    const answer2 = drawn ? await response.blob() : await response.json().catch(() => ({}));
    if (number !== asked) return;
    if (answer2 instanceof Blob) show(URL.createObjectURL(answer2));
    else note.textContent = answer2.error ?? answered(response);
  };
  const soon = () => {
    showColours();
    clearTimeout(waiting);
    waiting = setTimeout(() => void draw().catch(() => void 0), QUIET);
  };
  const look = () => {
    if (!isWired(node, "background") && JSON.stringify(connected()) !== used) soon();
  };
  for (const widget of widgets) {
    const changed = widget.callback;
    widget.callback = function(...given) {
      const result = changed?.apply(this, given);
      soon();
      return result;
    };
  }
  onWires(node, soon);
  api3.addEventListener("graphChanged", look);
  api3.addEventListener("executed", look);
  const { onExecuted, onRemoved } = node;
  node.onExecuted = function(output) {
    onExecuted?.call(this, output);
    const file = output?.images?.[0];
    if (!file || !isWired(node, "background")) return;
    clearTimeout(waiting);
    asked++;
    show(viewAddress(file));
  };
  node.onRemoved = function() {
    onRemoved?.call(this);
    clearTimeout(waiting);
    asked++;
    api3.removeEventListener("graphChanged", look);
    api3.removeEventListener("executed", look);
    URL.revokeObjectURL(held2);
  };
  soon();
}
app3.registerExtension({
  name: "LipSyncStudio.LyricStyle",
  nodeCreated(node) {
    if (kindOf(node) === NODE) addSample(node);
  }
});
