"""The ``when`` of a rule: parsed once, checked against the declared facts, evaluated in three values.

The language is the small part of Python's that a clinician can read: ``and``, ``or``, ``not``, comparisons (also
chained), ``in`` lists, ``+ - * /``, parentheses, numbers, and words in quotes. Nothing else is
accepted, nothing is executed. Numbers are taken from the source text as Decimals, never through a float.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from nlp_engine.decisions.nodes import (
    Arithmetic,
    Combination,
    Comparison,
    Constant,
    FactName,
    Membership,
    Negation,
    Node,
    Values,
    Verdict,
)
from nlp_engine.decisions.values import Comparison as Sign
from nlp_engine.decisions.values import Kind
from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import did_you_mean

MAX_LENGTH = 1000
"""Characters of one expression: long enough for any rule that a reader can follow."""

_NUMBER = re.compile(r"\d+(\.\d+)?")
_COMPARISONS: dict[type[ast.cmpop], Sign] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ARITHMETIC: dict[type[ast.operator], Literal["+", "-", "*", "/"]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


@dataclass(frozen=True, slots=True)
class FactType:
    """What a declared fact can be; ``choices`` are the legal words of a text fact, None when any word is."""

    kind: Kind
    choices: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed and checked expression; ``names`` are its facts in order of appearance."""

    text: str
    root: Node
    names: tuple[str, ...]

    def evaluate(self, values: Values) -> Verdict:
        """Return true, false or unknown, with the facts that decided and those that stand in the way.

        Parameters
        ----------
        values
            Gives the value of a fact by its name; None is unknown.
        """
        return self.root.judge(values)


def parse_expression(text: str, facts: Mapping[str, FactType], *, where: str) -> Expression:
    """Parse and check a ``when``.

    Parameters
    ----------
    facts
        The declared facts and their types.
    where
        File and rule, for the error.

    Raises
    ------
    KnowledgeError
        If it is not an expression of the language, names an unknown fact, or compares what cannot be compared; the
        sentence gives the column (the first character is 1).
    """
    return _Parser(text, facts, where).parse()


