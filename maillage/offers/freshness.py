"""How fresh a service is: the day it was last known to be true, and what follows as months pass.

Of a service written here, its structure is asked at 6 months, and again at 8; it is « à confirmer » at 9, withdrawn at
12. One that comes from a file follows its source: it is « à confirmer » too, and leaves when its source drops it.
"""

import calendar
from datetime import date

ASK, ASK_AGAIN, DOUBT, WITHDRAW = 6, 8, 9, 12  # months since the service was confirmed


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the month's last day when there is none (31 May → 28 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_doubtful(confirmed: date, today: date) -> bool:
    """Whether a service last confirmed on that day is « à confirmer »."""
    return confirmed <= months_before(today, DOUBT)
