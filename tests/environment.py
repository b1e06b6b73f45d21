"""Loaded by pytest before the settings: tests have a data folder, and so a PostgreSQL, of their own."""

import os
from pathlib import Path

from tests import bytecode

bytecode.keep()
ROOT = Path(__file__).resolve().parents[1]
os.environ["MAILLAGE_DATA_DIR"] = os.environ.get("MAILLAGE_TEST_DATA_DIR", str(ROOT / "var" / "tests"))
for name in (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "MAILLAGE_SMTP_URL",
    "MAILLAGE_SMS_URL",
    "MAILLAGE_GEOCODER_URL",
    "MAILLAGE_ROUTING_URL",
    "MAILLAGE_TILE_URL",
):
    os.environ.pop(name, None)
