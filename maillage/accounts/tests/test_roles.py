"""Who may do what: a table of roles and actions, each tried."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from maillage.accounts import access, actions, queries
from maillage.accounts.models import Role, User
from maillage.accounts.tests.factories import enter, make_user
from maillage.core.acting import Purpose, acting_as, for_purpose

KINDS = ["resident", "contributor", "moderator", "animator", "network"]
# action: who may
TABLE = {
    "moderates somewhere": {"moderator", "animator", "network"},
    "moderates a commune": {"moderator", "animator", "network"},
    "moderates what lies nowhere": {"moderator", "animator", "network"},
    "runs the network": {"network"},
    "opens the roles page": {"network"},
    "grants a role": {"network"},
    "revokes a role": {"network"},
}


def may(action: str, user) -> bool:
    client = Client()
    if user.is_authenticated:
        enter(client, user)
    match action:
        case "moderates somewhere":
            return access.is_moderator(user)
        case "moderates a commune":
            return access.may_moderate(user, communes=["34172"])
        case "moderates what lies nowhere":
            return access.may_moderate(user)
        case "runs the network":
            return access.is_network_administrator(user)
        case "opens the roles page":
            return client.get("/compte/roles/").status_code == 200
        case "grants a role":
            other = make_user()
            client.post("/compte/roles/", {"email": other.email, "kind": "moderator"})
            return Role.objects.filter(user=other).exists()
        case "revokes a role":
            held = Role.objects.get(user=make_user("moderator"))
            client.post(f"/compte/roles/{held.pk}/retirer/")
            return not Role.objects.filter(pk=held.pk).exists()
    raise AssertionError(action)


@pytest.mark.django_db
@pytest.mark.parametrize("action", TABLE)
@pytest.mark.parametrize("kind", [*KINDS, "anonymous"])
def test_each_role_may_do_what_the_table_says(action, kind):
    user = AnonymousUser() if kind == "anonymous" else make_user(*([] if kind == "resident" else [kind]))
    assert may(action, user) == (kind in TABLE[action])


@pytest.mark.django_db
def test_a_role_in_a_territory_counts_there_only():
    user = make_user("moderator", territory=("epci", "243400017"))

    assert access.scopes(user, "moderator") == access.Scopes(False, (("epci", "243400017"),))
    assert access.may_moderate(user, communes=["34172"], territories=[("epci", "243400017")])
    assert not access.may_moderate(user, communes=["34172"])
    assert not access.may_moderate(user, communes=["34172"], territories=[("epci", "243400999")])
    assert not access.may_moderate(user)  # a national initiative
    assert access.scopes(user, "moderator").codes("epci") == ["243400017"]


@pytest.mark.django_db
def test_an_inactive_person_has_no_role():
    user = make_user("network", is_active=False)
    assert not access.scopes(user, "network")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kind": "moderator", "territory_kind": "epci"}, "genre du territoire et son code"),
        ({"kind": "moderator", "territory_kind": "pays", "territory_code": "FR"}, "genre du territoire"),
        ({"kind": "network", "territory_kind": "epci", "territory_code": "243400017"}, "vaut partout"),
        ({"kind": "roi"}, "Rôle inconnu"),
    ],
)
def test_a_wrong_territory_is_refused(values, says):
    user = make_user()
    with pytest.raises(actions.WrongTerritory, match=says):
        actions.grant_role(user=user, **values)
    assert queries.own_roles(user) == []


@pytest.mark.django_db
def test_granting_twice_grants_once():
    user = make_user()
    assert actions.grant_role(user=user, kind="moderator") == actions.grant_role(user=user, kind="moderator")
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(user=user, kind="moderator")


@pytest.mark.django_db
def test_the_network_keeps_an_administrator():
    first, second = make_user("network"), make_user("network")
    actions.revoke_role(role=Role.objects.get(user=first))
    with pytest.raises(actions.LastAdministrator, match="dernière personne"):
        actions.revoke_role(role=Role.objects.get(user=second))
    client = Client()
    enter(client, second)
    page = client.post(f"/compte/roles/{Role.objects.get(user=second).pk}/retirer/", follow=True).text
    assert "dernière personne" in page


@pytest.mark.django_db
def test_an_unknown_address_is_told_to_who_grants():
    client = Client()
    enter(client, make_user("network"))
    response = client.post("/compte/roles/", {"email": "nobody@example.org", "kind": "moderator"})
    assert response.status_code == 422
    assert "Personne n’a de compte à cette adresse" in response.text


@pytest.mark.django_db
def test_demo_accounts_are_made_once_one_per_role():
    first = actions.create_demo_accounts()
    again = actions.create_demo_accounts()

    kinds = [*KINDS, *queries.TRADES]
    assert [user.email for user in first] == [f"{kind}@exemple.invalid" for kind in kinds]
    assert first == again
    found = queries.demo_accounts()
    assert [account.kind for account in found] == kinds
    held = {account.kind: [str(role.kind) for role in queries.own_roles(account.user)] for account in found}
    assert held == {kind: [kind] if kind in Role.Kind.values else [] for kind in kinds}


def test_the_command_line_grants_and_revokes(bare_database, capsys):
    call_command("accounts", "grant", "Ada@Example.org", "moderator", "--territory", "epci:243400017")
    with acting_as(None, purpose=Purpose.ADMINISTRATION):
        user = User.objects.get(email="ada@example.org")
        assert [str(role) for role in queries.own_roles(user)] == ["Modérateur ou modératrice 243400017"]
    call_command("accounts", "revoke", "ada@example.org", "moderator", "--territory", "epci:243400017")
    assert not Role.objects.exists()
    with pytest.raises(CommandError, match="genre du territoire"):
        call_command("accounts", "grant", "ada@example.org", "moderator", "--territory", "epci")
    with pytest.raises(CommandError, match="adresse e-mail"):
        call_command("accounts", "grant", "ada", "moderator")


def test_leaving_forgets_the_person_and_keeps_what_they_published(bare_database):
    user = make_user("moderator", email="ada@example.org", name="Ada")
    other = make_user(email="bob@example.org")
    client, elsewhere = Client(), Client()
    enter(client, user)
    enter(elsewhere, user)
    with acting_as(user.pk), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO initiatives_initiative (slug, title, summary, body, scope, address, themes, publics, phases, partners, contact_name, contact_email, contact_phone, links, source_name, source_url, author_name, licence, is_example, status, origin, origin_key, owner_id, created_at, version)"
            " VALUES ('s', 't', 's', '', 'national', '', '{}', '{}', '{}', '{}', '', '', '', '[]', '', '', '', 'LO-2.0', false, 'draft', '', '', %s, now(), 1)",
            [user.pk],
        )

    refused = client.post("/compte/supprimer/", {"email": "bob@example.org"})
    assert "n’est pas l’adresse de ce compte" in refused.text
    client.post("/compte/supprimer/", {"email": "ADA@example.org"})

    assert elsewhere.get("/compte/").status_code == 302
    with acting_as(None, purpose=Purpose.ADMINISTRATION), connection.cursor() as cursor:
        assert list(User.objects.values_list("pk", flat=True)) == [other.pk]
        cursor.execute("SELECT count(*) FROM account_emailaddress WHERE email = 'ada@example.org'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*), count(owner_id) FROM initiatives_initiative")
        assert cursor.fetchone() == (1, 0)


@pytest.mark.django_db
def test_ones_data_come_as_a_file_without_secrets_or_others():
    user, other = make_user("moderator", email="ada@example.org"), make_user(email="bob@example.org")
    client = Client()
    enter(client, user)

    response = client.post("/compte/donnees/")

    assert "attachment" in response["Content-Disposition"]
    data = response.json()
    assert data["account.emailaddress.user"][0]["email"] == "ada@example.org"
    assert data["accounts.role.user"][0]["kind"] == "moderator"
    assert other.email not in response.text
    assert "session_key" not in response.text
    assert "password" not in response.text


@pytest.mark.django_db
def test_accounts_are_out_of_reach_without_a_purpose_in_plain_sql():
    user = make_user(email="ada@example.org")
    with connection.cursor() as cursor:
        for table in (
            "accounts_user",
            "account_emailaddress",
            "mfa_authenticator",
            "usersessions_usersession",
            "socialaccount_socialaccount",
        ):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
        with for_purpose(Purpose.SIGN_IN):
            cursor.execute("SELECT count(*) FROM account_emailaddress")
            assert cursor.fetchone() == (1,)
        cursor.execute("SELECT set_config('maillage.user_id', %s, true)", [str(user.pk + 1)])
        cursor.execute("SELECT count(*) FROM account_emailaddress")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE account_emailaddress SET email = 'x@example.org'")
        assert cursor.rowcount == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kinds", "shown"), [((), False), (("contributor",), False), (("moderator",), True), (("network",), True)]
)
def test_the_menu_holds_no_link_that_would_be_refused(client, kinds, shown):
    enter(client, make_user(*kinds))

    menu = client.get("/aide/").text

    assert ('href="/espace/moderation/"' in menu) is shown
    assert 'href="/espace/"' in menu
