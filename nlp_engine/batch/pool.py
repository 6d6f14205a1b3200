"""Worker processes that keep the order of the input, hold few results, and outlive a crash."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing.connection import wait
from threading import Thread

from nlp_engine.batch.failures import Failure
from nlp_engine.batch.result import PatientResult
from nlp_engine.batch.work import Task, Worker, WorkPlan
from nlp_engine.errors import NlpEngineError

_IN_FLIGHT = 2
"""Results kept ready for each worker."""


class WorkerPool:
    """Processes, each with an engine of its own, started afresh ("spawn") so that no thread or model is inherited."""

    def __init__(self, plan: WorkPlan, workers: int) -> None:
        self._plan = plan
        self._workers = workers
        self._pool = self._start(workers)

    def close(self) -> None:
        """End all processes; work that has not begun is left out."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def versions(self) -> dict[str, str]:
        """Load the engine in a worker and return its versions.

        Raises
        ------
        NlpEngineError
            If no engine can be loaded, or no process be started.
        """
        try:
            versions, sentence = self._pool.submit(_try_engine).result()
        except BrokenProcessPool as error:
            raise NlpEngineError(
                "The worker processes could not start; use one worker, and in a script of your own call run() "
                'under if __name__ == "__main__".'
            ) from error
        if sentence:
            raise NlpEngineError(sentence)
        return versions

    def results(self, tasks: Iterable[Task]) -> Iterator[PatientResult]:
        """Yield one result a task, in order; a task in which a process dies twice is a failed patient."""
        coming = iter(tasks)
        flying: deque[tuple[Task, Future[PatientResult] | None]] = deque()
        while True:
            for task in islice(coming, self._workers * _IN_FLIGHT - len(flying)):
                flying.append((task, self._submit(task)))
            if not flying:
                return
            task, future = flying[0]
            result = _result(future)
            if result is None:
                yield from self._one_by_one(flying)
                flying.clear()
                self._pool = self._start(self._workers)
            else:
                flying.popleft()
                yield result

    def _one_by_one(self, flying: Iterable[tuple[Task, Future[PatientResult] | None]]) -> Iterator[PatientResult]:
        """Try again what was in flight when a process died: which of them killed it is not known before."""
        self._pool.shutdown(wait=True)
        pool = self._start(1)
        for task, future in flying:
            result = _result(future) or _result(pool.submit(_work, task))
            if result is None:
                pool.shutdown(wait=True)
                pool = self._start(1)
                failure = Failure.of_crash(task.source.patient_id, task.source.where)
                result = PatientResult(task.source.patient_id, failures=(failure,))
            yield result
        pool.shutdown(wait=True)

    def _submit(self, task: Task) -> Future[PatientResult] | None:
        try:
            return self._pool.submit(_work, task)
        except BrokenProcessPool:
            return None

    def _start(self, workers: int) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(self._plan,))


def _result(future: Future[PatientResult] | None) -> PatientResult | None:
    """Wait for a result; None if its process died."""
    try:
        return future.result() if future else None
    except BrokenProcessPool:
        return None


class _Process:
    """What one worker process holds."""

    plan: WorkPlan
    worker: Worker | None = None


def _begin(plan: WorkPlan) -> None:
    # An interrupt from the keyboard reaches the workers too: they end without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _Process.plan = plan
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it is gone; else it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _worker() -> Worker:
    if _Process.worker is None:
        _Process.worker = Worker(_Process.plan)
    return _Process.worker


def _try_engine() -> tuple[dict[str, str], str | None]:
    try:
        return _worker().engine.versions, None
    except NlpEngineError as error:
        return {}, str(error)


def _work(task: Task) -> PatientResult:
    return _worker().result(task)
