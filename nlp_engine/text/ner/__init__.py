"""The transformer named entity recogniser: onnxruntime and tokenizers, no torch."""
