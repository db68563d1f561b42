"""Rules of style that no linter keeps: sizes, clocks, and where SQL may stand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("workflows", "contracts", "scheduling")
FOLDERS = (
    "activities", "api", "commands", "content", "contracts", "dashboard", "database", "evidence", "mail", "runtime",
    "scheduling", "stack", "workflows",
)  # fmt: skip
UNEXPLAINED = re.compile(r"#\s*(noqa(: [A-Z0-9, ]+)?|type: ignore(\[[a-z, -]+\])?)\s*$")
SOURCE_LINES, TEST_LINES, CONFTEST_LINES, FUNCTION_LINES = 300, 400, 150, 40
BANNED_IN_PURE = {
    "time.time", "time.monotonic", "datetime.now", "datetime.utcnow", "os.environ", "os.getenv", "random.random",
    "uuid4", "uuid.uuid4", "date.today",
}  # fmt: skip


def sources() -> Iterator[Path]:
    """Every source file that people write; migrations are generated, then left alone."""
    yield from ROOT.glob("*.py")
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*.py") if "versions" not in path.parts)


def names(paths: Iterator[Path]) -> list[str]:
    """Paths as people name them."""
    return sorted(str(path.relative_to(ROOT)) for path in paths)


@pytest.mark.parametrize("name", names(sources()))
def test_a_source_file_is_small(name: str) -> None:
    assert len((ROOT / name).read_text().splitlines()) <= SOURCE_LINES, "two subjects met: split by subject"


@pytest.mark.parametrize("name", names((ROOT / "tests").rglob("*.py")))
def test_a_test_file_is_small(name: str) -> None:
    limit = CONFTEST_LINES if name.endswith("conftest.py") else TEST_LINES
    assert len((ROOT / name).read_text().splitlines()) <= limit


@pytest.mark.parametrize("name", names(sources()))
def test_a_function_is_small(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text())
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
        if node.end_lineno - node.lineno >= FUNCTION_LINES
    ]
    assert not long


@pytest.mark.parametrize("name", names(path for path in sources() if path.relative_to(ROOT).parts[0] in PURE))
def test_what_must_be_deterministic_reads_no_clock_and_no_environment(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text())
    used = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not used & BANNED_IN_PURE


def test_an_exception_to_a_rule_has_a_reason() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if UNEXPLAINED.search(line)
    ]
    assert not bare, "say behind it why the rule does not hold here"


def test_a_packages_first_file_holds_only_its_rule() -> None:
    for path in (path for path in sources() if path.name == "__init__.py"):
        body = ast.parse(path.read_text()).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


@pytest.mark.parametrize("name", names((ROOT / "workflows").rglob("*.py")))
def test_workflows_share_no_state_in_their_modules(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text())
    mutable = [
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        if isinstance(node.value, ast.List | ast.Set | ast.ListComp | ast.SetComp | ast.DictComp)
    ]
    assert not mutable, "they run outside the sandbox: what one writes there, all others would see"
