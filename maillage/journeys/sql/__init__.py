"""Hand-written SQL, one statement a file; the first line of each says its parameters and columns."""

from functools import cache
from pathlib import Path


@cache
def statement(name: str) -> str:
    """The text of `<name>.sql`, to run with bound parameters."""
    return (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")
