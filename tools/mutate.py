"""Mutation testing: change the code in one small place at a time and see whether a test notices.

    python tools/mutate.py --sample 300 --seed 1 --jobs 2 --out survivors.txt
    python tools/mutate.py --all hmsurvey/staging.py
    python tools/mutate.py --actions --sample 150         # plans, trials of measures, coalitions, waves, severities

Each mutant is one change of the syntax tree (a comparison turned, a constant moved, `and` for `or`, a sign, a `not` or a statement dropped). It is
tested in a process of its own (a fork, so not on Windows): the changed module is compiled in memory, never written to disk, so that other work in the
folder is not disturbed. A mutant is killed when a test fails, cannot be collected, or takes too long; one that passes everything survives.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
ENGINE = (
    "questions",
    "codebook",
    "routing",
    "conditions",
    "scorings",
    "systems",
    "weightings",
    "fitting",
    "indicators",
    "points",
    "arithmetic",
    "scoring",
    "rules",
    "rulefitting",
    "staging",
)
# The quickest and nearest first: most mutants fall to the tests of their own room.
TESTS = (
    "test_conditions.py",
    "test_system.py",
    "test_staging.py",
    "test_codebook.py",
    "test_definition_errors.py",
    "test_intake.py",
    "test_other_indices.py",
    "by_hand",
    "test_cases.py",
    "test_definitions.py",
    "test_properties.py",
    "test_hostile_input.py",
)
FIRST = {
    "questions": "test_codebook.py",
    "codebook": "test_codebook.py",
    "routing": "test_codebook.py",
    "scorings": "test_definition_errors.py",
    "weightings": "test_definition_errors.py",
    "indicators": "test_definition_errors.py",
    "rules": "test_definition_errors.py",
    "rulefitting": "test_staging.py",
    "staging": "test_staging.py",
    "systems": "test_system.py",
    "fitting": "test_system.py",
    "points": "test_system.py",
    "arithmetic": "test_system.py",
    "scoring": "test_system.py",
}
# From stage to action: each room and the tests that hold it.
ACTIONS = {
    "measures": ("test_whatif.py",),
    "effort": ("test_plans.py",),
    "analysis/raised": ("test_raised.py", "test_whatif.py"),
    "analysis/ways": ("test_whatif.py",),
    "analysis/whatif": ("test_whatif.py",),
    "analysis/budget": ("test_whatif.py",),
    "statistics/packages": ("test_whatif.py",),
    "analysis/plan_model": ("test_plans.py",),
    "analysis/planner": ("test_plans.py",),
    "statistics/ladders": ("test_plans.py",),
    "analysis/climbing": ("test_coalitions.py",),
    "analysis/coalitions": ("test_coalitions.py",),
    "analysis/coalition_trials": ("test_coalitions.py",),
    "analysis/wave_changes": ("test_waves.py",),
    "analysis/severity": ("test_problem_severity.py", "test_problem_pages.py"),
    "analysis/self_reports": ("test_self_reports.py",),
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
SECONDS = 60  # of the engine; the tests of the others take that long by themselves


class Mutant:
    """One change: the module, the line, what it was and what it became, and the changed source."""

    def __init__(self, module: str, line: int, before: str, after: str, source: str) -> None:
        self.module, self.line, self.before, self.after, self.source = module, line, before, after, source

    def __str__(self) -> str:
        return f"hmsurvey/{self.module}.py:{self.line}: {self.before}  ->  {self.after}"


def changes(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield replacements for one node, as (node, replacement)."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARISONS[type(node.ops[0])]:
            changed = copy.deepcopy(node)
            changed.ops = [other()]
            yield node, changed
    elif isinstance(node, ast.BoolOp):
        changed_bool = copy.deepcopy(node)
        changed_bool.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, changed_bool
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        changed_op = copy.deepcopy(node)
        changed_op.op = OPERATORS[type(node.op)]()
        yield node, changed_op
    elif isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.Not | ast.Invert | ast.USub):
            yield node, node.operand
    elif isinstance(node, ast.IfExp):
        yield node, node.body
        yield node, node.orelse
    elif isinstance(node, ast.Constant):
        for value in other_constants(node.value):
            yield node, ast.copy_location(ast.Constant(value), node)


def other_constants(value: object) -> list[object]:
    """Numbers move, truths turn, texts are left alone except keys and codes without spaces."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1] if value else [1]
    if isinstance(value, float):
        return [value + 1.0, 0.0] if value else [1.0]
    if isinstance(value, str) and value.isidentifier() and value.isascii():
        return [value + "_"]
    return []


