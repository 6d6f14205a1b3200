"""Writes structured reports of image models for tests."""

from __future__ import annotations

from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"


def coded(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def item(kind: str, name: Dataset, *children: Dataset, **values: object) -> Dataset:
    """Return a content item; ``code``, ``text``, ``number`` with ``unit``, or ``image`` (an instance UID)."""
    content = Dataset()
    content.ValueType, content.RelationshipType, content.ConceptNameCodeSequence = kind, "CONTAINS", [name]
    if kind == "CODE":
        content.ConceptCodeSequence = [values["code"]]
    elif kind == "TEXT":
        content.TextValue = values["text"]
    elif kind == "NUM":
        measured = Dataset()
        measured.NumericValue = str(values["number"])
        measured.MeasurementUnitsCodeSequence = [coded(str(values["unit"]), "unit", "UCUM")]
        content.MeasuredValueSequence = [measured]
    elif kind == "IMAGE":
        reference = Dataset()
        reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = "1.2.3", values["image"]
        content.ReferencedSOPSequence = [reference]
    if children:
        content.ContentSequence = list(children)
    return content


def report(path: Path, *children: Dataset, **elements: object) -> Path:
    """Write a comprehensive structured report with these items."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = COMPREHENSIVE_SR
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.Modality, dataset.ContentDate, dataset.ContentTime = "SR", "20240502", "101500"
    dataset.PatientName = "Zzmueller^Anna"
    dataset.ValueType, dataset.ConceptNameCodeSequence = "CONTAINER", [coded("126000", "Imaging Measurement Report")]
    dataset.ContentSequence = list(children)
    for name, value in elements.items():
        setattr(dataset, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path


def picture(path: Path, **elements: object) -> str:
    """Write a small DICOM picture and return its instance UID."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.Modality, dataset.BodyPartExamined, dataset.ViewPosition = "DX", "CHEST", "AP"
    dataset.StudyDate, dataset.StudyTime, dataset.PatientID = "20240501", "083000", "zz1"
    dataset.Rows = dataset.Columns = 4
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation, dataset.PixelData = 7, 0, bytes(range(16))
    for name, value in elements.items():
        setattr(dataset, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return str(dataset.SOPInstanceUID)


def standard_report(path: Path, source: Path) -> Path:
    """Write a TID 1500 report by highdicom: pneumonia 0.93 by CXR-Net 2.1 on the picture ``source``."""
    from highdicom import sr
    from pydicom.sr.codedict import codes

    study = pydicom.dcmread(source)
    for name in ("StudyInstanceUID", "SeriesInstanceUID"):
        setattr(study, name, generate_uid())
    for name in (
        "PatientName",
        "PatientBirthDate",
        "PatientSex",
        "AccessionNumber",
        "StudyID",
        "ReferringPhysicianName",
    ):
        setattr(study, name, "")
    device = sr.DeviceObserverIdentifyingAttributes(uid=generate_uid(), name="Workstation", model_name="WS")
    context = sr.ObservationContext(observer_device_context=sr.ObserverContext(codes.DCM.Device, device))
    group = sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(uid=generate_uid(), identifier="1"),
        finding_type=sr.CodedConcept("233604007", "SCT", "Pneumonia"),
        algorithm_id=sr.AlgorithmIdentification("CXR-Net", "2.1", parameters=["threshold=0.4"]),
        measurements=[
            sr.Measurement(sr.CodedConcept("111012", "DCM", "Certainty of Finding"), 93.0, codes.UCUM.Percent),
            sr.Measurement(codes.SCT.Length, 31.0, codes.UCUM.Millimeter),
        ],
        source_images=[sr.SourceImageForMeasurementGroup.from_source_image(study)],
    )
    content = sr.MeasurementReport(context, codes.LN.CTUnspecifiedBodyRegion, imaging_measurements=[group])
    document = sr.Comprehensive3DSR(
        evidence=[study], content=content[0], series_instance_uid=generate_uid(), series_number=1,
        sop_instance_uid=generate_uid(), instance_number=1, manufacturer="nobody", is_complete=True,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save_as(path)
    return path
