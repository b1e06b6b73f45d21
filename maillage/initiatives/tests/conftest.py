"""Fixtures of several modules."""

import pytest

from maillage.core.imports import open_source
from maillage.initiatives.actions.importing import Plan, guessed_mapping, import_initiatives
from maillage.initiatives.tests.import_lines import AT


@pytest.fixture
def do(tmp_path):
    """Import `content` as a file; options are those of Plan, and `dry_run`."""

    def do(content, name="fiches.csv", *, dry_run=False, chosen=None, **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        source = open_source(path)
        plan = Plan(**{"mapping": guessed_mapping(source, chosen), "origin": "essai", **options})
        return import_initiatives(path=path, plan=plan, at=AT, dry_run=dry_run)

    return do
