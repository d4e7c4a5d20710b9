// Toolbars whose parts are reached by arrow keys, and which are one stop for Tab (WAI-ARIA's toolbar pattern).

const PARTS = "button, select, input";

export class Toolbar {
    private current: HTMLElement | null = null;

    constructor(readonly box: HTMLElement) {
        box.setAttribute("role", "toolbar");
        box.addEventListener("focusin", (event) => {
            this.current = event.target as HTMLElement;
            this.settle();
        });
    }

    /** To be called once it is shown, and where parts may have come, gone or been switched off: one of them stays in
     * Tab's way. */
    settle(): void {
        const parts = this.parts();
        const stop = this.current && parts.includes(this.current) ? this.current : parts[0];
        for (const part of this.box.querySelectorAll<HTMLElement>(PARTS)) part.tabIndex = part === stop ? 0 : -1;
    }

    /** The focus goes on; false where the key is not the toolbar's. */
    moved(event: KeyboardEvent): boolean {
        if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
        const parts = this.parts();
        const at = parts.indexOf(event.target as HTMLElement);
        if (at === -1) return false;
        const onwards = getComputedStyle(this.box).direction === "rtl" ? -1 : 1;
        const steps: Record<string, number> = {
            ArrowRight: at + onwards,
            ArrowLeft: at - onwards,
            Home: 0,
            End: parts.length - 1,
        };
        const to = steps[event.key];
        if (to === undefined) return false;
        parts[(to + parts.length) % parts.length]!.focus();
        return true;
    }

    private parts(): HTMLElement[] {
        const all = this.box.querySelectorAll<HTMLButtonElement | HTMLSelectElement | HTMLInputElement>(PARTS);
        return [...all].filter((part) => !part.disabled && part.checkVisibility());
    }
}
