"""Send logos: those of structures, and of banners; drafts' too, for their address cannot be guessed."""

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def logo(request: HttpRequest, name: str) -> FileResponse:
    """The logo kept under `logos/<name>`: WebP files of ours only."""
    if not name.endswith(".webp") or ".." in name:
        raise Http404
    try:
        file = default_storage.open(f"logos/{name}")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/webp")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, max-age=86400"
    return response
