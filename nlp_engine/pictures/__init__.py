"""A file becomes a picture: DICOM, PNG and JPEG in, grey values from 0 to 1 and a few facts out."""

from nlp_engine.errors import PictureError
from nlp_engine.pictures.picture import Picture, PictureFacts
from nlp_engine.pictures.reading import picture_format, read_picture

__all__ = ["Picture", "PictureError", "PictureFacts", "picture_format", "read_picture"]
