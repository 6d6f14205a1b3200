"""Speed of the NER: words a CPU second on one thread, against a spaCy model in the same run, and on repeated text."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from time import process_time

from nlp_engine.text.ner.recogniser import Recogniser

WORDS = range(400, 601)
NOTES = 20
ROUNDS = 3
DAYS, SENTENCES, COPIED = 10, 40, 0.6
_SEED = 7
_LOAD = """
import re, sys
from pathlib import Path
from time import perf_counter
from nlp_engine.text.stage import TextStage
from nlp_engine.text.ner.recogniser import Recogniser
from nlp_engine.record import Note
start = perf_counter()
stage = TextStage(Recogniser.load(Path(sys.argv[1]) if sys.argv[1] else None))
print(perf_counter() - start)
for number, text in enumerate(Path(sys.argv[2]).read_text(encoding="utf-8").split("\\f")):
    stage.extract(Note(id=str(number), text=text))
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def read_notes(notes: Path) -> list[str]:
    """Return the transcribed reports of ``notes/mtsamples``, in a fixed mixed order."""
    rows = (notes / "mtsamples" / "mtsamples.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(row)["text"] for row in rows]
    random.Random(_SEED).shuffle(texts)
    return texts


def print_speed(texts: Sequence[str], model: Path | None, reference: Path | None) -> None:
    """Print words a CPU second on notes of about 500 words, and the ratio to a spaCy model's ``ner`` alone."""
    notes = [text for text in texts if len(text.split()) in WORDS][:NOTES]
    words = sum(len(note.split()) for note in notes)
    readers: dict[str, Callable[[str], object]] = {"ours": Recogniser.load(model, kept=0).recognise}
    if reference is not None:
        readers[reference.name] = _spacy_ner(reference)
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(ROUNDS):
        for name, read in readers.items():
            times[name].append(_cpu_seconds(read, notes))
    speeds = {name: words / median(taken) for name, taken in times.items()}
    print(f"speed: {speeds.pop('ours'):.0f} words a CPU second, one thread, {len(notes)} notes of about 500 words")
    for name, speed in speeds.items():
        ratios = [theirs / ours for ours, theirs in zip(times["ours"], times[name], strict=True)]
        print(f"ratio to {name} (ner alone, {speed:.0f} words a CPU second): {median(ratios):.2f}")


def print_repeats(texts: Sequence[str], model: Path | None) -> None:
    """Print how much faster daily notes are read of which 60 % were copied from the day before."""
    ratios = {}
    for place in ("at the front", "at the end", "here and there"):
        copied, fresh = list(_days(texts, COPIED, place)), list(_days(texts, 0.0, place))
        speeds = [
            sum(len(note.split()) for note in notes) / _cpu_seconds(Recogniser.load(model).recognise, notes)
            for notes in (fresh, copied)
        ]
        ratios[place] = speeds[1] / speeds[0]
    told = ", ".join(f"{ratio:.2f} ({place})" for place, ratio in ratios.items())
    print(f"repeated text: with {COPIED:.0%} of the sentences copied forward {told} times the speed without repeats")


def print_load(texts: Sequence[str], model: Path | None, scratch: Path) -> None:
    """Print the size of the file, the time to load and the peak memory of the text stage, in a process of its own."""
    folder = model or Path(sys.modules["nlp_engine"].__path__[0]) / "models" / "ner"
    size = (folder / "model.onnx").stat().st_size / 1e6
    scratch.write_text("\f".join(texts[:NOTES]), encoding="utf-8")
    command = [sys.executable, "-c", _LOAD, str(model or ""), str(scratch)]
    seconds, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    print(f"file {size:.1f} MB, text stage loads in {float(seconds):.2f} s, peak memory {float(peak):.0f} MB")


def _spacy_ner(folder: Path) -> Callable[[str], object]:
    import spacy

    return spacy.load(folder, exclude=["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"])


def _cpu_seconds(read: Callable[[str], object], notes: Sequence[str]) -> float:
    start = process_time()
    for note in notes:
        read(note)
    return process_time() - start


def _days(texts: Sequence[str], copied: float, place: str) -> Iterator[str]:
    """Yield a note a day; that share of its sentences stood in the note of the day before, in the same order."""
    fresh = (s for text in texts for s in re.split(r"(?<=[.]) +", text) if 5 < len(s.split()) < 50)
    dice = random.Random(_SEED)
    note = [next(fresh) for _ in range(SENTENCES)]
    yield " ".join(note)
    for _ in range(DAYS - 1):
        keep = round(SENTENCES * copied)
        flags = [True] * keep + [False] * (SENTENCES - keep)
        if place == "here and there":
            dice.shuffle(flags)
        old = iter(note[:keep])
        if place == "at the end":
            flags.reverse()
        note = [next(old) if is_old else next(fresh) for is_old in flags]
        yield " ".join(note)
