"""Finds what can be changed in a C++ source, and writes the source in which all of it can be chosen at run time.

Relies on clang-format's output: a comparison or a logical operator has white space on both sides, a template bracket or a reference
has not.
"""
from collections import Counter
from dataclasses import dataclass

from cpp_tokens import line_of, partners_of, tokens_of

COMPARISONS = {"==": "equal", "!=": "unequal", "<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}
LOGICAL = {"&&": "true", "||": "false"}  # the value under which the other operand alone decides
ASSIGNMENTS = {"=", "+=", "-=", "|=", "&=", "^="}
OPERATORS = {*LOGICAL, *COMPARISONS}
LEFT_END = {"(", "[", "{", ",", ";", "?", ":", "return", "co_return", "else", *OPERATORS, *ASSIGNMENTS}
RIGHT_END = {")", "]", "}", ",", ";", "?", ":", *OPERATORS}
UNTOUCHED = {"static_assert", "template", "requires", "concept", "operator", "constexpr", "using"}


@dataclass(frozen=True)
class Mutant:
    number: int
    key: str  # names it across other changes of the file: path, function of the change, expression, which of equal ones
    path: str
    line: int
    change: str
    expression: str


@dataclass(frozen=True)
class Edit:
    begin: int
    end: int
    prefix: str
    suffix: str
    replaced: tuple = ()  # (begin, end, text) inside

    def rank(self):
        """Of two edits around the same text the lower one is outside."""
        kinds = ("if (", "::mutation::condition", "::mutation::operand", "::mutation::")
        return next((rank for rank, kind in enumerate(kinds) if self.prefix.startswith(kind)), 0)


class Finder:
    """All changes of one file. Numbers begin with `first`."""

    def __init__(self, path, source, first):
        self.path, self.source, self.next = path, source, first
        self.tokens = tokens_of(source)
        self.partners = partners_of(self.tokens)
        self.edits, self.mutants, self.seen = [], [], Counter()
        self.untouched = self.untouched_tokens()
        self.bare_conditions = set()  # "!" tokens that begin a condition: inverting the condition does the same

    def find(self):
        for index, token in enumerate(self.tokens):
            if index in self.untouched:
                continue
            if token.text == "if":
                self.branch(index)
            elif token.text == "TRY_VOID":
                self.check(index)
            elif token.text in COMPARISONS and self.is_binary(index):
                self.comparison(index)
            elif token.text in LOGICAL and self.is_binary(index):
                self.operands(index)
            elif token.text == "!" and index not in self.bare_conditions:
                self.negation(index)
            elif token.text == "?":
                self.choice(index)
        return self

    def untouched_tokens(self):
        """Those of statements in which nothing is decided at run time."""
        found = set()
        for index, token in enumerate(self.tokens):
            if token.text not in UNTOUCHED:
                continue
            end = index
            while end < len(self.tokens) and self.tokens[end].text not in (";", "{"):
                found.add(end)
                end += 1
        return found

    def is_binary(self, index):
        """Not the bracket of a template, nor a reference, nor the && behind a member function's name."""
        token = self.tokens[index]
        spaced = self.source[token.begin - 1].isspace() and self.source[token.end].isspace()
        return spaced and self.tokens[index + 1].text not in ("{", ";")

    def ends(self, index, texts):
        text = self.tokens[index].text
        return text in texts and (text not in OPERATORS or self.is_binary(index))

    def new(self, change, begin, end):
        expression = " ".join(self.source[begin:end].split())
        key = f"{self.path}: {change}: {expression}"
        self.seen[key] += 1
        if self.seen[key] > 1:
            key += f" #{self.seen[key]}"
        self.mutants.append(Mutant(self.next, key, self.path, line_of(self.source, begin), change, expression))
        self.next += 1
        return self.next - 1

    def left_of(self, index, ends=LEFT_END):
        """The offset at which the operand before this operator begins."""
        at = index - 1
        while not self.ends(at, ends):
            at = self.partners.get(at, at) - 1
        return self.tokens[at + 1].begin

    def right_of(self, index, ends=RIGHT_END):
        at = index + 1
        while not self.ends(at, ends):
            at = self.partners.get(at, at) + 1
        return self.tokens[at - 1].end

    def comparison(self, index):
        token = self.tokens[index]
        begin, end = self.left_of(index), self.right_of(index)
        number = self.new("inverted", begin, end)
        if token.text not in ("==", "!="):
            self.new("boundary", begin, end)
        self.edits.append(Edit(begin, end, f"::mutation::{COMPARISONS[token.text]}({number}, ", ")", ((token.begin, token.end, ","),)))

    def operands(self, index):
        token = self.tokens[index]
        ends = {"left": LEFT_END - set(COMPARISONS), "right": RIGHT_END - set(COMPARISONS)}
        left, right = self.left_of(index, ends["left"]), self.right_of(index, ends["right"])
        for begin, end in ((left, self.tokens[index - 1].end), (self.tokens[index + 1].begin, right)):
            if any(edit.begin == begin and edit.end == end and "operand" in edit.prefix for edit in self.edits):
                continue  # the middle one of three
            number = self.new("dropped", begin, end)
            self.edits.append(Edit(begin, end, f"::mutation::operand({number}, {LOGICAL[token.text]}, ", ")"))

    def branch(self, index):
        """if (condition) or if (declaration; condition): removed, and inverted where that is no comparison's inversion."""
        opener = index + 1 + (self.tokens[index + 1].text == "constexpr")
        if opener != index + 1:
            return
        closer = self.partners[opener]
        first = opener + 1
        at = first
        while at < closer:
            if self.tokens[at].text == ";":
                first = at + 1
            at = self.partners.get(at, at) + 1 if self.tokens[at].text in ("(", "[", "{") else at + 1
        texts = self.top_level(first, closer)
        if ASSIGNMENTS & set(texts):
            return self.declaration(first, closer)
        begin, end = self.tokens[first].begin, self.tokens[closer - 1].end
        number = self.new("never", begin, end)
        inverted = 0
        if not (len(set(texts) & set(COMPARISONS)) == 1 and not set(texts) & set(LOGICAL)):
            inverted = self.new("inverted", begin, end)
            if self.tokens[first].text == "!":
                self.bare_conditions.add(first)
        return self.edits.append(Edit(begin, end, f"::mutation::condition({number}, {inverted}, ", ")"))

    def top_level(self, first, last):
        texts, at = [], first
        while at < last:
            if self.tokens[at].text not in OPERATORS or self.is_binary(at):
                texts.append(self.tokens[at].text)
            at = self.partners.get(at, at) + 1 if self.tokens[at].text in ("(", "[", "{") else at + 1
        return texts

    def declaration(self, first, closer):
        """if (const auto x = …): the name is the last one before "="."""
        at = next(i for i in range(first, closer) if self.tokens[i].text == "=")
        name = self.tokens[at - 1].text
        begin, end = self.tokens[first].begin, self.tokens[closer - 1].end
        number = self.new("never", begin, end)
        inverted = self.new("inverted", begin, end)
        self.edits.append(Edit(begin, end, "", f"; ::mutation::condition({number}, {inverted}, {name})"))

    def check(self, index):
        closer = self.partners[index + 1]
        begin, end = self.tokens[index].begin, self.tokens[closer + 1].end  # with its semicolon
        number = self.new("removed", begin, end)
        self.edits.append(Edit(begin, end, f"if (!::mutation::is({number})) {{ ", " }"))

    def negation(self, index):
        at = index + 1
        while self.tokens[at].text in ("!", "*", "&"):
            at += 1
        while True:
            if self.tokens[at].text in ("(", "["):
                at = self.partners[at]
            following = self.tokens[at + 1].text
            if following in ("(", "["):
                at += 1
            elif following in (".", "->", "::"):
                at += 2
            else:
                break
        begin, end = self.tokens[index].begin, self.tokens[at].end
        number = self.new("inverted", begin, end)
        self.edits.append(Edit(begin, end, f"::mutation::negated({number}, ", ")"))

    def choice(self, index):
        begin = self.left_of(index, LEFT_END - OPERATORS)
        end = self.tokens[index - 1].end
        if any(edit.begin == begin and edit.end == end for edit in self.edits):
            return  # a comparison: its own inversion
        number = self.new("inverted", begin, end)
        self.edits.append(Edit(begin, end, f"::mutation::condition(0, {number}, ", ")"))

    def text(self):
        """The source with every edit, line by line where it was."""
        insertions = []  # (offset, order, text): suffixes of inner ones first, prefixes of outer ones first
        for edit in self.edits:
            size = edit.end - edit.begin
            insertions.append(((edit.begin, 1, -size, edit.rank()), edit.begin, edit.begin, edit.prefix))
            insertions.append(((edit.end, 0, size, -edit.rank()), edit.end, edit.end, edit.suffix))
            insertions += [((begin, 2, 0, 0), begin, end, text) for begin, end, text in edit.replaced]
        parts, position = ['#include "test/mutation/mutation.h"\n#line 1 "', self.path, '"\n'], 0
        for _, begin, end, text in sorted(insertions):
            parts += [self.source[position:begin], text]
            position = end
        return "".join([*parts, self.source[position:]])
