import type { Language } from "../shared/language";

export interface Texts {
    /** The rules of `person`. */
    rules: Record<"largest" | "left" | "centre" | "right" | "speaking", string>;
    run: string;
    nobody: string;
    person: (id: number) => string;
    shots: (numbers: string) => string;
    /** What a click on a face does. */
    choose: (id: number) => string;
    several: string;
    picture: (number: number, count: number, time: string) => string;
    before: string;
    next: string;
    chosen: (id: string, node: string) => string;
    unconnected: string;
    /** Instead, where voices say whose mouths move. */
    byVoice: string;
    faces: string;
    people: string;
}

export const TEXTS: Record<Language, Texts> = {
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
        people: "Known persons",
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
        people: "已知人物",
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
        people: "見つかった人物",
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
        people: "Bekannte Personen",
    },
};
