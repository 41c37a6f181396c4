"""Mutation testing: is there a test that sees it when a rule is changed in one place?

    make mutants                                   all rules of `RULES`
    make mutants ARGS="contracts.owed.obligation"  one of them

Each mutant is a rule with one operator, number, condition or bound changed: in the code objects of
the functions that are loaded, so also in properties and in the formulas of a table, and without
touching a file. The rule's own tests are collected and run once, as they are; then a process is
forked for every mutant, in which they run until one fails. What survives is shown, unless
`mutants_explained.txt` says why no test can see it. Words are left alone.
"""

import ast
import copy
import gc
import importlib
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXPLAINED = Path(__file__).with_name("mutants_explained.txt")
CLAIMS = "tests/placements/claims/test_valuation.py"
# A rule and the tests that are its own; after a colon the functions, where the rest of the module
# is no rule.
RULES: Mapping[str, tuple[str, ...]] = {
    "contracts.owed.obligation": ("tests/contracts/owed/test_obligation.py",),
    "contracts.plans.schedule": ("tests/contracts/plans/test_schedule.py",),
    "contracts.settlement.shortfall:penalty,is_settled_here,is_over,recovery_days,Figures": (
        "tests/contracts/settlement/test_shortfall.py",
    ),
    "contracts.valuation_tables.units": (CLAIMS, "tests/placements/claims/test_steps.py"),
    "placements.claims.valuation": (CLAIMS, "tests/placements/claims/test_steps.py"),
    "placements.standing.progress:Progress,status_of": (
        "tests/placements/standing/test_status.py",
    ),
    "sroi.money:Balance,rounded,cumulative": (
        "tests/contracts/owed/test_obligation.py",
        "tests/sroi/test_money.py",
    ),
    "sroi.periods": ("tests/sroi/test_periods.py",),
}
NOT_IN_PLACE = 70
# How many times as long as the tests as they are a mutant may take, in seconds of the processor.
SLOWER = 20

