"""Expressions of the lexicon found in a sentence, said or denied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maillage.offers.sentence.lexicon import Lexicon
from maillage.offers.sentence.tokens import LINKS, Token, stem

DENIES = frozenset(map(stem, ("pas", "sans", "aucun", "aucune", "ni", "jamais", "non")))
PLUS = stem("plus")  # denies with « ne » only
AFTER_THE_VERB = frozenset(map(stem, ("pas", "plus", "jamais")))
ENDS_DENIAL = frozenset(map(stem, ("mais", "car", "donc", "puis", "alors")))
GOES_ON = frozenset(("ni", "ou", "et"))
AT_WORK = frozenset(map(stem, ("vais", "va", "allons", "pret", "prete")))
DENIAL_REACH = 4  # words
SPEAK_REACH = 5
ALREADY = ("statut:independant", "phase:developpement")


@dataclass(frozen=True)
class Match:
    """The words [first:last] of the sentence mean these « field:code ». `denied`: the person says the contrary.

    `weak`: any clearer word decides. No meaning: the words are understood and say nothing to the finder.
    """

    meanings: tuple[str, ...]
    first: int
    last: int
    denied: bool = False
    weak: bool = False


class Matcher:
    """One pass over the words of a sentence; `stems` may be corrected ones, "" for what is not to be read."""

    def __init__(self, words: Sequence[Token], stems: Sequence[str], lex: Lexicon) -> None:
        self.words, self.lex = words, lex
        kept = [
            i for i, word in enumerate(words) if word.plain not in LINKS and word.plain not in ("ne", "n")
        ]
        self.at = kept  # index in the sentence of each word that is compared
        self.stems = [stems[i] for i in kept]
        self.denial: int | None = None  # where it began
        self.reach = 0
        self.unwanted = False  # « je ne veux pas de prêt » is not « je n'ai pas de prêt »

    def matches(self) -> Iterator[Match]:
        """Every expression, in order; they do not overlap."""
        here = 0
        while here < len(self.stems):
            if self._breaks(here):
                self.denial = None
            match, after = self._match(here)
            if match is not None:
                yield match
            here = after

    def _match(self, here: int) -> tuple[Match | None, int]:
        """What begins at this word, and where to go on."""
        if neutral := self.lex.neutral.at(self.stems, here):
            self.denial = None
            return self._made((), here, here + len(neutral)), here + len(neutral)
        if self.denial is not None:
            return self._under_denial(here)
        if said := self.lex.said.at(self.stems, here):
            return self._said(said, here, here + len(said))
        if (denied := self.lex.denied.at(self.stems, here)) and self._is_denied_after(
            here, here + len(denied)
        ):
            after = here + len(denied)
            return self._lacking(denied, here, after + 1), after + 1
        if self._denies(here):
            self.denial, self.reach = here, DENIAL_REACH
            self.unwanted = self._follows(here, self.lex.wish, 1)
        elif self.stems[here] in self.lex.create:
            return self._created(here)
        return None, here + 1

    def _said(self, said: tuple[str, ...], here: int, after: int) -> tuple[Match | None, int]:
        meanings = self.lex.said.meanings[said]
        if self._is_denied_after(here, after):
            verb = self.lex.denied.at(self.stems, after - 1)
            if verb is not None and len(verb) == 1:
                return self._lacking(verb, here, after + 1), after + 1
            return self._made(meanings, here, after + 1, denied=True), after + 1
        if all(meaning.startswith("langue:") for meaning in meanings) and not self._is_spoken(here):
            return None, after
        if self._follows(here, self.lex.create, 2):
            meanings = [meaning for meaning in meanings if meaning not in ALREADY]
        return self._made(meanings, here, after, weak=said in self.lex.weak.meanings), after

    def _under_denial(self, here: int) -> tuple[Match | None, int]:
        began = self.denial
        assert began is not None
        said = self.lex.said.at(self.stems, here)
        denied = None if self.unwanted else self.lex.denied.at(self.stems, here)
        if denied and len(denied) >= len(said or ()):
            after = here + len(denied)
            found = self._lacking(denied, began, after)
        elif said:
            after = here + len(said)
            found = self._made(self.lex.said.meanings[said], began, after, denied=True)
        else:
            self.reach -= 1
            if self._denies(here):
                self.denial, self.reach = here, DENIAL_REACH
            elif self.reach <= 0 or self.stems[here] in ENDS_DENIAL:
                self.denial = None
            return None, here + 1
        self.denial = None
        if after < len(self.stems) and self.stems[after] in GOES_ON and not self._breaks(after):
            self.denial, self.reach = after, 2
            after += 1
        return found, after

    def _created(self, here: int) -> tuple[Match, int]:
        phase = "phase:creation" if self._follows(here, AT_WORK, 2) else "phase:amorcage"
        return self._made((phase,), here, here + 1, weak=True), here + 1

    def _lacking(self, denied: tuple[str, ...], here: int, after: int) -> Match:
        """What one says by what one lacks; « je touche le RSA » is clearer than « je ne travaille pas »."""
        meanings = self.lex.denied.meanings[denied]
        return self._made(meanings, here, after, weak=meanings[0].startswith("statut:"))

    def _made(
        self, meanings: Sequence[str], here: int, after: int, *, denied: bool = False, weak: bool = False
    ) -> Match:
        return Match(tuple(meanings), self.at[here], self.at[after - 1] + 1, denied, weak)

    def _breaks(self, here: int) -> bool:
        """Whether a comma or a full stop stands before this word."""
        since = self.at[here - 1] + 1 if here else 0
        return any(self.words[i].opens for i in range(since, self.at[here] + 1))

    def _has_ne(self, here: int) -> bool:
        since = self.at[here - 1] if here else -1
        return any(self.words[i].plain in ("ne", "n") for i in range(since + 1, self.at[here]))

    def _denies(self, here: int) -> bool:
        if self.stems[here] in DENIES:
            return True
        return self.stems[here] == PLUS and any(self._has_ne(i) for i in range(max(here - 3, 0), here + 1))

    def _is_denied_after(self, here: int, after: int) -> bool:
        """Whether « pas » comes right after these words, as in « je ne travaille pas »."""
        if after >= len(self.stems) or self.stems[after] not in AFTER_THE_VERB or self._breaks(after):
            return False
        if self.lex.neutral.at(self.stems, after) or self.lex.said.at(self.stems, after):
            return False
        verb = (self.stems[after - 1],)
        has_ne = any(self._has_ne(i) for i in range(here, after))
        return has_ne or (self.stems[after] == "pas" and verb in self.lex.denied.meanings)

    def _is_spoken(self, here: int) -> bool:
        return self._follows(here, self.lex.speak, SPEAK_REACH)

    def _follows(self, here: int, words: frozenset[str], reach: int) -> bool:
        return any(self.stems[i] in words for i in range(max(here - reach, 0), here))