def is_silent(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a place is no behaviour: docstrings, types, texts for people, decorators, names of exports."""
    while node in parents:
        parent = parents[node]
        if isinstance(parent, ast.Expr) and isinstance(node, ast.Constant):
            return True
        if isinstance(parent, ast.AnnAssign) and node is parent.annotation:
            return True
        if isinstance(parent, ast.FunctionDef) and (node is parent.returns or node in parent.decorator_list):
            return True
        if isinstance(parent, ast.ClassDef) and node in parent.decorator_list:
            return True
        if isinstance(parent, ast.arg) and node is parent.annotation:
            return True
        if (
            isinstance(parent, ast.Call)
            and isinstance(parent.func, ast.Name)
            and parent.func.id in ("Text", "Problem", "TypeVar")
        ):
            return True
        if isinstance(parent, ast.FunctionDef) and parent.name in ("__repr__", "_tree"):
            return True
        if isinstance(parent, ast.Subscript) and isinstance(parent.value, ast.Name) and parent.value.id == "Literal":
            return True
        if isinstance(parent, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in parent.targets
        ):
            return True
        node = parent
    return False


def droppable(node: ast.stmt) -> bool:
    """Statements that can go without leaving a name undefined everywhere: calls, assignments in place, raises, continues."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    return isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break) or (
        isinstance(node, ast.Assign) and all(isinstance(target, ast.Subscript) for target in node.targets)
    )