SWAPS: Mapping[type, Sequence[type]] = {
    **{
        ast.Lt: (ast.LtE, ast.GtE),
        ast.LtE: (ast.Lt, ast.Gt),
        ast.Gt: (ast.GtE, ast.LtE),
        ast.GtE: (ast.Gt, ast.Lt),
    },
    **{ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,)},
    **{ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.And: (ast.Or,), ast.Or: (ast.And,)},
    **{
        ast.Add: (ast.Sub,),
        ast.Sub: (ast.Add,),
        ast.Mult: (ast.Div,),
        ast.Div: (ast.Mult,),
        ast.FloorDiv: (ast.Mult,),
    },
}
OTHER_NAME = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One change in a function: what stood there, and what stands there instead."""

    function: str
    before: str
    after: str
    line: int
    tree: ast.Module

    @property
    def key(self) -> str:
        return f"{self.function} | {self.before} | {self.after}"


# --- making them ----------------------------------------------------------------------------------


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """What can stand instead of a part of a function."""
    match node:
        case ast.Compare(ops=[op]) | ast.BoolOp(op=op) | ast.BinOp(op=op) | ast.AugAssign(op=op):
            words = isinstance(node, ast.BinOp) and isinstance(op, ast.Mod)
            for other in () if words else SWAPS.get(type(op), ()):
                field = {"ops": [other()]} if isinstance(node, ast.Compare) else {"op": other()}
                yield _with(node, **field)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Call(func=ast.Name(id=name)) if name in OTHER_NAME:
            yield _with(node, func=ast.Name(OTHER_NAME[name], ast.Load()))
        case ast.If(test=test) | ast.IfExp(test=test) if isinstance(
            test, ast.Name | ast.Attribute | ast.Call
        ):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def places(
    tree: ast.AST, path: str = "", inside: bool = False
) -> Iterator[tuple[str, ast.AST, str, int | None]]:
    """Every part that runs when a function is called: of which function, in which field of what,
    and where.
    """
    for field, value in ast.iter_fields(tree):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST):
                continue
            runs = inside or (isinstance(tree, ast.FunctionDef | ast.Lambda) and field == "body")
            if isinstance(tree, ast.FunctionDef) and field != "body":
                continue  # decorators, defaults and types
            if isinstance(tree, ast.keyword) and tree.arg == "strict":
                continue  # a guard for the programmer
            named = isinstance(child, ast.FunctionDef | ast.ClassDef) and not inside
            if runs:
                yield path, tree, field, index
            yield from places(child, f"{path}.{child.name}".lstrip(".") if named else path, runs)  # type: ignore[attr-defined]


def mutants_of(source: str, only: Sequence[str] = ()) -> Iterator[Mutant]:
    tree = ast.parse(source)
    for path, parent, field, index in places(tree):
        if only and path.split(".")[0] not in only:
            continue
        held = getattr(parent, field)
        node = held if index is None else held[index]
        for other in changed(node):
            # A number says little by itself.
            whole = (
                parent
                if isinstance(node, ast.Constant) and isinstance(parent, ast.expr | ast.keyword)
                else None
            )
            before = _shown(whole or node)
            _put(parent, field, index, ast.copy_location(other, node))
            after, mutated = _shown(whole or other), ast.fix_missing_locations(copy.deepcopy(tree))
            _put(parent, field, index, node)
            yield Mutant(path or "<table>", before, after, getattr(node, "lineno", 0), mutated)


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node.test if isinstance(node, ast.If) else node)
    return f"if {text}" if isinstance(node, ast.If) else text


# --- putting one in the place of what is loaded ---------------------------------------------------


def swapped(module: Any, mutant: Mutant) -> int:
    """Give the loaded functions that this mutant changes its code; how many there were."""
    source = Path(module.__file__).read_text(encoding="utf-8")
    live = [
        f for f in gc.get_objects() if type(f) is FunctionType and f.__module__ == module.__name__
    ]
    was, now = (
        compile(text, module.__file__, "exec", dont_inherit=True)
        for text in (ast.parse(source), mutant.tree)
    )
    return _swap(was, now, live)


def _swap(was: CodeType, now: CodeType, live: Sequence[FunctionType]) -> int:
    number = 0
    pairs = zip(_inner(was), _inner(now), strict=True)
    for old, new in (pair for pair in pairs if pair[0] != pair[1]):
        functions = [f for f in live if f.__code__ == old]
        for function in functions:
            function.__code__ = new
        number += len(functions) or _swap(old, new, live)
    return number


def _inner(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


# --- running the tests ----------------------------------------------------------------------------


class Trial:
    """In place of a run of the tests: once as they are, and then once for each mutant, in a process
    of its own.
    """

    def __init__(self, module: str, only: Sequence[str]) -> None:
        self.module, self.only = module, only
        self.failed, self.why = False, ""
        self.survivors: list[Mutant] = []
        self.number = 0

    def pytest_configure(self) -> None:
        """The same examples each time, and none is made smaller: that one fails is enough."""
        import hypothesis  # Not before pytest, which warns of what it could not rewrite.

        phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
        hypothesis.settings.register_profile(
            "mutants", hypothesis.settings.get_profile("ci"), phases=phases, database=None
        )
        hypothesis.settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.failed:
            self.failed, self.why = True, report.longreprtext

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        begun = time.process_time()
        self.run(session)
        if self.failed or not session.items:
            raise pytest.UsageError(self.why or "There are no tests.")
        seconds = int(time.process_time() - begun) + 1
        module = importlib.import_module(self.module)
        for mutant in mutants_of(Path(str(module.__file__)).read_text(encoding="utf-8"), self.only):
            self.number += 1
            if not self.is_killed(session, module, mutant, seconds):
                self.survivors.append(mutant)
        return True

    def run(self, session: pytest.Session) -> None:
        """Until one fails; what tests share is kept for the next mutant."""
        kept: Any = session
        for item in session.items:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=kept)
            if self.failed:
                return

    def is_killed(self, session: pytest.Session, module: Any, mutant: Mutant, seconds: int) -> bool:
        child = os.fork()
        if child:
            status = os.waitpid(child, 0)[1]
            if os.WIFEXITED(status) and os.WEXITSTATUS(status) == NOT_IN_PLACE:
                raise RuntimeError(f"{mutant.key} could not be put in its place")
            return status != 0
        resource.setrlimit(resource.RLIMIT_CPU, (seconds * SLOWER, seconds * SLOWER))
        code = NOT_IN_PLACE
        try:
            if swapped(module, mutant):
                code = 1
                self.run(session)
                code = int(self.failed)
        finally:
            os._exit(code)


# --- telling --------------------------------------------------------------------------------------


def explained() -> dict[str, str]:
    """Why no test can see it, by rule and change."""
    lines = EXPLAINED.read_text(encoding="utf-8").splitlines()
    rows = [line.rsplit(" | ", 1) for line in lines if line.strip() and not line.startswith("#")]
    return dict(rows)


def tried(rule: str) -> int:
    """How many mutants of a rule survive that nobody explained."""
    module, _colon, names = rule.partition(":")
    sys.stdout.flush()
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    begun = time.monotonic()
    trial = Trial(module, names.split(",") if names else ())
    code = pytest.main(
        ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *RULES[rule]], plugins=[trial]
    )
    if code not in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        print(f"{module}: the tests fail as they are\n{trial.why}", file=out, flush=True)
        return 1
    known = {key: why for key, why in explained().items() if key.startswith(f"{module}.")}
    keys = {f"{module}.{mutant.key}": mutant for mutant in trial.survivors}
    new, stale = {k: m for k, m in keys.items() if k not in known}, set(known) - set(keys)
    for key, mutant in new.items():
        print(f"  survives, line {mutant.line}: {key}", file=out)
    for key in sorted(stale):
        print(f"  explained, but does not survive: {key}", file=out)
    killed, seconds = trial.number - len(trial.survivors), time.monotonic() - begun
    print(
        f"{module}: {killed} of {trial.number} killed, {len(keys) - len(new)} explained,"
        f" {seconds:.0f} s",
        file=out,
    )
    out.flush()
    return len(new) + len(stale)


def main(asked: Sequence[str]) -> int:
    os.nice(19)
    os.chdir(ROOT)
    os.environ["CI"] = "true"
    rules = [rule for rule in RULES if not asked or rule.partition(":")[0] in asked]
    failed = not rules
    for rule in rules:
        child = os.fork()
        if not child:
            os._exit(min(tried(rule), 1))
        failed |= os.waitpid(child, 0)[1] != 0
    return int(failed)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