class _Parser:
    def __init__(self, text: str, facts: Mapping[str, FactType], where: str) -> None:
        self.text = text
        self.source = re.sub(r"\s", " ", text)
        self.facts = facts
        self.where = where
        self.names: dict[str, None] = {}
        self.shift = len(self.source) - len(self.source.lstrip())

    def parse(self) -> Expression:
        if not self.source.strip() or len(self.source) > MAX_LENGTH:
            raise self.error(0, f"an expression has 1 to {MAX_LENGTH} characters")
        if "#" in self.source:
            raise self.error(self.source.index("#"), "a comment cannot stand in an expression")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", SyntaxWarning)
                body = ast.parse(self.source.lstrip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError) as error:
            offset = getattr(error, "offset", None) or len(self.source.strip())
            problem = f"cannot be read ({getattr(error, 'msg', None) or 'too deep'})"
            raise self.error(self.shift + offset - 1, problem) from error
        return Expression(self.text.strip(), self.truth(body), tuple(self.names))

    def truth(self, node: ast.expr) -> Node:
        """Read a part that must be true or false."""
        if isinstance(node, ast.BoolOp):
            operator: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
            return Combination(operator, tuple(self.truth(part) for part in node.values))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Negation(self.truth(node.operand))
        if isinstance(node, ast.Compare):
            return self.comparison(node)
        found = self.operand(node)
        if found.kind is not Kind.TRUTH:
            raise self.error_at(
                node, f"{self.quote(node)} is {found.kind}, a condition is needed; compare it with something"
            )
        return found

    def comparison(self, node: ast.Compare) -> Node:
        """Read ``a < b``, ``a < b < c`` (each pair must hold) or ``a in [..]``."""
        lefts = [node.left, *node.comparators[:-1]]
        pairs = [
            self.pair(left, operator, right)
            for left, operator, right in zip(lefts, node.ops, node.comparators, strict=True)
        ]
        return pairs[0] if len(pairs) == 1 else Combination("and", tuple(pairs))

    def pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Node:
        if isinstance(operator, ast.In | ast.NotIn):
            return self.membership(left, right, negated=isinstance(operator, ast.NotIn))
        if type(operator) not in _COMPARISONS:
            raise self.error_at(right, "this comparison is unknown; use <, <=, >, >=, ==, != or in")
        a, b = self.operand(left), self.operand(right)
        for part, found in ((left, a), (right, b)):
            if found.kind is Kind.TRUTH:
                raise self.error_at(part, f"{self.quote(part)} is true or false: write it alone, or with not, and, or")
        if a.kind is not b.kind:
            raise self.error_at(right, f"{self.quote(right)} is {b.kind}, but {self.quote(left)} is {a.kind}")
        sign = _COMPARISONS[type(operator)]
        if a.kind is Kind.TEXT and sign not in {"==", "!="}:
            raise self.error_at(left, f"{self.quote(left)} is a word: compare words with ==, != or in")
        self.check_choice(a, b, right)
        self.check_choice(b, a, left)
        return Comparison(sign, a, b)

    def membership(self, left: ast.expr, right: ast.expr, *, negated: bool) -> Node:
        if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
            raise self.error_at(right, 'after "in" a list is needed, e.g. ["present", "possible"]')
        found = self.operand(left)
        choices = []
        for part in right.elts:
            choice = self.operand(part)
            if not isinstance(choice, Constant) or choice.kind is not found.kind:
                raise self.error_at(part, f"{self.quote(part)} does not fit: {self.quote(left)} is {found.kind}")
            self.check_choice(found, choice, part)
            choices.append(choice)
        member = Membership(found, tuple(choices))
        return Negation(member) if negated else member

    def operand(self, node: ast.expr) -> Node:
        """Read a fact, a number, a word, or a calculation with numbers."""
        if isinstance(node, ast.Name):
            return self.fact(node)
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return Arithmetic("-", Constant(Kind.NUMBER, Decimal(0)), self.number(node.operand))
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            sign = _ARITHMETIC[type(node.op)]
            return Arithmetic(sign, self.number(node.left), self.number(node.right))
        if isinstance(node, ast.BoolOp | ast.Compare) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        ):
            return self.truth(node)
        raise self.error_at(node, f"{self.quote(node)} is not part of the rule language (docs/rules.md lists it)")

    def number(self, node: ast.expr) -> Node:
        found = self.operand(node)
        if found.kind is not Kind.NUMBER:
            raise self.error_at(node, f"{self.quote(node)} is {found.kind}, a number is needed to calculate")
        return found

    def fact(self, node: ast.Name) -> Node:
        if node.id not in self.facts:
            hint = did_you_mean(node.id, list(self.facts)) or ", and nothing declared is like it"
            raise self.error_at(node, f'unknown fact "{node.id}"{hint}')
        self.names[node.id] = None
        return FactName(self.facts[node.id].kind, node.id)

    def constant(self, node: ast.Constant) -> Node:
        source = self.quote(node, marks="")
        if isinstance(node.value, str):
            return Constant(Kind.TEXT, node.value)
        if _NUMBER.fullmatch(source):
            return Constant(Kind.NUMBER, Decimal(source))
        raise self.error_at(node, f'"{source}" is not a plain number (like 5 or 0.3) or a word in quotes')

    def check_choice(self, fact: Node, constant: Node, node: ast.expr) -> None:
        """Refuse a word that the fact can never be."""
        if not isinstance(fact, FactName) or not isinstance(constant, Constant) or constant.kind is not Kind.TEXT:
            return
        choices = self.facts[fact.name].choices
        if choices is not None and constant.value not in choices:
            legal = sorted(choices)
            hint = did_you_mean(str(constant.value), legal) or f"; it can be {', '.join(legal)}"
            raise self.error_at(node, f'"{fact.name}" is never "{constant.value}"{hint}')

    def quote(self, node: ast.expr, marks: str = '"') -> str:
        return marks + (ast.get_source_segment(self.source.lstrip(), node) or "") + marks

    def error_at(self, node: ast.expr, problem: str) -> KnowledgeError:
        # ast counts bytes of UTF-8, a reader counts characters.
        characters = len(self.source.lstrip().encode()[: node.col_offset].decode())
        return self.error(self.shift + characters, problem)

    def error(self, offset: int, problem: str) -> KnowledgeError:
        return KnowledgeError(f"{self.where}, column {offset + 1}", problem)
