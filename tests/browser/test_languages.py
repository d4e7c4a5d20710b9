"""The page in the languages that ComfyUI's own setting chooses: a node's title and label, three dialogs."""

import json

import pytest
from editor_dialog import NAME, SONG

from lipsync_studio.devtools.editor_page import build, open_editor
from lipsync_studio.devtools.paths import ROOT

# Until the server has it, for pages that are opened then.
SET = "values => app.api.storeSettings(values)"
PATIENCE_MS = 30_000
RUN = "id => app.extensionManager.command.execute(id)"
# A node's title and the label of an input, as the page has them.
ADD = """([kind, input]) => {
    const node = LiteGraph.createNode(kind);
    app.graph.add(node);
    const widget = node.widgets.find(one => one.name === input);
    return [node.title, widget.label];
}"""
NAMED = "title => LiteGraph.createNode('LipSyncVocals').title === title"
# Titles and a button: licences, keys of services, editor. There is no German to choose in ComfyUI's page.
DIALOGS = {
    "zh": [("许可", "我同意"), ("D-ID 密钥", "设置密钥"), ("时间戳", "撤销")],
    "ja": [("ライセンス", "同意する"), ("D-ID キー", "キーを設定"), ("タイムスタンプ", "元に戻す")],
}


@pytest.fixture(params=list(DIALOGS))
def translated(open_page, server_page, request):
    """(language, page): loaded with ComfyUI's own setting in that language, and this pack's at automatic."""
    before = server_page.evaluate("() => app.extensionManager.setting.get('Comfy.Locale')")
    server_page.evaluate(SET, {"Comfy.Locale": request.param, "LipSyncStudio.Language": "auto"})
    fresh = open_page()
    fresh.set_default_timeout(PATIENCE_MS)
    yield request.param, fresh
    fresh.close()
    server_page.evaluate(SET, {"Comfy.Locale": before})


def test_a_nodes_texts_and_the_dialogs_are_in_comfyuis_language(translated, pictures):
    language, page = translated
    defs = json.loads((ROOT / "locales" / language / "nodeDefs.json").read_text(encoding="utf-8"))
    node = defs["LipSyncVocals"]
    told = node["inputs"]["download_missing"]
    # The page fetches a language's texts, and goes on meanwhile.
    page.wait_for_function(NAMED, arg=node["display_name"])
    wanted = [node["display_name"], told["name"]]
    assert page.evaluate(ADD, ["LipSyncVocals", "download_missing"]) == wanted

    licences, keys, editor = DIALOGS[language]
    for command, (title, button) in (("Licences", licences), ("DIDKey", keys)):
        page.evaluate(RUN, f"LipSyncStudio.{command}")
        dialog = page.get_by_role("dialog").filter(has_text=title)
        dialog.get_by_role("button", name=button, exact=True).first.wait_for()
        page.screenshot(path=pictures / f"{command}_{language}.png")
        page.keyboard.press("Escape")
        dialog.wait_for(state="detached")
    build(page, SONG, NAME)
    dialog = open_editor(page)
    title, button = editor
    dialog.get_by_text(title).first.wait_for()
    dialog.get_by_role("button", name=button).first.wait_for()
    page.screenshot(path=pictures / f"editor_{language}.png")
    page.evaluate("() => document.querySelectorAll('dialog.lipsync-editor').forEach(one => one.close())")
    assert page.problems == []
