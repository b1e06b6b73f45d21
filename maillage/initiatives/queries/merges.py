"""Where a fiche went: merged ones redirect, through chains."""

from maillage.initiatives.models import Initiative, Merge


def where_it_went(slug: str) -> Initiative | None:
    """The fiche into which the one at `slug` was merged (the last of a chain: merging moves earlier arrows); None otherwise."""
    found = Merge.objects.select_related("into").filter(old_slug=slug).first()
    return found.into if found else None
