"""Files that belong to rows: what a transaction writes on the disk goes with it when it is undone."""

from django.core.files.storage import Storage
from django.db import transaction


def only_with_commit(storage: Storage, *names: str) -> None:
    """Delete these files of `storage` if the present transaction, or the savepoint that we are in, is undone.

    Call it where their row is saved. Outside a transaction, the files stay.
    """
    transaction.on_commit(_Files(storage, names))


class _Files:
    """Waits among what Django calls at the commit; an undone transaction or savepoint forgets it there, unasked."""

    def __init__(self, storage: Storage, names: tuple[str, ...]) -> None:
        self.storage, self.names, self.kept = storage, names, False

    def __call__(self) -> None:
        self.kept = True

    def __del__(self) -> None:
        if not self.kept:
            for name in self.names:
                self.storage.delete(name)
