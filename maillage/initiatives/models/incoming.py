import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class IncomingFile(models.Model):
    """One file that a moderator sent to import, until it is imported; its content is then forgotten, the report kept.

    The content is a row and not a file, so that any server and any worker can read it.
    """

    class State(models.TextChoices):
        SENT = "sent", _("À vérifier")
        CHECKED = "checked", _("Vérifié")
        IMPORTED = "imported", _("Importé")

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    plan = models.JSONField(default=dict)  # the choices of the form: columns, status …
    report = models.JSONField(null=True)  # of the last check, or of the import
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    sent_at = models.DateTimeField(auto_now_add=True)
    imported_at = models.DateTimeField(null=True)

    class Meta:
        db_table_comment = "personal: who sent a file to import, and what is in it until it is"

    def __str__(self) -> str:
        return str(self.key)
