"""Whether a picture is one that a network may judge: what its file says, its pixels, and what it looks like."""
