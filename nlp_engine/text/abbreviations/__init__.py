"""Abbreviations: what a note defines, and what is usual where it stands."""
