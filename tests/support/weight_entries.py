"""Entries of a catalogue for files that a `FakeHub` has, and such files on the disk."""

import hashlib

from lipsync_studio.engine.weights.entries import WeightFile

REPO, REVISION = "someone/model", "0123456789abcdef0123456789abcdef01234567"


def weight_file(content, name="net", path="net.pth", *, place="", known=True, **options):
    """known: its digest was published. place: nets/PATH if empty."""
    sha256 = hashlib.sha256(content).hexdigest() if known else None
    place = place or f"nets/{path}"
    return WeightFile(name, REPO, REVISION, path, len(content), sha256, "MIT", "musetalk", place, **options)


def publish(hub, content, path="net.pth", *, served=None, **options):
    """The `weight_file` of a content that the hub has; served: what it sends, where that is not the same."""
    file = weight_file(content, path=path, **options)
    hub.add(file.repo, file.revision, file.path, content, served)
    return file


def put(path, content):
    """A file, and the folders above it; its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
