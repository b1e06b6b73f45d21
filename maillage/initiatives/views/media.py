"""Send photos and documents: only known files, with a safe type, to those who may see them."""

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from maillage.initiatives import access
from maillage.initiatives.queries.files import document_at, photo_at


@login_not_required
@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """The file at `path`, if it is a photo or a document that this person may see; Http404 otherwise."""
    if path.startswith("photos/") and (photo := photo_at(path)) is not None:
        if not access.may_see_photo(request.user, photo):
            raise Http404
        fiche = photo.initiative
        public = (
            photo.status == photo.Status.PUBLISHED and fiche is not None and fiche.status in access.PUBLIC
        )
        return _sent(path, "image/webp", public=public)
    if path.startswith("documents/") and (document := document_at(path)) is not None:
        fiche = document.initiative
        if fiche is None or not access.may_see(request.user, fiche):
            raise Http404
        name = f"{slugify(document.title)[:80] or 'document'}.pdf"
        return _sent(path, "application/pdf", public=fiche.status in access.PUBLIC, name=name)
    raise Http404


def _sent(path: str, kind: str, *, public: bool, name: str = "") -> FileResponse:
    try:
        file = default_storage.open(path)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=kind, as_attachment=bool(name), filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-site"
    # a name is never used twice; a day at most, so that a photo taken down goes
    response["Cache-Control"] = "public, max-age=86400" if public else "private, no-store"
    return response
