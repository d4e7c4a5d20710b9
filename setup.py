"""Finds the packages: pyproject.toml maps the checkout itself to `lipsync_studio`, and can't find below that."""

from setuptools import find_packages, setup

NAME = "lipsync_studio"

setup(packages=[NAME, *(f"{NAME}.{found}" for found in find_packages(exclude=["devtools*", "tests*", "demo*"]))])
