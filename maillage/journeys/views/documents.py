"""Documents of a person's file: sent in memory, kept encrypted, opened one by one, each opening logged."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from maillage.core import sealed
from maillage.core.attachments import ENDINGS, MAX_BYTES, AttachmentRefused
from maillage.core.ratelimit import limit
from maillage.core.uploads import kept_in_memory
from maillage.journeys import access
from maillage.journeys.actions import documents as actions
from maillage.journeys.forms.files import DocumentForm
from maillage.journeys.models import Document
from maillage.journeys.views.files import shown
from maillage.journeys.views.rows import back, writer


@never_cache
@require_POST
@kept_in_memory(MAX_BYTES)
def add(request: HttpRequest, person_id: int) -> HttpResponse:
    """Join a document; one that cannot be kept says why (422, 413 past 10 MB), and leaves nothing."""
    ours = access.person_to_write(request, person_id)
    form = DocumentForm(request.POST, request.FILES, structures=ours, prefix="document")
    status = 422
    if form.is_valid():
        limit("file-document", request.user.pk, times=60, per_seconds=3600)
        file: UploadedFile = form.cleaned_data["file"]
        try:
            actions.add_document(
                person_id=person_id,
                organisation_id=form.organisation_id,
                file=file,
                size=file.size or 0,
                name=form.cleaned_data["name"],
                by=writer(request),
                at=timezone.now(),
            )
        except AttachmentRefused as error:
            form.add_error("file", str(error))
            status = error.status
        else:
            messages.success(request, _("Le document est gardé, chiffré."))
            return back(person_id, "documents")
    return shown(request, person_id, why=_("Document à joindre"), status=status, document_form=form)


@never_cache
@require_safe
def document(request: HttpRequest, person_id: int, document_id: int) -> HttpResponse:
    """The document, to be saved: read whole before anything leaves, so that a damaged one is a page and not a half."""
    row = access.row_to_change(request, Document, person_id, document_id)
    access.person_to_read(request, person_id, _("Document ouvert (n° %(number)s)") % {"number": row.pk})
    name = f"{slugify(row.name)[:80] or 'document'}.{ENDINGS[row.media_type]}"
    return HttpResponse(
        sealed.whole(row.path),
        content_type=row.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


@never_cache
@require_POST
def remove(request: HttpRequest, person_id: int, document_id: int) -> HttpResponse:
    """Delete a document, and its file."""
    row = access.row_to_change(request, Document, person_id, document_id)
    actions.remove_document(document_id=row.pk, by=writer(request))
    messages.success(request, _("Le document est supprimé."))
    return back(person_id, "documents")
