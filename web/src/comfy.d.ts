// What this pack uses of ComfyUI's page. The page's own types are not published for each version it ships with.

interface ComfyWidget {
    name: string;
    type?: string;
    value: unknown;
    label?: string;
    hidden?: boolean;
    disabled?: boolean;
    serialize?: boolean;
    options: { values?: unknown[]; serialize?: boolean; hidden?: boolean; [key: string]: unknown };
    callback?: (value: unknown) => void;
    element?: HTMLElement;
}

interface ComfyGraph {
    id?: string;
    nodes: ComfyNode[];
    rootGraph?: ComfyGraph;
    subgraphs?: Map<string, ComfyGraph>;
    extra?: Record<string, unknown>;
    groups?: { pos: [number, number]; size: [number, number] }[];
    getNodeById(id: number | string): ComfyNode | null;
    getLink?(id: number): ComfyLink | undefined;
}

interface ComfyLink {
    origin_id: number | string;
    origin_slot: number;
    target_id: number | string;
    target_slot: number;
}

interface ComfyNode {
    id: number | string;
    title: string;
    type: string;
    comfyClass?: string;
    graph?: ComfyGraph | null;
    subgraph?: ComfyGraph;
    widgets?: ComfyWidget[];
    inputs?: { name: string; link?: number | null }[];
    outputs?: { name: string; links?: number[] | null }[];
    size: [number, number];
    setSize?(size: [number, number]): void;
    computeSize?(): [number, number];
    addWidget(
        type: string,
        name: string,
        value: unknown,
        callback: (() => void) | null,
        options?: Record<string, unknown>,
    ): ComfyWidget;
    addDOMWidget(name: string, type: string, element: HTMLElement, options?: Record<string, unknown>): ComfyWidget;
    getBounding?(): [number, number, number, number];
    setDirtyCanvas?(foreground: boolean, background?: boolean): void;
    serialize?(): { widgets_values?: unknown[] };
    onDragOver?(event: DragEvent): boolean | undefined;
    onDragDrop?(event: DragEvent): boolean | Promise<boolean>;
    onExecuted?(output: any): void;
    onRemoved?(): void;
    onConfigure?(saved: unknown): void;
    onConnectionsChange?(...given: unknown[]): void;
}

interface ComfyExtension {
    name: string;
    commands?: { id: string; label: string; icon?: string; function: () => void }[];
    menuCommands?: { path: string[]; commands: string[] }[];
    settings?: Record<string, unknown>[];
    setup?(): void | Promise<void>;
    nodeCreated?(node: ComfyNode): void;
    beforeConfigureGraph?(graph: unknown): void | Promise<void>;
    afterConfigureGraph?(): void | Promise<void>;
    onNodeOutputsUpdated?(outputs: Record<string, unknown>): void;
    [hook: string]: unknown;
}

interface ComfyToast {
    severity: "success" | "info" | "warn" | "error";
    summary: string;
    detail?: string;
    life?: number;
}

declare var LiteGraph: { vueNodesMode?: boolean } | undefined;

declare module "comfy/app" {
    export const app: {
        graph: ComfyGraph;
        rootGraph?: ComfyGraph;
        canvas?: {
            canvas?: HTMLCanvasElement;
            ds: { scale: number; offset: number[] };
            setDirty(foreground: boolean, background: boolean): void;
        };
        registerExtension(extension: ComfyExtension): void;
        loadApiJson?(...prompt: unknown[]): unknown;
        reloadNodeDefs?(): Promise<void>;
        refreshComboInNodes(): Promise<void>;
        queuePrompt(number: number, batchCount?: number, targets?: string[]): Promise<boolean>;
        extensionManager: {
            toast: { add(message: ComfyToast): void };
            setting: { get(id: string): any; set(id: string, value: unknown): Promise<void> | void };
            command: { execute(id: string): Promise<void> };
            workflow?: {
                activeWorkflow?: { path?: string; changeTracker?: { captureCanvasState?(): void } };
                openWorkflows?: { path?: string }[];
            };
            registerSidebarTab?(tab: Record<string, unknown>): void;
        };
    };
}

declare module "comfy/api" {
    export const api: EventTarget & {
        fetchApi(route: string, options?: RequestInit): Promise<Response>;
        apiURL(route: string): string;
        getWorkflowTemplates?(): Promise<Record<string, string[]>>;
        addEventListener(type: string, listener: (event: CustomEvent) => void): void;
        removeEventListener(type: string, listener: (event: CustomEvent) => void): void;
    };
}

declare module "*.css" {
    const text: string;
    export default text;
}
