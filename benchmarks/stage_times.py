"""Times of what one module calls, taken from outside: nothing of the measured code is changed on the disk.

A first run under cProfile finds the functions that the module calls directly; then each of them is wrapped by a clock.
"""

from __future__ import annotations

import gc
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from cProfile import Profile
from functools import wraps
from inspect import isclass, isfunction
from pstats import Stats
from time import process_time
from types import CodeType, FunctionType, ModuleType
from typing import ParamSpec, TypeVar

PACKAGE = "nlp_engine"
Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


class Clock:
    """CPU seconds by name of the called function; of calls within calls only the outermost counts."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._is_running = False

    def wrapped(self, function: Callable[Parameters, Result], name: str) -> Callable[Parameters, Result]:
        """Return a function that does the same, on the clock."""

        @wraps(function)
        def timed(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> Result:
            if self._is_running:
                return function(*arguments, **keywords)
            self._is_running = True
            start = process_time()
            try:
                return function(*arguments, **keywords)
            finally:
                self.seconds[name] += process_time() - start
                self._is_running = False

        return timed


def called_by(module: ModuleType, run: Callable[[], object]) -> dict[CodeType, str]:
    """Return the functions of the package that the code of a module calls directly while it runs, with their names."""
    profile = Profile()
    profile.runcall(run)
    path = module.__file__
    found = {
        (file, line)
        for (file, line, _), (*_, callers) in Stats(profile).stats.items()  # type: ignore[attr-defined]
        if file != path and any(caller[0] == path for caller in callers)
    }
    return {
        function.__code__: f"{function.__module__.removeprefix(f'{PACKAGE}.text.')}.{function.__qualname__}"
        for function in _functions()
        if (function.__code__.co_filename, function.__code__.co_firstlineno) in found
        and function.__name__ != "__init__"
    }


@contextmanager
def clocked(module: ModuleType, names: dict[CodeType, str]) -> Iterator[Clock]:
    """Put these functions on a clock wherever the module, or a class, holds them."""
    clock = Clock()
    undone: list[tuple[object, str, object]] = []
    for owner in [module, *_classes()]:
        for name, held in list(vars(owner).items()):
            plain = held.__func__ if isinstance(held, (classmethod, staticmethod)) else held
            if isinstance(plain, FunctionType) and plain.__code__ in names:
                timed: object = clock.wrapped(plain, names[plain.__code__])
                if isinstance(held, (classmethod, staticmethod)):
                    timed = type(held)(timed)  # type: ignore[arg-type]
                undone.append((owner, name, held))
                setattr(owner, name, timed)
    gc.collect()
    try:
        yield clock
    finally:
        for owner, name, held in undone:
            setattr(owner, name, held)


def _modules() -> list[ModuleType]:
    return [
        module for name, module in list(sys.modules.items()) if name.startswith(f"{PACKAGE}.") and module is not None
    ]


def _classes() -> list[type]:
    held = [value for module in _modules() for value in vars(module).values() if isclass(value)]
    return list(dict.fromkeys(value for value in held if value.__module__.startswith(PACKAGE)))


def _functions() -> Iterator[FunctionType]:
    for module in _modules():
        yield from (value for value in vars(module).values() if isfunction(value))
    for owner in _classes():
        for value in vars(owner).values():
            plain = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
            if isinstance(plain, FunctionType):
                yield plain
