"""Writes of call-backs: asked for by anyone, taken by one person, ended, forgotten."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.core.acting import Purpose, for_purpose
from maillage.core.errors import Conflict
from maillage.core.hours import after_working_days
from maillage.organisations import mails
from maillage.organisations.models import Banner, CallBack
from maillage.organisations.queries.banners import on_duty

log = structlog.get_logger()
WORKING_DAYS = 2  # to call back, before it is late
KEPT_AFTER_CALL = timedelta(days=30)
KEPT_AT_MOST = timedelta(days=90)


class CallTaken(Conflict):
    """Somebody else has it, or it is over."""


@transaction.atomic
def ask_to_be_called(*, banner: Banner | None, values: dict[str, Any], at: datetime) -> CallBack:
    """Keep who is to be called back, and tell the coordinator on duty. `values`: first_name, phone, moments, about, commune.

    Without a banner, or without anybody on duty, the network's administration sees it. The mail names nobody.
    """
    first = next(iter(on_duty(banner, timezone.localdate(at))), None) if banner else None
    with for_purpose(Purpose.CALL_BACK):
        row = CallBack.objects.create(
            banner=banner,
            told_id=first.user_id if first else None,
            due_at=after_working_days(at, WORKING_DAYS),
            **values,
        )
    if banner and first:
        mails.send_call(banner, first.user_id)
    log.info("callback.asked", banner=banner.pk if banner else None, told=row.told_id)
    return row


@transaction.atomic
def take_call(*, call_id: int, user_id: int, at: datetime) -> CallBack:
    """Note that `user_id` calls. Taking one's own again changes nothing. Raises CallTaken."""
    row = _locked(call_id)
    if row.status == CallBack.Status.TAKEN and row.taken_by_id == user_id:
        return row
    if row.status != CallBack.Status.WAITING:
        raise CallTaken(_("Quelqu’un d’autre a déjà pris cet appel."))
    row.status, row.taken_by_id, row.taken_at = CallBack.Status.TAKEN, user_id, at
    row.save(update_fields=["status", "taken_by", "taken_at"])
    return row


@transaction.atomic
def give_back_call(*, call_id: int, user_id: int) -> CallBack:
    """Put a call that `user_id` took back among those that wait. Raises CallTaken."""
    row = _own(call_id, user_id)
    row.status, row.taken_by_id, row.taken_at = CallBack.Status.WAITING, None, None
    row.save(update_fields=["status", "taken_by", "taken_at"])
    return row


@transaction.atomic
def end_call(*, call_id: int, user_id: int, reached: bool, at: datetime) -> CallBack:
    """Note that the person was called back, or could not be reached, by who took the call. Raises CallTaken."""
    row = _own(call_id, user_id)
    row.status = CallBack.Status.CALLED if reached else CallBack.Status.UNREACHED
    row.ended_at = at
    row.save(update_fields=["status", "ended_at"])
    return row


@transaction.atomic
def tell_late_calls(*, at: datetime) -> int:
    """Tell everyone on duty, stand-ins too, that calls are late, once a call; gives how many calls. Under ADMINISTRATION."""
    late = CallBack.objects.select_for_update(of=("self",), skip_locked=True).filter(
        status=CallBack.Status.WAITING, due_at__lt=at, late_told_at=None
    )
    rows = list(late.select_related("banner"))
    for banner in {row.banner for row in rows if row.banner}:
        for duty in on_duty(banner, timezone.localdate(at)):
            mails.send_late_calls(banner, duty.user_id)
    CallBack.objects.filter(pk__in=[row.pk for row in rows]).update(late_told_at=at)
    return len(rows)


@transaction.atomic
def forget_calls(*, at: datetime) -> int:
    """Delete the call-backs ended a month ago, and any three months old; gives how many. Under ADMINISTRATION."""
    ended, _by = CallBack.objects.filter(ended_at__lt=at - KEPT_AFTER_CALL).delete()
    old, _by = CallBack.objects.filter(created_at__lt=at - KEPT_AT_MOST).delete()
    return ended + old


def _locked(call_id: int) -> CallBack:
    row = CallBack.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
    if row is None:
        raise CallTaken(_("Cet appel n’existe plus, ou n’est pas pour vous."))
    return row


def _own(call_id: int, user_id: int) -> CallBack:
    row = _locked(call_id)
    if row.status != CallBack.Status.TAKEN or row.taken_by_id != user_id:
        raise CallTaken(_("Prenez d’abord cet appel : quelqu’un d’autre s’en occupe peut-être."))
    return row
