"""The snippets of docs/labs.md run."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "labs.md"


@pytest.mark.parametrize("snippet", re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
def test_snippets_run(snippet):
    exec(compile(snippet, PAGE.name, "exec"), {})
