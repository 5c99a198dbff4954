"""C++ text as tokens, as far as finding expressions in formatted sources needs: no preprocessing, no templates, no types."""
import re
from dataclasses import dataclass

OPERATORS = ("<<=", ">>=", "<=>", "->*", "...", "::", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=",
             "*=", "/=", "%=", "&=", "|=", "^=")
TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*#[^\n]*(?:\\\n[^\n]*)*)"
    r'|(?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^()\s]*)\(.*?\)(?P=delimiter)")'
    r'|(?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\])*")'
    r"|(?P<char>'(?:\\.|[^'\\])+')"
    r"|(?P<number>\.?\d(?:[eEpP][+-]|'[0-9a-fA-F]|[\w.])*)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>" + "|".join(re.escape(o) for o in OPERATORS) + r"|.)",
    re.DOTALL | re.MULTILINE)
CLOSERS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    begin: int
    end: int


def tokens_of(source):
    """Without spaces, comments and preprocessor lines."""
    return [Token(match.lastgroup if match.lastgroup != "delimiter" else "raw", match.group(), match.start(), match.end())
            for match in TOKEN.finditer(source) if not match.group("space")]


def partners_of(tokens):
    """The index of the bracket that belongs to each bracket, by index."""
    partners, open_ones = {}, []
    for index, token in enumerate(tokens):
        if token.kind != "operator":
            continue
        if token.text in CLOSERS:
            open_ones.append(index)
        elif token.text in CLOSERS.values():
            opener = open_ones.pop()
            if CLOSERS[tokens[opener].text] != token.text:
                raise ValueError(f"brackets do not match at offset {token.begin}")
            partners[opener], partners[index] = index, opener
    return partners


def line_of(source, offset):
    return source.count("\n", 0, offset) + 1
