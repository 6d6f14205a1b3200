"""Training of the tagger of de-identification."""
