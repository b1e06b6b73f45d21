from django.db import models
from django.utils import timezone


class MergedPerson(models.Model):
    """A file that was made one with another: its number, so that who read it can still be told to the person."""

    old_number = models.BigIntegerField(unique=True)  # not a key: that file is gone
    person = models.ForeignKey("journeys.Person", on_delete=models.CASCADE, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    by_number = models.BigIntegerField()  # the user's

    class Meta:
        db_table_comment = "personal: which files are of one person"

    def __str__(self) -> str:
        return f"{self.old_number} → {self.person_id}"
