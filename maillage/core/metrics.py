"""Figures for Prometheus, counted in every process and added up when they are asked for."""

import hmac
import os
import shutil
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from maillage.core.acting import Purpose, acting_as
from maillage.core.ratelimit import client_address

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# labels are names of our own routes: never a path, which may hold a person's datum
REQUESTS = Counter("maillage_requests", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "maillage_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2, 5),
)


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answer; without the settings' folder, nothing."""
    if os.environ.get(FOLDER):
        REQUESTS.labels(route, method if method in {"GET", "HEAD", "POST"} else "other", str(status)).inc()
        SECONDS.labels(route).observe(seconds)


def start_afresh() -> None:
    """Forget what former runs counted: `serve` calls it before its first process."""
    if folder := os.environ.get(FOLDER):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True, exist_ok=True)


class QueueCollector(Collector):
    """What waits in the database: jobs by state, mails to send."""

    def collect(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("maillage_jobs", "Jobs by state", labels=["state"])
        mails = GaugeMetricFamily("maillage_mails", "Mails of the last month by state", labels=["state"])
        try:
            with (
                acting_as(None, purpose=Purpose.MAIL, read_only=True),
                connections["default"].cursor() as cursor,
            ):
                cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
                for state, number in cursor.fetchall():
                    jobs.add_metric([state], number)
                cursor.execute(
                    "SELECT CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN given_up_at IS NOT NULL THEN 'given-up' "
                    "ELSE 'waiting' END, count(*) FROM core_outgoingmail GROUP BY 1"
                )
                for state, number in cursor.fetchall():
                    mails.add_metric([state], number)
        except DatabaseError:
            return  # /readyz says it
        yield jobs
        yield mails


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything counted, for a caller of this machine or network, or one who holds the token; else nothing here."""
    if not _may_read(request):
        return HttpResponseNotFound()
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)
    registry.register(QueueCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    # through a proxy that nobody declared, everyone seems to come from this machine
    if "X-Forwarded-For" in request.headers and not settings.TRUSTED_PROXIES:
        return False
    try:
        address = ip_address(client_address(request).split("/")[0])
    except ValueError:
        return False
    return address.is_private or address.is_loopback
