"""docs/rules.md tells the truth: its rule loads, its list of facts is complete."""

import re
from pathlib import Path
from typing import get_args

import yaml

from nlp_engine.decisions.facts import AnyFact
from nlp_engine.decisions.rules import Rule

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
TEXT = PAGE.read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_rule_of_the_page_is_a_rule():
    (rule,) = yaml.safe_load(blocks("yaml")[0])
    assert Rule.model_validate(rule).id == "metformin-egfr-30"


def test_every_kind_of_fact_is_on_the_page():
    kinds = {
        kind for spec in get_args(get_args(AnyFact)[0]) for kind in get_args(spec.model_fields["from_"].annotation)
    }
    table = {
        word
        for line in TEXT.splitlines()
        if line.startswith("| `")
        for word in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert kinds <= table
