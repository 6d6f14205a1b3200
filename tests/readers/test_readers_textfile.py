import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_engine.readers.textfile import UnreadableTextError, decode, read_text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_utf8_comes_back_unchanged(text):
    assert decode(text.encode("utf-8")).text == text.removeprefix("\ufeff")


@pytest.mark.parametrize("text", ["a\r\nb\tc\n", "e\u0301 and \U0001f9ea", "µmol/l ≥ 5"])
def test_line_ends_accents_and_emoji_keep_their_offsets(text):
    assert decode(text.encode("utf-8")).text == text
    assert decode(text.encode("utf-16")).text == text


def test_byte_order_mark_is_no_character():
    assert decode(b"\xef\xbb\xbfabc").text == "abc"


def test_windows_1252_is_read_and_said():
    decoded = decode("37 °C, 5 µg".encode("cp1252"))
    assert decoded.text == "37 °C, 5 µg"
    assert decoded.guessed


@pytest.mark.parametrize("data", [b"\x89PNG\0\0", bytes(range(1, 32)) * 40])
def test_binary_is_refused(data):
    with pytest.raises(UnreadableTextError, match="binary"):
        decode(data)


def test_folder_and_size_are_refused(tmp_path):
    with pytest.raises(UnreadableTextError, match="folder"):
        read_text(tmp_path)
    (tmp_path / "a.txt").write_text("abcdef")
    with pytest.raises(UnreadableTextError, match="larger than"):
        read_text(tmp_path / "a.txt", max_bytes=5)
