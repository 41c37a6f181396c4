"""What `make mutants` makes and where: it knows rules that exist, and what it puts in place is what
then runs.
"""

import importlib
from pathlib import Path
from typing import Any

import pytest

from tests.tools import mutants

SOURCE = '''
"""Less than 10 is little."""

TABLE = {"half": lambda amount: amount / 2}

def is_little(amount, bound=10):
    """True below 10."""
    return amount < bound or amount == 0

class Sum:
    @property
    def whole(self):
        return min(self.a, self.b) if self.known else "%(a)s" % {"a": 1}
'''


def test_operators_numbers_bounds_and_conditions_are_changed_and_words_are_not() -> None:
    assert {f"{m.function}: {m.after}" for m in mutants.mutants_of(SOURCE)} == {
        "<table>: amount * 2",
        "<table>: amount / 3",
        "is_little: amount <= bound",
        "is_little: amount >= bound",
        "is_little: amount < bound and amount == 0",
        "is_little: amount != 0",
        "is_little: amount == 1",
        "Sum.whole: max(self.a, self.b)",
        "Sum.whole: min(self.a, self.b) if not self.known else '%(a)s' % {'a': 1}",
        "Sum.whole: {'a': 2}",
    }


def test_what_is_put_in_place_is_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "little.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    little: Any = importlib.import_module("little")
    half, is_little = little.TABLE["half"], little.is_little
    found = {mutant.after: mutant for mutant in mutants.mutants_of(SOURCE)}
    assert mutants.swapped(little, found["amount * 2"]) == 1
    assert (half(8), is_little(10)) == (16, False)
    assert mutants.swapped(little, found["amount <= bound"]) == 1
    assert is_little(10)


@pytest.mark.parametrize("rule", mutants.RULES)
def test_a_rule_exists_with_its_functions_and_tests(rule: str) -> None:
    module, _colon, names = rule.partition(":")
    loaded = importlib.import_module(module)
    assert all(hasattr(loaded, name) for name in names.split(",") if name)
    assert all((mutants.ROOT / test).is_file() for test in mutants.RULES[rule])


def test_what_is_explained_is_of_a_rule() -> None:
    modules = tuple(f"{rule.partition(':')[0]}." for rule in mutants.RULES)
    assert all(key.startswith(modules) and why for key, why in mutants.explained().items())
