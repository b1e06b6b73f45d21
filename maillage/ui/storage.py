"""Where static files come from, and how they leave."""

import fnmatch
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from maillage.ui.fonts import with_our_weights
from maillage.ui.stylesheet import one_stylesheet, words_in

STYLESHEET = "ui/site.css"
FONTS = "vendor/font/*.woff2"


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed, precompressed files; ES modules keep their import paths; one stylesheet, so one request; a light font."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run and STYLESHEET in paths:
            whole = one_stylesheet(self._text, STYLESHEET, words_in(settings.BASE_DIR / "maillage"))
            self._replace(paths, STYLESHEET, whole.encode())
        for name in () if dry_run else fnmatch.filter(paths, FONTS):
            with self.open(name) as file:
                lighter = with_our_weights(file.read())
            self._replace(paths, name, lighter)
        yield from super().post_process(paths, dry_run, **options)

    def _replace(self, paths: dict[str, Any], name: str, content: bytes) -> None:
        self.delete(name)
        self.save(name, ContentFile(content))
        paths[name] = (self, name)  # what is hashed is ours, no longer the finder's

    def _text(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode())


class AppFinder(AppDirectoriesFinder):
    """The apps' own static files; htmx's extensions are left out, as they import what no page serves."""

    def list(self, ignore_patterns: Any) -> Iterable[Any]:
        return super().list([*(ignore_patterns or []), "django_htmx/*"])


class PackageFinder(BaseFinder):
    """The few files that pages use out of the npm packages (`settings.VENDOR`), as `vendor/<name>/…`."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(where) for name, where in self._files() if name == path]
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for package, (folder, _patterns) in settings.VENDOR.items():
            storage = FileSystemStorage(location=settings.NODE_MODULES / folder)
            # read by collectstatic
            storage.prefix = f"vendor/{package}"  # type: ignore[attr-defined]
            for _name, where in self._files(package):
                yield str(where.relative_to(settings.NODE_MODULES / folder)), storage

    def _files(self, only: str = "") -> Iterator[tuple[str, Path]]:
        for package, (folder, patterns) in settings.VENDOR.items():
            root = settings.NODE_MODULES / folder
            for where in sorted(root.rglob("*")) if only in {"", package} else ():
                inside = str(where.relative_to(root))
                if where.is_file() and any(fnmatch.fnmatchcase(inside, pattern) for pattern in patterns):
                    yield f"vendor/{package}/{inside}", where
