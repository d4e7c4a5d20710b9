"""ComfyUI, imported once, and scripts beside this file that run in forks of it: in_comfy.py COMFY BASE

A line of standard input is one script to run, in JSON: `words` (the script and its arguments), `base`
(ComfyUI's base directory), `environment` (all of it) and `output` (the file that takes what is printed). Each
is answered by a line with the script's exit code. Importing ComfyUI takes ten times as long as most scripts.
"""

import importlib
import json
import os
import runpy
import sys
import traceback
from pathlib import Path


def main() -> None:
    comfy, base = sys.argv[1:]
    # What ComfyUI prints is no answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path[:0] = [comfy, str(Path(__file__).parent)]

    from comfy.cli_args import args

    args.cpu = True
    args.base_directory = base
    import execution  # noqa: F401
    import server  # noqa: F401

    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(args, **json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _run(args, words: list[str], base: str, environment: dict[str, str], output: str) -> None:
    """Never returns."""
    file = os.open(output, os.O_WRONLY | os.O_CREAT)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ.clear()
    os.environ.update(environment)
    args.base_directory = base
    # What these read of the environment and the arguments, they read when they are imported.
    for name in ("huggingface_hub.constants", "folder_paths"):
        importlib.reload(sys.modules[name])
    sys.argv = words
    code = 0
    try:
        runpy.run_path(words[0], run_name="__main__")
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # What would be cleaned up at the end is the parent's.
    os._exit(code)


main()
