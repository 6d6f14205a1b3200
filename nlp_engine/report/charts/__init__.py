"""Pictures of results as SVG that can stand in a page: a small trend, a panel over one axis of time, a heat map."""

from nlp_engine.report.charts.panel import Mark, PanelRow, draw_panel
from nlp_engine.report.charts.stay import Cell, HeatRow, draw_stay
from nlp_engine.report.charts.trend import Series, draw

__all__ = ["Cell", "HeatRow", "Mark", "PanelRow", "Series", "draw", "draw_panel", "draw_stay"]
