"""Before `territories load`: what needs the communes says so."""

import pytest

from maillage.territories.actions import import_qpv
from maillage.territories.actions.qpv import NoTerritories


def test_without_communes_the_message_names_the_command(bare_database, tmp_path):
    (tmp_path / "q.geojson").write_text('{"type": "FeatureCollection", "features": []}')

    with pytest.raises(NoTerritories, match="territories load"):
        import_qpv(tmp_path / "q.geojson", generation=2015)
