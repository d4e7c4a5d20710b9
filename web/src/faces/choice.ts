// The value of `person`: a rule, or ids such as "1+3".

/** ids of a value; none where it is a rule. */
export function idsOf(value: string): number[] {
    const parts = value.split("+").map((part) => part.trim());
    return parts.every((part) => /^\d+$/.test(part)) ? parts.map(Number) : [];
}

/** The value after a click on an id: that one, or with `several` the ids chosen so far and it, or without it. */
export function clicked(value: string, id: number, several: boolean): string {
    const before = idsOf(value);
    if (!several || !before.length) return String(id);
    const after = before.includes(id) ? before.filter((one) => one !== id) : [...before, id];
    return (after.length ? after : [id]).sort((a, b) => a - b).join("+");
}

/** Numbers in rows of neighbours: 1–3, 5. */
export function ranges(numbers: readonly number[]): string {
    const rows: [number, number][] = [];
    for (const number of numbers) {
        const last = rows.at(-1);
        if (last && number === last[1] + 1) last[1] = number;
        else rows.push([number, number]);
    }
    return rows.map(([first, end]) => (first === end ? `${first}` : `${first}–${end}`)).join(", ");
}

export function clock(seconds: number): string {
    const whole = Math.floor(seconds + 0.05);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
