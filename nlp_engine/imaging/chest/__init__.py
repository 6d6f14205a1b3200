"""The embedded chest network: what it needs, what it says, and when it keeps silent."""
