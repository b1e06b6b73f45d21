"""Files sent to us that must not touch the disk in clear: kept in memory, and no further than a limit."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponse]


class InMemory(MemoryFileUploadHandler):
    """Keeps in memory the files of one request, `most` bytes of them in all; of what is longer, only its size is true."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.left = most

    def handle_raw_input(self, *_args: Any, **_kwargs: Any) -> None:
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.left -= len(raw_data)
        if self.left >= 0:
            self.file.write(raw_data)
        else:
            self.file.seek(0)
            self.file.truncate()
        return None


def kept_in_memory(most: int) -> Callable[[View], View]:
    """The view receives its files through InMemory. Whatever reads POST before it would choose otherwise: the CSRF token is
    checked here, after."""

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def received(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not hasattr(request, "_files"):
                request.upload_handlers = [InMemory(request, most)]
            return protected(request, *args, **kwargs)

        return received

    return decorate
