"""Assertion of given mentions: rules alone, and rules with the network.

On our annotated notes all three axes; on MACCROBAT presence against its Polarity attributes: a span without the
attribute counts as present, NEG as absent, the rest as possible. Some plain negations of that corpus have no attribute,
which makes the precision of absent look lower than it is. Conditional and hypothetical are no values of it; a
prediction of them counts as wrong. Words that deny what they name ("afebrile", "asymptomatic") have no Polarity there;
by our guideline they are absent: they are left out.

python benchmarks/assertion.py [--data ../shared/data/ner/maccrobat] [--part dev] [--show 20]
python benchmarks/assertion.py --folds 5
    the train part of our notes: the rules alone, and the regression alone on notes that it has not learnt from
python benchmarks/assertion.py --write FILE, then --answers FILE
    write the mentions as JSON for another system, and measure what it said (``medspacy_context.py``)
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gold import ANNOTATED, NothingFound, annotated_notes

from nlp_engine.assessment import Mention
from nlp_engine.record import Note
from nlp_engine.text import TextStage
from nlp_engine.text.assertion.asserter import DEFAULTS
from nlp_engine.text.assertion.rules import AXES, Axis
from nlp_engine.text.ner.labels import load_labels
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.training.assertion import cross_validated, read_examples

_SELF_DENYING = frozenset({"afebrile", "asymptomatic", "atraumatic", "nontender", "non-tender"})
Gold = dict[tuple[int, int, str], dict[Axis, str]]
"""Start, end and label of a mention -> what was annotated about it."""


@dataclass(frozen=True)
class AnnotatedText:
    """A text with its mentions and what was annotated about them."""

    id: str
    text: str
    gold: Gold


def main() -> None:
    """Print precision, recall and F1 of each value, and some errors by place."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/ner/maccrobat"))
    parser.add_argument("--part", default="dev")
    parser.add_argument("--model", type=Path, default=None, help="a model folder; the embedded one if left out")
    parser.add_argument("--show", type=int, default=0, help="how many errors to show with their sentence")
    parser.add_argument("--folds", type=int, default=0, help="cross-validation of the regression instead")
    parser.add_argument("--write", type=Path, default=None, help="write the mentions as JSON, measure nothing")
    parser.add_argument("--answers", type=Path, default=None, help="measure what another system said of them")
    arguments = parser.parse_args()
    if arguments.folds:
        cross_validate(arguments.folds)
        return
    corpora = {
        f"our notes, {arguments.part}": list(own_notes(arguments.part)),
        f"MACCROBAT, {'dev' if arguments.part == 'test' else arguments.part}": list(
            maccrobat(arguments.data, "dev" if arguments.part == "test" else arguments.part)
        ),
    }
    if arguments.write:
        written = {
            name: [{"text": each.text, "mentions": list(each.gold)} for each in own] for name, own in corpora.items()
        }
        arguments.write.write_text(json.dumps(written), encoding="utf-8")
        return
    if arguments.answers:
        for corpus, answers in json.loads(arguments.answers.read_text(encoding="utf-8")).items():
            print(f"\n{corpus}, {arguments.answers.stem}")
            pairs = zip(corpora[corpus], answers, strict=True)
            _print_counts(_counted(pair for own, said in pairs for pair in zip(own.gold.values(), said, strict=True)))
        return
    stages = {
        "rules alone": TextStage(NothingFound()),
        "with the network": TextStage(NothingFound(), judge=Recogniser.load(arguments.model)),
    }
    for corpus, texts in corpora.items():
        for name, stage in stages.items():
            print(f"\n{corpus}, {name}")
            measure(stage, texts, arguments.show)


def cross_validate(folds: int) -> None:
    """Print what the rules and the regression say of the train part, each note by weights fitted without it."""
    examples = read_examples(ANNOTATED, "train")
    by_regression = cross_validated(examples, folds)
    for name, found in {
        "rules alone": [example.by_rule for example in examples],
        "regression alone, cross-validation by note": by_regression,
    }.items():
        print(f"\nour notes, train, {name}")
        _print_counts(_counted(zip((example.gold for example in examples), found, strict=True)))


