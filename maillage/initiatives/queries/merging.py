"""What a merge makes of two fiches."""

from copy import copy
from dataclasses import dataclass

from maillage.initiatives.models import Initiative
from maillage.initiatives.queries.values import LABELS, Difference, as_text, changed, values_of


@dataclass(frozen=True)
class Outcome:
    """One field that two fiches do not share: what the kept one says before and after the merge, and what the other said."""

    kept: Difference
    gone: str  # as text; "" when it said nothing
    is_left: bool  # what the other said is in its history only


def outcomes(keep: Initiative, gone: Initiative) -> list[Outcome]:
    """What merging `gone` into `keep` would change, field by field, in the order of the form; writes nothing."""
    after = copy(keep)
    complete(after, gone)
    before, said, merged = values_of(keep), values_of(gone), values_of(after)
    found = []
    for name in changed(before, said):
        kept = Difference(name, str(LABELS[name]), as_text(name, before[name]), as_text(name, merged[name]))
        text = as_text(name, said[name])
        found.append(Outcome(kept, text, is_left=bool(text) and not _holds(merged[name], said[name])))
    return found


def _holds(merged: object, said: object) -> bool:
    if isinstance(merged, list) and isinstance(said, list):
        return all(item in merged for item in said)
    return merged == said


def complete(keep: Initiative, gone: Initiative) -> None:
    """Write on `keep`, unsaved, what only `gone` says; lists are joined, nothing that `keep` says is overwritten."""
    said = values_of(gone)
    for name in ("themes", "publics", "phases", "partners"):
        setattr(keep, name, list(dict.fromkeys([*getattr(keep, name), *said[name]])))
    known = {link["url"] for link in keep.links}
    keep.links = [*keep.links, *(link for link in said["links"] if link["url"] not in known)]
    if (
        gone.source_url
        and keep.source_url
        and gone.source_url != keep.source_url
        and gone.source_url not in known
    ):
        keep.links = [*keep.links, {"url": gone.source_url, "label": gone.source_name}]
    for name in (
        "body", "carrier_id", "starts_on", "ends_on", "contact_name", "contact_email", "contact_phone", "source_name", "source_url", "author_name", "owner_id",
    ):  # fmt: skip
        if not getattr(keep, name):
            setattr(keep, name, getattr(gone, name))
    if keep.starts_on and keep.ends_on and keep.ends_on < keep.starts_on:
        keep.ends_on = None
    if gone.confirmed_on and (keep.confirmed_on is None or gone.confirmed_on > keep.confirmed_on):
        keep.confirmed_on = gone.confirmed_on
