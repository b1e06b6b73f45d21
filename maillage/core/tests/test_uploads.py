"""Files sent are held in memory, up to a limit for all those of a request; of what is longer, the size alone is true."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from maillage.core.uploads import kept_in_memory


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [([10], [10]), ([11], [0]), ([4, 6], [4, 6]), ([4, 7], [4, 0]), ([50, 1], [0, 0]), ([0], [0])],
)
def test_no_more_than_the_limit_is_held_and_nothing_touches_the_disk(sizes, kept, monkeypatch):
    def disk(*_args, **_kwargs):
        raise AssertionError("a file on the disk")

    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", disk)
    sent = {f"f{n}": SimpleUploadedFile(f"{n}.txt", b"x" * size) for n, size in enumerate(sizes)}
    request = RequestFactory().post("/", {"word": "a", **sent})
    request._dont_enforce_csrf_checks = True
    seen = {}

    @kept_in_memory(10)
    def view(request):
        seen.update({name: (file.size, len(file.read())) for name, file in request.FILES.items()})
        return request.POST["word"]

    assert view(request) == "a"
    assert [size for size, _held in seen.values()] == sizes
    assert [held for _size, held in seen.values()] == kept
    assert view.csrf_exempt  # checked inside, once the files have come in
