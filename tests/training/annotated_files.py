"""The same two sentences, annotated in each format with types of BC5CDR."""

import json

TEXT = "Naloxone was given for pain.\nThe patient had nausea after lithium."
SPANS = [(0, 8, "Chemical"), (23, 27, "Disease"), (45, 51, "Disease"), (58, 65, "Chemical")]
TITLE, ABSTRACT = TEXT.split("\n")


def pubtator(spans=SPANS, end="\n"):
    rows = [f"7\t{a}\t{b}\t{TEXT[a:b]}\t{kind}\tD1" for a, b, kind in spans]
    return end.join([f"7|t|{TITLE}", f"7|a|{ABSTRACT}", *rows, "", ""])


def brat(spans=SPANS):
    return "".join(f"T{i}\t{kind} {a} {b}\t{TEXT[a:b]}\n" for i, (a, b, kind) in enumerate(spans, start=1))


def conll(spans=SPANS, scheme="BIO", blank="\t"):
    """Write each span as one token, so that it begins with B-, I- or S- as the scheme wants."""
    first = {"BIO": "B", "IOB1": "I", "BIOES": "S"}[scheme]
    tags = {(a, b): f"{first}-{kind}" for a, b, kind in spans}
    lines, place = ["-DOCSTART- -X- O", ""], 0
    for sentence in TEXT.split("\n"):
        for word in sentence.replace(".", " .").split(" "):
            start = TEXT.index(word, place)
            place = start + len(word)
            lines.append(f"{word}{blank}NN{blank}{tags.get((start, place), 'O')}")
        lines.append("")
    return "\n".join(lines)


def json_lines(spans=SPANS):
    return json.dumps({"text": TEXT, "entities": spans}) + "\n"


def doc_bin(path, spans=SPANS):
    import spacy
    from spacy.tokens import DocBin

    doc = spacy.blank("en")(TEXT)
    doc.ents = [doc.char_span(a, b, label=kind) for a, b, kind in spans]
    DocBin(docs=[doc]).to_disk(path)


def write_all(folder):
    """Write the sentences in every format; return format -> files."""
    contents = {"a.pubtator": pubtator(), "a.ann": brat(), "a.txt": TEXT, "a.conll": conll(), "a.jsonl": json_lines()}
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    doc_bin(folder / "a.spacy")
    names = {"pubtator": ["a.pubtator"], "brat": ["a.ann"], "conll": ["a.conll"], "spacy": ["a.spacy", "a.jsonl"]}
    return {form: [folder / name for name in files] for form, files in names.items()}
