"""Other people's models: their spans lie right, their labels mean something here, their faults are told."""

import json
import logging
import subprocess
import sys

import pytest
from foreign_models import copied, found

from nlp_engine.engine import Engine
from nlp_engine.errors import KnowledgeError, ModelError
from nlp_engine.knowledge import resource
from nlp_engine.record import Note
from nlp_engine.text import TextStage
from nlp_engine.text.ner.foreign import ModelChoice, choose, load_reader
from nlp_engine.text.ner.label_map import Relabelled, load_foreign_labels
from nlp_engine.text.ner.recogniser import EntitySpan
from nlp_engine.text.ner.tags import read_tags, spans_of_tags
from nlp_engine.text.ner.windows import Words

EMBEDDED = resource("models") / "ner"


class TestConfiguration:
    def write(self, tmp_path, **keys):
        path = tmp_path / "model.yaml"
        path.write_text(json.dumps({"schema_version": 1} | keys))
        return path

    def test_labels_of_the_file_are_the_only_ones(self, folder, tmp_path):
        path = self.write(
            tmp_path, kind="huggingface", path=str(folder), labels={"ZODIAC": "TEST", "Disease": "ANATOMY"}
        )
        assert found(load_reader(path), "fever takes metformin") == [("fever", "ANATOMY")]

    def test_path_is_relative_to_the_file(self, folder, tmp_path):
        copied(folder, tmp_path / "beside")
        path = self.write(tmp_path, kind="huggingface", path="beside", labels={"CHEMICAL": "DRUG"})
        assert found(load_reader(str(path)), "fever takes metformin") == [("metformin", "DRUG")]

    def test_low_scores_are_left_out(self, folder, tmp_path):
        text = "chest pain and fever"
        low, high = sorted(span.score for span in load_reader(folder).recognise(text))
        path = self.write(tmp_path, kind="huggingface", path=str(folder), min_score=(low + high) / 2)
        assert [span.score for span in load_reader(path).recognise(text)] == [high]

    def test_fast_is_the_smaller_model_that_is_shipped_too(self):
        fast = load_reader("fast")
        text = "She was admitted with pneumonia. Denies chest pain. Started on metformin 500 mg."
        found = {text[span.start : span.end] for span in fast.recognise(text)}
        assert {"pneumonia", "chest pain", "metformin", "500 mg"} <= found
        assert fast.version == "3-fast"
        stage = TextStage.load(ner="fast")
        (pain,) = [m for m in stage.extract(Note(id="n", text=text)).mentions if m.text == "chest pain"]
        assert pain.presence == "absent"
        assert stage.versions["ner"] == "3-fast"

    def test_our_own_kind(self, tmp_path):
        text = "She was admitted with pneumonia."
        path = self.write(tmp_path, kind="onnx", path=str(EMBEDDED))
        assert (
            load_reader(path).recognise(text) == load_reader().recognise(text) == load_reader(EMBEDDED).recognise(text)
        )
        strict = self.write(tmp_path, kind="onnx", path=str(EMBEDDED), min_score=1.0)
        assert load_reader(strict).recognise(text) == []
        assert load_reader(strict).version == load_reader().version

    @pytest.mark.parametrize(
        ("keys", "words"),
        [
            ({"kind": "spacy", "name": "x", "lables": {}}, 'did you mean "labels"'),
            ({"kind": "spacy", "name": "x", "labels": {"DISEASE": "PROBLEMS"}}, 'did you mean "PROBLEM"'),
            ({"kind": "spacy", "name": "x", "path": "y"}, "exactly one of path, name"),
            ({"kind": "huggingface", "name": "x"}, "give its path"),
            ({"kind": "spacy", "name": "x", "min_score": 0.5}, "leave min_score out"),
            ({"kind": "onnx", "path": "x", "labels": {"DRUG": "DRUG"}}, "leave labels out"),
        ],
    )
    def test_faults_of_the_file(self, tmp_path, keys, words):
        with pytest.raises(KnowledgeError, match=words):
            choose(self.write(tmp_path, **keys))

    def test_missing_file_and_folder(self, tmp_path):
        with pytest.raises(ModelError, match=r"gone\.yaml does not exist"):
            load_reader(tmp_path / "gone.yaml")
        with pytest.raises(ModelError, match="gone does not exist; path is relative"):
            load_reader(self.write(tmp_path, kind="huggingface", path="gone"))

    def test_a_label_that_the_model_does_not_have(self, folder, tmp_path):
        path = self.write(tmp_path, kind="huggingface", path=str(folder), labels={"DISEASES": "PROBLEM"})
        with pytest.raises(ModelError, match='no label "DISEASES", did you mean "DISEASE"'):
            load_reader(path)