def mutants_of(module: str) -> list[Mutant]:
    """Make every mutant of a module."""
    text = (ROOT / "hmsurvey" / f"{module}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    found = []
    for node in list(ast.walk(tree)):
        if is_silent(node, parents):
            continue
        for old, new in changes(node):
            found.append(swapped(module, tree, parents, old, new))
        if isinstance(node, ast.stmt) and droppable(node):
            found.append(swapped(module, tree, parents, node, ast.copy_location(ast.Pass(), node)))
        if isinstance(node, ast.If):
            for value in (True, False):
                test = ast.copy_location(ast.Constant(value), node.test)
                found.append(swapped(module, tree, parents, node.test, test))
    unique = {(m.line, m.source): m for m in found}
    return [m for m in unique.values() if m.source != ast.unparse(tree)]


def swapped(module: str, tree: ast.Module, parents: dict[ast.AST, ast.AST], old: ast.AST, new: ast.AST) -> Mutant:
    """Put `new` in the place of `old`, take the source, and put `old` back."""
    parent = parents[old]
    for name, value in ast.iter_fields(parent):
        if value is old:
            setattr(parent, name, new)
            source = ast.unparse(tree)
            setattr(parent, name, old)
            break
        if isinstance(value, list) and any(item is old for item in value):
            place = next(i for i, item in enumerate(value) if item is old)
            value[place] = new
            source = ast.unparse(tree)
            value[place] = old
            break
    else:
        raise LookupError(ast.unparse(old))
    return Mutant(module, getattr(old, "lineno", 0), short(ast.unparse(old)), short(ast.unparse(new)), source)


def short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else line[:97] + "..."


# In the process of one mutant
class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves one module from a changed source."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, f"<mutant of {self.name}>", "exec"), module.__dict__)


def run_tests(mutant: Mutant) -> int:
    """Run the tests with one module changed: those of its own room first, then the others. What pytest returns."""
    import pytest

    every = ACTIONS.get(mutant.module, TESTS)
    names = sorted((name for name in every if (ROOT / "tests" / name).exists()), key=lambda name: name != FIRST.get(mutant.module, every[0]))  # fmt: skip
    sys.meta_path.insert(0, _Changed(f"hmsurvey.{mutant.module.replace('/', '.')}", mutant.source))
    for group in filter(None, (names[:1], names[1:])):
        code = int(
            pytest.main(
                [
                    "-x",
                    "-q",
                    "--assert=plain",
                    "--no-header",
                    "-p",
                    "no:cacheprovider",
                    *(str(ROOT / "tests" / name) for name in group),
                ]
            )
        )
        if code:
            return code
    return 0


def start(mutant: Mutant) -> int:
    """Test one mutant in a fork of this process, which has the heavy libraries loaded and nothing of the engine; return the fork's id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.alarm(SECONDS if mutant.module not in ACTIONS else 10 * SECONDS)
        code = run_tests(mutant)
    finally:
        os._exit(1 if code else 0)


def survivors_of(mutants: Sequence[Mutant], jobs: int) -> Iterator[tuple[Mutant, bool]]:
    """Yield every mutant with whether it survived, as they finish."""
    running: dict[int, Mutant] = {}
    waiting = list(reversed(mutants))
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[start(mutant)] = mutant
        child, status = os.wait()  # an alarm kills a mutant that hangs
        yield running.pop(child), status == 0


def main() -> None:
    """Draw mutants, test them, and say which survive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="modules; default: all of the engine")
    parser.add_argument("--sample", type=int, default=300, help="how many mutants are drawn")
    parser.add_argument("--actions", action="store_true", help="plans, trials of measures, coalitions, waves, severities; default: the engine")  # fmt: skip
    parser.add_argument("--all", action="store_true", help="test every mutant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--again", type=Path, help="test the mutants listed in this file, such as an earlier --out")
    parser.add_argument("--out", type=Path, help="write the survivors here")
    options = parser.parse_args()
    named = [str(Path(name).with_suffix("")).removeprefix("hmsurvey/") for name in options.files]
    modules = named or list(ACTIONS if options.actions else ENGINE)
    everyone = [mutant for module in modules for mutant in mutants_of(module)]
    if options.again:
        listed = set(options.again.read_text(encoding="utf-8").splitlines())
        everyone = [mutant for mutant in everyone if str(mutant) in listed]
    size = len(everyone) if options.all or options.again else min(options.sample, len(everyone))
    drawn = sorted(random.Random(options.seed).sample(range(len(everyone)), size))
    print(f"{len(everyone)} mutants of {len(modules)} modules; {size} tested (seed {options.seed})", flush=True)
    sys.path.insert(0, str(ROOT))  # the package and the tests of this folder, wherever else they are installed
    os.environ["PYTHONPATH"] = str(ROOT)
    for heavy in ("hypothesis", "numpy", "openpyxl", "pandas", "pytest", "python_calamine"):
        importlib.import_module(heavy)
    whole = (ROOT / "hmsurvey" / f"{modules[0]}.py").read_text(encoding="utf-8")
    if not all(survived for _, survived in survivors_of([Mutant(modules[0], 0, "", "", whole)], 1)):
        sys.exit("The tests fail without any change; mend that first.")
    began = time.monotonic()
    survivors = []
    for place, (mutant, survived) in enumerate(survivors_of([everyone[i] for i in drawn], options.jobs), 1):
        if survived:
            survivors.append(mutant)
            print(f"survived  {mutant}", flush=True)
        if place % 100 == 0:
            print(f"{place} of {size}, {len(survivors)} survived, {time.monotonic() - began:.0f} s", flush=True)
    survivors.sort(key=lambda mutant: (mutant.module, mutant.line))
    print(f"{len(survivors)} of {size} survived ({100 * len(survivors) / max(size, 1):.1f} %)")
    if options.out:
        options.out.write_text("".join(f"{mutant}\n" for mutant in survivors), encoding="utf-8")


if __name__ == "__main__":
    main()
