"""The demo's initiatives: facts of « L’ÉCO des quartiers n° 2 » (RNCRPV, November 2019), in sentences of our own.

They are real and sourced, so none is marked « exemple »; no contact, person or address is made up. The publication
gives the commune at most: the point is the town hall's, and its scope says « position à la commune ».
"""

from maillage.initiatives.demo.load import ORIGIN, forget_initiatives, load_initiatives, rows
from maillage.initiatives.demo.proposals import forget_proposals, load_proposals

__all__ = [
    "ORIGIN",
    "forget_initiatives",
    "forget_proposals",
    "load_initiatives",
    "load_proposals",
    "rows",
]