class TestSpacy:
    @pytest.fixture
    def nlp(self):
        spacy = pytest.importorskip("spacy")
        nlp = spacy.blank("en")
        patterns = [("DISEASE", "chest pain"), ("CHEMICAL", "metformin"), ("Zodiac", "leo"), ("DISEASE", "fever")]
        nlp.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": name} for label, name in patterns])
        nlp.meta["name"], nlp.meta["version"] = "ruled", "1.2.3"
        return nlp

    @pytest.fixture
    def saved(self, nlp, tmp_path):
        nlp.to_disk(tmp_path / "ruled")
        return tmp_path / "ruled"

    def test_spans_labels_version_and_score(self, saved, caplog):
        with caplog.at_level(logging.WARNING):
            reader = load_reader(saved)
        text = "\U0001f637 chest pain\r\nleo takes metformin"
        assert found(reader, text) == [("chest pain", "PROBLEM"), ("metformin", "DRUG")]
        assert reader.version == "en_ruled 1.2.3"
        assert {span.score for span in reader.recognise(text)} == {load_foreign_labels().score_of_unscored}
        assert [record.getMessage() for record in caplog.records] == [
            "en_ruled 1.2.3: these labels are ignored: Zodiac"
        ]

    def test_a_text_longer_than_the_model_takes(self, nlp):
        from nlp_engine.text.ner.spacy_model import SpacyReader

        nlp.max_length = 40
        text = "no leo at all\n" * 5 + "x" * 90 + "\nchest pain\n" + "so " * 30 + "metformin"
        reader = SpacyReader(nlp, 0.5)
        assert found(reader, text) == [("leo", "Zodiac")] * 5 + [("chest pain", "DISEASE"), ("metformin", "CHEMICAL")]

    def test_nothing_of_a_text_is_kept(self, nlp):
        from nlp_engine.text.ner.spacy_model import SpacyReader

        SpacyReader(nlp, 0.5).recognise("Mrs Qwertzuiop has fever")
        assert "Qwertzuiop" not in nlp.vocab.strings
        assert "fever" in nlp.vocab.strings

    def test_a_model_that_is_not_installed(self):
        with pytest.raises(ModelError, match='the spaCy model "en_ner_bc5cdr_gone" is not installed'):
            load_reader("en_ner_bc5cdr_gone")

    def test_a_damaged_folder(self, saved):
        (saved / "config.cfg").write_text("nothing")
        with pytest.raises(ModelError, match="cannot be loaded by spaCy"):
            load_reader(saved)

    def test_the_whole_engine_names_the_model(self, saved):
        engine = Engine.load(ner=saved)
        assert engine.versions["ner"] == "en_ruled 1.2.3"
        text = "No chest pain."
        (mention,) = engine.extract(text).mentions
        assert (mention.text, mention.label, mention.presence) == ("chest pain", "PROBLEM", "absent")

    def test_command_line(self, saved, tmp_path, capfd):
        from nlp_engine.cli import main

        (tmp_path / "n.txt").write_text("Patient took metformin", encoding="utf-8")
        with pytest.raises(SystemExit) as done:
            main(["extract", str(tmp_path / "n.txt"), "--ner", str(saved)])
        assert done.value.code == 0
        (line,) = capfd.readouterr().out.splitlines()
        assert [mention["text"] for mention in json.loads(line)["mentions"]] == ["metformin"]
        (tmp_path / "in").mkdir()
        (tmp_path / "n.txt").rename(tmp_path / "in" / "n.txt")
        with pytest.raises(SystemExit) as done:
            main([*f"run {tmp_path / 'in'} --out {tmp_path / 'out'} --no-html --workers 2 --ner {saved}".split()])
        assert done.value.code == 0
        assert json.loads((tmp_path / "out" / "run.json").read_text())["versions"]["ner"] == "en_ruled 1.2.3"
        with pytest.raises(SystemExit) as done:
            main(["extract", str(tmp_path / "in"), "--ner", "gone/model"])
        assert done.value.code == 2


