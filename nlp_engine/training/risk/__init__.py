"""Risk models on tables and on fused records; needs the extra ``models``, and ``train`` for the small network."""
