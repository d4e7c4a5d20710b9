// faces.ts
import { app as app4 } from "../../scripts/app.js";

// faces/choice.ts
function idsOf(value) {
  const parts = value.split("+").map((part) => part.trim());
  return parts.every((part) => /^\d+$/.test(part)) ? parts.map(Number) : [];
}
function clicked(value, id, several) {
  const before = idsOf(value);
  if (!several || !before.length) return String(id);
  const after = before.includes(id) ? before.filter((one) => one !== id) : [...before, id];
  return (after.length ? after : [id]).sort((a, b) => a - b).join("+");
}
function ranges(numbers) {
  const rows = [];
  for (const number of numbers) {
    const last = rows.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else rows.push([number, number]);
  }
  return rows.map(([first, end]) => first === end ? `${first}` : `${first}–${end}`).join(", ");
}
function clock(seconds) {
  const whole = Math.floor(seconds + 0.05);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// faces/texts.ts
var TEXTS = {
  en: {
    rules: { largest: "largest", left: "left", centre: "centre", right: "right", speaking: "speaking" },
    run: "Run the workflow to see who is in the clip.",
    nobody: "No face was found. Lower min_confidence, or set detector to full.",
    person: (id) => `Person ${id}`,
    shots: (numbers) => `shot ${numbers}`,
    choose: (id) => `Lip-sync person ${id}`,
    several: "Shift-click to choose several.",
    picture: (number, count, time) => `${number} of ${count}, at ${time}`,
    before: "Picture before",
    next: "Next picture",
    chosen: (id, node) => `person of ${node} is now ${id}.`,
    unconnected: "Connect face_track to a node with person, such as Apply Lip-Sync, to choose by a click.",
    byVoice: "Each voice has a person of its own: choose it on the Voice node.",
    faces: "Faces",
    people: "Known persons"
  },
  zh: {
    rules: { largest: "最大", left: "左", centre: "中", right: "右", speaking: "说话者" },
    run: "运行工作流，即可看到片段中有谁。",
    nobody: "没有找到人脸。请降低“最低置信度”，或将“检测器”设为 full。",
    person: (id) => `人物 ${id}`,
    shots: (numbers) => `镜头 ${numbers}`,
    choose: (id) => `为人物 ${id} 对口型`,
    several: "按住 Shift 点击可选择多人。",
    picture: (number, count, time) => `第 ${number} / ${count} 张，${time}`,
    before: "上一张",
    next: "下一张",
    chosen: (id, node) => `${node} 的“人物”现在是 ${id}。`,
    unconnected: "将“人脸轨迹”连接到带有“人物”的节点（如“应用口型同步”），即可点击选择。",
    byVoice: "每个声音各有自己的人物：请在“声音”节点上选择。",
    faces: "人脸",
    people: "已知人物"
  },
  ja: {
    rules: { largest: "最大", left: "左", centre: "中央", right: "右", speaking: "話者" },
    run: "ワークフローを実行すると、クリップに誰が映っているか表示されます。",
    nobody: "顔が見つかりませんでした。「最小信頼度」を下げるか、「検出器」を full にしてください。",
    person: (id) => `人物 ${id}`,
    shots: (numbers) => `ショット ${numbers}`,
    choose: (id) => `人物 ${id} をリップシンク`,
    several: "Shift を押しながらクリックすると複数選べます。",
    picture: (number, count, time) => `${number} / ${count} 枚目、${time}`,
    before: "前の画像",
    next: "次の画像",
    chosen: (id, node) => `${node} の「人物」を ${id} にしました。`,
    unconnected: "「顔トラック」を「人物」のあるノード（「リップシンクを適用」など）に接続すると、クリックで選べます。",
    byVoice: "声ごとに人物があります。「声」ノードで選んでください。",
    faces: "顔",
    people: "見つかった人物"
  },
  de: {
    rules: { largest: "größtes", left: "links", centre: "Mitte", right: "rechts", speaking: "wer spricht" },
    run: "Den Workflow ausführen, um zu sehen, wer im Clip ist.",
    nobody: "Kein Gesicht gefunden. „Mindestsicherheit“ senken oder „Detektor“ auf full stellen.",
    person: (id) => `Person ${id}`,
    shots: (numbers) => `Einstellung ${numbers}`,
    choose: (id) => `Person ${id} synchronisieren`,
    several: "Mit Umschalt-Klick mehrere wählen.",
    picture: (number, count, time) => `${number} von ${count}, bei ${time}`,
    before: "Voriges Bild",
    next: "Nächstes Bild",
    chosen: (id, node) => `„Person“ von ${node} ist jetzt ${id}.`,
    unconnected: "„Gesichtsspur“ mit einem Knoten verbinden, der „Person“ hat (etwa „Lippensynchron machen“), dann wählt ein Klick.",
    byVoice: "Jede Stimme hat ihre eigene Person: am Knoten „Stimme“ wählen.",
    faces: "Gesichter",
    people: "Bekannte Personen"
  }
};

// shared/dom.ts
function element(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

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

// shared/node_place.ts
import { app as app2 } from "../../scripts/app.js";
var rootGraph = () => app2.rootGraph ?? app2.graph;
function allNodes(graph = rootGraph()) {
  return graph.nodes.flatMap((node) => node.subgraph ? [node, ...allNodes(node.subgraph)] : [node]);
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

// shared/results.ts
import { app as app3 } from "../../scripts/app.js";
var takers = /* @__PURE__ */ new WeakMap();
function onResults(node, take) {
  takers.set(node, take);
  const { onExecuted } = node;
  node.onExecuted = function(output) {
    onExecuted?.call(this, output);
    takers.delete(node);
    take(output, false);
  };
}
function bringBack(outputs) {
  for (const node of allNodes()) {
    const [take, output] = [takers.get(node), outputs[locator(node)]];
    if (!take || !output) continue;
    takers.delete(node);
    take(output, true);
  }
}
function locator(node) {
  return node.graph && node.graph !== (app3.rootGraph ?? app3.graph) ? `${node.graph.id}:${node.id}` : String(node.id);
}

// shared/server.ts
import { api } from "../../scripts/api.js";
function viewAddress({ filename, subfolder, type }) {
  return api.apiURL(`/view?${new URLSearchParams({ filename, subfolder, type })}`);
}

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
function grow(node) {
  const [width, height] = node.size;
  const needed = node.computeSize?.()[1] ?? height;
  if (needed > height) node.setSize?.([width, needed]);
  node.setDirtyCanvas?.(true, true);
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

// faces.ts
var TRACKER = "LipSyncFaceTrack";
var APPLY = "LipSyncApply";
var VOICE = "LipSyncVoice";
var RULES = ["largest", "left", "centre", "right"];
var COLOURS = ["#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00", "#0072b2"];
var HEIGHT = 250;
var CHIPS = 30;
var found = /* @__PURE__ */ new WeakMap();
var refreshers = /* @__PURE__ */ new WeakMap();
var colourOf = (id) => COLOURS[(id - 1) % COLOURS.length];
var personOf = (node) => node.widgets?.find((one) => one.name === "person");
function setPerson(node, value) {
  const widget = personOf(node);
  if (!widget) return;
  widget.value = value;
  widget.callback?.(value);
  node.setDirtyCanvas?.(true, true);
  app4.extensionManager.workflow?.activeWorkflow?.changeTracker?.captureCanvasState?.();
  refreshAll();
}
function refreshAll() {
  for (const each of allNodes()) refreshers.get(each)?.();
}
function trackerOf(node) {
  if (kindOf(node) !== VOICE) return origin(node, "face_track");
  for (const next of targets(node, 0)) {
    const tracker = trackerOf(next);
    if (tracker) return tracker;
  }
  return void 0;
}
var hasVoices = (node) => kindOf(node) === APPLY && isWired(node, "voices");
function whereabouts(person, overview) {
  const times = person.spans.map(([start, end]) => `${clock(start)}–${clock(end)}`);
  const seen = times.length > 3 ? `${times.slice(0, 3).join(", ")} …` : times.join(", ");
  return overview.shots > 1 ? `${inLanguage(TEXTS).shots(ranges(person.shots))} · ${seen}` : seen;
}
function addChips(node) {
  const row = element("div", { role: "group", ariaLabel: inLanguage(TEXTS).people });
  const rules = kindOf(node) === APPLY ? [...RULES, "speaking"] : RULES;
  row.style.cssText = "display: flex; flex-wrap: wrap; gap: 4px; padding: 0 2px;";
  const box = element("div", {}, [row]);
  box.style.cssText = "height: 100%; min-height: 22px; overflow: hidden;";
  addElement(node, "person_choice", box, { height: () => Math.max(CHIPS, row.offsetHeight + 2 * MARGIN), after: "person" });
  const watcher = new ResizeObserver(() => grow(node));
  watcher.observe(row);
  const { onRemoved } = node;
  node.onRemoved = function() {
    onRemoved?.call(this);
    watcher.disconnect();
  };
  const refresh = () => {
    const texts = inLanguage(TEXTS);
    const value = String(personOf(node)?.value ?? "");
    const tracker = trackerOf(node);
    const overview = tracker && found.get(tracker);
    const ids = idsOf(value);
    row.replaceChildren(
      ...rules.map((rule) => chip(texts.rules[rule], rule, value.trim() === rule, () => setPerson(node, rule))),
      ...(overview?.people ?? []).map(
        (person) => chip(
          String(person.id),
          `${texts.choose(person.id)} (${whereabouts(person, overview)}). ${texts.several}`,
          ids.includes(person.id),
          ({ shiftKey, ctrlKey }) => setPerson(node, clicked(value, person.id, shiftKey || ctrlKey)),
          colourOf(person.id)
        )
      )
    );
  };
  refreshers.set(node, refresh);
  onWires(node, refreshAll);
  const widget = personOf(node);
  if (widget) {
    const { callback } = widget;
    widget.callback = function(...given) {
      callback?.apply(this, given);
      refresh();
    };
  }
  refresh();
}
function addFaces(node) {
  const texts = inLanguage(TEXTS);
  const stage = element("div");
  stage.style.cssText = "position: relative; flex: 1; min-height: 0; display: flex; justify-content: center; align-items: center;";
  const caption = element("div");
  caption.style.cssText = "display: flex; gap: 8px; justify-content: center; align-items: center; min-height: 20px;";
  const list = element("div", { role: "group", ariaLabel: texts.faces });
  list.style.cssText = "display: flex; flex-wrap: wrap; gap: 4px; max-height: 78px; overflow: auto; flex: none;";
  const status = element("div", { role: "status", textContent: texts.run });
  status.style.cssText = "font: 12px/1.35 sans-serif; color: var(--descrip-text); overflow-wrap: anywhere; flex: none;";
  const box = element("div", {}, [stage, caption, list, status]);
  box.style.cssText = "display: flex; flex-direction: column; gap: 4px; height: 100%; overflow: hidden; font: 12px/1.4 sans-serif;color: var(--input-text);";
  addElement(node, "faces", box, { height: () => found.has(node) ? HEIGHT : 40, grows: true });
  Object.assign(node, { hideOutputImages: true });
  let at = 0;
  const choose = (id, several) => {
    const users = targets(node, 0).filter((one) => personOf(one));
    const chosen = users.filter((one) => !hasVoices(one));
    for (const target of chosen) {
      setPerson(target, clicked(String(personOf(target)?.value ?? ""), id, several));
    }
    const first = chosen[0];
    if (first) status.textContent = texts.chosen(String(personOf(first)?.value), first.title);
    else status.textContent = users.length ? texts.byVoice : texts.unconnected;
  };
  const chosenIds = () => allNodes().filter((one) => !hasVoices(one) && trackerOf(one) === node).flatMap((one) => idsOf(String(personOf(one)?.value ?? "")));
  const draw = () => {
    const overview = found.get(node);
    if (!overview) return;
    const ids = chosenIds();
    const frame = overview.frames[at] ?? overview.frames[0];
    if (frame) {
      const picture = element("img", { src: viewAddress(frame.picture), alt: texts.faces, draggable: false });
      picture.style.cssText = "max-width: 100%; max-height: 100%; display: block;";
      const held = element("div", {}, [picture, ...frame.faces.map((face) => faceButton(face, ids, choose))]);
      held.style.cssText = "position: relative; height: 100%; max-width: 100%; display: flex; align-items: center;";
      const fit = () => {
        const scale = Math.min(stage.clientWidth / picture.naturalWidth, stage.clientHeight / picture.naturalHeight);
        if (!Number.isFinite(scale) || scale <= 0) return;
        held.style.width = picture.style.width = `${picture.naturalWidth * scale}px`;
        held.style.height = picture.style.height = `${picture.naturalHeight * scale}px`;
      };
      picture.onload = fit;
      resized = fit;
      stage.replaceChildren(held);
    }
    const { length } = overview.frames;
    const turn = (by) => () => {
      at = (at + by + length) % length;
      draw();
    };
    const arrow = (text, label, by) => {
      const made = chip(text, label, false, turn(by));
      made.ariaLabel = label;
      return made;
    };
    const position = frame ? texts.picture(at + 1, length, clock(frame.time)) : "";
    caption.replaceChildren(
      ...length > 1 ? [arrow("‹", texts.before, -1), position, arrow("›", texts.next, 1)] : []
    );
    list.replaceChildren(
      ...overview.people.map(
        (person) => chip(
          `${person.id} · ${whereabouts(person, overview)}`,
          `${texts.choose(person.id)}. ${texts.several}`,
          ids.includes(person.id),
          ({ shiftKey, ctrlKey }) => choose(person.id, shiftKey || ctrlKey),
          colourOf(person.id)
        )
      )
    );
    if (!overview.people.length) status.textContent = texts.nobody;
    else if (status.textContent === texts.run || status.textContent === texts.nobody) status.textContent = "";
  };
  let resized = () => {
  };
  const watcher = new ResizeObserver(() => resized());
  watcher.observe(stage);
  refreshers.set(node, draw);
  onResults(node, (output) => {
    const overview = output?.faces?.[0];
    if (!overview) return;
    found.set(node, overview);
    at = 0;
    draw();
    grow(node);
    refreshAll();
  });
  const { onRemoved } = node;
  node.onRemoved = function() {
    onRemoved?.call(this);
    watcher.disconnect();
  };
}
function faceButton([id, x0, y0, x1, y1], chosen, choose) {
  const texts = inLanguage(TEXTS);
  const label = element("span", { textContent: String(id) });
  const colour = colourOf(id);
  label.style.cssText = `position: absolute; left: -2px; top: -2px; min-width: 12px; padding: 0 5px; background: ${colour}; color: #000;font: bold 15px/20px sans-serif; border-radius: 3px 0 3px 0;`;
  const made = element("button", { type: "button", title: `${texts.choose(id)}. ${texts.several}` }, [label]);
  made.ariaLabel = texts.choose(id);
  made.ariaPressed = String(chosen.includes(id));
  made.onclick = ({ shiftKey, ctrlKey }) => choose(id, shiftKey || ctrlKey);
  const share = (value) => `${(value * 100).toFixed(2)}%`;
  made.style.cssText = `position: absolute; left: ${share(x0)}; top: ${share(y0)}; width: ${share(x1 - x0)}; height: ${share(y1 - y0)};padding: 0; cursor: pointer; border-radius: 4px; border: 2px solid ${colour};background: ${chosen.includes(id) ? `${colour}55` : "transparent"};`;
  return made;
}
app4.registerExtension({
  name: "LipSyncStudio.Faces",
  nodeCreated(node) {
    const kind = kindOf(node) ?? "";
    if (kind === TRACKER) addFaces(node);
    else if (kind.startsWith("LipSync") && personOf(node)) addChips(node);
  },
  onNodeOutputsUpdated: bringBack
});
