"""A learnt tagger beside the rules."""
