"""Documents people join to an initiative: PDF only, checked by content (core.attachments)."""

from maillage.core.attachments import MAX_BYTES, check_pdf
from maillage.core.attachments import AttachmentRefused as DocumentRefused

__all__ = ["MAX_BYTES", "DocumentRefused", "check"]

check = check_pdf
