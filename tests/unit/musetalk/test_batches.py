"""Batches that shrink, and the cache of what was worked out."""

import math

import numpy as np
import pytest
import torch

from lipsync_studio.engine.compose.cache import ContentCache, content_key
from lipsync_studio.engine.errors import DeviceMemoryError
from lipsync_studio.engine.host.plain import PlainHost
from lipsync_studio.engine.nets.batches import Batches


def doubled_up_to(limit, seen):
    def work(batch):
        seen.append(len(batch))
        if len(batch) > limit:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return [2 * item for item in batch]

    return work


class Host(PlainHost):
    """Notes in `seen` when room is made."""

    def __init__(self, seen=None):
        super().__init__("cpu")
        self.seen = [] if seen is None else seen

    def free_memory(self, num_bytes=math.inf):
        self.seen.append("room")


def test_a_batch_that_is_too_large_is_halved_for_good_where_making_room_does_not_help():
    seen = []
    batches = Batches(8, Host(seen))
    assert list(batches.run(range(10), doubled_up_to(2, seen))) == [2 * item for item in range(10)]
    assert seen == [8, "room", 8, "room", 4, "room", 2, 2, 2, 2, 2]
    assert list(batches.run(range(2), doubled_up_to(2, seen))) == [0, 2]


def test_padded_batches_come_in_three_sizes_and_their_padding_goes_nowhere():
    seen = []
    batches = Batches(32, Host(), padded=True)
    for count in range(1, 70):
        assert list(batches.run(range(count), doubled_up_to(64, seen))) == [2 * at for at in range(count)]
    assert set(seen) == {1, 16, 32}
    assert sum(seen) == sum(
        count // 32 * 32 + {0: 0, 1: 1}.get(count % 32, 16 if count % 32 <= 16 else 32)
        for count in range(1, 70)
    )


def test_padded_batches_that_are_too_large_are_halved_and_padded_to_the_new_size():
    seen = []
    batches = Batches(8, Host(), padded=True)
    assert list(batches.run(range(5), doubled_up_to(4, seen))) == [0, 2, 4, 6, 8]
    assert seen == [8, 8, 4, 1]


def test_one_that_is_too_much_is_a_sentence():
    with pytest.raises(DeviceMemoryError, match="half precision"):
        list(Batches(4, Host()).run(range(3), doubled_up_to(0, [])))


def test_other_errors_pass():
    def broken(batch):
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        list(Batches(4, Host()).run(range(3), broken))


def test_a_batch_for_which_the_host_can_make_room_keeps_its_size():
    seen = []

    def work(batch):
        seen.append(len(batch))
        if "room" not in seen:
            raise RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")
        return batch

    assert list(Batches(4, Host(seen)).run(range(6), work)) == list(range(6))
    assert seen == [4, "room", 4, 2]


def test_the_cache_gives_back_what_it_was_given(tmp_path):
    cache = ContentCache(tmp_path / "deep" / "cache.sqlite")
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    key = content_key(pixels, "vae", "float32")
    assert cache.get(key) is None
    cache.put(key, b"latents")
    cache.put(key, b"latents")
    assert cache.get(key) == b"latents"
    assert content_key(pixels, "vae", "float16") != key
    assert content_key(pixels.reshape(2, 8, 3), "vae", "float32") != key
    cache.close()
    assert not (tmp_path / "deep" / "cache.sqlite").exists()
    assert cache.get(key) is None


def test_the_oldest_makes_room(tmp_path):
    cache = ContentCache(tmp_path / "cache.sqlite", max_bytes=250)
    for number in range(4):
        cache.put(bytes([number]), bytes(100))
    assert [cache.get(bytes([number])) is not None for number in range(4)] == [False, False, True, True]


def test_a_cache_that_cannot_be_written_is_none(tmp_path):
    (tmp_path / "cache.sqlite").mkdir()
    cache = ContentCache(tmp_path / "cache.sqlite")
    cache.put(b"key", b"value")
    assert cache.get(b"key") is None
