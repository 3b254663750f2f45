"""Organisations that tests begin with: built once, and kept for as long as the next test begins with the same.

To build one takes longer than most tests do. It stands in a transaction that stays open; what a test does to it is
undone by a savepoint. `tests/conftest.py` has it rolled back before a test that begins with something else.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction

Build = Callable[[], Any]


class Houses:
    """The organisation that is kept now, if any."""

    def __init__(self) -> None:
        self._kept = ExitStack()
        self._build: Build | None = None
        self._built: Any = None
        self._world: Any = None

    @contextmanager
    def begin(self, build: Build | None, blocker: Any) -> Iterator[None]:
        """Open the database with what `build` makes in it, nothing for None; what is done to it is undone."""
        if build is None or build is not self._build:
            self.leave()
        with blocker.unblock():
            if build is not None and self._build is None:
                self._keep(build, blocker)
            with transaction.atomic():
                cache.clear()
                self._world = copy.deepcopy(self._built)
                yield
                connection.check_constraints()
                transaction.set_rollback(True)

    def of(self, build: Build) -> Any:
        """Return what `build` made, for this test alone; it is built now where something else is kept."""
        return self._world if self._build is build else build()

    def leave(self) -> None:
        """Undo what is kept."""
        self._kept.close()
        self._build = self._built = self._world = None

    def _keep(self, build: Build, blocker: Any) -> None:
        self._kept.enter_context(blocker.unblock())
        self._kept.enter_context(_undone())
        try:
            self._built = build()
        except BaseException:
            self.leave()
            raise
        self._build = build


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def database(**builds: Build) -> Any:
    """Return the fixture `db` of a folder, in place of pytest-django's.

    Of the fixtures named here, the first that a test asks for says what the database begins with.
    """

    @pytest.fixture
    def db(
        request: pytest.FixtureRequest, houses: Houses, django_db_setup: None, django_db_blocker: Any
    ) -> Iterator[None]:
        build = next((one for name, one in builds.items() if name in request.fixturenames), None)
        with houses.begin(build, django_db_blocker):
            yield

    return db
