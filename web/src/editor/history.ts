// Undo and redo. States are never changed in place, so keeping one costs what differs.

const DEEPEST = 500;

interface Step<State> {
    state: State;
    /** Steps of one gesture, such as a key held down, are undone as one. */
    gesture: string;
}

export class History<State> {
    private past: Step<State>[] = [];
    private future: State[] = [];
    private saved: State;

    constructor(private present: State) {
        this.saved = present;
    }

    get state(): State {
        return this.present;
    }

    /** What was saved last. */
    get held(): State {
        return this.saved;
    }

    get changed(): boolean {
        return this.present !== this.saved;
    }

    get canUndo(): boolean {
        return this.past.length > 0;
    }

    get canRedo(): boolean {
        return this.future.length > 0;
    }

    /** The gesture that is going on, "" for none. */
    get gesture(): string {
        return this.past.at(-1)?.gesture ?? "";
    }

    push(state: State, gesture = ""): void {
        if (!gesture || this.gesture !== gesture) {
            this.past.push({ state: this.present, gesture });
            if (this.past.length > DEEPEST) this.past.shift();
        } else if (this.past.at(-1)?.state === state) {
            // Back where it began: there is nothing to undo.
            this.past.pop();
        }
        this.present = state;
        this.future = [];
    }

    /** What follows is a gesture of its own. */
    settle(): void {
        const last = this.past.at(-1);
        if (last) last.gesture = "";
    }

    undo(): void {
        const step = this.past.pop();
        if (!step) return;
        this.future.push(this.present);
        this.present = step.state;
        this.settle();
    }

    redo(): void {
        const state = this.future.pop();
        if (state === undefined) return;
        this.past.push({ state: this.present, gesture: "" });
        this.present = state;
    }

    markSaved(): void {
        this.saved = this.present;
    }
}
