"""`./bin/bench NAME [options]`: one benchmark as JSON on stdout, exit status 1 when a figure misses its target.

A benchmark is a module of this package with `figures(*arguments) -> Iterable[Figure]`. It runs on the data folder
var/bench (MAILLAGE_BENCH_DATA_DIR), whose private PostgreSQL this module starts, migrates and fills with the
territories and the demo's content, once.
"""

import importlib
import json
import os
import pkgutil
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_BENCHMARKS = {"__main__", "machine", "report", "site"}


def names() -> list[str]:
    """The benchmarks that exist."""
    found = pkgutil.iter_modules([str(ROOT / "bench")])
    return sorted(module.name for module in found if module.name not in NOT_BENCHMARKS)


def main() -> int:
    """0 when every figure reaches its target, 1 otherwise, 2 for an unknown name."""
    if len(sys.argv) < 2 or sys.argv[1] not in names():
        print(f"Usage : ./bin/bench NOM    NOM : {', '.join(names())}", file=sys.stderr)
        return 2
    os.environ["MAILLAGE_DATA_DIR"] = os.environ.get("MAILLAGE_BENCH_DATA_DIR", str(ROOT / "var" / "bench"))
    os.environ["MAILLAGE_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")
    import django
    from django.conf import settings

    django.setup()
    from contextlib import nullcontext

    from maillage.config.preparation import prepare

    with settings.CLUSTER.using() if settings.EMBEDDED else nullcontext():
        prepare()
        report = measure(sys.argv[1], sys.argv[2:])
    print(json.dumps(report, ensure_ascii=False, indent=2))
    return 0 if all(figure["ok"] for figure in report["figures"]) else 1


def measure(name: str, arguments: list[str]) -> dict[str, object]:
    """Run one benchmark between two calibrations."""
    from bench import machine

    module = importlib.import_module(f"bench.{name}")
    before = machine.calibrate()
    figures = []
    for figure in module.figures(*arguments):
        mark = "✓" if figure.ok else "✗"
        print(
            f"{mark} {figure.name} : {figure.value:.4g} {figure.unit} {figure.target}",
            file=sys.stderr,
            flush=True,
        )
        figures.append(figure.as_json())
    return {
        "bench": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.describe() | {"calibration": {"before": before, "after": machine.calibrate()}},
        "figures": figures,
    }


if __name__ == "__main__":
    sys.exit(main())
