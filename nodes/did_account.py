"""What the D-ID account offers and has on its way."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import TYPE_CHECKING

from comfy_api.latest import io, ui

from .did_access import open_jobs
from .did_status import balance, unfinished
from .did_talk import PROVIDERS
from .requirements import engine_imports

if TYPE_CHECKING:
    from ..did_client.journal import Job

ALL = "all"


class LipSyncDIDVoices(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncDIDVoices",
            display_name="D-ID Voices (LipSync)",
            category="lipsync/cloud",
            description="Lists the voices that D-ID Talk can speak a text with. Costs nothing.",
            search_aliases=["d-id", "did", "voices", "text to speech"],
            is_output_node=True,
            inputs=[
                io.Combo.Input(
                    "provider",
                    options=[ALL, *PROVIDERS],
                    default="microsoft",
                    tooltip="Whose voices are listed.",
                ),
                io.String.Input(
                    "filter",
                    default="",
                    tooltip="Only lines with all of these words, such as: german female",
                ),
            ],
            outputs=[
                io.String.Output(
                    display_name="voices", tooltip="One per line: provider, voice, name, gender, languages."
                )
            ],
        )

    @classmethod
    async def execute(cls, provider: str, filter: str) -> io.NodeOutput:
        text = await asyncio.to_thread(_voices, "" if provider == ALL else provider, filter.lower().split())
        return io.NodeOutput(text, ui=ui.PreviewText(text))


class LipSyncDIDStatus(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="LipSyncDIDStatus",
            display_name="D-ID Status (LipSync)",
            category="lipsync/cloud",
            description=(
                "Shows the balance and plan of the D-ID account, and the jobs that are not finished or "
                "need a decision. Costs nothing."
            ),
            search_aliases=["d-id", "did", "credits", "balance", "jobs"],
            is_output_node=True,
            inputs=[],
            outputs=[io.String.Output(display_name="status")],
        )

    @classmethod
    def fingerprint_inputs(cls) -> float:
        """Different each time: the answer changes by itself."""
        return time.time()

    @classmethod
    async def execute(cls) -> io.NodeOutput:
        text = await asyncio.to_thread(_status)
        return io.NodeOutput(text, ui=ui.PreviewText(text))


def _voices(provider: str, words: list[str]) -> str:
    jobs = open_jobs()
    jobs.client.authenticate()
    lines = [
        "\t".join((voice.provider, voice.id, voice.name, voice.gender, ", ".join(voice.languages)))
        for voice in jobs.client.voices(provider)
    ]
    return "\n".join(line for line in lines if all(word in line.lower() for word in words))


def _status() -> str:
    """Never fails for what the user wants to know: no key, no credits, no connection are answers too."""
    with engine_imports():
        from ..did_client import DIDError
    try:
        lines = _balance()
    except DIDError as error:
        lines = [str(error)]
    jobs = unfinished()
    lines += [_line(job) for job in jobs] or ["No unfinished jobs."]
    if any(job.state == "undecided" for job in jobs):
        lines.append(
            "Of an undecided job it can't be told whether D-ID made it: look in D-ID's Studio, then run "
            "`did jobs --adopt JOB TALK` or `did jobs --abandon JOB`."
        )
    return "\n".join(lines)


def _balance() -> list[str]:
    found = balance()
    plans = f", plan {', '.join(found.plans)}" if found.plans else ""
    return [
        f"{found.remaining:g} of {found.total:g} credits left{plans}",
        f"{found.spent} of {found.allowed} allowed in 24 hours used from here (estimate)",
    ]


def _line(job: Job) -> str:
    started = datetime.fromtimestamp(job.created).strftime("%Y-%m-%d %H:%M")
    rest = job.problem or ", ".join(job.candidates)
    return "\t".join((job.id[:12], job.state, started, f"~{job.credits} credits", rest)).rstrip()
