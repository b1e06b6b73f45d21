"""Colours that read: the rule in Python, in the database, in the stylesheet; the papers are those of the site."""

import re
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

import maillage.ui
from maillage.organisations.colours import (
    DARK_PAPERS,
    LEAST,
    LIGHT_PAPERS,
    Palette,
    contrast,
    least_contrast,
    readable,
    stylesheet,
)
from maillage.organisations.models import Banner

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
TOKENS = (Path(maillage.ui.__file__).parent / "static" / "ui" / "tokens.css").read_text()


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#0b5563", "#fbfaf6") == pytest.approx(8.1, abs=0.1)


@pytest.mark.parametrize(("theme", "papers"), [("light", LIGHT_PAPERS), ("dark", DARK_PAPERS)])
def test_the_papers_and_the_default_palette_are_those_of_the_site(theme, papers):
    rules = TOKENS.split(f'[data-bs-theme="{theme}"] {{')[1].split("}")[0]
    said = dict(re.findall(r"--ma-(\w+): (#[0-9a-f]+);", rules))
    said = {
        name: value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:])
        for name, value in said.items()
    }
    own = Palette()

    assert papers == (said["paper"], said["sand"], said["card"])
    assert (said["canal"], said["brick"]) == (
        (own.canal, own.brick) if theme == "light" else (own.canal_dark, own.brick_dark)
    )


@given(colours)
@settings(max_examples=150, deadline=None)
def test_whatever_the_colour_the_one_proposed_reads(colour):
    for papers in (LIGHT_PAPERS, DARK_PAPERS):
        found = readable(colour, papers)
        assert least_contrast(found, papers) >= LEAST
        assert readable(found, papers) == found


@given(colours, colours)
@settings(max_examples=100, deadline=None)
def test_every_colour_of_the_stylesheet_reads_where_it_is_used(one, other):
    light, dark = (
        [readable(c, LIGHT_PAPERS) for c in (one, other)],
        [readable(c, DARK_PAPERS) for c in (one, other)],
    )
    blocks = stylesheet(Palette(*light, *dark)).split("{", 1)[1].split("}")[:2]
    for block, papers, on in zip(
        blocks, (LIGHT_PAPERS, DARK_PAPERS), ("#ffffff", DARK_PAPERS[0]), strict=True
    ):
        said = dict(re.findall(r"--ma-([\w-]+):(#\w{6})", block))
        for name in ("canal", "brick"):
            assert least_contrast(said[name], papers) >= LEAST
            assert least_contrast(said[f"{name}-deep"], papers) >= LEAST
            assert contrast(said[name], said[f"{name}-soft"]) >= LEAST
            assert contrast(said[name], on) >= LEAST


@pytest.mark.django_db
@given(colours)
@settings(max_examples=60, deadline=None)
def test_the_database_computes_the_same_contrast(colour):
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisations_contrast(%s, '#efebe1')", [colour])
        assert cursor.fetchone()[0] == pytest.approx(contrast(colour, "#efebe1"), rel=1e-9)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "colour", ["#888888", "#ffffff", "0b5563", "#0B5563", "red", "", "#0b556", "#gggggg", "url(x)"]
)
@pytest.mark.parametrize("column", ["canal", "brick", "canal_dark", "brick_dark"])
def test_the_database_refuses_a_colour_that_does_not_read(column, colour):
    if colour == "#888888" and column.endswith("dark"):
        colour = "#555555"
    elif colour == "#ffffff" and column.endswith("dark"):
        colour = "#000000"
    row = Banner.objects.create(name="Essai", slug="essai")

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE organisations_banner SET {column} = %s WHERE id = %s", [colour, row.pk])