def measure(stage: TextStage, texts: Sequence[AnnotatedText], show: int) -> None:
    """Print the figures of one stage on some texts."""
    counts: dict[Axis, Counter[tuple[str, str]]] = {axis: Counter() for axis in AXES}
    for annotated in texts:
        given = list(annotated.gold)
        mentions = stage.extract(Note(id=annotated.id, text=annotated.text), mentions=given).mentions
        for mention, expected in zip(mentions, annotated.gold.values(), strict=True):
            for axis, value in expected.items():
                found = str(getattr(mention, axis).value)
                counts[axis][value, found] += 1
                if value != found and show:
                    show -= 1
                    print(f"{value} -> {found} {_shown(annotated.text, mention)}")
    _print_counts(counts)


def _counted(pairs: Iterable[tuple[Mapping[Axis, str], Mapping[Axis, str]]]) -> dict[Axis, Counter[tuple[str, str]]]:
    """Count (what was annotated, what was said) on each axis."""
    counts: dict[Axis, Counter[tuple[str, str]]] = {axis: Counter() for axis in AXES}
    for gold, said in pairs:
        for axis, value in gold.items():
            counts[axis][value, said[axis]] += 1
    return counts


def _print_counts(counts: dict[Axis, Counter[tuple[str, str]]]) -> None:
    for axis, counted in counts.items():
        for value in sorted({expected for expected, _ in counted}):
            _print_value(value, counted)
        if axis == "experiencer" and counted:
            _print_value("not patient", _halves(counted))


def _print_value(value: str, counts: Counter[tuple[str, str]]) -> None:
    right = counts[value, value]
    gold = sum(count for (expected, _), count in counts.items() if expected == value)
    said = sum(count for (_, found), count in counts.items() if found == value)
    precision, recall = 100 * right / max(said, 1), 100 * right / max(gold, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    print(f"{value:12} gold {gold:5}  P {precision:5.1f}  R {recall:5.1f}  F1 {f1:5.1f}")


def _halves(counts: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Return the counts with everybody who is not the patient taken together."""
    halves: Counter[tuple[str, str]] = Counter()
    for values, count in counts.items():
        expected, found = ("patient" if value == "patient" else "not patient" for value in values)
        halves[expected, found] += count
    return halves


def _shown(text: str, mention: Mention) -> str:
    around = text[max(0, mention.start - 90) : mention.end + 50].replace("\n", " ")
    return f"[{mention.text}] {[cue.text for cue in mention.cues]} ... {around}"


def own_notes(part: str) -> Iterator[AnnotatedText]:
    """Yield one part of our annotated notes with all three axes."""
    for note in annotated_notes(part):
        yield AnnotatedText(
            note.id,
            note.text,
            {
                (mention.span.start, mention.span.end, mention.span.label): {
                    axis: str(getattr(mention.assertion, axis).value) for axis in DEFAULTS
                }
                for mention in note.mentions
            },
        )


def maccrobat(data: Path, part: str) -> Iterator[AnnotatedText]:
    """Yield one part of MACCROBAT with the presence of its problems."""
    for document in (data / f"{part}.txt").read_text(encoding="utf-8").split():
        text = (data / "docs" / f"{document}.txt").read_bytes().decode("utf-8")
        gold = polarities((data / "docs" / f"{document}.ann").read_text(encoding="utf-8"))
        yield AnnotatedText(
            document,
            text,
            {
                (start, end, "PROBLEM"): {"presence": value}
                for (start, end), value in gold.items()
                if text[start:end].lower() not in _SELF_DENYING
            },
        )


def polarities(lines: str) -> dict[tuple[int, int], str]:
    """Return the span of each problem of a brat file with its presence."""
    types = {kind for kind, label in load_labels().corpora["maccrobat"].types.items() if label == "PROBLEM"}
    spans: dict[str, tuple[int, int]] = {}
    names: dict[str, str] = {}
    said: dict[str, str] = {}
    for line in lines.splitlines():
        identifier, _, rest = line.partition("\t")
        if identifier.startswith("T"):
            kind, *offsets = rest.split("\t")[0].replace(";", " ").split()
            if kind in types:
                spans[identifier] = (int(offsets[0]), int(offsets[-1]))
        elif identifier.startswith("E"):
            names[identifier] = rest.split()[0].split(":")[1]
        elif rest.upper().startswith("POLARITY"):
            _, target, *value = rest.split()
            said[target] = "absent" if value == ["NEG"] else "possible"
    by_span = {names.get(target, target): value for target, value in said.items()}
    return {span: by_span.get(identifier, "present") for identifier, span in spans.items()}


if __name__ == "__main__":
    main()
