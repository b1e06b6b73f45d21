"""The demo's offers: the networks that « L’ÉCO des quartiers n° 2 » names, with services, hours and aids made up for
the demo. All of it is marked « exemple »; telephone numbers are of the ranges that Arcep keeps for fiction, e-mail is
at example.org, and places are « à la commune »."""

from maillage.offers.demo.load import ORIGIN, files, financings, forget_offers, load_offers

__all__ = ["ORIGIN", "files", "financings", "forget_offers", "load_offers"]
