"""Finds the packages, which pyproject.toml can't do below a checkout that is a package itself."""

from setuptools import find_packages, setup

NAME = "lipsync_studio"
FOUND = find_packages(exclude=["devtools*", "tests*", "demo*"])

setup(packages=[NAME, *(f"{NAME}.{package}" for package in FOUND)])
