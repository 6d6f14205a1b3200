"""Embeddings as a table, its two dimensions and drawing, similar cases, and the commands around them."""

import re
import sys
import xml.etree.ElementTree as ET
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pictures import chest, save, write_model
from typer.testing import CliRunner

from nlp_engine.cli import app
from nlp_engine.errors import InputError
from nlp_engine.imaging.features.drawing import NO_LABEL, OTHERS, draw_plane
from nlp_engine.imaging.features.plane import pca, two_dimensions
from nlp_engine.imaging.features.similar import neighbours, similar_to
from nlp_engine.imaging.features.table import IDS, Features

pytest.importorskip("onnx", reason="the tiny network is made with onnx, of the extra train")
AXES = ("a", "b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a model, 24 pictures, a blank one, a broken one and an index."""
    root = tmp_path_factory.mktemp("features")
    write_model(root / "model")
    (root / "set").mkdir()
    lines = ["file,label,patient_id"]
    for seed in range(24):
        save(chest(seed, heart=0.6 + 0.01 * seed), root / "set" / f"c{seed:02}.png")
        lines.append(f"c{seed:02}.png,{'viral' if seed < 12 else 'normal'},p{seed}")
    save(np.full((128, 128), 0.5, np.float32), root / "set" / "d_blank.png")
    (root / "set" / "e_broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (root / "index.csv").write_text("\n".join(lines), encoding="utf-8")
    return root


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def made(folder, name="f.parquet", *more):
    done = run("features", folder / "set", "--out", folder / name, "--model", folder / "model", *more)
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize("name", ["f.parquet", "f.csv"])
def test_a_row_a_picture_in_order_and_refused_ones_too(folder, name):
    done = made(folder, name)
    table = pd.read_parquet(folder / name) if name.endswith("parquet") else pd.read_csv(folder / name)
    assert list(table.columns) == [*IDS, "e0", "e1", "e2", "e3", "x", "y"]
    assert [one.split("/")[-1] for one in table["image"]] == sorted(p.name for p in (folder / "set").iterdir())
    assert table["e0"].notna().sum() == 24
    assert table["x"].isna().tolist() == [False] * 24 + [True] * 2
    assert "blank" in table["refused"].iloc[24]
    assert "26 pictures, 4 features, 2 pictures without any." in done.stdout
    back = Features.from_frame(table, where="f")
    np.testing.assert_allclose(back.vectors[:24], table[["e0", "e1", "e2", "e3"]].to_numpy(np.float32)[:24])
    assert (back.refused[0], back.has_vector.sum()) == (None, 24)


def test_the_table_is_input_of_anomalies_fit(folder):
    pytest.importorskip("pyod")
    made(folder)
    ids = [word for name in (*IDS, "x", "y") for word in ("--id", name)]
    done = run("anomalies", "fit", folder / "f.parquet", "--out", folder / "m.skops", *ids)
    assert done.exit_code == 0, done.output
    assert "4 columns" in done.output


class Reducer:
    """Stands in for umap-learn, whose import compiles for many seconds (``benchmarks/imaging.py`` runs it)."""

    def __init__(self, **settings):
        assert settings["n_neighbors"] < 24
        assert settings["random_state"] == 0

    def fit_transform(self, vectors):
        assert not np.isnan(vectors).any()
        return vectors[:, 1:3]


def test_umap_gets_the_rows_that_have_features(folder, monkeypatch):
    fake = ModuleType("umap")
    fake.UMAP = Reducer
    monkeypatch.setitem(sys.modules, "umap", fake)
    made(folder, "f.csv", "--two-dimensions", "umap", "--picture", folder / "p.svg")
    table = pd.read_csv(folder / "f.csv")
    np.testing.assert_allclose(table["x"][:24], table["e1"][:24])
    assert table["x"].isna().sum() == 2
    assert "UMAP 1" in (folder / "p.svg").read_text(encoding="utf-8")


def test_drawing_has_a_mark_a_picture_and_a_legend(folder):
    made(folder, "f.csv", "--picture", folder / "p.html", "--labels", folder / "index.csv")
    page = (folder / "p.html").read_text(encoding="utf-8")
    assert {"normal (12)", "viral (12)", "no label (2)"} <= set(re.findall(r">([^<>]+ \(\d+\))<", page))
    assert "<script" not in page
    made(folder, "f.csv", "--picture", folder / "p.svg")
    assert ET.fromstring((folder / "p.svg").read_text(encoding="utf-8")).tag.endswith("svg")


def test_without_umap_principal_components_are_used_and_it_is_said(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    done = made(folder, "f.csv", "--two-dimensions", "umap")
    assert 'UMAP needs the extra "models"' in done.stderr
    assert "Principal components are used in its place." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--out", "f.txt"), "is no CSV or Parquet"),
        (("--out", "f.csv", "--picture", "p.png"), "is no drawing"),
        (("--out", "gone/f.csv"), "cannot be written"),
        (("--out", "f.csv", "--picture", "gone/p.svg"), "cannot be written"),
    ],
)
def test_wrong_names_of_files_are_refused_before_pictures_are_read(folder, arguments, words):
    done = run("features", folder / "set", *arguments, "--model", folder / "model")
    assert isinstance(done.exception, InputError)
    assert words in str(done.exception)


def test_index_of_other_pictures_is_refused(folder, tmp_path):
    (tmp_path / "index.csv").write_text("file,label,patient_id\nother.png,normal,p1\n", encoding="utf-8")
    done = run("features", folder / "set", "--out", tmp_path / "f.csv", "--labels", tmp_path / "index.csv")
    assert "names none of the pictures" in str(done.exception)


def test_similar_finds_the_picture_itself_then_its_likes(folder):
    made(folder)
    done = run(
        "images", "similar", folder / "set" / "c05.png", "--features", folder / "f.parquet", "--model",
        folder / "model", "-k", 3,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert (len(lines), lines[0].split("/")[-1], lines[0][:6]) == (3, "c05.png", "0.0000")
    told = [float(line.split()[0]) for line in lines]
    assert told == sorted(told)


def test_features_of_another_network_are_refused(folder):
    features = Features(("a",), np.ones((1, 4), np.float32), (None,), "tiny", "v1")
    with pytest.raises(InputError, match="was made by the network tiny v1"):
        similar_to(np.ones(4, np.float32), features, 1, version="v2")


def test_a_version_of_digits_only_is_read_back_as_it_is(folder):
    made(folder, "f.csv")
    table = pd.read_csv(folder / "f.csv").assign(version="0012")
    table.to_csv(folder / "f.csv", index=False)
    done = run(
        "images", "similar", folder / "set" / "c05.png", "--features", folder / "f.csv", "--model", folder / "model"
    )
    assert "was made by the network tiny 0012" in str(done.exception)


@pytest.mark.parametrize("drop", ["version", "e0 e1 e2 e3"])
def test_a_table_that_is_none_of_ours_is_refused(folder, drop):
    made(folder)
    table = pd.read_parquet(folder / "f.parquet").drop(columns=drop.split())
    with pytest.raises(InputError, match="nlp-engine features"):
        Features.from_frame(table, where="f")


@given(arrays(np.float32, (12, 5), elements=st.floats(-10, 10, width=16)))
def test_principal_components_keep_order_of_variance_and_do_not_depend_on_the_origin(vectors):
    places = pca(vectors)
    assert places[:, 0].var() >= places[:, 1].var() - 1e-3
    np.testing.assert_allclose(pca(vectors + 7).var(axis=0), places.var(axis=0), atol=0.01)


def test_principal_components_find_the_line():
    line = np.linspace(-1, 1, 20, dtype=np.float32)[:, None] * np.array([[3, 4, 0]], np.float32)
    np.testing.assert_allclose(pca(line)[:, 0], np.linspace(-5, 5, 20), atol=1e-5)
    np.testing.assert_allclose(pca(line)[:, 1], 0, atol=1e-5)


def test_one_dimension_and_rows_of_nothing_have_places():
    assert pca(np.ones((3, 1), np.float32)).shape == (3, 2)
    vectors = np.array([[1, 2], [np.nan, np.nan], [3, 4]], np.float32)
    assert np.isnan(two_dimensions(vectors, "pca")).all(axis=1).tolist() == [False, True, False]


@given(st.integers(2, 30), st.integers(1, 8), st.integers(0, 99))
def test_neighbours_are_those_of_a_full_comparison(count, k, seed):
    vectors = np.random.default_rng(seed).standard_normal((count, 3)).astype(np.float32)
    found = neighbours(vectors, k)
    scaled = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = scaled @ scaled.T
    np.fill_diagonal(cosines, -9)
    expected = -np.sort(-cosines, axis=1)[:, : min(k, count - 1)]
    np.testing.assert_allclose(found.cosines, expected, atol=1e-6)
    assert (found.rows != np.arange(count)[:, None]).all()


def test_a_patients_own_pictures_are_no_neighbours():
    vectors = np.random.default_rng(0).standard_normal((20, 3)).astype(np.float32)
    groups = np.arange(20) // 4
    assert (groups[neighbours(vectors, 5, groups=groups).rows] != groups[:, None]).all()


def test_many_labels_share_a_mark_and_the_drawing_is_the_same_each_time():
    labels = [f"l{at % 9}" for at in range(50)] + [""]
    places = np.random.default_rng(0).random((51, 2)).astype(np.float32)
    first, second = (draw_plane(places, labels, axes=AXES) for _ in range(2))
    assert first == second
    assert (OTHERS in first, NO_LABEL in first) == (True, True)
