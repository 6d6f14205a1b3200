"""A card that rests on a result of a doubted sample says so; the rule fires all the same."""

import pytest
from decision_builders import NOW, POTASSIUM, record, result

from nlp_engine.assessment import DOUBT
from nlp_engine.decisions import DecisionStage

DOUBTED = f"{DOUBT}: contamination with potassium EDTA?"
STAGE = DecisionStage.load()


@pytest.mark.parametrize(
    ("remarks", "told"),
    [
        ((DOUBTED, "stands twice in the table"), ["Whether the sample is right: Potassium " + DOUBTED]),
        (("stands twice in the table",), []),
    ],
)
def test_a_card_tells_the_doubt(remarks, told):
    high = result(POTASSIUM, 7.9, name="Potassium", remarks=remarks)
    other = result(POTASSIUM, 4.1, 90, name="Potassium", remarks=(DOUBTED,))
    decision = STAGE.decide(record(), lab_results=[other, high], as_of=NOW)
    (card,) = [card for card in decision.cards if card.rule_id == "potassium-severe-high"]
    assert [sentence for sentence in card.cannot_see if sentence.startswith("Whether the sample is right")] == told
