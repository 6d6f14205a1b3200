"""A tiny token classification model of Hugging Face, made on the spot, and what tests do with such models."""

import json

WORDS = "she has chest pain pneu ##mon ##ia takes met ##form ##in and no fever today . , : -".split()
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
TAGS = ["O", "B-DISEASE", "I-DISEASE", "B-CHEMICAL", "I-CHEMICAL", "B-Zodiac"]
MEANT = {"chest": 1, "pain": 2, "pneu": 1, "fever": 1, "met": 3}
"""Sub-words -> tags of the model that a test builds; it says O to the others, those inside a word too."""


def write_tiny_bert(torch, transformers, path):
    """Write a BERT of two layers whose head reads the tag of a sub-word off its embedding."""
    torch.manual_seed(3)
    path.mkdir()
    (path / "vocab.txt").write_text("\n".join(VOCABULARY), encoding="utf-8")
    transformers.BertTokenizerFast(str(path / "vocab.txt"), do_lower_case=True).save_pretrained(path)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=512, id2label=dict(enumerate(TAGS)), label2id={tag: i for i, tag in enumerate(TAGS)},
    )  # fmt: skip
    model = transformers.BertForTokenClassification(config)
    teach(torch, model)
    model.save_pretrained(path)


def teach(torch, model):
    with torch.no_grad():
        words = model.bert.embeddings.word_embeddings.weight
        words[:, : len(TAGS)] = 0
        for place, word in enumerate(VOCABULARY):
            words[place, MEANT.get(word, 0)] = 9
        model.bert.embeddings.position_embeddings.weight *= 0.1
        model.classifier.weight.zero_()
        for tag in range(len(TAGS)):
            model.classifier.weight[tag, tag] = 3


def copied(folder, target, **changes):
    """Copy a model folder with another config; a change to None removes the key."""
    target.mkdir()
    for file in folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text()) | changes
    (target / "config.json").write_text(json.dumps({key: value for key, value in config.items() if value is not None}))
    return target


def found(reader, text):
    return [(text[span.start : span.end], span.label) for span in reader.recognise(text)]
