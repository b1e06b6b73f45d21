"""Links open by a key that the database does not hold: only its digest, whatever the table."""

import importlib
import uuid

import pytest
from django.apps import apps
from django.db import connections, models
from django.utils import timezone

from maillage.core.acting import Purpose, for_purpose
from maillage.core.keys import Keyed, hash_of, new_key, renew_key
from maillage.initiatives.models import Subscription

KEYED = [model for model in apps.get_models() if issubclass(model, Keyed)]


def test_every_key_of_a_link_is_kept_hashed():
    names = {model.__name__ for model in KEYED}
    assert names == {"AnswerLink", "Claim", "ConsentRequest", "ErrorReport", "Proposal", "Subscription"}
    clear = [
        model.__name__
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name == "key" and isinstance(field, models.UUIDField) and not field.primary_key
    ]
    assert clear == []


def test_keys_are_drawn_one_by_one_and_a_renewed_one_replaces_the_other():
    row = Subscription()
    drawn = set()
    for _ in range(50):
        renew_key(row)
        assert row.key_hash == hash_of(row.key)
        drawn.add(row.key)
    assert len(drawn | {new_key()}) == 51


@pytest.mark.django_db
@pytest.mark.parametrize("bulk", [False, True])
def test_a_saved_row_has_its_key_once_and_a_read_one_has_none(bulk):
    rows = [Subscription(email=f"{n}@exemple.fr", criteria="theme=lieux") for n in range(2)]
    with for_purpose(Purpose.PROOF):
        if bulk:
            Subscription.objects.bulk_create(rows)
        else:
            for row in rows:
                row.save()
        key, kept = rows[0].key, rows[0].key_hash
        rows[0].save()
        read = Subscription.objects.get(key_hash=hash_of(key))
    assert (rows[0].key, bytes(read.key_hash), read.pk) == (key, kept, rows[0].pk)
    assert rows[1].key != key
    with pytest.raises(AttributeError):
        _ = read.key


@pytest.mark.django_db
def test_what_the_database_keeps_opens_nothing(client):
    with for_purpose(Purpose.PROOF):
        row = Subscription.objects.create(
            email="lou@exemple.fr", criteria="theme=lieux", created_at=timezone.now()
        )
    for stolen in (row.key_hash[:16], row.key_hash[16:]):
        assert client.get(f"/suivre/{uuid.UUID(bytes=stolen)}/").status_code == 410
    assert client.get(f"/suivre/{row.key}/").status_code == 200


def test_the_links_of_before_stay_good(bare_database):
    migration = importlib.import_module("maillage.journeys.migrations.0010_key_hashes")
    key = uuid.uuid4()
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE before (key uuid NOT NULL UNIQUE)")
        cursor.execute("INSERT INTO before VALUES (%s)", [key])
        cursor.execute(migration.FORWARD.format(table="before"))
        cursor.execute("SELECT key_hash FROM before")
        assert bytes(cursor.fetchone()[0]) == hash_of(key)
        cursor.execute(migration.BACKWARD.format(table="before"))
        cursor.execute("SELECT key FROM before")
        assert cursor.fetchone()[0] != key
