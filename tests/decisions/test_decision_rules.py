"""Every example of every rule, and the checks a clinician runs after a change."""

import shutil

import pytest

from nlp_engine.decisions import DecisionStage, check_rules
from nlp_engine.decisions.cards import MAX_SUMMARY, longest_summary
from nlp_engine.decisions.checks import run_example
from nlp_engine.decisions.loading import load_library
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import broader_concepts, load_concepts, resource

RULES = load_library()
EXAMPLES = [
    pytest.param(loaded, example, id=f"{loaded.rule.id}-{number}")
    for loaded in RULES.rules
    for number, example in enumerate(loaded.rule.tests, start=1)
]


@pytest.mark.parametrize(("loaded", "example"), EXAMPLES)
def test_example(loaded, example):
    assert run_example(RULES, loaded, example) == example.expect


@pytest.mark.parametrize("loaded", RULES.rules, ids=lambda loaded: loaded.rule.id)
def test_summary_fits_a_card_with_the_longest_values(loaded):
    assert len(longest_summary(loaded.rule, RULES)) <= MAX_SUMMARY


def test_packaged_rules_are_good():
    assert check_rules() == []
    assert len(RULES.rules) >= 20


def test_every_rule_says_what_it_cannot_see_and_offers_options():
    for loaded in RULES.rules:
        rule = loaded.rule
        assert rule.cannot_see, rule.id
        assert rule.options, rule.id
        assert all(option.startswith("Consider") for option in rule.options), rule.id
        assert 1977 <= rule.source.year <= 2026


RULE = """
  - id: test-rule
    title: A test rule
    when: {when}
    indicator: info
    summary: "{summary}"
    why: "Because."
    plain: "Please ask your doctor."
    source: {{label: "A guideline", year: 2020}}
    {more}
    tests:
      - {{facts: {{potassium: 6}}, expect: fires}}
      - {{facts: {{potassium: 4}}, expect: {expect}}}
"""
FILE = """
schema_version: 1
about: test
facts:
  potassium: {{from: latest, code: {code}, unit: mmol/L, max_age: 30d}}
  spare: {{from: age}}
  takes_nsaid: {{from: takes, class: {drug_class}, max_age: 30d}}
  note: {{from: note_assertion, concept: {concept}}}
rules:
"""


def folder(
    tmp_path, *, when="potassium > 5", summary="Potassium {potassium}: consider.", more="", expect="silent", **file
):
    root = tmp_path / "rules"
    for name in ("drugs", "labs", "concepts"):
        source = resource("rules") / name
        shutil.copytree(source, root / name) if source.is_dir() else (root / name).mkdir(parents=True)
    (root / "alerts").mkdir()
    file = {"code": "2823-3", "drug_class": "nsaid", "concept": "pneumonia"} | file
    rule = RULE.format(when=when, summary=summary, more=more, expect=expect)
    (root / "alerts" / "test.yaml").write_text(FILE.format(**file) + rule, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"when": "potasium > 5"},
            'test.yaml, rule test-rule, when, column 1: unknown fact "potasium", did you mean "potassium"?',
        ),
        ({"more": "relevant_when: sparr > 3"}, 'relevant_when, column 1: unknown fact "sparr", did you mean "spare"?'),
        ({"summary": "{potasium}: consider."}, 'unknown fact "potasium", did you mean "potassium"?'),
        (
            {"summary": "{takes_nsaid} {note} {potassium}: consider.", "more": "supersedes: [test-rul]"},
            'unknown rule "test-rul"',
        ),
        ({"drug_class": "nsaids"}, 'unknown drug class "nsaids", did you mean "nsaid"?'),
        ({"more": "cannot_se: []"}, "unknown key"),
        ({"more": "indicatr: info"}, 'did you mean "indicator"?'),
        ({"when": "takes_nsaid and potassium"}, "column 17"),
        ({"more": "conflict: true"}, "a conflict needs its concept"),
    ],
)
def test_broken_rules_are_refused_at_load(tmp_path, change, words):
    root = folder(tmp_path, **change)
    with pytest.raises(KnowledgeError) as caught:
        DecisionStage.load(root)
    assert words in str(caught.value)
    assert check_rules(root) == [str(caught.value)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expect": "fires"}, "example 2 is silent, expected fires"),
        ({"expect": "fires"}, "has no example that is silent"),
        ({"summary": "Potassium {potassium}."}, "must offer an option"),
        ({"summary": "Consider {potassium} " + "x" * 120}, "can grow to 142 characters"),
        ({"more": "concept: pneumona"}, 'unknown concept "pneumona"'),
        ({"concept": "pneumona"}, 'fact note: unknown concept "pneumona"'),
        ({"code": "2823-4"}, 'no analyte has the code "2823-4", did you mean "2823-3"?'),
        ({}, "fact spare: no rule, score or fact uses it"),
    ],
)
def test_checks_name_the_problem(tmp_path, change, words):
    assert any(words in problem for problem in check_rules(folder(tmp_path, **change)))


