// Sizes and times as people read them.

/** Decimal units, as disks and hubs count: "3.4 GB", "3,4 GB". */
export function size(bytes: number, language: string): string {
    const units = ["bytes", "kB", "MB", "GB"];
    let unit = 0;
    while (unit < units.length - 1 && bytes >= (unit ? 999.5 : 1000)) {
        bytes /= 1000;
        unit += 1;
    }
    const digits = unit && bytes < 99.5 ? 1 : 0;
    const number = bytes.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return `${number} ${units[unit]}`;
}

/** Minutes and seconds, with hours where there are any: 1:05, 2:00:09. */
export function clock(seconds: number): string {
    const whole = Math.round(seconds);
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const two = (number: number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
