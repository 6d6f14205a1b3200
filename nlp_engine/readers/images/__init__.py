"""``images/`` and the outputs of image models, in any form -> the record's images and image-model outputs."""

from nlp_engine.readers.images.outputs import OutputReader
from nlp_engine.readers.images.pictures import PictureFolder, read_images, shown_in_images

__all__ = ["OutputReader", "PictureFolder", "read_images", "shown_in_images"]