def test_a_fact_made_from_itself_is_refused(tmp_path):
    root = folder(tmp_path)
    (root / "alerts" / "circle.yaml").write_text(
        "schema_version: 1\nabout: circle\nfacts:\n"
        "  a: {from: condition, when: b or potassium > 3}\n  b: {from: condition, when: not a}\n",
        encoding="utf-8",
    )
    with pytest.raises(KnowledgeError, match="is made from itself"):
        DecisionStage.load(root)


def test_a_name_that_stands_in_two_files_is_refused(tmp_path):
    root = folder(tmp_path)
    (root / "alerts" / "twice.yaml").write_text(
        "schema_version: 1\nabout: twice\nfacts:\n  potassium: {from: age}\n", encoding="utf-8"
    )
    with pytest.raises(KnowledgeError, match='"potassium" stands twice'):
        DecisionStage.load(root)


@pytest.mark.parametrize("value", ["true", "absent"])
def test_an_example_with_a_value_of_the_wrong_kind_is_refused(tmp_path, value):
    root = folder(tmp_path)
    path = root / "alerts" / "test.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("potassium: 6}", f"potassium: {value}}}"), encoding="utf-8"
    )
    with pytest.raises(KnowledgeError, match="but it is a number"):
        DecisionStage.load(root)


def test_two_facts_of_a_card_with_one_label_are_told(tmp_path):
    root = folder(tmp_path, when="potassium > 5 and twin > 5")
    path = root / "alerts" / "test.yaml"
    twin = "  twin: {from: latest, code: 2823-3, unit: mmol/L, max_age: 3d, label: potassium}\n  spare:"
    path.write_text(path.read_text(encoding="utf-8").replace("  spare:", twin), encoding="utf-8")
    assert any('two of its facts have the label "potassium"' in problem for problem in check_rules(root))


def test_a_finding_of_several_concepts_cannot_stand_in_a_sentence(tmp_path):
    root = folder(tmp_path, summary="{group}: consider.")
    path = root / "alerts" / "test.yaml"
    group = "  group: {from: finding, concept: [infection, pneumonia]}\n  spare:"
    path.write_text(path.read_text(encoding="utf-8").replace("  spare:", group), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="names several concepts"):
        DecisionStage.load(root)


def test_every_infection_is_sorted_by_whether_it_can_become_sepsis():
    mild = {"respiratory_infection", "upper_respiratory_infection", "bronchitis", "tuberculosis"}
    concepts = load_concepts()
    infections = {name for name in concepts if "infection" in broader_concepts(concepts, name)}
    suspected = set(RULES.facts["infection"].concept)
    assert infections - mild <= suspected
    assert suspected <= infections | {"infection"}


def test_a_folder_without_rules_is_a_problem(tmp_path):
    (problem,) = check_rules(tmp_path)
    assert "no rules" in problem
