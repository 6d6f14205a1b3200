"""Measures the main job: speed, memory, and whether every record and every offset comes out right.

    python benchmarks/batch.py FOLDER [--workers N] [--limit N]
    python benchmarks/batch.py --data ../shared/data --sets aci_bench mtsamples mimic3_demo hannover

With ``--data`` an input folder is built from public data sets (``batch_inputs.py``) in a temporary folder; ``--limit``
then counts patients a set, otherwise patient folders and notes of FOLDER. Memory is the resident size of this process
and its children, summed; pages that they share count twice. Quarters are quarters of the patients, in order; the time
to load the engine is counted in the whole run and in no quarter's speed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter

import psutil
from batch_inputs import SETS

from nlp_engine.assessment import Assessment
from nlp_engine.batch import Progress, RunSummary, run

_MEGABYTE = 1 << 20


class Memory:
    """Samples the resident memory of this process and its children twice a second."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, int]] = []
        self._stop = Event()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Sample while the block runs."""
        thread = Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def peak(self, start: float = 0.0, end: float = float("inf")) -> float:
        """Return the highest sample between two times, in megabytes."""
        return max((size for time, size in self.samples if start <= time <= end), default=0) / _MEGABYTE

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._stop.wait(0.5):
            size = 0
            for process in (own, *own.children(recursive=True)):
                try:
                    size += process.memory_info().rss
                except psutil.NoSuchProcess:  # ended since it was listed
                    continue
            self.samples.append((perf_counter(), size))


def main() -> int:
    """Build the input, run, check, print."""
    options = _options()
    with TemporaryDirectory(prefix="benchmark-") as temporary:
        folder = _input(options, Path(temporary) / "in")
        out = options.out or Path(temporary) / "out"
        memory, times = Memory(), []

        def note_time(progress: Progress) -> None:
            times.append(perf_counter())

        with memory.watched():
            summary = run(folder, out, workers=options.workers, on_progress=note_time)
        _print_counts(summary, memory)
        wrong = _check(out)
        _print_quarters(out, times, memory)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--data", type=Path, help="folder with notes/ and records/")
    parser.add_argument("--sets", nargs="+", choices=sorted(SETS), default=sorted(SETS))
    parser.add_argument("--limit", type=int)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--out", type=Path, help="keep the output here")
    options = parser.parse_args()
    if (options.folder is None) == (options.data is None):
        parser.error("give either FOLDER or --data")
    return options


def _input(options: argparse.Namespace, folder: Path) -> Path:
    if options.folder and options.limit is None:
        return options.folder
    folder.mkdir()
    if options.folder:
        entries = sorted(options.folder.resolve().iterdir())
        patients = [entry for entry in entries if entry.is_dir() or entry.suffix == ".txt"]
        for entry in (*patients[: options.limit], *(entry for entry in entries if entry not in patients)):
            (folder / entry.name).symlink_to(entry)
    else:
        for name in options.sets:
            SETS[name](options.data, folder, options.limit)
    return folder


def _print_counts(summary: RunSummary, memory: Memory) -> None:
    counts, wall = summary.counts, summary.seconds["wall"]
    print(f"input: {summary.input_kind}; workers: {summary.settings['workers']}")
    for name, count in counts.items():
        print(f"  {name:<20}{count:>12,}")
    print("seconds a stage: " + ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in summary.seconds.items()))
    print(f"whole run: {counts['notes'] / wall:.2f} notes a second, {counts['words'] / wall:.0f} words a second")
    print(f"peak memory: {memory.peak():.0f} MB")
    is_whole = counts["patients_in"] == counts["assessed"] + counts["failed"]
    print(f"patients in = assessed + failed: {is_whole}")
    for failure in summary.failures[:10]:
        print(f"  {failure.status}: {failure.where}: {failure.sentence}")


def _check(out: Path) -> int:
    """Check every offset of the run and that each note has its line; return how many are wrong."""
    spans = wrong = notes = 0
    for assessment in _assessments(out):
        texts = {note.id: note.text for note in assessment.record.notes}
        notes += len(texts)
        wrong += [extraction.note_id for extraction in assessment.extractions] != list(texts)
        for extraction in assessment.extractions:
            text = texts[extraction.note_id]
            for mention in extraction.mentions:
                for span in (mention, *mention.cues, *mention.attributes):
                    spans += 1
                    wrong += text[span.start : span.end] != span.text
        for finding in assessment.findings:
            for evidence in (*finding.supporting, *finding.opposing):
                if evidence.start is not None:
                    spans += 1
                    wrong += texts[evidence.source_id][evidence.start : evidence.end] != evidence.statement
    lines = sum(1 for _ in (out / "mentions.jsonl").open(encoding="utf-8"))
    wrong += lines != notes
    print(f"notes {notes:,}, lines of mentions.jsonl {lines:,}; offsets checked {spans:,}, wrong {wrong:,}")
    return wrong


def _print_quarters(out: Path, times: list[float], memory: Memory) -> None:
    """Compare the first and the last quarter of the patients."""
    words = {a.patient_id: sum(len(note.text.split()) for note in a.record.notes) for a in _assessments(out)}
    order = list(words.values())
    if len(order) != len(times) or len(times) < 8:
        print("quarters: not shown (fewer than 8 patients, or some failed)")
        return
    size = len(times) // 4
    for name, first in (("first", 1), ("last", len(times) - size)):
        start, end = times[first - 1], times[first + size - 1]
        done = sum(order[first : first + size])
        seconds = max(end - start, 1e-9)
        print(f"{name} quarter: {done / seconds:.0f} words a second, peak {memory.peak(start, end):.0f} MB")


def _assessments(out: Path) -> Iterator[Assessment]:
    with (out / "assessments.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield Assessment.model_validate(json.loads(line))


if __name__ == "__main__":
    sys.exit(main())