class FakeReader:
    version = "fake 1"

    def __init__(self, *labels):
        self.labels = labels

    def recognise(self, text):
        return [EntitySpan(0, 1, label, 0.7, "fake") for label in self.labels]


class TestLabels:
    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            ("DISEASE", "PROBLEM"), ("problem", "PROBLEM"), ("Sign_symptom", "PROBLEM"),
            ("Disease_disorder", "PROBLEM"),
            ("CHEMICAL", "DRUG"), ("Medication", "DRUG"), ("test", "TEST"), ("treatment", "TREATMENT"),
            ("MULTI-TISSUE_STRUCTURE", "ANATOMY"), ("Dosage", "DOSAGE"), ("BODY_LOCATION", "BODY_LOCATION"),
        ],
    )  # fmt: skip
    def test_well_known_names(self, theirs, ours):
        assert [span.label for span in Relabelled(FakeReader(theirs)).recognise("x")] == [ours]

    def test_nothing_that_means_anything(self):
        with pytest.raises(ModelError, match="none of its labels \\(LABEL_0, LABEL_1\\) means anything here"):
            Relabelled(FakeReader("LABEL_0", "LABEL_1"))

    @pytest.mark.parametrize(
        ("tags", "spans"),
        [
            ("O B-A I-A I-A O B-A", [(1, 4, "A"), (5, 6, "A")]),
            ("B-A B-A I-B I-A", [(0, 1, "A"), (1, 2, "A"), (2, 3, "B"), (3, 4, "A")]),
            ("I-A I-A B-A I-A", [(0, 2, "A"), (2, 4, "A")]),
            ("S-A S-A B-A E-A I-A", [(0, 1, "A"), (1, 2, "A"), (2, 4, "A"), (4, 5, "A")]),
            ("U-A B-A L-A U-A", [(0, 1, "A"), (1, 3, "A"), (3, 4, "A")]),
            ("A A O B", [(0, 2, "A"), (3, 4, "B")]),
            ("B_cell O B_cell", [(0, 1, "B_cell"), (2, 3, "B_cell")]),
        ],
    )
    def test_schemes(self, tags, spans):
        names = [*tags.split(), *(["Other"] if "cell" in tags else [])]
        count = len(tags.split())
        words = Words([(i, i + 1) for i in range(count)], [], [], [False] * count, [False] * count)
        assert list(spans_of_tags(read_tags(names)[:count], words)) == spans

    @pytest.mark.parametrize(
        ("tags", "breaks", "paragraphs", "count"),
        [("A A", True, False, 2), ("I-A I-A", True, False, 1), ("I-A I-A", True, True, 2), ("A A", False, False, 1)],
    )
    def test_breaks(self, tags, breaks, paragraphs, count):
        words = Words([(0, 1), (2, 3)], [], [], [breaks, False], [paragraphs, False])
        assert len(list(spans_of_tags(read_tags(tags.split()), words))) == count


def test_the_embedded_path_loads_nothing_of_others():
    code = (
        "import sys; from nlp_engine.engine import Engine; Engine.load().extract('He has fever.'); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.split(".")[0] for name in done.stdout.split()}.isdisjoint({"torch", "transformers"})


def test_a_stage_takes_what_was_chosen():
    assert TextStage.load(ner=EMBEDDED).extract(Note(id="n", text="He has fever.")).mentions
    assert ModelChoice(kind="onnx", path=EMBEDDED).schema_version == 1
