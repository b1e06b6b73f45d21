"""Role × table, in plain SQL under the web role: what each reads, changes, takes away and adds. Zero leak."""

import pytest
from django.db import DatabaseError, connection, transaction

from maillage.journeys.tests.factories import act_as
from maillage.journeys.tests.world import make_world, share

pytestmark = pytest.mark.django_db

ORGANISATION = "(SELECT name FROM organisations_organisation WHERE id = organisation_id)"
# table: (whether a row is about the person, how a row is called)
TABLES = {
    "person": ("id = %(person)s", "'file'"),
    "follow": ("person_id = %(person)s", ORGANISATION),
    "openingevent": (
        "person_number = %(person)s",
        ORGANISATION.replace("organisation_id", "organisation_number"),
    ),
    "mergedperson": ("person_id = %(person)s", "'merged'"),
    "consent": ("person_id = %(person)s", f"concat_ws(' ', aim, {ORGANISATION})"),
    "consentrequest": ("person_id = %(person)s", ORGANISATION),
    "referral": ("person_id = %(person)s", "'sent'"),
    "referralevent": ("referral_number = %(referral)s", "to_state"),
    "answerlink": ("referral_id = %(referral)s", "'link'"),
    "linkopeningevent": ("link_number = %(link)s", "what"),
    "step": ("person_id = %(person)s", ORGANISATION),
    "frein": ("person_id = %(person)s", ORGANISATION),
    "appointment": ("person_id = %(person)s", ORGANISATION),
    "note": ("person_id = %(person)s", f"{ORGANISATION} || CASE WHEN is_private THEN ', privée' ELSE '' END"),
    "document": ("person_id = %(person)s", ORGANISATION),
    "groupmember": ("person_id = %(person)s", "'member'"),
    "attendance": ("person_id = %(person)s", "status"),
}
RELAY, NETWORK, BOTH = {"Relais"}, {"Réseau"}, {"Relais", "Réseau"}
EACH_THEIR_OWN = {"relay": RELAY, "adviser": NETWORK, "manager": NETWORK}
WITH_THE_REFERRAL = ("relay", "adviser", "manager", "coordinator", "person", "link", "code")
STATES = {"brouillon", "envoyee", "recue", "sans_reponse"}


def each(roles, rows):
    """The same rows for each of these roles."""
    return dict.fromkeys(roles, rows)


# table → role → rows of the person that they read; a role that is not named reads none
READS = {
    "person": each(("relay", "adviser", "manager", "coordinator", "person", "code"), {"file"}),
    "follow": EACH_THEIR_OWN | {"person": BOTH},
    "openingevent": EACH_THEIR_OWN | {"person": BOTH},
    "mergedperson": {"person": {"merged"}},
    "consent": {
        "relay": {"suivi Relais"},
        "adviser": {"orientation Réseau"},
        "manager": {"orientation Réseau"},
        "person": {"suivi Relais", "orientation Réseau"},
    },
    "consentrequest": EACH_THEIR_OWN | {"person": BOTH},
    "referral": each(WITH_THE_REFERRAL, {"sent"}),
    "referralevent": each(WITH_THE_REFERRAL, STATES),
    "answerlink": each(WITH_THE_REFERRAL, {"link"}),
    "linkopeningevent": each(WITH_THE_REFERRAL, {"opened"}),
    "step": EACH_THEIR_OWN | {"person": BOTH},
    "frein": EACH_THEIR_OWN | {"person": BOTH},
    "appointment": EACH_THEIR_OWN | {"person": BOTH},
    "note": {
        "relay": {"Relais", "Relais, privée"},
        "adviser": {"Réseau", "Réseau, privée"},
        "manager": NETWORK,
        "person": BOTH,
    },
    "document": EACH_THEIR_OWN | {"person": BOTH},
    "groupmember": {"relay": {"member"}, "person": {"member"}},
    "attendance": {"relay": {"present"}, "person": {"present"}},
}
# once the person lets the structures around them work together: what changes
SHARED = {
    "follow": each(("relay", "adviser", "manager", "person"), BOTH),
    "consent": {role: rows | {"partage"} for role, rows in READS["consent"].items()},
    "step": each(("relay", "adviser", "manager", "person"), BOTH),
    "frein": each(("relay", "adviser", "manager", "person"), BOTH),
    "note": {
        "relay": BOTH | {"Relais, privée"},
        "adviser": BOTH | {"Réseau, privée"},
        "manager": BOTH,
        "person": BOTH,
    },
}
CHANGES = {
    "person": each(("relay", "adviser", "manager", "person"), {"file"}),
    "follow": EACH_THEIR_OWN,
    "consent": {"person": {"suivi Relais", "orientation Réseau"}},
    "consentrequest": {"person": BOTH},
    "referral": each(WITH_THE_REFERRAL, {"sent"}),
    "answerlink": each(WITH_THE_REFERRAL, {"link"}),
    "step": EACH_THEIR_OWN,
    "frein": EACH_THEIR_OWN,
    "appointment": EACH_THEIR_OWN,
    "note": {role: rows for role, rows in READS["note"].items() if role != "person"},
    "document": EACH_THEIR_OWN,
    "groupmember": {"relay": {"member"}},
    "attendance": {"relay": {"present"}},
}
# a structure takes away what it wrote, nothing else; whatever was agreed or sent ends, and is forgotten for a purpose
REMOVES = {
    table: rows
    for table, rows in CHANGES.items()
    if table in {"step", "frein", "appointment", "note", "document", "groupmember", "attendance"}
}


@pytest.fixture
def world():
    return make_world()


