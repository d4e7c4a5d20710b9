"""Runs a script beside this file where it can import ComfyUI: in_comfy.py COMFY BASE SCRIPT [ARGUMENT …]"""

import runpy
import sys


def main() -> None:
    comfy, base, script, *arguments = sys.argv[1:]
    sys.path.insert(0, comfy)

    from comfy.cli_args import args

    args.cpu = True
    args.base_directory = base
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


main()
