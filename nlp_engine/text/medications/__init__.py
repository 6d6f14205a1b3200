"""Drugs of a note: doses, status, reason, and doubts about them."""
