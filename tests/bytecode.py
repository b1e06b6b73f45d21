"""Compiled modules, kept: a run starts some hundred processes, and each compiles thousands of modules where nothing keeps them."""

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "var" / "bytecode"


def keep() -> None:
    """Where the machine asks for no compiled file beside the sources, keep them apart, for this process and its children."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(FOLDER)
        sys.dont_write_bytecode = False
