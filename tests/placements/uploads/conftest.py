"""Files that are brought in without a worker and on a day that stands still.

What makes things is loaded by the fixtures: this module is read before the settings of tests are.
"""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine


@pytest.fixture
def day() -> date:
    """The day of the tests of a module, which can name another."""
    from tests.factories import TODAY

    return TODAY


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, day: date) -> Iterator[None]:
    """What is done after the commit is done at once: the transaction of a test never ends."""
    from tests.factories import moment

    monkeypatch.setattr("placements.uploads.door.transaction.on_commit", lambda do, **kwargs: do())
    with time_machine.travel(moment(day), tick=False):
        yield
