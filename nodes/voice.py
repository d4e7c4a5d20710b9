"""One of several people who speak: who it is, and what moves their mouth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from . import inputs
from .requirements import engine_imports
from .types import VoicesIO, WordTimingsIO

if TYPE_CHECKING:
    from ..align.words import WordTimings
    from ..backends.request import Voice

_AS_APPLY = "auto"


class LipSyncVoice(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncVoice",
            display_name="Voice",
            category="lipsync",
            description=(
                "Says which person speaks with which voice, for duets and dialogues: one node for each "
                "person, each connected to the next, the last one to Apply Lip-Sync."
            ),
            search_aliases=["duet", "dialogue", "dialog", "two people", "voices", "speaker", "singer"],
            inputs=[
                inputs.person_input(
                    "left",
                    "Whose mouth: left, right, centre or largest on the whole, or an id shown by Track "
                    "Faces. Ids are surest in an edited clip.",
                ),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="What this person says or sings. Without it the soundtrack moves the mouth.",
                ),
                WordTimingsIO.Input(
                    "words",
                    optional=True,
                    tooltip="When each word is said: the mouth moves at these words only.",
                ),
                io.String.Input(
                    "singer",
                    default="",
                    optional=True,
                    placeholder="all lines",
                    tooltip=(
                        "Of words that name who sings (v1, F, Anna): only this one's lines. Lines that name "
                        "nobody or both are everybody's."
                    ),
                ),
                io.String.Input(
                    "lyrics",
                    multiline=True,
                    default="",
                    optional=True,
                    advanced=True,
                    placeholder="What this person says or sings (optional)",
                    tooltip=(
                        "The text, where no words are connected: better mouth shapes, in many languages."
                    ),
                ),
                io.Combo.Input(
                    "silence",
                    options=[_AS_APPLY, "rest", "close", "source"],
                    default=_AS_APPLY,
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "While this person is silent: the mouth's rest shape, lips closed, or the source's "
                        "own mouth. auto: as Apply Lip-Sync says."
                    ),
                ),
                VoicesIO.Input(
                    "voices", optional=True, tooltip="The other people's voices, from another Voice node."
                ),
            ],
            outputs=[
                VoicesIO.Output(display_name="voices", tooltip="For Apply Lip-Sync, or the next Voice.")
            ],
        )

    @classmethod
    def validate_inputs(cls, person: str | None = None) -> bool | str:
        return inputs.check_person(person)

    @classmethod
    def execute(
        cls,
        person: str,
        audio: Mapping[str, Any] | None = None,
        words: WordTimings | None = None,
        singer: str = "",
        lyrics: str = "",
        silence: str = _AS_APPLY,
        voices: tuple[Voice, ...] = (),
    ) -> io.NodeOutput:
        with engine_imports():
            from ..backends.request import Voice
            from ..engine.errors import InputError
        if singer.strip() and words is None:
            raise InputError(
                f'"{singer.strip()}" is looked for in words that name who sings: connect words, or leave '
                "singer empty."
            )
        if words is not None and singer.strip():
            words = words.of_voice(singer)
        voice = Voice(
            person,
            None if audio is None else inputs.to_sound(audio),
            words,
            lyrics,
            None if silence == _AS_APPLY else silence,  # type: ignore[arg-type]
        )
        return io.NodeOutput((*voices, voice))
