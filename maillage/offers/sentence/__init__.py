"""« Je veux ouvrir un food truck à Garges, j'ai deux enfants »: a sentence read by rules, synonyms and a search of places.

`lexicon.json` holds the words. Nothing is guessed by a model: each part of a reading names the words that led to it.
"""

from maillage.offers.sentence.reader import LONGEST, read_sentence
from maillage.offers.sentence.reading import Part, Reading

__all__ = ["LONGEST", "Part", "Reading", "read_sentence"]
