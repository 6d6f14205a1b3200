"""Tables as hospitals export them: the names of columns, and what plain cells say (times, limits, sexes)."""