def rows(world, table, before="SELECT", after=""):
    """What a statement reaches, as (rows of the person, rows of others); nothing when the database refuses it."""
    mine, called = TABLES[table]
    values = {"person": world.person.pk, "referral": world.referral.pk, "link": world.link.pk}
    columns = f"{mine} AS mine, {called} AS called"
    sql = (
        f"SELECT {columns} FROM journeys_{table}"
        if before == "SELECT"
        else f"{before} journeys_{table} {after} RETURNING {columns}"
    )
    found = []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            found = cursor.fetchall()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    except DatabaseError:
        return set(), 0
    return {called for is_mine, called in found if is_mine}, sum(
        1 for is_mine, _called in found if not is_mine
    )


def table_of(world, roles, before="SELECT", after=""):
    """table → role → rows of the person reached, for those who reach any; and who reaches somebody else's."""
    reached, strayed = {table: {} for table in TABLES}, set()
    for role in roles:
        act_as(*world.roles[role])
        for table in TABLES:
            found, others = rows(world, table, before, after)
            if found:
                reached[table][role] = found
            if others:
                strayed.add(role)
    return {table: found for table, found in reached.items() if found}, strayed


def test_the_table_names_every_table_about_people():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(c.relname, 10) FROM pg_class c"
            " WHERE c.relname LIKE 'journeys\\_%' AND obj_description(c.oid, 'pg_class') LIKE 'personal:%'"
        )
        assert {name for (name,) in cursor.fetchall()} == set(TABLES)


def test_each_role_reads_what_the_table_says(world):
    found, strayed = table_of(world, world.roles)
    assert found == READS
    assert strayed == {"other"}, "somebody else is followed by that structure alone"

    share(world)
    found, strayed = table_of(world, world.roles)
    assert found == READS | SHARED
    assert strayed == {"other"}


def test_each_role_changes_and_takes_away_what_the_tables_say(world):
    found, strayed = table_of(world, world.roles, "UPDATE", "SET id = id")
    assert found == CHANGES
    assert strayed == {"other"}

    share(world)
    found, strayed = table_of(world, world.roles, "UPDATE", "SET id = id")
    assert found == CHANGES | {"consent": {"person": SHARED["consent"]["person"]}}, (
        "to read together is not to write together"
    )
    found, strayed = table_of(world, world.roles, "DELETE FROM")
    assert found == REMOVES
    assert strayed == {"other"}


NOW = "now(), now(), now() + interval '1 hour'"
# what is added about the person, in the relay's name unless said; who may
ADDS = [
    ("step (person_id, organisation_id, created_at, kind, \"on\", siret, note) VALUES (%(person)s, %(relay)s, now(), 'statut', now(), '', '')", {"relay"}),
    ("frein (person_id, organisation_id, created_at, brake, raised_on) VALUES (%(person)s, %(relay)s, now(), 'mobilite', now())", {"relay"}),
    ("note (person_id, organisation_id, created_at, body, is_private) VALUES (%(person)s, %(relay)s, now(), 'x', false)", {"relay"}),
    ("document (person_id, organisation_id, created_at, name, media_type, size, path) VALUES (%(person)s, %(relay)s, now(), 'x', 'x', 1, 'x')", {"relay"}),
    (f"appointment (person_id, organisation_id, uid, sequence, place, remote, status, created_at, starts_at, ends_at) VALUES (%(person)s, %(relay)s, gen_random_uuid(), 0, '', false, 'prevu', {NOW})", {"relay"}),
    ("follow (person_id, organisation_id, since, shared) VALUES (%(person)s, %(other)s, now(), false)", set()),
    ("consent (person_id, organisation_id, aim, text_id, how, given_at, witness) SELECT %(person)s, %(other)s, 'suivi', id, 'screen', now(), '' FROM journeys_consenttext LIMIT 1", {"person"}),
    ("openingevent (person_number, user_number, at, why) VALUES (%(person)s, %(awa)s, now(), 'x')", {"relay"}),
    ("referralevent (referral_number, via, at, from_state, to_state) VALUES (%(referral)s, 'web', now(), '', 'aide')", set()),
    ("groupmember (group_id, person_id, joined_on) VALUES (%(group)s, %(stranger)s, now())", set()),
    ("attendance (meeting_id, person_id, status) VALUES (%(meeting)s, %(stranger)s, 'present')", set()),
    (
        "referral (person_id, from_organisation_id, to_organisation_id, in_charge_id, initials, reason, phase, freins, urgency, appointment_wish, state,"
        " next_action, next_action_at, promised_days, refusal_reason, answer_note, created_at, moved_at, moved_via, coordinated, reminders, mails, is_example)"
        " VALUES (%(person)s, %(relay)s, %(other)s, %(awa)s, '', '', '', '{}', 'normale', '', 'brouillon', 'completer', now(), 5, '', '', now(), now(), 'web', false, 0, 0, false)",
        # the person about themselves, in a structure's name: no door leads there, and it leaves only with their agreement
        {"relay", "person"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("added", "who"), ADDS, ids=[sql.split(" ", 1)[0] for sql, _who in ADDS])
def test_each_role_adds_what_the_table_says(world, added, who):
    other, stranger = _somebody_else(world)
    values = {
        "person": world.person.pk, "relay": world.relay.pk, "referral": world.referral.pk, "other": other,
        "awa": world.roles["relay"][0].pk, "group": world.group.pk, "meeting": world.meeting.pk, "stranger": stranger,
    }  # fmt: skip
    may = set()
    for role, identity in world.roles.items():
        act_as(*identity)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO journeys_{added}", values)
                if cursor.rowcount:
                    may.add(role)
                transaction.set_rollback(True)
        except DatabaseError:
            continue
    assert may == who


def _somebody_else(world):
    act_as(*world.roles["other"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_id, person_id FROM journeys_follow")
        return cursor.fetchone()
