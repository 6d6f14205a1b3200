"""The output folder: everything is written beside the earlier result and takes its place when the run is complete."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq

from nlp_engine.batch.failures import Failure
from nlp_engine.batch.result import LAB_SCHEMA, PatientResult
from nlp_engine.errors import InputError
from nlp_engine.readers.textfile import reason

INDEX, RUN, LABS = "index.html", "run.json", "labs.parquet"
LINES = ("mentions", "findings", "cards", "assessments", "failures")
UNFINISHED = "unfinished_run"
TABLES = (*(f"{name}.jsonl" for name in LINES), LABS)
RESERVED = (INDEX, RUN, UNFINISHED, *TABLES)
_PAGES = {"clinician.html", "patient.html"}


class OutputFolder:
    """A run's output.

    ``unfinished`` is a folder inside ``path`` that takes everything while the run goes on; `finish` puts it in the
    place of the earlier run. A run that was killed leaves the earlier result whole, and ``unfinished_run`` beside it.
    """

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        """Check the folder; nothing is changed yet, but it is made if there is none.

        Raises
        ------
        InputError
            If it holds something else than an earlier run (and ``overwrite`` is not set), or cannot be written.
        """
        self.path = path
        self.unfinished = path / UNFINISHED
        try:
            path.mkdir(parents=True, exist_ok=True)
            holds = {entry.name for entry in path.iterdir()}
        except OSError as error:
            raise _not_writable(path, error) from error
        if holds and not overwrite and not holds & {RUN, UNFINISHED}:
            raise InputError(
                path.name, "is not empty and not made by an earlier run", "give another folder, or allow to overwrite"
            )

    def begin(self) -> None:
        """Make ``unfinished``, without what a killed run left there.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        try:
            if self.unfinished.exists():
                shutil.rmtree(self.unfinished)
            self.unfinished.mkdir()
        except OSError as error:
            raise InputError(
                self.path.name, f"cannot be written to ({reason(error)})", "give another folder"
            ) from error

    def finish(self) -> None:
        """Put the new result in the place of the earlier one; the index and ``run.json`` come last."""
        self._remove_earlier()
        last = [self.unfinished / INDEX, self.unfinished / RUN]
        for entry in sorted(self.unfinished.iterdir()):
            if entry not in last:
                self._move(entry)
        for entry in last:
            if entry.exists():
                self._move(entry)
        self.unfinished.rmdir()

    def _move(self, entry: Path) -> None:
        target = self.path / entry.name
        if entry.is_dir() and target.is_dir():  # a folder that also holds files of somebody else
            for page in entry.iterdir():
                page.replace(target / page.name)
            entry.rmdir()
        else:
            entry.replace(target)

    def _remove_earlier(self) -> None:
        for name in (INDEX, RUN, *TABLES):
            (self.path / name).unlink(missing_ok=True)
        for entry in self.path.iterdir():
            if entry != self.unfinished and entry.is_dir() and not entry.is_symlink():
                holds = {page.name for page in entry.iterdir()}
                if holds and holds <= _PAGES:
                    shutil.rmtree(entry)


def _not_writable(path: Path, error: OSError) -> InputError:
    return InputError(path.name, f"cannot be written to ({reason(error)})", "give another folder")


class Tables:
    """The tables of a run, open until `close`, written patient by patient."""

    def __init__(self, folder: Path) -> None:
        self._open = ExitStack()
        self._files = {
            name: self._open.enter_context((folder / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n"))
            for name in LINES
        }
        self._labs = self._open.enter_context(pq.ParquetWriter(folder / LABS, LAB_SCHEMA))

    def close(self) -> None:
        """Finish all files."""
        self._open.close()

    def write(self, result: PatientResult) -> None:
        """Write one patient's rows."""
        for name, lines in result.lines.items():
            self._files[name].write(lines)
        self.write_failures(result.failures)
        if result.labs is not None:
            self._labs.write_batch(result.labs)

    def write_failures(self, failures: Iterable[Failure]) -> None:
        """Write lines of ``failures.jsonl``."""
        self._files["failures"].writelines(f"{failure.to_json()}\n" for failure in failures)
