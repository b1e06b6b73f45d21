from django.db import models


class OutgoingMail(models.Model):
    """One mail to send: written in the transaction that causes it, sent by a job, forgotten after."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table_comment = "personal: to deliver a mail"

    def __str__(self) -> str:
        return str(self.pk)


class RateLimit(models.Model):
    """How often one hashed key acted in its current window."""

    key = models.CharField(max_length=64, primary_key=True)
    window_ends_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key[:8]
