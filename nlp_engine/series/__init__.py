"""Pure functions over a series of (time, value): changes, baselines, extremes, trends.

Times are seconds (`nlp_engine.record.sort_time`), so that naive and zone-aware source times mix; values are Decimals.
A result that is rounded to the assay's places is compared exactly: 1.4 - 1.1 is 0.3. The order of the samples does not
matter. Everything is linear in the samples beside their sorting; `slope` and `doubling_time` look at 200 of them at
most.
"""

from nlp_engine.series.baseline import (
    median_sample,
    percent_fall,
    percent_rise,
    ratio_to_lowest,
    ratio_to_median,
)
from nlp_engine.series.extremes import (
    highest,
    lowest,
    max_fall,
    max_rise,
    recovery_from_fall,
    recovery_from_rise,
    time_since_last,
)
from nlp_engine.series.samples import Change, Sample, in_order, newest, rounded, within
from nlp_engine.series.trend import Trend, doubling_time, halving_time, slope

__all__ = [
    "Change",
    "Sample",
    "Trend",
    "doubling_time",
    "halving_time",
    "highest",
    "in_order",
    "lowest",
    "max_fall",
    "max_rise",
    "median_sample",
    "newest",
    "percent_fall",
    "percent_rise",
    "ratio_to_lowest",
    "ratio_to_median",
    "recovery_from_fall",
    "recovery_from_rise",
    "rounded",
    "slope",
    "time_since_last",
    "within",
]
