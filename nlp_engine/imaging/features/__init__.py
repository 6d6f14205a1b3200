"""The network's embedding of pictures: a table of it, its picture, similar cases, and what is odd in a set."""
