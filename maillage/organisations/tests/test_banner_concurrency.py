"""Two people make a banner of the same place visible at the same time: one place keeps one banner."""

import threading

from django.db import connection, connections, transaction

from maillage.core.acting import acting_as
from maillage.organisations.actions.banners import ZoneTaken, change_banner
from maillage.organisations.models import Banner
from maillage.organisations.tests.factories import NANTES_METROPOLE, make_banner


def test_two_banners_published_at_once_over_one_place_leave_one(own_database):
    with transaction.atomic():
        drafts = [
            make_banner(is_published=False, zones=zones) for zones in ([NANTES_METROPOLE, "95268"], ["95268"])
        ]
    name, outcome, start = connection.settings_dict["NAME"], [], threading.Barrier(2)

    def publish(banner):
        connections["default"].settings_dict["NAME"] = name
        start.wait()
        try:
            with acting_as(None):
                change_banner(banner_id=banner.pk, version=banner.version, values={"is_published": True})
            outcome.append("published")
        except ZoneTaken:
            outcome.append("taken")
        finally:
            connections.close_all()

    both = [threading.Thread(target=publish, args=[banner]) for banner in drafts]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(outcome) == ["published", "taken"]
    with acting_as(None):
        assert Banner.objects.filter(is_published=True).count() == 1
