"""Figures, calibration and limits, against worked examples."""

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra train")

from nlp_engine.errors import InputError
from nlp_engine.probabilities import softmax
from nlp_engine.training.images.calibration import expected_calibration_error, fit_shifts, fit_temperature
from nlp_engine.training.images.config import Aim
from nlp_engine.training.images.evaluation import auroc, contrasts, interval
from nlp_engine.training.images.findings import findings_of, presence_of, probability_of
from nlp_engine.training.images.scores import mean_pair_auroc, pair_auroc
from nlp_engine.training.images.shifts import SHIFTS
from nlp_engine.training.images.thresholds import Limits, answers, choose, cross_validated

CLASSES = ("normal", "bacterial", "viral")


def drawn(seed=0, count=600, apart=1.5):
    chance = np.random.default_rng(seed)
    is_present = chance.random(count) < 0.5
    scores = chance.normal(is_present * apart, 1)
    return is_present, 1 / (1 + np.exp(-scores))


def test_limits_reach_what_they_were_chosen_for():
    is_present, said = drawn()
    limits = choose(is_present, said, Aim(specificity=0.9, sensitivity=0.95))
    reached = answers(is_present, said, limits)
    assert limits.absent_at < limits.present_at
    assert 0.9 <= reached.specificity < 0.91
    assert 0.95 <= reached.sensitivity < 0.96


def test_limits_of_a_very_good_network_do_not_cross_and_keep_their_promise():
    is_present, said = drawn(apart=8)
    limits = choose(is_present, said, Aim(specificity=0.9, sensitivity=0.9))
    reached = answers(is_present, said, limits)
    assert limits.absent_at < limits.present_at
    assert reached.specificity >= 0.9
    assert reached.sensitivity >= 0.9


def test_answers_count_by_hand():
    is_present = np.array([True, True, True, True, False, False, False, False])
    said = np.array([0.9, 0.8, 0.5, 0.1, 0.9, 0.5, 0.2, 0.1])
    reached = answers(is_present, said, Limits(present_at=0.7, absent_at=0.3))
    assert (reached.specificity, reached.sensitivity) == (0.75, 0.75)
    assert (reached.found, reached.cleared, reached.not_sure) == (0.5, 0.5, 0.25)


def test_cross_validated_limits_never_see_the_patient_they_judge():
    """Each patient's pictures have one score of their own: limits fitted on them would be perfect."""
    is_present, said = drawn(count=400)
    patients = np.repeat(np.arange(40), 10).astype(object)
    reached = cross_validated(is_present, said, patients, Aim(specificity=0.9, sensitivity=0.9))
    assert 0.84 < reached.specificity < 0.95
    assert reached != answers(is_present, said, choose(is_present, said, Aim(specificity=0.9, sensitivity=0.9)))


def test_a_finding_of_one_patient_is_answered_not_sure_where_no_limits_can_be_chosen():
    patients = np.repeat(np.arange(10), 4).astype(object)
    is_present = patients.astype(int) == 3
    reached = cross_validated(is_present, np.where(is_present, 0.9, 0.1), patients, Aim())
    assert (reached.found, reached.sensitivity) == (0.0, 1.0)  # neither found nor missed
    assert reached.not_sure == pytest.approx(8 / 40)  # with the other patient of its fold
    assert reached.cleared == pytest.approx(32 / 36)


def test_a_temperature_above_one_is_found_for_an_overconfident_network():
    chance = np.random.default_rng(0)
    logits = chance.normal(0, 1.5, (4000, 3)).astype(np.float32)
    labels = np.array([chance.choice(3, p=row) for row in softmax(logits)])
    found = fit_temperature(lambda temperature: softmax(2.5 * logits / temperature), labels)
    assert found == pytest.approx(2.5, rel=0.1)


def test_calibration_error_by_hand():
    is_present = np.array([True, True, False, False])
    assert expected_calibration_error(is_present, np.array([0.95, 0.95, 0.05, 0.05])) == pytest.approx(0.05)
    assert expected_calibration_error(is_present, np.array([0.55, 0.55, 0.55, 0.55])) == pytest.approx(0.05)


def test_pairs_are_judged_by_their_own_share():
    probabilities = np.array([[0.9, 0.06, 0.04], [0.1, 0.5, 0.4], [0.1, 0.4, 0.5], [0.8, 0.12, 0.08]])
    labels = np.array([0, 1, 2, 1])
    assert pair_auroc(probabilities, labels, 1, 2) == 1
    assert 0.5 < mean_pair_auroc(probabilities, labels) <= 1
    assert contrasts(CLASSES) == {"bacterial against viral": (1, 2)}


def test_findings_add_the_probabilities_of_their_classes():
    findings = findings_of(CLASSES, {})
    probabilities = np.array([[0.2, 0.5, 0.3]])
    assert probability_of(probabilities, CLASSES, findings["pneumonia"]) == pytest.approx(0.8)
    assert presence_of(np.array([0, 1, 2]), CLASSES, findings["pneumonia"]).tolist() == [False, True, True]
    assert findings_of(("healthy", "cat", "dog"), {}) == {"cat": ("cat",), "dog": ("dog",)}
    with pytest.raises(InputError, match='name the class "tumour"'):
        findings_of(CLASSES, {"mass": ("tumour",)})
    for names in ((), CLASSES):
        with pytest.raises(InputError, match='"any" has none of the classes, or all'):
            findings_of(CLASSES, {"any": names})


def test_intervals_draw_whole_patients():
    """A hundred copies of a picture of two patients say no more than one."""
    is_present, said = drawn(count=30)
    many = np.repeat(np.arange(30), 100)

    def width(rows_of, patients):
        found = interval(lambda rows: auroc(is_present[rows_of[rows]], said[rows_of[rows]]), patients, 0)
        return found.high - found.low

    alone = width(np.arange(30), np.arange(30).astype(object))
    copied = width(many, many.astype(object))
    assert copied == pytest.approx(alone, rel=0.15)


@pytest.mark.parametrize("name", SHIFTS)
def test_each_shift_changes_pictures_and_keeps_their_shape(name):
    levels = np.random.default_rng(0).integers(0, 255, (2, 32, 32), dtype=np.uint8)
    shifted = SHIFTS[name](levels)
    assert shifted.shape == levels.shape
    assert shifted.dtype == np.uint8
    assert not np.array_equal(shifted, levels)


def test_shifts_undo_a_wrong_idea_of_how_frequent_classes_are():
    chance = np.random.default_rng(0)
    labels = chance.integers(0, 3, 3000)
    honest = chance.normal(0, 1, (3000, 3)) * 0.5 + np.eye(3)[labels] * 2
    moved = (honest + [0.0, 1.5, -1.0]).astype(np.float32)
    shifts = fit_shifts(moved, labels)
    assert shifts[0] == 0
    np.testing.assert_allclose(shifts, [0, -1.5, 1.0], atol=0.2)


def test_the_shift_of_a_class_that_dev_lacks_stays_finite():
    labels = np.zeros(50, np.int64)
    shifts = fit_shifts(np.zeros((50, 2), np.float32), labels)
    assert -10 <= shifts[1] < 0
