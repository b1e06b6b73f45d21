"""What the tests of a person's file share: who is there, its addresses, what its forms send."""

from maillage.core.acting import Purpose, for_purpose
from maillage.journeys.models import Aim
from maillage.journeys.tests.factories import agree
from maillage.journeys.tests.test_referrals import make_home

LIST = "/espace/personnes/"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def file_home(settings, tmp_path):
    """A person whom a relay and a network follow; another structure does not."""
    settings.EMAIL_BACKEND = "maillage.core.mail.OutboxBackend"
    settings.SEALED_ROOT, settings.DATA_DIR = tmp_path / "sealed", tmp_path
    found = make_home()
    agree(found.person, Aim.SUIVI, found.network)
    return found


def page(home, *parts):
    return "/".join([f"{LIST}{home.person.pk}", *map(str, parts), ""])


def as_all(model, **lookup):
    """Rows whoever they are to, as the database keeps them: retention reads every row of a file."""
    with for_purpose(Purpose.RETENTION):
        return list(model.objects.filter(**lookup).order_by("pk"))


def in_name_of(organisation, prefix, **values):
    return {f"{prefix}-structure": organisation.pk, **{f"{prefix}-{k}": v for k, v in values.items()}}
