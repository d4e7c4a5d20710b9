"""Downloads from a hub that runs here: every way to fail ends with the right file or a sentence, and what has
been fetched is gone on with."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fake_hub import wait_for
from weight_entries import publish, put, weight_file

from lipsync_studio.engine.errors import Cancelled, WeightsError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.weights.download import MARGIN, download, partial, target
from lipsync_studio.engine.weights.hub import CHUNK

FETCH = Path(__file__).with_name("fetch.py")


def start_fetching(file):
    """A process of its own that fetches one file."""
    words = [file.repo, file.revision, file.path, str(file.bytes), file.sha256 or "", file.place]
    return subprocess.Popen([sys.executable, FETCH, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def size(path):
    return path.stat().st_size if path.is_file() else 0


def whole_chunks(size):
    return size // CHUNK * CHUNK


def leftovers(place):
    return sorted(path.name for path in place.parent.iterdir() if path != place)


@pytest.mark.parametrize("percent", [1, 50, 99])
def test_a_download_that_was_killed_is_gone_on_with_at_the_byte_it_had(hub, host, offered, content, percent):
    hub.faults.hold = len(content) * percent // 100
    kept = whole_chunks(hub.faults.hold)
    child = start_fetching(offered)
    part = partial(offered, host)
    wait_for(lambda: size(part) == kept)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert not target(offered, host).exists()
    assert part.read_bytes() == content[:kept]

    hub.faults.hold = None
    hub.released.set()
    download([offered], host)
    place = target(offered, host)
    assert place.read_bytes() == content
    assert hub.transfers()[-1] == ("cdn", f"bytes={kept}-")
    assert leftovers(place) == []


def test_progress_is_shown_in_bytes_with_size_and_licence(hub, host, offered, content):
    download([offered], host)
    shown = [row for row in host.shown if row[0].startswith("Downloading")]
    assert {row[0] for row in shown} == {"Downloading nets/net.pth (4.0 MB, MIT)"}
    assert shown[-1][1:] == (len(content), len(content), "bytes")
    assert [row[1] for row in shown] == sorted(row[1] for row in shown)


def test_the_hubs_token_goes_to_the_hub_alone(hub, host, offered, home, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_canary")
    (home / "home").mkdir()
    netrc = home / "home" / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    download([offered], host)
    assert {request.token for request in hub.log if request.server == "hub"} == {"Bearer hf_canary"}
    assert {request.token for request in hub.log if request.server == "cdn"} == {""}


def test_what_is_there_and_right_is_not_fetched_again(hub, host, offered, content):
    place = target(offered, host)
    put(place, content)
    download([offered], host)
    assert hub.log == []


def test_a_wrong_file_in_the_place_is_replaced_at_once_when_the_right_one_is_whole(
    hub, host, offered, content
):
    place = target(offered, host)
    put(place, content[:1000])
    hub.faults.cut = [3000, 0, 0, 0, 0]
    with pytest.raises(WeightsError):
        download([offered], host)
    assert place.read_bytes() == content[:1000]
    download([offered], host)
    assert place.read_bytes() == content


def test_a_content_that_is_not_the_published_one_is_deleted(hub, host, content):
    file = publish(hub, content, served=content[::-1])
    with pytest.raises(WeightsError, match="not the published file .* deleted"):
        download([file], host)
    assert not target(file, host).exists()
    assert not partial(file, host).exists()


def test_another_size_at_the_hub_is_told_before_anything_is_fetched(hub, host, content):
    file = weight_file(content)
    hub.add(file.repo, file.revision, file.path, content[:-1])
    with pytest.raises(WeightsError, match=r"3999999 bytes.* published \(4000000 bytes\)"):
        download([file], host)
    assert hub.transfers() == []


@pytest.mark.parametrize("length", [5_000, 50_000], ids=["git", "lfs"])
def test_without_a_published_digest_the_hubs_own_one_is_the_measure(hub, host, content, length):
    right, changed = content[:length], content[1 : length + 1]
    file = publish(hub, right, known=False, served=changed)
    with pytest.raises(WeightsError, match="not the published file"):
        download([file], host)
    assert not target(file, host).exists()
    hub.add(file.repo, file.revision, file.path, right)
    assert download([file], host)[0].read_bytes() == right
    hub.faults.no_etag = True
    target(file, host).unlink()
    with pytest.raises(WeightsError, match="does not tell the size and digest"):
        download([file], host)


def test_what_the_hub_does_not_have_is_named(hub, host, offered, content):
    import dataclasses

    for change, words in (
        ({"repo": "nobody/nothing"}, "nobody/nothing does not exist or is private"),
        ({"revision": "f" * 40}, "has no revision ffff"),
        ({"path": "other.pth"}, "has no file other.pth at revision 0123456789ab"),
    ):
        file = dataclasses.replace(offered, **change)
        with pytest.raises(WeightsError, match=words) as raised:
            download([file], host)
        assert hub.url() in str(raised.value)
        assert not target(file, host).exists()


def test_refused_access_says_what_to_do(hub, host, offered):
    hub.faults.gated = True
    with pytest.raises(WeightsError, match="accepted its terms.*HF_TOKEN"):
        download([offered], host)
    hub.faults.gated, hub.faults.refused = False, True
    with pytest.raises(WeightsError, match=r"refuses access \(403\)"):
        download([offered], host)


def test_a_partial_file_longer_than_the_hubs_is_begun_anew(hub, host, content):
    """416: the hub announces more bytes than it then has."""
    file = publish(hub, content, served=content[:1_000_000])
    part = partial(file, host)
    put(part, content[:2_000_000])
    with pytest.raises(WeightsError, match="could not be fetched .* kept"):
        download([file], host)
    assert ("cdn", "bytes=2000000-") in hub.transfers()
    hub.add(file.repo, file.revision, file.path, content)
    assert download([file], host)[0].read_bytes() == content


def test_a_partial_file_longer_than_the_file_is_begun_anew(hub, host, offered, content):
    part = partial(offered, host)
    put(part, bytes(len(content) + 1))
    assert download([offered], host)[0].read_bytes() == content


def test_a_partial_file_that_is_whole_needs_no_transfer(hub, host, offered, content):
    part = partial(offered, host)
    put(part, content)
    assert download([offered], host)[0].read_bytes() == content
    assert hub.transfers() == []


def test_dropped_connections_are_mended_within_a_run(hub, host, offered, content):
    hub.faults.cut = [1_000_000, 500_001, 0, 10, 20_000]
    assert download([offered], host)[0].read_bytes() == content
    begun = [int(at.strip("bytes=-") or 0) for server, at in hub.transfers() if server == "cdn"]
    first = whole_chunks(1_000_000)
    second = first + whole_chunks(500_001)
    assert begun == [0, first, second, second, second, second + CHUNK]


def test_a_connection_that_keeps_dropping_ends_with_a_sentence_and_the_rest_comes_later(
    hub, host, offered, content
):
    hub.faults.cut = [2_000_000, *[0] * 10]
    with pytest.raises(WeightsError, match=r"broke off\).*2\.0 MB of 4\.0 MB are kept"):
        download([offered], host)
    assert partial(offered, host).read_bytes() == content[: whole_chunks(2_000_000)]
    hub.faults.cut = []
    assert download([offered], host)[0].read_bytes() == content


def test_a_server_without_ranges_sends_the_file_from_its_beginning(hub, host, offered, content):
    hub.faults.cut = [2_000_000]
    hub.faults.whole = True
    assert download([offered], host)[0].read_bytes() == content


def test_a_server_that_sends_another_range_or_too_much_is_not_believed(hub, host, offered, content):
    hub.faults.cut, hub.faults.shift = [2_000_000], 3
    assert download([offered], host)[0].read_bytes() == content
    target(offered, host).unlink()
    hub.faults.shift, hub.faults.extra = 0, b"x"
    with pytest.raises(WeightsError, match="more than the 4000000 bytes"):
        download([offered], host)
    assert not target(offered, host).exists()


def test_a_hub_that_is_down_for_a_while_is_asked_again(hub, host, offered, content):
    hub.faults.down = 2
    assert download([offered], host)[0].read_bytes() == content


def test_no_hub_at_all_is_one_sentence(hub, host, offered, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(WeightsError, match=r"127\.0\.0\.1:9 can't be reached for nets/net\.pth"):
        download([offered], host)


def test_offline_nothing_is_asked(hub, host, offered, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsError, match="HF_HUB_OFFLINE is set.*weights import"):
        download([offered], host)
    assert hub.log == []


def test_a_full_disk_keeps_what_was_written(hub, host, offered, content, monkeypatch):
    write, room = os.write, [1_234_567]

    def limited(file, data):
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = write(file, data[: room[0]])
        room[0] -= written
        return written

    with monkeypatch.context() as patch:
        patch.setattr("lipsync_studio.engine.weights.hub.os.write", limited)
        with pytest.raises(WeightsError, match=r"No space left.*1\.2 MB of 4\.0 MB are kept"):
            download([offered], host)
    assert partial(offered, host).read_bytes() == content[:1_234_567]
    assert download([offered], host)[0].read_bytes() == content
    assert hub.transfers()[-1] == ("cdn", "bytes=1234567-")


def test_too_little_room_is_said_before_with_both_numbers(hub, host, offered, content, monkeypatch):
    part = partial(offered, host)
    put(part, content[:1_000_000])
    needed = len(content) - 1_000_000 + MARGIN
    usage = shutil.disk_usage(part.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=needed - 1))
    with pytest.raises(WeightsError, match=r"needs 503 MB .* 503 MB are free"):
        download([offered], host)
    assert hub.log == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=needed))
    assert download([offered], host)[0].read_bytes() == content


def test_cancel_stops_within_a_chunk_and_keeps_what_was_fetched(hub, home, offered, content):
    cancel = threading.Event()
    hub.faults.hold = 1_000_000
    failed = []

    def run():
        try:
            with PlainHost(cancel=cancel) as host:
                download([offered], host)
        except Cancelled as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    part = partial(offered, PlainHost())
    wait_for(lambda: size(part) == whole_chunks(1_000_000))
    cancel.set()
    hub.released.set()
    thread.join(30)
    assert failed
    assert size(part) <= 1_000_000 + CHUNK


def test_two_processes_at_once_fetch_the_file_once(hub, host, offered, content):
    hub.faults.hold = 1_500_000
    first = start_fetching(offered)
    fetched = whole_chunks(1_500_000)
    wait_for(lambda: size(partial(offered, host)) == fetched)
    second = start_fetching(offered)
    # Both are at work: the second shows that it waits, and how far the first one is.
    waited = second.stdout.readline().decode()
    assert waited.split() == ["Waiting", "for", "another", "download", "of", "nets/net.pth", str(fetched)]
    hub.released.set()
    for child in (first, second):
        _, problems = child.communicate(timeout=300)
        assert child.returncode == 0, problems.decode()
    assert target(offered, host).read_bytes() == content
    assert [server for server, _ in hub.transfers()].count("cdn") == 1
    assert leftovers(target(offered, host)) == []


def test_a_file_of_many_sets_is_fetched_once(hub, host, offered):
    assert len(download([offered, offered], host)) == 1
