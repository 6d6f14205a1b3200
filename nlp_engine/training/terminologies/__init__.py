"""Building the terminologies that are shipped, and learning how to rank what is found in them."""
