import pytest
from report_builders import full_assessment


@pytest.fixture(scope="session")
def picture_folder(tmp_path_factory):
    from PIL import Image

    folder = tmp_path_factory.mktemp("pictures")
    Image.effect_noise((900, 700), 60).save(folder / "chest.png")
    return folder


@pytest.fixture(scope="session")
def assessment(picture_folder):
    return full_assessment(picture_folder)
