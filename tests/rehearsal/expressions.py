"""GitHub's expressions, ``${{ … }}``: as much of the language as workflows use. What it does not know it refuses."""

import json
import math
import re

TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|'(?P<text>(?:[^']|'')*)'|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>\|\||&&|==|!=|<=|>=|[!<>().,\[\]]))"
)
HOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
WORDS = {"true": True, "false": False, "null": None}


class Refused(Exception):
    """The rehearsal does not know how to do this; a workflow that needs it cannot be rehearsed."""


def fill(text, contexts, status):
    """``text`` with its expressions replaced by what they say."""
    return HOLE.sub(lambda hole: as_text(evaluate(hole[1], contexts, status)), as_text(text))


def holds(condition, contexts, status):
    """Whether a step or job with this ``if:`` runs. Without a status function, success is meant."""
    text = str(condition).strip()
    whole = HOLE.fullmatch(text)
    text = whole[1] if whole else text
    if not re.search(r"\b(success|failure|always|cancelled)\s*\(", text):
        text = f"success() && ({text})"
    return truth(evaluate(text, contexts, status))


def evaluate(text, contexts, status):
    """The value of one expression. ``contexts``: name → value; ``status``: success, failure or cancelled."""
    reader = _Reader(text, contexts, status)
    value = reader.either()
    if reader.at < len(reader.tokens):
        raise Refused(f"{text!r}: what is {reader.tokens[reader.at][1]!r}?")
    return value


def truth(value):
    return not (value is None or value is False or value == 0 or value == "")


def as_text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def _number(value):
    if isinstance(value, str):
        try:
            return float(value) if value.strip() else 0.0
        except ValueError:
            return math.nan
    return float(value or 0)


def _equal(left, right):
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return left is right if type(left) is type(right) and left is None else _number(left) == _number(right)


class _Reader:
    def __init__(self, text, contexts, status):
        self.tokens, self.at, self.contexts, self.status = [], 0, contexts, status
        rest = text.strip()
        while rest:
            found = TOKEN.match(rest)
            if not found:
                raise Refused(f"{text!r}: cannot read {rest!r}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            rest = rest[found.end() :].strip()

    def take(self, *signs):
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def need(self, sign):
        if not self.take(sign):
            raise Refused(f"{sign!r} is missing")

    def either(self):
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value if truth(value) else other
        return value

    def both(self):
        value = self.compared()
        while self.take("&&"):
            other = self.compared()
            value = other if truth(value) else value
        return value

    def compared(self):
        value = self.negated()
        while sign := self.take("==", "!=", "<", ">", "<=", ">="):
            other = self.negated()
            if sign in ("==", "!="):
                value = _equal(value, other) == (sign == "==")
            else:
                left, right = _number(value), _number(other)
                value = {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign]
        return value

    def negated(self):
        return not truth(self.negated()) if self.take("!") else self.reached()

    def reached(self):
        value = self.atom()
        while sign := self.take(".", "["):
            if sign == ".":
                key = self.tokens[self.at][1]
                self.at += 1
            else:
                key = as_text(self.either())
                self.need("]")
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def atom(self):
        if self.take("("):
            value = self.either()
            self.need(")")
            return value
        if self.at >= len(self.tokens):
            raise Refused("the expression ends too early")
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return float(text)
        if kind == "text":
            return text.replace("''", "'")
        if kind == "name" and self.take("("):
            return self.called(text)
        if kind == "name" and text in WORDS:
            return WORDS[text]
        if kind == "name" and text in self.contexts:
            return self.contexts[text]
        raise Refused(f"there is no {text!r} here")

    def called(self, name):
        given = []
        while not self.take(")"):
            given.append(self.either())
            self.take(",")
        match name, given:
            case "always", []:
                return True
            case (("success" | "failure" | "cancelled"), []):
                return self.status == name
            case "contains", [str() as text, part]:
                return as_text(part).casefold() in text.casefold()
            case "startsWith", [text, part]:
                return as_text(text).casefold().startswith(as_text(part).casefold())
            case "format", [text, *parts]:
                return re.sub(r"\{(\d+)\}", lambda hole: as_text(parts[int(hole[1])]), text)
            case "toJSON", [value]:
                return json.dumps(value)
        raise Refused(f"the rehearsal does not know the function {name}")
