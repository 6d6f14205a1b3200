"""Whether a thing is there, when, and who has it."""
