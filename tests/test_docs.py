"""What the README and docs show, runs; what they link to, exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
COMMAND = re.compile(r"\bnlp-engine ([a-z]+)(?: ([a-z]+(?:-[a-z]+)*))?")


SNIPPETS = [(page, code) for page in PAGES for code in PYTHON.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("page", "code"), SNIPPETS, ids=[f"{page.stem}-{i}" for i, (page, _) in enumerate(SNIPPETS)])
def test_python_snippets_run(page, code, monkeypatch):
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(compile(code, page.name, "exec"), names)
    assert len(names) > 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_exist(page):
    typer_main = pytest.importorskip("typer.main")
    from nlp_engine.cli import app

    group = typer_main.get_command(app)
    for command, subcommand in COMMAND.findall(page.read_text(encoding="utf-8")):
        assert command in group.commands, command
        inner = getattr(group.commands[command], "commands", None)
        if inner is not None and subcommand:
            assert subcommand in inner, f"{command} {subcommand}"


def test_readme_names_the_two_commands_that_the_makefile_has():
    readme, makefile = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "Makefile"))
    for target in ("demo", "test"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
