"""Corpora, training and evaluation of the models; needs the extra ``train``."""
