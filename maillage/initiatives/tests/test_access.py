"""Each right by role: its holder, a colleague, a stranger."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from maillage.core.acting import Purpose, for_purpose
from maillage.initiatives import access
from maillage.initiatives.models import Photo, Proposal
from maillage.initiatives.tests.factories import make_initiative, make_organisation
from maillage.initiatives.tests.people import person
from maillage.organisations.models import Membership

pytestmark = pytest.mark.django_db

# who: see, see withdrawn, edit, moderate (versions, merge, delete), answer a proposal, see a pending photo, correct
TABLE = {
    "anonymous": (1, 0, 0, 0, 0, 0, 1),
    "resident": (1, 0, 0, 0, 0, 0, 1),
    "resident who owns it": (1, 0, 0, 0, 0, 0, 1),
    "contributor": (1, 0, 0, 0, 0, 0, 1),
    "contributor who owns it": (1, 1, 1, 0, 0, 1, 1),
    "member of its organisation": (1, 1, 1, 0, 0, 1, 1),
    "member of another organisation": (1, 0, 0, 0, 0, 0, 1),
    "moderator of its commune": (1, 1, 1, 1, 1, 1, 1),
    "moderator of its EPCI": (1, 1, 1, 1, 1, 1, 1),
    "moderator of its département": (1, 1, 1, 1, 1, 1, 1),
    "moderator of its région": (1, 1, 1, 1, 1, 1, 1),
    "moderator elsewhere": (1, 0, 0, 0, 0, 0, 1),
    "animator of its EPCI": (1, 1, 1, 1, 1, 1, 1),
    "animator elsewhere": (1, 0, 0, 0, 0, 0, 1),
    "network": (1, 1, 1, 1, 1, 1, 1),
    "network, account closed": (1, 0, 0, 0, 0, 0, 1),
}
EPCI = "200055655"


def allowed(right, *args):
    try:
        return int(bool(right(*args)))
    except (PermissionDenied, Http404):
        return 0


@pytest.mark.parametrize("who", TABLE)
def test_role_by_action(who):
    ours, theirs = make_organisation(), make_organisation()
    public = make_initiative(carrier=ours)
    withdrawn = make_initiative(carrier=ours, status="archived")
    roles = {
        "contributor": [("contributor",)],
        "contributor who owns it": [("contributor",)],
        "moderator of its commune": [("moderator", "commune", "95268")],
        "moderator of its EPCI": [("moderator", "epci", public.commune.epci_id or EPCI)],
        "moderator of its département": [("moderator", "departement", "95")],
        "moderator of its région": [("moderator", "region", "11")],
        "moderator elsewhere": [("moderator", "commune", "59350"), ("moderator", "region", "32")],
        "animator of its EPCI": [("animator", "epci", public.commune.epci_id or EPCI)],
        "animator elsewhere": [("animator", "departement", "59")],
        "network": [("network",)],
        "network, account closed": [("network",)],
    }
    user = AnonymousUser() if who == "anonymous" else person("quelqu.un@exemple.fr", *roles.get(who, []))
    if who == "network, account closed":
        user.is_active = False
    for fiche in (public, withdrawn):
        if who.endswith("owns it"):
            fiche.owner = user
            fiche.save()
    if who.startswith("member"):
        Membership.objects.create(organisation=ours if "its" in who else theirs, user=user)
    with for_purpose(Purpose.PROOF):
        proposal = Proposal.objects.create(
            initiative=public, values={}, status="waiting", commune_id="95268", base_version=1
        )
        photo = Photo.objects.create(
            initiative=public,
            file="photos/a.webp",
            thumbnail="photos/b.webp",
            width=1,
            height=1,
            alternative="Un bus",
        )

        found = (
            int(access.may_see(user, public)),
            int(access.may_see(user, withdrawn)),
            allowed(access.initiative_to_edit, user, public.slug),
            allowed(access.initiative_to_moderate, user, public.slug),
            allowed(access.proposal_to_answer, user, proposal.pk),
            int(access.may_see_photo(user, photo)),
            allowed(access.initiative_to_correct, public.slug),
        )

    assert found == TABLE[who]


def test_what_is_withdrawn_is_not_revealed_to_a_stranger():
    fiche = make_initiative(status="archived")
    with pytest.raises(Http404):
        access.initiative_to_edit(person("r@exemple.fr"), fiche.slug)
    with pytest.raises(Http404):
        access.initiative_to_correct(fiche.slug)


def test_a_national_fiche_is_for_those_who_moderate_everywhere():
    fiche = make_initiative(scope="national")
    assert not access.may_moderate(person("a@exemple.fr", ("moderator", "region", "11")), fiche)
    assert access.may_moderate(person("b@exemple.fr", ("moderator",)), fiche)


def test_the_queue_of_a_territory_is_the_rule_of_its_fiches():
    from maillage.accounts.access import scopes
    from maillage.initiatives.models import Initiative

    rows = [
        make_initiative(commune="95268"),
        make_initiative(commune="59350"),
        make_initiative(scope="national"),
        make_initiative(scope="departement", departement_id="95", region_id="11"),
        make_initiative(scope="region", region_id="11"),
    ]
    users = [
        person(f"u{n}@exemple.fr", role)
        for n, role in enumerate(
            [
                ("moderator",),
                ("moderator", "departement", "95"),
                ("moderator", "region", "11"),
                ("moderator", "epci", EPCI),
                ("moderator", "commune", "59350"),
            ]
        )
    ]
    for user in users:
        listed = set(
            Initiative.objects.filter(access.within(scopes(user, "moderator"))).values_list("pk", flat=True)
        )
        assert listed == {row.pk for row in rows if access.may_moderate(user, row)}
