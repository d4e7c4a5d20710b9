"""What a key that is pressed on ComfyUI's page does: scripts for a Playwright `Page`."""

LISTEN = """() => {
    window.reached = [];
    const note = event => reached.push(`${event.type} ${event.key ?? ''}`);
    for (const kind of ['keydown', 'keypress', 'keyup', 'copy', 'cut', 'paste', 'drop', 'dragover']) {
        window.addEventListener(kind, note);
        document.addEventListener(kind, note, true);
    }
    window.done = [];
    for (const name of ['loadGraphData', 'queuePrompt']) {
        const own = app[name];
        app[name] = function (...given) { done.push(name); return own.apply(this, given); };
    }
    const {command} = app.extensionManager;
    for (const one of command.commands) {
        const own = one.function;
        one.function = (...given) => { done.push(one.id); return own(...given); };
    }
    window.unlisten = () => {
        for (const name of ['loadGraphData', 'queuePrompt']) delete app[name];
        for (const kind of ['keydown', 'keypress', 'keyup', 'copy', 'cut', 'paste', 'drop', 'dragover']) {
            window.removeEventListener(kind, note);
            document.removeEventListener(kind, note, true);
        }
    };
}"""
"""From then on `reached` has what the page hears, and `done` what it does: undo loads the graph anew,
Ctrl+Enter queues it. `unlisten()` ends it."""

CHANGE = """() => {
    app.graph.nodes.at(-1).title = `Node ${Math.random()}`;
    app.extensionManager.workflow.activeWorkflow.changeTracker.captureCanvasState();
}"""
"""Changes the graph in a way that the page's undo takes back."""

ACTED = """() => new Promise(resolve =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))"""
"""Waits until ComfyUI's change tracker has acted on a key: with the next picture."""
