"""Training of picture networks: an index of pictures in, a calibrated ONNX network with its limits out."""
