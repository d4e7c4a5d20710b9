// Playing a stretch of a sound that the browser streams.
import type { Range } from "./words";

/** Times in milliseconds; Range here is a stretch of time. */
export class Player {
    readonly audio = new Audio();
    loop = false;
    private stretch: Range | null = null;
    private frame = 0;

    /** ticked: with each picture while it plays, and wherever the time or the state changes otherwise. */
    constructor(
        address: string,
        private readonly ticked: () => void,
        failed: () => void,
    ) {
        const { audio } = this;
        audio.preload = "metadata";
        audio.src = address;
        audio.onerror = () => audio.src && failed();
        audio.onended = () => this.ended();
        // Pictures stop in a tab that is not seen; this goes on.
        audio.ontimeupdate = () => this.look();
        for (const event of ["play", "pause", "seeked", "ratechange"]) audio.addEventListener(event, ticked);
    }

    get time(): number {
        return this.audio.currentTime * 1000;
    }

    get playing(): boolean {
        return !this.audio.paused && !this.audio.ended;
    }

    seek(time: number): void {
        this.stretch = null;
        this.audio.currentTime = Math.max(time, 0) / 1000;
        this.ticked();
    }

    /** A stretch; without one, from where it is. */
    play(stretch: Range | null = null): void {
        this.stretch = stretch;
        if (stretch) this.audio.currentTime = stretch.from / 1000;
        void this.audio.play().catch(() => this.ticked());
        cancelAnimationFrame(this.frame);
        this.frame = requestAnimationFrame(this.tick);
    }

    pause(): void {
        this.audio.pause();
    }

    toggle(): void {
        if (this.playing) this.pause();
        else this.play();
    }

    set speed(speed: number) {
        this.audio.playbackRate = speed;
    }

    get speed(): number {
        return this.audio.playbackRate;
    }

    dispose(): void {
        cancelAnimationFrame(this.frame);
        this.audio.pause();
        // What is being fetched is no longer wanted.
        this.audio.removeAttribute("src");
        this.audio.load();
    }

    private readonly tick = (): void => {
        this.look();
        this.ticked();
        if (this.playing) this.frame = requestAnimationFrame(this.tick);
    };

    private look(): void {
        const { stretch } = this;
        if (!stretch || !this.playing || this.time < stretch.to) return;
        if (this.loop) {
            this.audio.currentTime = stretch.from / 1000;
            return;
        }
        this.audio.pause();
        this.seek(stretch.from);
    }

    private ended(): void {
        if (this.loop) this.play(this.stretch ?? { from: 0, to: Infinity });
        else this.ticked();
    }
}
