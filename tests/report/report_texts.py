"""The notes of the made-up patient that a full report shows."""

PROGRESS = (
    "PROGRESS NOTE\n\nSubjective: 67-year-old woman with type 2 diabetes, feels weak. "
    "Cough since three days, no fever.\n"
    "She takes metformin 1000 mg twice daily and ibuprofen for knee pain. Mother had breast cancer.\n\n"
    "Objective: Temp 38.4. Lungs: crackles at the right base.\n\n"
    "Assessment and plan:\n1. Acute kidney injury, likely from ibuprofen.\n"
    "2. No evidence of pneumonia on the chest film.\n"
    "3. Possible urinary tract infection, urine culture sent.\n"
)
RADIOLOGY = (
    "CHEST X-RAY\n\nFindings: No focal consolidation. No pleural effusion. Heart size normal.\n"
    "Impression: Normal chest."
)
