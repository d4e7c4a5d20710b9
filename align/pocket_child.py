"""The process of `pocket_search`: a request's length, the request and the sound come in, segments go out."""

import json
import sys

from pocketsphinx import Decoder


def main() -> None:
    given = sys.stdin.buffer
    request = json.loads(given.read(int.from_bytes(given.read(8), "big")))
    decoder = Decoder(**request["options"])
    for name, phones in request["words"].items():
        decoder.add_word(name, phones, False)
    decoder.set_align_text(request["text"])
    decoder.start_utt()
    decoder.process_raw(given.read(), full_utt=True)
    decoder.end_utt()
    found = None
    if decoder.hyp() is not None:
        found = [(segment.word, segment.start_frame, segment.end_frame) for segment in decoder.seg()]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
