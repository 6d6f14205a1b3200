"""What a note says happens with a drug: started, held, stopped ..., decided by the words around it in its sentence.

Right for 96.4 % of the 83 drugs of sentences held back (``benchmarks/medications.py``), marked by hand beforehand.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp_engine.extraction import Cue, DrugStatus
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.medications.status_rules import DrugStatusRules, Said
from nlp_engine.text.note import ReadNote, Span

_NUMBER, _DRUG = "#", "\0"
_NEAR, _FAR = 4, 10
"""Words between a cue and its first drug; a weak cue ("on", "new") reaches the nearer ones only."""
_LONGEST_GAP, _LONGEST_LIST = 40, 25
_MOST_UNKNOWN = 4
_LINKS = frozenset({"and", "then", "but", "now", ","})
"""Between two things that happened to one drug: the later one counts ("was held and restarted")."""
"""Words that are neither of a dose nor of a list between two drugs of one list."""
_BREAKS = frozenset({",", "and", "or", ";", "-", "(", ")", "then", "plus", "but", "/", "&", "+"})
_ONE_DOSE = frozenset({DrugStatus.INCREASED, DrugStatus.DECREASED})
_ENDS = frozenset({",", ".", ";", ")"})
_PLURAL = frozenset({"were", "are"})


@dataclass(frozen=True, slots=True)
class Status:
    """A status with the words that decided it; None where the section did."""

    status: DrugStatus
    cue: Cue | None = None


@dataclass(frozen=True, slots=True)
class _Drug:
    place: int
    first: int
    behind: int


@dataclass(frozen=True, slots=True)
class _CueHit:
    first: int
    behind: int
    said: Said


@dataclass(slots=True)
class _Sentence:
    """One sentence: its words with drugs and numbers made alike, its drugs and its cues."""

    note: ReadNote
    first: int
    keys: list[str]
    drugs: list[_Drug]
    cues: list[_CueHit]

    def before(self, word: int) -> int:
        """Return how many drugs end at a word or before it."""
        return bisect_right(self.drugs, word, key=lambda drug: drug.behind)

    def from_word(self, word: int) -> Iterator[_Drug]:
        """Yield the drugs from a word on."""
        for place in range(bisect_left(self.drugs, word, key=lambda drug: drug.first), len(self.drugs)):
            yield self.drugs[place]

    def has_line_end(self, word: int, other: _Drug | _CueHit | None) -> bool:
        """Say whether a line ends between a word and a drug or cue behind it."""
        if other is None:
            return False
        tokens = self.note.tokens
        behind = tokens.ends[self.first + word - 1]
        return "\n" in self.note.text[behind : tokens.starts[self.first + other.first]]

    def cue(self, hit: _CueHit) -> Cue:
        start = self.note.tokens.starts[self.first + hit.first]
        end = self.note.tokens.ends[self.first + hit.behind - 1]
        return Cue(start=start, end=end, text=self.note.text[start:end])


class DrugStatuses:
    """Decides the status of drugs.

    Cues reach forward or backward through a list of drugs to the next cue; an action outweighs "taking", the nearer of
    two actions the other. A head that ends with a colon hands its cue to the list below it; then the section decides.
    """

    def __init__(self, rules: DrugStatusRules, attributes: AttributeRules) -> None:
        self._rules = rules
        self._list_words = attributes.joiners | attributes.list_words
        self._joiners = attributes.joiners
        self._dose_words = attributes.dose_words

    def decide(self, note: ReadNote, drugs: Sequence[Span], sections: Sequence[str | None]) -> list[Status | None]:
        """Return the status of each drug (in order), None where nothing is said.

        Parameters
        ----------
        sections
            The id of each drug's section.
        """
        found: list[Status | None] = [None] * len(drugs)
        # A caller's spans may stand in a note without words, which has no sentences.
        for index, places in _by_sentence(note, drugs) if note.sentences.spans else ():
            sentence = self._read(note, index, [(place, drugs[place]) for place in places])
            heard: defaultdict[int, list[tuple[int, int, Status]]] = defaultdict(list)
            for place, said in (*self._forward(sentence), *self._backward(sentence)):
                heard[place].append(said)
            head = self._head(note, index)
            for place in places:
                found[place] = _best(heard[place]) or head
        return [
            status
            if status is not None or section not in self._rules.sections
            else Status(self._rules.sections[section])
            for status, section in zip(found, sections, strict=True)
        ]

    def _read(self, note: ReadNote, index: int, drugs: Sequence[tuple[int, Span]]) -> _Sentence:
        span = note.sentences.spans[index]
        first, behind = note.tokens.range_of(span.start, span.end)
        keys = [_NUMBER if key[0].isdigit() else key for key in note.tokens.keys[first:behind]]
        own = []
        for place, drug in drugs:
            low, high = note.tokens.range_of(drug.start, drug.end)
            low, high = max(low - first, 0), min(high - first, len(keys))
            keys[low:high] = [_DRUG] * (high - low)
            own.append(_Drug(place, low, high))
        hits = [_CueHit(hit.first, hit.behind, hit.payload) for hit in self._rules.cues.find(keys)]
        return _Sentence(note, first, keys, own, [hit for hit in hits if self._says_something(keys, hit)])

    def _says_something(self, keys: Sequence[str], hit: _CueHit) -> bool:
        is_denied = any(key in self._rules.negations for key in keys[max(0, hit.first - 2) : hit.first])
        return not is_denied and (hit.said.forward is not None or hit.said.backward is not None)

    def _forward(self, sentence: _Sentence) -> list[tuple[int, tuple[int, int, Status]]]:
        heard = []
        for number, hit in enumerate(sentence.cues):
            if hit.said.forward is None or (hit.said.backward is not None and self._looks_back(sentence, hit)):
                continue
            stop = sentence.cues[number + 1].first if number + 1 < len(sentence.cues) else len(sentence.keys)
            reached = list(self._reached(sentence, hit, stop))
            for drug, status in reached:
                said = Status(self._if_planned(sentence, drug, status), sentence.cue(hit))
                heard.append((drug.place, (_rank(status), drug.first - hit.behind, said)))
        return heard

    def _reached(self, sentence: _Sentence, hit: _CueHit, stop: int) -> Iterator[tuple[_Drug, DrugStatus]]:
        """Yield the drugs behind a cue: "switched from A to B" stops one and starts the other."""
        status = hit.said.forward
        if status is None:
            return
        words = sentence.keys[hit.first : hit.behind]
        is_change = words[0] in self._rules.from_words and status is DrugStatus.STOPPED
        behind, is_first = hit.behind, True
        pending: _Drug | None = None
        for drug in sentence.from_word(hit.behind):
            if drug.first - behind > _LONGEST_GAP:
                break
            between = sentence.keys[behind : drug.first]
            # Behind "switched from A" the drug behind "to" is the new one, though a cue ("to") may stand there.
            if drug.first >= stop and not (is_change and not is_first):
                break
            if not self._goes_on(between, is_first=is_first, is_weak=len(words) == 1 and len(words[0]) <= 3):
                break
            if not is_first and is_change and not self._rules.to_words.isdisjoint(between):
                if pending is not None:
                    yield pending, DrugStatus.STOPPED
                yield drug, DrugStatus.STARTED
                return
            if not is_first and ("to" in between or (status in _ONE_DOSE and not self._is_pair(between))):
                break
            if is_change and words[-1] != "from":
                if pending is not None:
                    return
                pending = drug
            else:
                yield drug, status
            behind, is_first = drug.behind, False

    def _is_pair(self, between: Sequence[str]) -> bool:
        """Say whether two drugs are joined by "and" alone; the next drug of a list has a dose of its own."""
        return all(key in self._list_words for key in between) and any(key in self._joiners for key in between)

    def _if_planned(self, sentence: _Sentence, drug: _Drug, status: DrugStatus) -> DrugStatus:
        if status is not DrugStatus.STARTED:
            return status
        around = [*sentence.keys[drug.behind : drug.behind + _FAR], *sentence.keys[:2]]
        return DrugStatus.PLANNED if any(key in self._rules.conditions for key in around) else status

    def _goes_on(self, between: Sequence[str], *, is_first: bool, is_weak: bool) -> bool:
        if any(key in self._rules.stops for key in between):
            return False
        if is_first:
            if between and between[0] in _ENDS:
                return False
            return len(between) <= (_NEAR if is_weak else _FAR)
        known = self._dose_words | self._list_words
        return sum(key[0].isalpha() and key not in known for key in between) <= _MOST_UNKNOWN

    def _looks_back(self, sentence: _Sentence, hit: _CueHit) -> bool:
        """Say whether a cue of both kinds speaks of the drug before it."""
        before = self._drug_before(sentence, hit)
        if before is None:
            return False
        following = next(sentence.from_word(hit.behind), None)
        ahead = sentence.keys[hit.behind : min(following.first, hit.behind + _NEAR + 1)] if following else [","]
        is_followed = len(ahead) <= _NEAR and not any(key in _BREAKS or key in self._rules.stops for key in ahead)
        if not is_followed:
            return True
        if sentence.has_line_end(hit.behind, following) and not sentence.has_line_end(before.behind, hit):
            return True  # A list of drugs, one a line, that was read as one sentence.
        is_parted = any(key in _BREAKS for key in sentence.keys[before.behind : hit.first])
        governed = sentence.cues[0].first < before.first
        return not is_parted and not governed and sentence.keys[hit.behind - 1] != "on"

    def _drug_before(self, sentence: _Sentence, hit: _CueHit) -> _Drug | None:
        """Return the drug that a backward cue may speak of: nothing but its dose and few words stand in between."""
        count = sentence.before(hit.first)
        if not count:
            return None
        drug = sentence.drugs[count - 1]
        between = sentence.keys[drug.behind : min(hit.first, drug.behind + _LONGEST_GAP)]
        if hit.first - drug.behind > _LONGEST_GAP or any(
            key in self._rules.stops - {"which", "who"} or key in {"and", "or"} for key in between
        ):
            return None
        number = bisect_left(sentence.cues, hit.first, key=lambda cue: cue.first)
        if number and sentence.cues[number - 1].first >= drug.behind and sentence.cues[number - 1].said.forward:
            return None
        unknown = sum(key[0].isalpha() and key not in self._dose_words for key in between)
        return drug if unknown <= _MOST_UNKNOWN else None

    def _backward(self, sentence: _Sentence) -> list[tuple[int, tuple[int, int, Status]]]:
        heard: list[tuple[int, tuple[int, int, Status]]] = []
        last: tuple[_CueHit, list[int]] | None = None
        for hit in sentence.cues:
            status = hit.said.backward
            if status is not None and last is not None and self._goes_on_with(sentence, last[0], hit):
                later = (_rank(status), -hit.first, Status(status, sentence.cue(hit)))
                heard += [(place, later) for place in last[1]]
                last = (hit, last[1])
                continue
            if status is None or (hit.said.forward is not None and not self._looks_back(sentence, hit)):
                continue
            drug = self._drug_before(sentence, hit)
            if drug is None:
                continue
            is_plural = not _PLURAL.isdisjoint(sentence.keys[hit.first : hit.behind])
            members = [drug, *self._coordinated(sentence, drug, is_plural=is_plural)]
            said = Status(status, sentence.cue(hit))
            heard += [(member.place, (_rank(status), hit.first - member.behind, said)) for member in members]
            last = (hit, [member.place for member in members])
        return heard

    def _goes_on_with(self, sentence: _Sentence, last: _CueHit, hit: _CueHit) -> bool:
        """Say whether a cue goes on about the drug of the one before it: no drug stands between or right behind."""
        between = sentence.keys[last.behind : min(hit.first, last.behind + _LONGEST_GAP)]
        following = next(sentence.from_word(last.behind), None)
        is_free = following is None or following.first > hit.behind + _NEAR
        return hit.first - last.behind <= _FAR and is_free and not _LINKS.isdisjoint(between)

    def _coordinated(self, sentence: _Sentence, drug: _Drug, *, is_plural: bool) -> Iterator[_Drug]:
        """Yield the drugs before one in a list ("aspirin and Plavix held"); with a plural verb also across doses."""
        last, joined = drug, False
        members = []
        for number in range(sentence.before(drug.first) - 1, -1, -1):
            other = sentence.drugs[number]
            between = sentence.keys[other.behind : min(last.first, other.behind + _LONGEST_GAP + 1)]
            known = self._list_words | (self._dose_words | {_NUMBER, "."} if is_plural else frozenset())
            if not 0 < len(between) <= _LONGEST_GAP or not all(key in known for key in between):
                break
            joined = joined or any(key in self._joiners for key in between)
            members.append(other)
            last = other
        yield from members if joined else ()

    def _head(self, note: ReadNote, index: int) -> Status | None:
        """Return what the head of a list says of a drug in the list below it: "STOP taking:"."""
        if not note.sentences.spans[index].is_item:
            return None
        for before in range(index - 1, max(-1, index - _LONGEST_LIST), -1):
            span = note.sentences.spans[before]
            if span.is_item and note.text[span.end - 1] != ":":
                continue
            if note.text[span.end - 1] != ":":
                return None
            sentence = self._read(note, before, ())
            forward = [hit for hit in sentence.cues if hit.said.forward is not None]
            if not forward or forward[-1].said.forward is None:
                return None
            return Status(forward[-1].said.forward, sentence.cue(forward[-1]))
        return None


def _rank(status: DrugStatus) -> int:
    return 1 if status is DrugStatus.TAKEN else 0


def _best(heard: Sequence[tuple[int, int, Status]]) -> Status | None:
    return min(heard, key=lambda item: item[:2])[2] if heard else None


def _by_sentence(note: ReadNote, drugs: Sequence[Span]) -> Iterator[tuple[int, list[int]]]:
    """Yield the number of each sentence with drugs, and the places of its drugs."""
    places: dict[int, list[int]] = {}
    for place, drug in enumerate(drugs):
        places.setdefault(note.sentences.index_at(drug.start), []).append(place)
    yield from places.items()
