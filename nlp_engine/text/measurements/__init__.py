"""Results told in a note: values joined to their tests, and the observations that they are."""
