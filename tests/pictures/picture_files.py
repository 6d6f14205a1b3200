"""Writes picture files for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

CR = "1.2.840.10008.5.1.4.1.1.1"
NAMES = {
    "PatientName": "Zzmueller^Anna",
    "PatientID": "zzid4711",
    "OtherPatientIDs": "zzother",
    "PatientBirthDate": "19610305",
    "PatientAddress": "Zzstreet 5",
    "ReferringPhysicianName": "Zzdoctor^House",
    "OperatorsName": "Zznurse^Joy",
    "InstitutionName": "Zzhospital",
    "AccessionNumber": "zzacc1",
    "StudyDescription": "Zzthorax of Mrs Zzmueller",
    "ImageComments": "zzcomment",
    "Modality": "ZZMUELLER",
    "BodyPartExamined": "ZZANNA",
    "ViewPosition": "ZZ ANNA",
    "PatientOrientation": ["ZZMUELLER", "ZZ"],
    "PatientAge": "zz61",
    "BurnedInAnnotation": "ZZYES",
    "VOILUTFunction": "ZZMUELLER",
    "StudyInstanceUID": "1.2.zz",
}


def dicom(path: Path, values: np.ndarray, *, syntax: str = ExplicitVRLittleEndian, **elements: object) -> Path:
    """Write an uncompressed CR image of these stored values; ``elements`` are set on top, None deletes."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CR
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.Modality, dataset.BodyPartExamined, dataset.ViewPosition = "DX", "CHEST", "PA"
    dataset.Rows, dataset.Columns = values.shape[:2]
    dataset.SamplesPerPixel = 3 if values.ndim == 3 else 1
    dataset.PhotometricInterpretation = "RGB" if values.ndim == 3 else "MONOCHROME2"
    if values.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = values.dtype.itemsize * 8
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    dataset.PixelData = values.tobytes()
    for name, value in elements.items():
        if value is None:
            delattr(dataset, name)
        else:
            setattr(dataset, name, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


def ramp(dtype: type = np.uint16, low: int = 0, high: int = 1000, side: int = 64) -> np.ndarray:
    """Return values that rise from left to right."""
    return np.tile(np.linspace(low, high, side), (side, 1)).round().astype(dtype)
