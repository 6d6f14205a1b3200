"""Fits, chooses and tunes anomaly detectors; what runs afterwards is in `nlp_engine.labs.anomalies`."""
