"""What the templates are given: text that is ready to print, and links that resolve. No logic, no numbers."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Link:
    """A link inside the page; ``href`` begins with ``#``."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One piece of evidence: what was seen, where and when, and the link to it.

    ``before`` and ``after`` are the words around a quotation; ``quoted`` says that ``statement`` is one.
    """

    kind: str
    statement: str
    href: str | None
    where: str = ""
    when: str = ""
    remark: str = ""
    before: str = ""
    after: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class SeenView:
    """One fact of a card with its evidence."""

    label: str
    value: str
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """The guideline a statement rests on."""

    label: str
    year: int
    url: str | None


@dataclass(frozen=True, slots=True)
class CardView:
    """One card; ``supporting`` and ``opposing`` are filled for a conflict, ``also`` tells facts without evidence."""

    anchor: str
    name: str
    concept: str | None
    level: str
    symbol: str
    word: str
    is_conflict: bool
    summary: str
    why: tuple[str, ...]
    seen: tuple[SeenView, ...]
    also: str
    not_known: str
    supporting: tuple[EvidenceView, ...]
    opposing: tuple[EvidenceView, ...]
    options: tuple[str, ...]
    cannot_see: tuple[str, ...]
    source: SourceView | None
    rule: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """A drawn trend with the dates of its ends."""

    svg: Markup
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class LabPanelRow:
    """The latest result of a test that is out of range."""

    name: str
    value: str
    level: str
    symbol: str
    flag: str
    reference: str
    when: str
    change: str
    href: str
    chart: ChartView | None


@dataclass(frozen=True, slots=True)
class LabTableRow:
    """One row of the full table of results."""

    anchor: str
    name: str
    value: str
    level: str
    flag: str
    reference: str
    interval_source: str
    when: str
    remarks: str
    source: str
    used_in: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class MisfitView:
    """A sample that does not fit the patient, with its results and what speaks of nothing wrong."""

    anchor: str
    when: str
    sentence: str
    evidence: tuple[EvidenceView, ...]
    cannot_see: tuple[str, ...]
    source: SourceView


@dataclass(frozen=True, slots=True)
class LabsView:
    """Everything about results: samples in doubt, results out of range, and the full table."""

    misfits: tuple[MisfitView, ...]
    misfits_more: str
    out_of_range: tuple[LabPanelRow, ...]
    remarks: tuple[str, ...]
    table: tuple[LabTableRow, ...]
    table_about: str
    left_out: str
    is_long: bool


@dataclass(frozen=True, slots=True)
class StayEventsView:
    """What a numbered line of the panels stands for: things done at one moment, each with its evidence."""

    number: int
    when: str
    events: tuple[tuple[str, tuple[EvidenceView, ...]], ...]
    more: str


@dataclass(frozen=True, slots=True)
class PanelView:
    """Tests that belong together, drawn over one axis of time."""

    heading: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class StayView:
    """The pictures of the newest stay; ``heat`` is empty where one column would hold it all."""

    about: str
    heat: Markup
    panels: tuple[PanelView, ...]
    events: tuple[StayEventsView, ...]


@dataclass(frozen=True, slots=True)
class OutputView:
    """One label of an image model; ``source`` is empty where all labels of the model have the same."""

    anchor: str
    label: str
    score: str
    percent: int
    decision: str
    decision_words: str
    threshold: str
    source: str
    used_in: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ImageModelView:
    """What one model said of a picture; ``source`` is empty where its labels have several."""

    name: str
    source: str
    outputs: tuple[OutputView, ...]


@dataclass(frozen=True, slots=True)
class ImageView:
    """One picture with what models said of it; ``data_uri`` is None when it cannot be shown.

    ``map_uri`` is the picture with the map of where the network looked, ``map_about`` says for what. ``remarks`` tell
    why the network did not judge it, and what was doubtful about its file.
    """

    anchor: str
    name: str
    about: str
    data_uri: str | None
    map_uri: str | None
    map_about: str
    models: tuple[ImageModelView, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A calculator's result."""

    anchor: str
    name: str
    value: str
    detail: str
    missing: str
    evidence: tuple[EvidenceView, ...]
    source: SourceView


@dataclass(frozen=True, slots=True)
class FindingView:
    """What all modalities say of one concept; a conflict names the card that shows both sides instead of evidence."""

    anchor: str
    name: str
    confidence: str
    missing: str
    codes: str
    card: Link | None
    supporting: tuple[EvidenceView, ...]
    opposing: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one status."""

    status: str
    heading: str
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class MedicationView:
    """One row of the medication table."""

    anchor: str
    name: str
    dose: str
    status: str
    period: tuple[str, ...]
    source: str
    used_in: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ToldMedicineView:
    """A drug of which a note says what happens with it, or whose dose is in doubt."""

    name: str
    dose: str
    status: str
    reason: str
    doubts: tuple[str, ...]
    evidence: EvidenceView


@dataclass(frozen=True, slots=True)
class EventView:
    """One row of the timeline; ``words`` are those that the date was read from."""

    when: str
    kind: str
    name: str
    detail: str
    remark: str
    words: str
    doubt: str
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The dated events of the notes; ``more`` says how many are not shown."""

    events: tuple[EventView, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a note that is shown in one way; ``anchors`` are set where it begins."""

    text: str
    css: str = ""
    title: str = ""
    mark: str = ""
    anchors: tuple[str, ...] = ()
    used_in: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteView:
    """One note, cut into pieces."""

    anchor: str
    title: str
    when: str
    about: str
    pieces: tuple[Piece, ...]
    is_long: bool


@dataclass(frozen=True, slots=True)
class NotAssessedView:
    """A rule that could not be checked."""

    title: str
    missing: str
    rule: str


@dataclass(frozen=True, slots=True)
class ProblemView:
    """One problem of the input."""

    word: str
    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PatientView:
    """Who the report is about."""

    id: str
    name: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountView:
    """A count at the top of the page or in a row of the worklist."""

    level: str
    symbol: str
    count: int
    word: str


@dataclass(frozen=True, slots=True)
class LostView:
    """Records of the worklist that failed, or lost a part; a row is patient, place and sentence."""

    anchor: str
    heading: str
    intro: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ClinicianView:
    """The whole clinician report."""

    patient: PatientView
    as_of: str
    made_from: str
    counts: tuple[CountView, ...]
    disagree: tuple[Link, ...]
    cards: tuple[CardView, ...]
    labs: LabsView
    stay: StayView | None
    images: tuple[ImageView, ...]
    scores: tuple[ScoreView, ...]
    findings: tuple[FindingGroup, ...]
    values: str
    value_quotes: tuple[EvidenceView, ...]
    not_known: str
    timeline: TimelineView
    medications: tuple[MedicationView, ...]
    told_medicines: tuple[ToldMedicineView, ...]
    notes: tuple[NoteView, ...]
    legend: tuple[tuple[str, str], ...]
    not_read: str
    not_assessed: tuple[NotAssessedView, ...]
    problems: tuple[ProblemView, ...]
    read: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
