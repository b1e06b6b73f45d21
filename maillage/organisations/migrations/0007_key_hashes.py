from django.db import migrations

from maillage.core.keys import KeyHashField

# a change of type reads every row, whatever row security says to the owner; links sent before stay good
FORWARD = """
ALTER TABLE {table} RENAME COLUMN key TO key_hash;
ALTER TABLE {table} ALTER COLUMN key_hash TYPE bytea USING sha256(uuid_send(key_hash));
"""
# a digest does not give its key back: links sent before are over
BACKWARD = """
ALTER TABLE {table} ALTER COLUMN key_hash TYPE uuid USING encode(substr(key_hash, 1, 16), 'hex')::uuid;
ALTER TABLE {table} RENAME COLUMN key_hash TO key;
"""


def hashed(model: str) -> migrations.SeparateDatabaseAndState:
    table = f"organisations_{model.lower()}"
    return migrations.SeparateDatabaseAndState(
        [migrations.RunSQL(FORWARD.format(table=table), BACKWARD.format(table=table))],
        [migrations.RemoveField(model, "key"), migrations.AddField(model, "key_hash", KeyHashField())],
    )


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_schema")]
    operations = [hashed(model) for model in ("Claim",)]
