"""The files of a model folder: what is read, and the one sentence where a file is not usable."""

import numpy as np
import pytest

from nlp_engine.errors import ModelError
from nlp_engine.model_files import MODEL_FILE, ModelFilePart, open_network, read_arrays, read_model_file


class Small(ModelFilePart):
    id: str
    size: int


def test_a_model_file_is_read(tmp_path):
    (tmp_path / MODEL_FILE).write_text('{"id": "small", "size": 3}')
    assert read_model_file(tmp_path, Small, "small model") == Small(id="small", size=3)


def test_a_folder_without_a_model_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=rf"^{tmp_path.name} is no small model: model.json cannot be read\.$"):
        read_model_file(tmp_path, Small, "small model")


@pytest.mark.parametrize(
    ("content", "place"), [('{"id": "small", "size": 3, "colour": 1}', "colour"), ('{"id": "small"}', "size")]
)
def test_the_place_of_what_does_not_fit_is_told(tmp_path, content, place):
    (tmp_path / MODEL_FILE).write_text(content)
    with pytest.raises(ModelError, match=f"model.json is not usable: {place}: "):
        read_model_file(tmp_path, Small, "small model")


def test_arrays_are_read(tmp_path):
    np.savez(tmp_path / "some.npz", first=np.arange(3), second=np.zeros(2))
    arrays = read_arrays(tmp_path / "some.npz", "first")
    assert sorted(arrays) == ["first", "second"]
    assert arrays["first"].tolist() == [0, 1, 2]


def test_a_lacking_array_is_named(tmp_path):
    np.savez(tmp_path / "some.npz", first=np.arange(3))
    with pytest.raises(ModelError, match=r"some.npz is not complete: it lacks second\.$"):
        read_arrays(tmp_path / "some.npz", "first", "second")


@pytest.mark.parametrize("content", [None, b"", b"no arrays", b"PK\x03\x04 cut off"])
def test_arrays_that_cannot_be_read_are_one_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / "some.npz").write_bytes(content)
    with pytest.raises(ModelError) as raised:
        read_arrays(tmp_path / "some.npz")
    assert str(raised.value) == f"{tmp_path.name}/some.npz is missing or cannot be read."


@pytest.mark.parametrize("place", [30, 300, 500])
def test_bytes_that_changed_in_between_are_found(tmp_path, place):
    path = tmp_path / "some.npz"
    np.savez_compressed(path, first=np.random.default_rng(0).normal(size=500))
    content = bytearray(path.read_bytes())
    content[place : place + 20] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"some.npz is missing or cannot be read\.$"):
        read_arrays(path)


def test_pickled_objects_are_refused(tmp_path):
    np.savez(tmp_path / "some.npz", first=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError, match=r"cannot be read\.$"):
        read_arrays(tmp_path / "some.npz")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "is missing"),
        (b"", "is no network that onnxruntime reads"),
        (b"nothing", "is no network that onnxruntime reads"),
        (b"\x08\x07", "is no network that onnxruntime reads"),
    ],
)
def test_networks_that_cannot_be_read_are_one_sentence(tmp_path, content, told):
    if content is not None:
        (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(ModelError) as raised:
        open_network(tmp_path / "model.onnx", threads=1)
    assert str(raised.value) == f"{tmp_path.name}/model.onnx {told}."
