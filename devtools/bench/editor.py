"""`python dev.py bench editor`: the timestamp editor on a song of ten minutes with 1 200 words, in Chromium.

How long it takes to open once its data is there, what a drag costs the page by a trace of Chromium, and how
far the page's heap grows.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

from .. import chromium, comfyui
from ..editor_page import build, load, long_song, open_editor, write_long_sound
from ..server import ComfyServer
from ..steps import say
from .table import Row, conclude

# What must hold.
MAX_OPEN_SECONDS = 2
MAX_DRAG_MS = 33
MAX_HEAP_BYTES = 100_000_000

_SECONDS, _WORDS = 600, 1200
_MOVES = 200
_PATIENCE_MS = 600_000
# What the page's own thread does about a move: handlers, what they ask for with the next picture, and the
# browser's styles, layout and paint.
_WORK = (
    "EventDispatch", "FireAnimationFrame", "UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize",
    "Commit", "HitTest",
)  # fmt: skip
# Pictures after the data: one that is asked for, one that shows it.
_OPENED = """() => new Promise(resolve => {
    const data = performance.getEntriesByType('resource').filter(
        one => one.name.includes('lipsync_editor') && /peaks|json/.test(one.name));
    const arrived = Math.max(...data.map(one => one.responseEnd));
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - arrived)));
})"""
_OPEN_AND_TIME = """async () => {
    performance.setResourceTimingBufferSize(5000);
    const shown = new Promise(resolve => new MutationObserver((_, watch) => {
        if (!document.querySelector('dialog.lipsync-editor')) return;
        watch.disconnect();
        resolve();
    }).observe(document.body, {childList: true}));
    editor.widgets.find(widget => widget.name === 'open_editor').callback();
    await shown;
    return await (OPENED)();
}""".replace("OPENED", _OPENED)


def main(arguments: list[str]) -> int:
    """Measure, print the table, write the JSON. 1 if a bound does not hold."""
    parser = argparse.ArgumentParser(prog="dev.py bench editor", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("bench_editor.json"))
    options = parser.parse_args(arguments)
    results = _measure()
    results["bounds"] = {
        "opens in 2 s": results["open_seconds"] < MAX_OPEN_SECONDS,
        "a drag's step in 33 ms (p95)": results["drag_p95_ms"] <= MAX_DRAG_MS,
        "heap grows by 100 MB at most": results["heap_growth_bytes"] <= MAX_HEAP_BYTES,
    }
    return conclude(results, _rows(results), options.out)


def _measure() -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    comfy = comfyui.find() or comfyui.fetch()
    with (
        tempfile.TemporaryDirectory() as folder,
        ComfyServer(comfy, Path(folder, "base"), log=Path(folder, "server.log")) as server,
        sync_playwright() as playwright,
    ):
        write_long_sound(server.base / "input" / "long.wav", _SECONDS)
        browser = playwright.chromium.launch(executable_path=chromium.obtain(), args=chromium.FLAGS)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(_PATIENCE_MS)
        load(page, server.url)
        build(page, long_song(_SECONDS, _WORDS), "long.wav")
        say("== The node's first run, which writes what the editor shows")
        open_editor(page)
        page.keyboard.press("Escape")
        page.locator("dialog.lipsync-editor").wait_for(state="detached")
        tools = page.context.new_cdp_session(page)
        before = _heap(tools)
        say("== Opening")
        opened = page.evaluate(_OPEN_AND_TIME) / 1000
        count = page.get_by_role("listbox").get_by_role("option").count()
        say(f"== A drag of {_MOVES} steps, for each of three widths")
        steps = [ms for zoom in ("", "Digit0", "z") for ms in _drag(page, tools, zoom)]
        growth = _heap(tools) - before
        browser.close()
    return {
        "words": count,
        "open_seconds": opened,
        "drag_steps": len(steps),
        "drag_median_ms": statistics.median(steps),
        "drag_p95_ms": statistics.quantiles(steps, n=20)[-1],
        "drag_longest_ms": max(steps),
        "heap_growth_bytes": growth,
    }


def _heap(tools: Any) -> int:
    tools.send("HeapProfiler.collectGarbage")
    return int(tools.send("Runtime.getHeapUsage")["usedSize"])


def _drag(page: Any, tools: Any, zoom: str) -> list[float]:
    """Milliseconds of the page's thread for each step of a word's drag to and fro."""
    if zoom:
        page.locator(".wave").focus()
        page.keyboard.press(zoom)
    box = page.locator(".wave").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    events: list[dict[str, Any]] = []
    ended: list[Any] = []

    def collected(data: dict[str, Any]) -> None:
        events.extend(data["value"])

    def complete(data: Any) -> None:
        ended.append(data)

    tools.on("Tracing.dataCollected", collected)
    tools.on("Tracing.tracingComplete", complete)
    tools.send("Tracing.start", {"categories": "devtools.timeline", "transferMode": "ReportEvents"})
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(_MOVES):
        page.mouse.move(x + 40 * (step % 20) / 20 - 20, y)
    page.mouse.up()
    tools.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(100)
    tools.remove_listener("Tracing.dataCollected", collected)
    tools.remove_listener("Tracing.tracingComplete", complete)
    return _steps(events)


def _steps(events: list[dict[str, Any]]) -> list[float]:
    moves = [
        event
        for event in events
        if event.get("name") == "EventDispatch"
        and event.get("args", {}).get("data", {}).get("type") == "pointermove"
    ]
    if not moves:
        raise RuntimeError("Chromium's trace holds no pointer moves.")
    thread = moves[0]["pid"], moves[0]["tid"]
    work = sorted(
        (event["ts"], event["ts"] + event["dur"])
        for event in events
        if event.get("name") in _WORK and event.get("ph") == "X" and (event["pid"], event["tid"]) == thread
    )
    starts = sorted(event["ts"] for event in moves)
    return [_covered(work, begin, end) / 1000 for begin, end in zip(starts, starts[1:], strict=False)]


def _covered(work: list[tuple[int, int]], begin: int, end: int) -> int:
    """Microseconds of the stretch in which any of the work was going on: some of it is nested."""
    covered, reached = 0, begin
    for start, stop in work:
        if start >= end:
            break
        covered += max(0, stop - max(start, reached)) if start >= begin else 0
        reached = max(reached, stop)
    return covered


def _rows(results: dict[str, Any]) -> list[Row]:
    return [
        (f"{_SECONDS // 60} minutes, words in the editor", str(results["words"])),
        ("opens once its data is there", f"{results['open_seconds']:.2f} s"),
        ("a drag's step, median", f"{results['drag_median_ms']:.1f} ms"),
        ("  95th percentile", f"{results['drag_p95_ms']:.1f} ms"),
        ("  longest", f"{results['drag_longest_ms']:.1f} ms"),
        ("heap growth", f"{results['heap_growth_bytes'] / 1e6:.1f} MB"),
    ]
