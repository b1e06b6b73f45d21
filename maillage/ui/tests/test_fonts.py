from io import BytesIO

from django.conf import settings
from fontTools.ttLib import TTFont

from maillage.ui.fonts import with_our_weights

WHOLE = (
    settings.NODE_MODULES
    / "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2"
)


def test_the_font_keeps_its_letters_and_the_weights_of_our_pages():
    whole = WHOLE.read_bytes()
    lighter = with_our_weights(whole)
    before, after = TTFont(BytesIO(whole)), TTFont(BytesIO(lighter))

    assert after.getBestCmap() == before.getBestCmap()
    [weights] = after["fvar"].axes
    assert (weights.minValue, weights.defaultValue, weights.maxValue) == (400, 400, 750)
    assert len(lighter) < 0.7 * len(whole)
