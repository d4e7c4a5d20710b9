"""Where the nodes of an open graph lie."""

from __future__ import annotations

Box = tuple[str, float, float, float, float]  # title, left, top, width, height

# Of each node its title, its box (with the title), and what its element takes up where it has one.
BOXES = """() => app.graph._nodes.map(node => {
    const element = document.querySelector(`[data-node-id="${node.id}"]`);
    const [x, y, width, height] = node.getBounding();
    return [node.title, x, y, width, Math.max(height, element?.offsetHeight ?? 0)];
})"""


def overlapping(boxes: list[Box]) -> list[tuple[str, str]]:
    """The titles of nodes that lie over each other, in pairs. boxes: what BOXES gives."""
    return [
        (one, other)
        for index, (one, x, y, width, height) in enumerate(boxes)
        for other, left, top, wide, high in boxes[index + 1 :]
        if x < left + wide and left < x + width and y < top + high and top < y + height
    ]
