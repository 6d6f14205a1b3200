"""Everyday names of findings, as the Human Phenotype Ontology marks them ("layperson term")."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from nlp_engine.knowledge import resource
from nlp_engine.text.terminology.index import Index, Kind


def lay_name(code: str) -> str | None:
    """Return the shortest everyday name of an HPO code, None if there is none or the code is unknown.

    The names are HPO's own words ("High blood pressure" for HP:0000822); whoever shows them acknowledges HPO and names
    its version (``nlp_engine/models/terminologies/README.md``).
    """
    return _lay_names().get(code)


@lru_cache(maxsize=1)
def _lay_names() -> dict[str, str]:
    index = Index.read(resource("models") / "terminologies" / "hpo.npz")
    found: dict[str, str] = {}
    for name in np.flatnonzero(index.kinds == Kind.LAY).tolist():
        code, words = index.codes[int(index.term_of[name])], index.names[name]
        if code not in found or len(words) < len(found[code]):
            found[code] = words
    return found | {old: found[now] for old, term in index.former.items() if (now := index.codes[term]) in found}
