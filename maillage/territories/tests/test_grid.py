"""The grid that assigns points gives, on every point, the answer of asking each contour."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.territories.grid import ContourIndex


def asked_one_by_one(contours, points):
    """The first contour that covers each point, without any index."""
    answer = np.full(len(points), -1)
    for rank in reversed(range(len(contours))):
        answer[shapely.intersects_xy(contours[rank], points[:, 0], points[:, 1])] = rank
    return answer


def hard_points(contours, random):
    """Points where a mistake would show: vertices, on and beside edges, far away, on the box, everywhere."""
    corners = np.vstack([shapely.get_coordinates(c) for c in contours])
    on_edges = corners[:-1] + random.random((len(corners) - 1, 1)) * np.diff(corners, axis=0)
    box = shapely.total_bounds(np.array(contours, dtype=object))
    size = max(box[2] - box[0], box[3] - box[1])
    middle = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
    beside = [
        on_edges + random.normal(size=on_edges.shape) * size * step
        for step in (1e-15, 1e-12, 1e-9, 1e-6, 1e-3)
    ]
    everywhere = middle + (random.random((2000, 2)) - 0.5) * size * 1.5
    return np.vstack(
        [corners, on_edges, *beside, everywhere, [[1e9, 0], [-1e9, 0], [box[0], box[1]], [box[2], box[3]]]]
    )


def star(x, y, radii):
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return shapely.Polygon(np.column_stack([x + radii * np.cos(angles), y + radii * np.sin(angles)]))


stars = st.tuples(
    st.floats(-3, 3), st.floats(-3, 3), st.lists(st.floats(0.01, 2), min_size=3, max_size=24)
).map(lambda t: star(t[0], t[1], np.array(t[2])))  # fmt: skip
boxes = st.tuples(st.integers(-4, 4), st.integers(-4, 4), st.integers(1, 4), st.integers(1, 4)).map(
    lambda t: shapely.box(t[0] / 2, t[1] / 2, (t[0] + t[2]) / 2, (t[1] + t[3]) / 2)
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(stars | boxes, min_size=1, max_size=6),
    st.sampled_from([20, 1_000, 50_000]),
    st.integers(0, 2**32 - 1),
)
def test_the_grid_agrees_with_asking_every_contour(contours, cells, seed):
    contours = [c for c in contours if c.is_valid and c.area > 1e-6] or [shapely.box(0, 0, 1, 1)]
    points = hard_points(contours, np.random.default_rng(seed))

    found = ContourIndex(contours, cells=cells).find(points[:, 0], points[:, 1])

    np.testing.assert_array_equal(found, asked_one_by_one(contours, points))


def test_holes_and_several_parts_are_respected():
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(3, 3, 7, 7))
    two = shapely.MultiPolygon([shapely.box(20, 0, 21, 1), shapely.box(4, 4, 5, 5)])
    index = ContourIndex([ring, two])

    assert index.find([1, 5.5, 4.5, 3, 20.5, 22], [1, 5.5, 4.5, 5, 0.5, 0.5]).tolist() == [0, -1, 1, 0, 1, -1]


def test_where_two_cover_a_point_the_first_answers():
    index = ContourIndex([shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1), shapely.box(0, 0, 3, 3)])

    assert index.find([1, 0.5, 2.5], [0.5, 0.5, 2.5]).tolist() == [0, 1, 2]


def test_points_that_are_nowhere_and_no_contour_at_all():
    nowhere = np.array([np.nan, np.inf, -np.inf, 0.5]), np.array([0.5, 0.5, 0.5, np.nan])

    assert ContourIndex([shapely.box(0, 0, 1, 1)]).find(*nowhere).tolist() == [-1] * 4
    assert ContourIndex([]).find(*nowhere).tolist() == [-1] * 4


@pytest.mark.django_db
def test_on_the_communes_it_agrees_with_postgis_at_their_edges():
    from django.db import connection

    from maillage.territories.queries.assignment import layers

    with connection.cursor() as cursor:
        # Paris and around, an archipelago, the Antilles: every vertex, the middle of every edge, and beside them
        cursor.execute(
            """
            CREATE TEMPORARY TABLE asked AS
            SELECT row_number() OVER () AS line, ST_X(p) + d AS lon, ST_Y(p) - d AS lat
            FROM (
                SELECT (ST_DumpPoints(ST_Segmentize(contour, 0.01))).geom AS p FROM territories_commune
                WHERE kind = 'COM' AND (departement_id IN ('75', '93', '972') OR code = '22016')
            ) points, (VALUES (0::float8), (1e-12), (-1e-9), (0.0005)) AS beside (d)
            """
        )
        cursor.execute(
            """
            SELECT lon, lat, (SELECT min(code) FROM territories_commune c
                WHERE c.kind = 'COM' AND ST_Intersects(c.contour, ST_SetSRID(ST_MakePoint(lon, lat), 4326)))
            FROM asked ORDER BY line
            """
        )
        lon, lat, expected = zip(*cursor.fetchall(), strict=True)

    found = layers()[0].of(np.array(lon), np.array(lat)).to_pylist()

    assert len(found) > 5_000
    assert found == list(expected)
