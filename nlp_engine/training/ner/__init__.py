"""Training, export and evaluation of the named entity recogniser."""
