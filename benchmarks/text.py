"""Time of the stages of the text room: on real notes, and on notes of growing length that are made to be slow.

CPU time on one thread. On real notes nothing but the network may cost more than the network; at doubled length
the time of a made-up note should double. Real notes: MTSamples of 400 to 600 words, and the train part of our own
annotated notes in terse styles.

python benchmarks/text.py [--data ../shared/data/notes] [--notes 40] [--skip real|made-up]
"""

from __future__ import annotations

import argparse
import gc
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import process_time

from gold import NothingFound, annotated_notes
from ner_speed import WORDS, read_notes
from stage_times import called_by, clocked

from nlp_engine.record import Note
from nlp_engine.text import TextStage
from nlp_engine.text import stage as stage_module
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.text.stage import TextRules

NETWORK = "network"
ROUNDS = 3
LENGTH = 100_000
MADE_UP: Mapping[str, Callable[[int], str]] = {
    "one line of words": lambda size: "pneumonia without fever and " * (size // 28),
    "one line, no blanks": lambda size: "a1b2-" * (size // 5),
    "no no no": lambda size: "no " * (size // 3),
    "no fever, no fever": lambda size: "no fever, " * (size // 10),
    "denies a, b or c": lambda size: "denies cough, pneumonia or fever but " * (size // 37),
    "opening brackets": lambda size: "(" * (size // 10),
    "brackets with words": lambda size: "(fever " * (size // 7),
    "headings": lambda size: "Family history: fever\n\n" * (size // 23),
    "terse headings": lambda size: "PMH fever  VS 1 | PE  ok\n" * (size // 25),
    "capitals": lambda size: "PLAN OF CARE " * (size // 13),
    "colons": lambda size: "a: " * (size // 3),
    "gaps in a field": lambda size: "Allergies: x" + "\n\n- fever" * (size // 9),
    "digits": lambda size: "1234567890" * (size // 10),
    "rows of digits": lambda size: "Na 140 K 4.1 120/80 1.2.3 " * (size // 26),
    "doses": lambda size: "metformin 500 mg po bid, " * (size // 25),
    "dates": lambda size: "3/4/2020 fever 2 days ago " * (size // 26),
    "deep bullets": lambda size: "\n".join(" " * (depth % 50) + "- fever" for depth in range(size // 32)),
    "empty lines": lambda size: "\n \n" * (size // 3),
    "blanks": lambda size: "fever" + " " * size + "fever",
    "full stops": lambda size: "." * size,
    "pipes": lambda size: "| fever " * (size // 8),
    "table": lambda size: "      3/1   3/2   3/3\n" + "Na    140   141   139\n" * (size // 22),
    "defined names": lambda size: "chronic kidney disease (CKD) " * (size // 29),
    "line ends": lambda size: "\r\n\u2028\x0b" * (size // 4),
    "accents": lambda size: "fie\u0301vre\u0301 " * (size // 8),
}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/notes"))
    parser.add_argument("--notes", type=int, default=40, help="how many real notes of each kind")
    parser.add_argument("--skip", choices=["real", "made-up"], default=None)
    arguments = parser.parse_args()
    rules = TextRules.load()
    # What was loaded once is not looked through again with every collection: that would count for long notes only.
    gc.freeze()
    if arguments.skip != "real":
        terse = [annotated.text for annotated in annotated_notes("train") if annotated.id.startswith("own")]
        texts = [text for text in read_notes(arguments.data) if len(text.split()) in WORDS]
        print_real("MTSamples", texts[: arguments.notes], rules)
        print_real("own terse notes", terse[: arguments.notes], rules)
    if arguments.skip != "made-up":
        print_made_up(rules)


def print_real(name: str, texts: Sequence[str], rules: TextRules) -> None:
    """Print milliseconds a note and the share of each stage, and what costs more than the network."""
    notes = [Note(id=str(number), text=text) for number, text in enumerate(texts)]
    stage = TextStage(Recogniser.load(kept=0), rules)
    seconds, total = _by_stage(stage, notes)
    words = sum(len(text.split()) for text in texts)
    print(
        f"\n{name}: {len(texts)} notes, {words // len(texts)} words a note, {1000 * total / len(notes):.1f} ms a note"
    )
    for part, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"  {part:44} {1000 * spent / len(notes):8.2f} ms  {100 * spent / total:5.1f} %")
    above = [part for part, spent in seconds.items() if part != NETWORK and spent > seconds[NETWORK]]
    rest = total - seconds[NETWORK]
    print(f"  all but the network: {rest / seconds[NETWORK]:.2f} of it; dearer than it: {', '.join(above) or 'none'}")


def _by_stage(stage: TextStage, notes: Sequence[Note]) -> tuple[dict[str, float], float]:
    """Return the CPU seconds of each stage for all notes (the best of some rounds), and of everything."""
    names = called_by(stage_module, lambda: [stage.extract(note) for note in notes[:10]])
    best: dict[str, float] = {}
    least = float("inf")
    for _ in range(ROUNDS):
        with clocked(stage_module, names) as clock:
            start = process_time()
            for note in notes:
                stage.extract(note)
            spent = process_time() - start
        if spent < least:
            least, best = spent, dict(clock.seconds)
    grouped: defaultdict[str, float] = defaultdict(float)
    for name, seconds in best.items():
        grouped[NETWORK if name.startswith("ner.recogniser.") else name] += seconds
    grouped["the stage itself, building of the result"] = least - sum(best.values())
    return grouped, least


def print_made_up(rules: TextRules) -> None:
    """Print the time of notes of 50,000 and 100,000 characters without the network, its ratio and the dearest stage."""
    stage = TextStage(NothingFound(), rules)
    print(
        f"\nmade-up notes, without the network: ms at {LENGTH // 2:,} and {LENGTH:,} characters, ratio, dearest stage"
    )
    for name, write in MADE_UP.items():
        half, whole = (_fastest(stage, write(size)) for size in (LENGTH // 2, LENGTH))
        seconds, _ = _by_stage(stage, [Note(id="n", text=write(LENGTH))])
        dearest = max(seconds, key=lambda part: seconds[part])
        told = f"{1000 * half:9.1f} {1000 * whole:9.1f}  x {whole / max(half, 1e-9):4.1f}"
        print(f"  {name:22} {told}  {dearest} {1000 * seconds[dearest]:.0f} ms")


def _fastest(stage: TextStage, text: str) -> float:
    """Return the least CPU seconds of some rounds; a slow note is read once."""
    least = float("inf")
    for _ in range(ROUNDS):
        start = process_time()
        stage.extract(Note(id="n", text=text))
        least = min(least, process_time() - start)
        if least > 2:
            break
    return least


if __name__ == "__main__":
    main()
