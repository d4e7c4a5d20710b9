"""How well texts stand out from what is behind them."""

from __future__ import annotations

from typing import Any

# WCAG 2 asks for it at level AA, of texts of any size.
LEAST = 4.5

# Of every text that is shown in elements, of what styles put behind it and of placeholders: the ratio of its
# lightness and its ground's. Not of what is disabled, and of dots, which are outlined.
_RATIOS = """elements => {
    const brush = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const read = colour => {
        brush.clearRect(0, 0, 1, 1);
        brush.fillStyle = colour;
        brush.fillRect(0, 0, 1, 1);
        const [red, green, blue, opacity] = brush.getImageData(0, 0, 1, 1).data;
        return [red, green, blue, opacity / 255];
    };
    const over = ([red, green, blue, opacity], ground) =>
        [red, green, blue].map((value, at) => value * opacity + ground[at] * (1 - opacity));
    const upwards = element => element ? [element, ...upwards(element.parentElement)] : [];
    const groundOf = element => upwards(element).reverse()
        .reduce((ground, one) => over(read(getComputedStyle(one).backgroundColor), ground), [255, 255, 255]);
    const linear = value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const lightness = colour => colour.reduce(
        (sum, value, at) => sum + linear(value / 255) * [0.2126, 0.7152, 0.0722][at], 0.05);
    const ratio = (element, part) => {
        const style = getComputedStyle(element, part);
        const layers = upwards(element).map(one => Number(getComputedStyle(one).opacity));
        if (part) layers.push(Number(style.opacity));
        const [red, green, blue, opacity] = read(style.color);
        const ground = groundOf(element);
        const text = over([red, green, blue, layers.reduce((all, one) => all * one, opacity)], ground);
        const [dark, light] = [lightness(text), lightness(ground)].sort((one, other) => one - other);
        return light / dark;
    };
    const found = [];
    for (const element of elements.flatMap(one => [one, ...one.querySelectorAll('*')])) {
        if (element.disabled || !element.checkVisibility({visibilityProperty: true})) continue;
        const text = [...element.childNodes].map(one => one.nodeType === 3 ? one.data : '').join('').trim();
        if (text && text !== '●') found.push([ratio(element), text]);
        if (getComputedStyle(element, '::after').content !== 'none')
            found.push([ratio(element, '::after'), `behind ${text}`]);
        if (element.placeholder) found.push([ratio(element, '::placeholder'), element.placeholder]);
    }
    return found;
}"""


def faint(locator: Any) -> list[tuple[float, str]]:
    """What stands out less than `LEAST` in elements of a page: (ratio, text). locator: Playwright's."""
    found = locator.evaluate_all(_RATIOS)
    assert found, "There is no text to look at."
    return [(round(ratio, 2), text) for ratio, text in found if ratio < LEAST]
