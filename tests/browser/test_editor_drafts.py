"""Edits that were not saved outlive a crash of the page."""

import json

import pytest
from editor_dialog import EDITS, NAME, SONG, press, times, words
from playwright.sync_api import expect

from lipsync_studio.devtools.editor_page import build, load, open_editor
from lipsync_studio.devtools.page import wait_until_ready

FOUND = """() => window.app?.graph && (window.editor = app.graph.nodes.find(
    node => node.type === 'LipSyncTimestampEditor'))"""


@pytest.fixture
def visit(browser, server):
    """Opens the page anew in a browser that keeps what a page has stored; the page before is gone at once,
    without being asked."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    pages = []

    def come(graph=None):
        for page in pages:
            page.close()
        page = context.new_page()
        page.set_default_timeout(120_000)
        pages[:] = [page]
        load(page, server.url)
        if graph is None:
            build(page, SONG, NAME)
        else:
            page.evaluate("async graph => { await app.loadGraphData(graph); }", graph)
            page.evaluate("""() => {
                window.editor = app.graph.nodes.find(node => node.type === 'LipSyncTimestampEditor');
            }""")
        return page

    yield come
    context.close()


def label(page):
    return page.evaluate("() => editor.widgets.find(one => one.name === 'open_editor').label")


def kept(page):
    """Waits until the browser holds edits."""
    page.wait_for_function("() => localStorage.getItem('LipSyncStudio.TimestampDrafts')")


def test_what_was_not_saved_is_back_after_a_crash(visit):
    page = visit()
    open_editor(page)
    press(page, "Alt+ArrowRight", "Control+s", "ArrowRight", "Alt+ArrowLeft", "ArrowRight", "Delete")
    kept(page)
    page.wait_for_function("""() => JSON.parse(JSON.parse(
        localStorage.getItem('LipSyncStudio.TimestampDrafts'))[0].edits).edits.length === 3""")
    edited = words(page)
    assert len(json.loads(page.evaluate(EDITS))["edits"]) == 1
    graph = page.evaluate("() => app.graph.serialize()")

    page = visit(graph)
    assert "not saved: open to get them back" in label(page)
    dialog = open_editor(page)
    assert words(page) == edited
    expect(dialog.get_by_text("Unsaved changes")).to_be_visible()
    notice = dialog.get_by_role("alert")
    expect(notice).to_contain_text("the changes that were not saved the last time")
    # It is a step like any other.
    press(page, "Control+z")
    assert (len(words(page)), times(page, 0)) == (6, (1010, 1410))
    press(page, "Control+Shift+Z")
    assert words(page) == edited
    notice.get_by_role("button", name="Discard").click()
    assert len(words(page)) == 6
    expect(dialog.get_by_text("Unsaved changes")).to_be_hidden()
    press(page, "Control+z", "Control+s")
    assert len(json.loads(page.evaluate(EDITS))["edits"]) == 3
    page.wait_for_function("() => !localStorage.getItem('LipSyncStudio.TimestampDrafts')")
    press(page, "Delete", "Escape")
    page.get_by_role("dialog", name="Save the changes?").get_by_role("button", name="Discard").click()
    dialog.wait_for(state="detached")
    assert page.evaluate("() => localStorage.getItem('LipSyncStudio.TimestampDrafts')") is None
    assert label(page) == "edit timestamps… (edits: 3)"

    # A reload by the browser, which asks first; ComfyUI restores the graph itself.
    open_editor(page)
    press(page, "Delete")
    kept(page)
    edited = words(page)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    wait_until_ready(page)
    page.wait_for_function(FOUND)
    assert asked == ["beforeunload"]
    assert "not saved: open to get them back" in label(page)
    dialog = open_editor(page)
    assert words(page) == edited
    press(page, "Escape")
    page.get_by_role("dialog", name="Save the changes?").get_by_role("button", name="Discard").click()
    dialog.wait_for(state="detached")

    # Those of another song are not put into this one.
    open_editor(page)
    press(page, "Delete")
    kept(page)
    graph = page.evaluate("() => app.graph.serialize()")
    (lyrics,) = (node for node in graph["nodes"] if node["type"] == "LipSyncLoadLyrics")
    lyrics["widgets_values"] = [
        value.replace("river", "stream").replace("Slow", "Fast").replace("run", "ran")
        if isinstance(value, str)
        else value
        for value in lyrics["widgets_values"]
    ]
    page = visit(graph)
    dialog = open_editor(page)
    expect(dialog.get_by_text("Unsaved changes")).to_be_hidden()
    assert "stream" in [text for text, *_ in words(page)]
