"""Search as you type: what people type letter after letter, with mistakes, postal codes and full names.

`./bin/bench search [typed]`.
"""

import random
import time
from collections.abc import Iterable
from pathlib import Path

from django.db import connection

from bench.report import Figure, at_most, median, p95, told
from maillage.territories.models import Commune
from maillage.territories.queries import search_places

LIMIT = 8


def figures(typed: str = "1500") -> Iterable[Figure]:
    """Times of one answer, and how often the place that is meant is among the LIMIT first.

    Beside the wall clock, the processor's time (this process and PostgreSQL's), which other work on the machine
    hardly changes.
    """
    choice = random.Random(2024)
    communes = list(
        Commune.objects.filter(kind="COM", population__gt=0).values_list(
            "code", "nom", "population", "postal_codes"
        )
    )
    # people look for towns as they live in them
    meant = choice.choices(communes, weights=[people for *_rest, people, _postal in communes], k=int(typed))
    for nom in ("Nantes", "Saint-Denis", "Marseile"):
        search_places(nom)
    times: dict[str, list[float]] = {"started": [], "whole": [], "mistaken": [], "postal code": []}
    found: dict[str, list[bool]] = {kind: [] for kind in times}
    busy: list[float] = []
    server = _server_clock()
    for code, nom, _people, postal_codes in meant:
        texts = {
            "started": nom[: choice.randint(2, max(2, len(nom) - 1))],
            "whole": nom,
            "mistaken": mistaken(nom, choice),
            "postal code": choice.choice(postal_codes or ["75001"]),
        }
        for kind, text in texts.items():
            start, cpu = time.perf_counter(), time.process_time() * 1000 + _server_ms(server)
            places = search_places(text, LIMIT)
            times[kind].append((time.perf_counter() - start) * 1000)
            busy.append(time.process_time() * 1000 + _server_ms(server) - cpu)
            found[kind].append(code in {place.code for place in places})
    everything = [value for values in times.values() for value in values]
    yield at_most("every text, p95", p95(everything), "ms", 20)
    yield told("every text, median", median(everything), "ms")
    yield told("every text, processor, p95", p95(busy), "ms")
    for kind, values in times.items():
        yield told(f"{kind}, p95", p95(values), "ms")
        yield told(f"{kind}, found", sum(found[kind]) / len(found[kind]), "share")


def _server_clock() -> Path | None:
    """Where Linux counts the processor's time of our PostgreSQL connection; None when it runs elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        clock = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return clock if connection.settings_dict["HOST"].startswith("/") and clock.exists() else None


def _server_ms(clock: Path | None) -> float:
    return int(clock.read_text().split()[0]) / 1e6 if clock else 0.0


def mistaken(nom: str, choice: random.Random) -> str:
    """The name with one letter left out, doubled or exchanged with the next."""
    at = choice.randrange(1, max(2, len(nom) - 1))
    return choice.choice(
        [
            nom[:at] + nom[at + 1 :],
            nom[:at] + nom[at : at + 1] + nom[at:],
            nom[:at] + nom[at : at + 2][::-1] + nom[at + 2 :],
        ]
    )
