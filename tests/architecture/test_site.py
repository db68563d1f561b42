"""The site of the documentation builds without a broken link, and opens without the internet."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.pictures import NAMES

ROOT = Path(__file__).parents[2]
ASSET = re.compile(r"<(?:script|img|iframe)[^>]+src=[\"']?(?:https?:)?//|<link[^>]+rel=[\"']?stylesheet[^>]+//")
PICTURE = re.compile(r"!\[[^\]]+\]\((?:docs/)?pictures/([\w.-]+)\)")
LARGEST = 150_000
MERMAID = re.compile(r"class=\"?mermaid")
"""A diagram that the theme would draw with a script of another host."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make docs` builds."""
    pytest.importorskip("mkdocs", reason="mkdocs is not installed here yet: run `make`")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_in_the_site_and_its_links_lead_somewhere(site: Path) -> None:
    pages = {file.relative_to(ROOT / "docs").with_suffix("") for file in (ROOT / "docs").rglob("*.md")}
    built = {file.relative_to(site).with_suffix("") for file in site.rglob("*.html")}
    assert {page.with_name("index") if page.name == "README" else page for page in pages} <= built


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    pages = {file.name: file.read_text("utf-8") for file in site.rglob("*.html")}
    assert pages
    assert [name for name, text in pages.items() if ASSET.search(text) or MERMAID.search(text)] == []


def test_the_pictures_that_are_kept_are_those_that_pages_show_and_they_are_small() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("README*.md")]
    shown = {name for page in pages for name in PICTURE.findall(page.read_text("utf-8"))}
    kept = {file.name: file.stat().st_size for file in (ROOT / "docs/pictures").iterdir()}
    assert set(kept) == shown
    assert {name for name in kept if name.endswith(".png")} == {f"{name}.png" for name in NAMES}
    assert {name: size for name, size in kept.items() if size > LARGEST} == {}
