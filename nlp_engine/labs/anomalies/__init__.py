"""What does not fit the others: a row of a table beside its cohort, and a feed of results that drifted."""
