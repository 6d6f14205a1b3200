"""The model card shows the figures that were written beside the weights."""

import json
from pathlib import Path

import pytest

from nlp_engine.knowledge import resource

CARD = Path(__file__).parents[2] / "docs" / "model_card_ner.md"
FIGURES = json.loads((resource("models") / "ner" / "figures.json").read_text(encoding="utf-8"))


def rows():
    for line in CARD.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 8 and cells[0] in FIGURES["int8"]:
            yield cells


def test_the_card_has_a_row_for_every_figure():
    shown = {(cells[0], cells[1]) for cells in rows()}
    assert shown == {(corpus, label) for corpus, labels in FIGURES["int8"].items() for label in labels}


@pytest.mark.parametrize("cells", list(rows()), ids=lambda cells: "-".join(cells[:2]))
def test_the_figures_are_those_of_the_weights(cells):
    int8, float32 = (FIGURES[form][cells[0]][cells[1]] for form in ("int8", "float32"))
    known = [int8["precision"], int8["recall"], int8["f1"], int8["relaxed_f1"], float32["f1"]]
    assert [float(cell) for cell in cells[3:]] == pytest.approx(known, abs=0.06)


def test_int8_loses_little():
    for corpus, labels in FIGURES["int8"].items():
        assert labels["all"]["f1"] > FIGURES["float32"][corpus]["all"]["f1"] - 2
