"""What `dev.py` is made of: the stand-alone environment, a real ComfyUI server and a client for it.

Modules that run before the environment exists (`cli`, `paths`, `steps`, `environment`, `comfyui`) need the
standard library only.
"""
