"""The process of `pocket_search`: a request's length, the request and the sound come in, segments go out."""

import json
import sys

from pocketsphinx import Decoder


def give_text(decoder: Decoder, text: str, begun: bool) -> None:
    """What the decoder is to find next. text: words of its dictionary, between spaces. begun: the sound may
    end after any of them."""
    if not begun:
        decoder.set_align_text(text)
        return
    words = text.split()
    end = len(words)
    steps = [(at, at + 1, 1.0, word) for at, word in enumerate(words)]
    leaves = [(at, end, 1.0) for at in range(1, end)]
    decoder.add_fsg("begun", decoder.create_fsg("begun", 0, end, [*steps, *leaves]))
    decoder.activate_search("begun")


def main() -> None:
    given = sys.stdin.buffer
    request = json.loads(given.read(int.from_bytes(given.read(8), "big")))
    decoder = Decoder(**request["options"])
    for name, phones in request["words"].items():
        decoder.add_word(name, phones, False)
    give_text(decoder, request["text"], request["begun"])
    decoder.start_utt()
    decoder.process_raw(given.read(), full_utt=True)
    decoder.end_utt()
    found = None
    if decoder.hyp() is not None:
        found = [(segment.word, segment.start_frame, segment.end_frame) for segment in decoder.seg()]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
