// notices.ts
import { app as app4 } from "../../scripts/app.js";

// notices/texts.ts
var TEXTS = {
  en: {
    kinds: {
      unheard: ({ percent }) => `${percent} % of the words are not heard: are these the words of this recording?`,
      estimated: () => "None of the words were heard, so their times are estimated: are these the words of this recording?",
      beyond: ({ count }) => `${count === 1 ? "1 line comes" : `${count} lines come`} after the sound's end and ${count === 1 ? "is" : "are"} left out.`,
      unused: ({ reason }) => `The text was not used: ${reason}`,
      unused_words: () => "The text was not used: the words that are connected say what is heard.",
      unused_engine: ({ engine }) => `The text was not used: ${engine} takes the mouth's shapes from the sound alone.`,
      rate: ({ fps }) => `The pictures don't say how fast they play: taken as ${fps} a second, as fps says. Change fps if they play at another rate.`,
      mishears: () => "By PocketSphinx, which mishears every other word: choose a Whisper engine for words to rely on.",
      no_demucs: () => "Without its model much of the music stays in the voice: switch download_missing on."
    }
  },
  zh: {
    kinds: {
      unheard: ({ percent }) => `${percent}% 的单词没有听到：这是这段录音的文本吗？`,
      estimated: () => "一个单词也没有听到，因此时间是估计的：这是这段录音的文本吗？",
      beyond: ({ count }) => `有 ${count} 行位于声音结束之后，已略去。`,
      unused: ({ reason }) => `文本未被使用：${reason}`,
      unused_words: () => "文本未被使用：已连接的单词说明了听到的内容。",
      unused_engine: ({ engine }) => `文本未被使用：${engine} 只根据声音确定口型。`,
      rate: ({ fps }) => `图像没有说明播放速度：按“帧率”的值处理，即每秒 ${fps} 帧。如果实际速度不同，请更改“帧率”。`,
      mishears: () => "由 PocketSphinx 转写，约一半的单词会听错：需要可靠的文字时，请选择 Whisper 引擎。",
      no_demucs: () => "没有模型时，人声中会留下许多音乐：请打开“下载缺失文件”。"
    }
  },
  ja: {
    kinds: {
      unheard: ({ percent }) => `単語の ${percent} % が聞こえません。この録音のテキストで合っていますか？`,
      estimated: () => "単語が一つも聞き取れないため、時刻は推定です。この録音のテキストで合っていますか？",
      beyond: ({ count }) => `音声の終わりより後になる ${count} 行は省かれました。`,
      unused: ({ reason }) => `テキストは使われませんでした：${reason}`,
      unused_words: () => "テキストは使われませんでした。接続された単語が使われます。",
      unused_engine: ({ engine }) => `テキストは使われませんでした。${engine} は音声だけから口の形を決めます。`,
      rate: ({ fps }) => `画像には再生速度の情報がないため、「フレームレート」の値どおり毎秒 ${fps} 枚としました。実際の速度が違う場合は「フレームレート」を変更してください。`,
      mishears: () => "PocketSphinx による書き起こしで、単語のおよそ半分は聞き違いです。確かな文字が必要なら Whisper のエンジンを選んでください。",
      no_demucs: () => "モデルがないため、声に音楽が多く残ります。「不足分をダウンロード」をオンにしてください。"
    }
  },
  de: {
    kinds: {
      unheard: ({ percent }) => `${percent} % der Wörter sind nicht zu hören: Ist das der Text dieser Aufnahme?`,
      estimated: () => "Kein Wort war zu hören, also sind die Zeiten geschätzt: Ist das der Text dieser Aufnahme?",
      beyond: ({ count }) => `${count === 1 ? "1 Zeile kommt" : `${count} Zeilen kommen`} nach dem Ende des Tons und ${count === 1 ? "ist" : "sind"} weggelassen.`,
      unused: ({ reason }) => `Der Text wurde nicht verwendet: ${reason}`,
      unused_words: () => "Der Text wurde nicht verwendet: Die verbundenen Wörter sagen, was zu hören ist.",
      unused_engine: ({ engine }) => `Der Text wurde nicht verwendet: ${engine} formt den Mund allein nach dem Ton.`,
      rate: ({ fps }) => `Die Bilder sagen nicht, wie schnell sie laufen: angenommen sind ${fps} pro Sekunde, wie „Bildrate“ es angibt. Laufen sie anders, „Bildrate“ ändern.`,
      mishears: () => "Von PocketSphinx, das jedes zweite Wort falsch hört: Für verlässliche Wörter ein Whisper-Verfahren wählen.",
      no_demucs: () => "Ohne Modell bleibt viel Musik in der Stimme: „Fehlendes laden“ einschalten."
    }
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

// shared/results.ts
import { app as app3 } from "../../scripts/app.js";

// shared/node_place.ts
import { app as app2 } from "../../scripts/app.js";
var rootGraph = () => app2.rootGraph ?? app2.graph;
function allNodes(graph = rootGraph()) {
  return graph.nodes.flatMap((node) => node.subgraph ? [node, ...allNodes(node.subgraph)] : [node]);
}

// shared/results.ts
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
function removeWidget(node, name) {
  const at = node.widgets?.findIndex((one) => one.name === name) ?? -1;
  if (at < 0) return;
  const [widget] = node.widgets.splice(at, 1);
  widget?.onRemove?.();
  widget?.element?.remove();
  node.setDirtyCanvas?.(true, true);
}
function grow(node) {
  const [width, height] = node.size;
  const needed = node.computeSize?.()[1] ?? height;
  if (needed > height) node.setSize?.([width, needed]);
  node.setDirtyCanvas?.(true, true);
}
var kindOf = (node) => node.constructor.comfyClass ?? node.comfyClass;

// notices.ts
var NODES = [
  "LipSyncAlignLyrics",
  "LipSyncApply",
  "LipSyncFaceTrack",
  "LipSyncLyricOverlay",
  "LipSyncTranscribe",
  "LipSyncVocals"
];
var WIDGET = "notices";
var LIFE = 2e4;
var ROW = 17;
var LETTER = 6.2;
var BESIDE = 50;
var told = /* @__PURE__ */ new WeakMap();
var shown = /* @__PURE__ */ new WeakMap();
function show(node, notices, quietly) {
  const { kinds } = inLanguage(TEXTS);
  const lines = notices.map((notice) => kinds[notice.kind]?.(notice) ?? notice.text);
  const all = lines.join("\n");
  if (lines.length) {
    write(node, lines);
    if (!quietly && told.get(node) !== all) {
      app4.extensionManager.toast.add({ severity: "warn", summary: node.title, detail: all, life: LIFE });
    }
  } else {
    removeWidget(node, WIDGET);
    shown.delete(node);
  }
  told.set(node, all);
  grow(node);
}
function write(node, lines) {
  const letters = Math.max(16, Math.floor((node.size[0] - BESIDE) / LETTER));
  const rows = lines.reduce((sum, line) => sum + Math.ceil((line.length + 2) / letters), 0);
  const box = shown.get(node)?.box ?? addBox(node);
  box.replaceChildren(...lines.map((line) => element("div", { textContent: `⚠ ${line}` })));
  shown.set(node, { box, rows });
}
function addBox(node) {
  const box = element("div", { role: "status" });
  box.style.cssText = "box-sizing: border-box; width: 100%; height: 100%; overflow: auto; padding: 6px 8px; border-radius: 6px;background: #4a3410; border: 1px solid #d99a2b; color: #ffdf9e; font: 12px/1.35 sans-serif;overflow-wrap: anywhere; user-select: text;";
  addElement(node, WIDGET, box, { height: () => (shown.get(node)?.rows ?? 1) * ROW + 30 });
  return box;
}
app4.registerExtension({
  name: "LipSyncStudio.Notices",
  nodeCreated(node) {
    if (!NODES.includes(kindOf(node) ?? "")) return;
    onResults(node, (output, again) => {
      if (output?.notices) show(node, output.notices, again);
    });
  },
  onNodeOutputsUpdated: bringBack
});
