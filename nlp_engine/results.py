"""Results as they go out: of the laboratory, with interval, flag, change and doubts; of image models, as decided."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nlp_engine.extraction import Flag, ResultModel
from nlp_engine.record import NoteSpan, Number, ObservationKind

NOT_PLAUSIBLE = "not plausible"
"""How the laboratory room begins its remark on a number that no living patient has (a typing error, a wrong unit)."""


DOUBT = "does not fit this patient"
"""How the laboratory room begins its remark on a result of a sample that does not fit."""


class ResultChange(ResultModel):
    """A result against the patient's previous one of the same analyte, in the same unit.

    Parameters
    ----------
    previous_id, hours
        The earlier observation, and how long before it was.
    amount, percent
        The difference in the unit of the result; in percent of the earlier value, None where that is not above 0.
    limit
        The reference change value in that direction, in percent: what biology and the assay alone do not exceed in 95
        of 100 pairs of results. None where no variation is known.
    exceeds
        Whether the change is beyond it; None where that cannot be said.
    source
        Whose study the variation comes from; the whole label stands in ``rules/labs/variation.yaml``.
    """

    previous_id: str
    hours: Number
    amount: Number
    percent: Number | None = None
    limit: Number | None = None
    exceeds: bool | None = None
    source: str = ""

    def words(self, unit: str | None) -> str:
        """Return the change for a reader: ``up 1.2 mmol/L (29 %) in 14 hours, more than chance (11 %)``."""
        if not self.amount:
            return f"unchanged since {_said_hours(self.hours)}"
        way = "up" if self.amount > 0 else "down"
        share = "" if self.percent is None else f" ({abs(self.percent):.0f} %)"
        size = " ".join(part for part in (f"{abs(self.amount):f}", unit) if part)
        chance = {True: "more than chance", False: "may be chance", None: ""}[self.exceeds]
        tail = f", {chance} ({self.limit:.0f} %)" if chance and self.limit is not None else ""
        return f"{way} {size}{share} in {_said_hours(self.hours)}{tail}"


def _said_hours(hours: Number) -> str:
    if hours < 1:
        return "less than an hour"
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"


class LabResult(ResultModel):
    """One observation after cleaning: code, number, unit, interval and flag, with a reason for each.

    ``flag`` is None when it cannot be said (no interval, no number). ``interval_source`` says whose interval it is.
    ``remarks`` names every change and doubt of the cleaning. ``change`` compares it with the patient's previous one.
    """

    observation_id: str
    name: str
    kind: ObservationKind = ObservationKind.LAB
    code: str | None = None
    value: Number | None = None
    comparator: Literal["<", "<=", ">", ">="] | None = None
    text: str = Field(description="the value as it came")
    unit: str | None = None
    time: datetime | None = None
    reference_low: Number | None = None
    reference_high: Number | None = None
    interval_source: str | None = None
    flag: Flag | None = None
    remarks: tuple[str, ...] = ()
    change: ResultChange | None = None
    source: str = ""
    said_in: NoteSpan | None = None

    @property
    def is_plausible(self) -> bool:
        """Whether the laboratory room does not doubt that the number can be one at all."""
        return not any(remark.startswith(NOT_PLAUSIBLE) for remark in self.remarks)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against its sample: the remarks that it does not fit the patient."""
        return tuple(remark for remark in self.remarks if remark.startswith(DOUBT))

    @property
    def method(self) -> str:
        """What the result was read from: a table, or the text of a note."""
        return f"{self.kind.value} table" if self.said_in is None else "value in the text of a note"


class CardSource(ResultModel):
    """The guideline or label a card rests on (CDS Hooks ``source`` plus the year)."""

    label: str
    year: int
    url: str | None = None


class MisfitPart(ResultModel):
    """What one result has to do with a misfit; ``share`` of all that speaks for it, 0 to 1."""

    observation_id: str
    name: str
    statement: str
    share: Annotated[float, Field(ge=0, le=1)]


class Misfit(ResultModel):
    """Results of one sample that do not fit the patient: a spoilt, diluted or swapped sample, or a slip of typing.

    A doubt, no proof: no number is changed by it, and rules still use the results.
    """

    pattern: str
    name: str
    sentence: str
    time: datetime | None = None
    parts: Annotated[tuple[MisfitPart, ...], Field(min_length=1)]
    cannot_see: tuple[str, ...] = ()
    source: CardSource

    @property
    def observation_ids(self) -> tuple[str, ...]:
        """Ids of the results that are doubted."""
        return tuple(part.observation_id for part in self.parts)


ImageDecision = Literal["present", "absent", "not_sure"]
Grid = tuple[tuple[Annotated[float, Field(ge=0, le=1)], ...], ...]
"""Rows of a map from the top, 0 to 1."""


class ImageFinding(ResultModel):
    """One label of an image model, decided at the model's own threshold.

    ``looked_at``: rows of a coarse map, from the top of the picture, of where the embedded network looked for it (0 to
    1, greatest is 1); empty for other models, and where the label is absent.
    """

    output_id: str
    image_id: str
    label: str
    score: Annotated[float, Field(ge=0, le=1)]
    decision: ImageDecision
    model: str
    model_version: str
    threshold: float
    threshold_assumed: bool = False
    time: datetime | None = None
    source: str = ""
    looked_at: Grid = ()

    @model_validator(mode="after")
    def _map_is_a_rectangle(self) -> Self:
        if len({len(row) for row in self.looked_at}) > 1 or () in self.looked_at:
            raise ValueError("the rows of looked_at need one length")
        return self
