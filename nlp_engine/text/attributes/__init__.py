"""Attributes joined to the mention they belong to."""
