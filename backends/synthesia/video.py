"""`cloud synthesia video`: a clip without ComfyUI."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ...cloud_jobs import Recording, cli, media
from ...cloud_jobs.output import check_target
from .client import SERVICE
from .order import SOUND, VideoOrder
from .spec import ASPECTS


def add_video(commands: argparse._SubParsersAction) -> None:
    video = cli.command(
        SERVICE,
        commands,
        "video",
        "have an avatar speak a text or a recording",
        'video --avatar anna_costume1_cameraA --text "Hello there" --out clip.mp4',
        "video --avatar anna_costume1_cameraA --audio voice.wav --language de-DE --out clip.mp4 --final",
    )
    video.add_argument("--avatar", required=True, help="Synthesia's name for it")
    says = video.add_mutually_exclusive_group(required=True)
    says.add_argument("--text", help="what it says")
    says.add_argument("--audio", type=Path, help="a recording to speak, at most 30 minutes")
    video.add_argument("--out", required=True, type=Path, help="the clip")
    video.add_argument("--final", action="store_true", help="without a watermark, for minutes of the plan")
    video.add_argument("--language", default="en-US", help="of --audio; default en-US")
    video.add_argument("--voice", default="", metavar="ID", help="another voice for --text")
    video.add_argument("--aspect", choices=ASPECTS, default="16:9", help="width to height; default 16:9")
    video.add_argument("--background", default="white_studio", help="default white_studio")
    video.add_argument("--max-credits", type=int, metavar="MINUTES", help="refuse to spend more on this clip")
    video.add_argument(
        "--again", type=int, default=0, metavar="N", help="a new number has the same clip made once more"
    )
    video.add_argument("--overwrite", action="store_true", help=cli.OVERWRITE)
    video.add_argument("--estimate", action="store_true", help="show the cost and stop")
    video.set_defaults(command=_video)


def _video(arguments: argparse.Namespace, folder: Path, connect: cli.Connect) -> int:
    if not arguments.estimate:
        inputs = {"the recording": arguments.audio} if arguments.audio else {}
        check_target(SERVICE, arguments.out, folder, inputs, overwrite=arguments.overwrite)
    says: str | Recording = media.recording(arguments.audio, SOUND) if arguments.audio else arguments.text
    order = VideoOrder(
        avatar=arguments.avatar,
        says=says,
        background=arguments.background,
        aspect=arguments.aspect,
        language=arguments.language,
        voice=arguments.voice,
        test=not arguments.final,
        again=arguments.again,
    ).plain()
    print(f"Cost: {order.estimate().text(SERVICE)}", file=sys.stderr)
    if arguments.estimate:
        return cli.DONE
    jobs = cli.opened(arguments, folder, connect)
    cli.check_consent(arguments, folder)
    job = jobs.start(order, consent=True, max_credits=arguments.max_credits)
    print(f"Job {job.id}", file=sys.stderr)
    job = jobs.run(job.id, on_step=cli.Reporter())
    cli.hand_over(jobs, job, arguments.out, arguments.overwrite)
    return cli.DONE
