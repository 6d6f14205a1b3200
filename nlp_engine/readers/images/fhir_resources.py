"""The few elements of FHIR R4 resources that the outputs of image models are read from; all others are ignored."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Element(BaseModel):
    """Base of all: FHIR's names, everything else ignored, no values in messages."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Coding(Element):
    """Coding."""

    display: str | None = None
    code: str | None = None


class CodeableConcept(Element):
    """CodeableConcept."""

    coding: tuple[Coding, ...] = ()
    text: str | None = None

    @property
    def words(self) -> str:
        """The text, else the first display, else the first code."""
        names = [self.text, *(coding.display for coding in self.coding), *(coding.code for coding in self.coding)]
        return next((name for name in names if name), "")


class Quantity(Element):
    """Quantity."""

    value: float | None = None
    unit: str | None = None
    code: str | None = None


class Identifier(Element):
    """Identifier."""

    value: str | None = None


class Period(Element):
    """Period."""

    start: str | None = None
    end: str | None = None


class Reference(Element):
    """Reference."""

    reference: str | None = None
    display: str | None = None
    identifier: Identifier | None = None


class ReferenceRange(Element):
    """Observation.referenceRange."""

    low: Quantity | None = None
    high: Quantity | None = None
    text: str | None = None


class Valued(Element):
    """What Observation and its components share."""

    code: CodeableConcept = CodeableConcept()
    valueQuantity: Quantity | None = None  # noqa: N815
    valueCodeableConcept: CodeableConcept | None = None  # noqa: N815
    valueString: str | None = None  # noqa: N815
    valueBoolean: bool | None = None  # noqa: N815

    @property
    def word(self) -> str:
        """A value that is no number, as a word."""
        if self.valueBoolean is not None:
            return "true" if self.valueBoolean else "false"
        return self.valueCodeableConcept.words if self.valueCodeableConcept else self.valueString or ""


class Observation(Valued):
    """Observation."""

    status: str = ""
    subject: Reference | None = None
    effectiveDateTime: str | None = None  # noqa: N815
    effectiveInstant: str | None = None  # noqa: N815
    effectivePeriod: Period | None = None  # noqa: N815
    issued: str | None = None
    interpretation: tuple[CodeableConcept, ...] = ()
    hasMember: tuple[Reference, ...] = ()  # noqa: N815
    device: Reference | None = None
    derivedFrom: tuple[Reference, ...] = ()  # noqa: N815
    focus: tuple[Reference, ...] = ()
    referenceRange: tuple[ReferenceRange, ...] = ()  # noqa: N815
    component: tuple[Valued, ...] = ()

    @property
    def time(self) -> str | None:
        """When the picture was taken or read, as far as it is told; the end of a period, else its start."""
        period = self.effectivePeriod or Period()
        told = (self.effectiveDateTime, self.effectiveInstant, period.end, period.start, self.issued)
        return next((time for time in told if time), None)

    @property
    def answer(self) -> str:
        """A value that is no number, as a word; without one, the interpretation."""
        return self.word or next((concept.words for concept in self.interpretation), "")


class Subject(Element):
    """Patient: the ids alone."""

    id: str | None = None
    identifier: tuple[Identifier, ...] = ()


class DeviceName(Element):
    """Device.deviceName."""

    name: str = ""


class DeviceVersion(Element):
    """Device.version."""

    value: str = ""


class Device(Element):
    """Device."""

    deviceName: tuple[DeviceName, ...] = ()  # noqa: N815
    modelNumber: str | None = None  # noqa: N815
    version: tuple[DeviceVersion, ...] = ()


class Instance(Element):
    """ImagingStudy.series.instance."""

    uid: str = ""


class Series(Element):
    """ImagingStudy.series."""

    instance: tuple[Instance, ...] = ()


class Attachment(Element):
    """Attachment."""

    title: str | None = None
    url: str | None = None


class Pictured(Element):
    """ImagingStudy or Media: what an Observation is derived from."""

    series: tuple[Series, ...] = ()
    content: Attachment = Field(default_factory=Attachment)

    @property
    def names(self) -> list[str]:
        """UIDs, titles and addresses of the pictures."""
        uids = [instance.uid for series in self.series for instance in series.instance]
        return [name for name in (*uids, self.content.title, self.content.url) if name]
