"""Made tables with the columns of well-known ones; no patient stands behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd


def heart_failure(rows: int = 240, seed: int = 3) -> pd.DataFrame:
    """Columns of the heart-failure set; ``time`` is the follow-up, shorter for those who die."""
    random = np.random.default_rng(seed)
    age, ejection = random.normal(62, 11, rows).round(), random.normal(38, 11, rows).round()
    creatinine = random.lognormal(0.2, 0.4, rows).round(2)
    odds = 0.06 * (age - 62) - 0.09 * (ejection - 38) + 1.3 * (creatinine - 1.3) - 0.8
    death = (random.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    return pd.DataFrame(
        {
            "age": age,
            "anaemia": random.integers(0, 2, rows),
            "creatinine_phosphokinase": random.lognormal(5.7, 1, rows).round(),
            "diabetes": random.integers(0, 2, rows),
            "ejection_fraction": ejection,
            "high_blood_pressure": random.integers(0, 2, rows),
            "platelets": random.normal(263e3, 9e4, rows).round(),
            "serum_creatinine": creatinine,
            "serum_sodium": random.normal(136, 4, rows).round(),
            "sex": random.integers(0, 2, rows),
            "smoking": random.integers(0, 2, rows),
            "time": np.where(death == 1, random.integers(4, 200, rows), random.integers(70, 285, rows)),
            "DEATH_EVENT": death,
        }
    )
