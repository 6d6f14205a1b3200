"""Options that several commands share, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlp_engine.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

NerOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME_OR_FOLDER_OR_YAML",
        help="The model that finds the entities: fast (a smaller one), an installed spaCy model, a model folder, or a "
        "YAML file about one.",
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(help="A file with the secret that decides surrogates and shifts of dates; a new secret by default."),
]
TerminologyOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--terminology",
        metavar="FILE",
        help="Your own terminology: CSV or JSON Lines (code, name, system, synonyms), or RXNCONSO.RRF; repeatable.",
    ),
]


IntervalsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Your laboratory's reference intervals and critical limits, CSV or YAML (docs/labs.md)."
    ),
]


RiskModelOption = Annotated[
    list[Path] | None,
    typer.Option("--risk-model", metavar="FOLDER", help="A model that `train risk` wrote (docs/risk.md); repeatable."),
]


def engine_loader(
    ner: str | None,
    terminologies: list[Path] | None,
    *,
    site_intervals: Path | None = None,
    risk_models: list[Path] | None = None,
) -> Callable[[], Any]:
    """Return what loads the engine with another model or own knowledge, here or in a worker process."""
    from nlp_engine.engine import Engine

    given: dict[str, Any] = {
        "ner": ner,
        "terminologies": terminologies,
        "site_intervals": site_intervals,
        "risk_models": risk_models,
    }
    return partial(Engine.load, **{name: value for name, value in given.items() if value})


def as_of_option(text: str | None) -> datetime | None:
    """Read ``--as-of``; a day without a time means its end, so that everything of the day counts."""
    if text is None:
        return None
    from nlp_engine.cells.times import TimeDoubt, parse_time

    time = parse_time(text)
    if isinstance(time, TimeDoubt):
        raise InputError("--as-of", "is not one clear date", "write 2024-05-01 or 2024-05-01T08:30")
    return time if ":" in text or "T" in text.upper() else time.replace(hour=23, minute=59, second=59)
