"""What can be broken in a C file, one place at a time.

places(path) reads the source as tokens and gives a Place for each operator, constant,
condition and statement in the bodies of functions. Comments, strings, the lines of the
preprocessor and the declarations of types stay as they are, and so does what only
memory depends on: sizes of arrays, the bounds of buffers, what is freed (valgrind and
the sanitizers look after those)."""

import re
from collections import Counter, namedtuple

KINDS = {
    "rel": "< <= > >= == != exchanged for the nearest other one",
    "logic": "&& for ||, || for &&",
    "arith": "+ - += -= ++ -- | & |= &= / * % exchanged for the opposite",
    "if": "the condition of an if negated",
    "tern": "the condition of ?: negated",
    "not": "a ! left out",
    "const": "1 for 0, 0 for 1, n + 1 for n",
    "bool": "true for false, false for true",
    "ret": "what a function returns, a bool, negated",
    "break": "a break, continue or return without a value left out",
    "del": "an assignment or a call left out",
}

Place = namedtuple("Place", "id path line function kind start end text what")
Token = namedtuple("Token", "kind text at line")

TOKEN = re.compile(r"""
    (?P<space>\s+) | (?P<comment>/\*.*?\*/|//[^\n]*) |
    (?P<string>"(?:\\.|[^"\\])*") | (?P<char>'(?:\\.|[^'\\])*') |
    (?P<number>(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*(?![.\w])|\d[\w.]*) | (?P<name>[A-Za-z_]\w*) |
    (?P<op><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^<>=!~?:;,.(){}\[\]])
    """, re.X | re.S)
PREPROCESSOR = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.M)

SWAPS = {"<": ("rel", "<="), "<=": ("rel", "<"), ">": ("rel", ">="), ">=": ("rel", ">"), "==": ("rel", "!="),
         "!=": ("rel", "=="), "&&": ("logic", "||"), "||": ("logic", "&&"), "+": ("arith", "-"), "-": ("arith", "+"),
         "+=": ("arith", "-="), "-=": ("arith", "+="), "++": ("arith", "--"), "--": ("arith", "++"),
         "|": ("arith", "&"), "&": ("arith", "|"), "|=": ("arith", "&="), "&=": ("arith", "|="),
         "/": ("arith", "*"), "%": ("arith", "/")}
BINARY = {"+", "-", "&"}  # unary as well
KEYWORDS = set("if else for while do switch case default return break continue goto sizeof struct union enum static "
               "const void char int long short unsigned signed bool float double extern register volatile inline "
               "typedef restrict".split())
FREES = re.compile(r"(^|_)(free|fini)$")


def tokens_of(text):
    text = PREPROCESSOR.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    at, line, out = 0, 1, []
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m:
            raise ValueError("line %d: not C that is known here: %r" % (line, text[at:at + 20]))
        if m.lastgroup not in ("space", "comment"):
            out.append(Token(m.lastgroup, m.group(), at, line))
        line += m.group().count("\n")
        at = m.end()
    return out


class Source:
    """The tokens of a file, with their brackets matched."""

    def __init__(self, text):
        self.text = text
        self.t = tokens_of(text)
        self.mate = {}
        stack = []
        for i, t in enumerate(self.t):
            if t.kind == "op" and t.text in "({[":
                stack.append(i)
            elif t.kind == "op" and t.text in ")}]":
                j = stack.pop()
                self.mate[i], self.mate[j] = j, i

    def is_(self, i, *texts):
        return 0 <= i < len(self.t) and self.t[i].text in texts and self.t[i].kind in ("op", "name")

    def functions(self):
        """(name, whether it returns a bool, first token of the body, its last one)"""
        i = 0
        while i < len(self.t):
            if self.is_(i, "{"):
                if self.is_(i - 1, ")"):
                    head = self.mate[i - 1]
                    before = head - 2
                    while before >= 0 and not self.is_(before, ";", "}"):
                        before -= 1
                    returns = [t.text for t in self.t[before + 1:head - 1]]
                    yield self.t[head - 1].text, "bool" in returns, i, self.mate[i]
                i = self.mate[i]
            i += 1

    def is_operand(self, i):
        """Whether a value ends with token i, so that an operator behind it has two sides."""
        t = self.t[i]
        if t.text == ")":
            inner = self.t[i - 1]
            return not (inner.text == "*" or inner.text in KEYWORDS)  # a cast
        return t.kind in ("number", "string", "char") or t.text == "]" or (t.kind == "name" and t.text not in KEYWORDS)

    def statement(self, i):
        """The last token of the statement that begins with token i; None for a block or a head."""
        while not self.is_(i, ";", "{", "}"):
            i = self.mate[i] + 1 if self.is_(i, "(", "[") else i + 1
            if self.is_(i - 1, "=", ")") and self.is_(i, "{"):  # an initializer or a compound literal
                i = self.mate[i] + 1
        return i if self.is_(i, ";") else None

    def starts(self, i):
        """Whether a statement begins with token i."""
        if self.is_(i - 1, ";", "{", "}", "else", "do"):
            return True
        if self.is_(i - 1, ":"):
            return self.is_(i - 2, "default") or self.is_(i - 3, "case")
        return self.is_(i - 1, ")") and self.is_(self.mate[i - 1] - 1, "if", "for", "while", "switch")

    def is_declaration(self, i):
        a, b, c = (self.t[j] if j < len(self.t) else Token("op", "", 0, 0) for j in (i, i + 1, i + 2))
        return a.text in KEYWORDS or (a.kind == b.kind == "name") or (b.text == "*" and c.kind == "name")


def places(path, text, shown=None):
    """All places of a file, in their order."""
    s = Source(text)
    out, seen = [], Counter()

    def place(function, i, kind, new, j=None):
        start, last = s.t[i].at, s.t[i if j is None else j]
        end = last.at + len(last.text)
        line = s.t[i].line
        seen[line, kind] += 1
        n = seen[line, kind]
        name = "%s:%d:%s%s" % (shown or path, line, kind, ".%d" % n if n > 1 else "")
        was = " ".join(s.text[start:end].split())
        now = " ".join(new.split())
        what = "%s  ->  %s" % (shorten(was), shorten(now) if now != ";" else "(nothing)")
        seen[function, what] += 1
        if seen[function, what] > 1:
            what += " (%d)" % seen[function, what]
        out.append(Place(name, shown or path, line, function, kind, start, end, new, what))

    for function, is_bool, first, last in s.functions():
        for_heads = set()
        quiet = set()  # tokens that only memory depends on
        for i in range(first, last):
            if s.is_(i, "for"):
                for_heads |= set(range(i, s.mate[i + 1]))
            if s.is_(i, "sizeof") and s.is_(i + 1, "("):
                quiet |= set(range(i, s.mate[i + 1]))
            if s.is_(i, "BUF_INIT") and s.is_(i + 1, "("):
                quiet |= set(range(i, s.mate[i + 1]))
            if s.is_(i, "[") and s.t[i - 1].kind == "name" and \
                    (s.t[i - 2].kind == "name" and s.t[i - 2].text not in ("return", "case")):
                quiet |= set(range(i, s.mate[i]))
        for i in range(first + 1, last):
            if i not in quiet:
                for args in broken(s, i, is_bool, i in for_heads):
                    place(function, i, *args)
    return out


def shorten(text):
    return text if len(text) <= 90 else text[:60] + " ... " + text[-24:]


def source(s, i, j):
    return s.text[s.t[i].at:s.t[j].at + len(s.t[j].text)]


def broken(s, i, is_bool, in_for):
    """What can be done at token i: (kind, the new text[, the last token of the old])."""
    t = s.t[i]
    if t.kind == "op" and t.text in SWAPS:
        if t.text in BINARY and not s.is_operand(i - 1):
            return
        if not (in_for and t.text in ("++", "--")):
            yield SWAPS[t.text]
    elif t.text == "if":
        end = s.mate[i + 1]
        if not is_one_operator(s.t[i + 2:end]):
            yield "if", "if (!%s)" % source(s, i + 1, end), end
    elif t.kind == "op" and t.text == "?":
        yield "tern", "== 0 ?"
    elif t.kind == "op" and t.text == "!":
        yield "not", ""
    elif t.kind == "number":
        yield from number(s, i)
    elif t.text in ("true", "false"):
        yield "bool", "false" if t.text == "true" else "true"
    elif t.text in ("break", "continue") or (t.text == "return" and s.is_(i + 1, ";")):
        yield "break", ";", i + 1
    elif t.text == "return" and is_bool:
        yield from returned(s, i)
    if s.starts(i) and (t.kind == "name" and t.text not in KEYWORDS or t.text in ("goto", "*")) \
            and not in_for and not s.is_declaration(i) and not s.is_(i + 1, ":"):
        end = s.statement(i)
        if end and not (s.is_(i + 1, "(") and FREES.search(t.text)):
            yield "del", ";", end


def is_one_operator(condition):
    """Whether another place negates the same: the one == or != or ! of it."""
    ops = [t.text for t in condition if t.kind == "op" and t.text in ("&&", "||", "==", "!=", "<", "<=", ">", ">=", "!", "?")]
    return ops in (["=="], ["!="]) or ops == ["!"] and condition[0].text == "!"


def number(s, i):
    text = s.t[i].text.rstrip("uUlL")
    try:
        n = int(text, 0)
    except ValueError:
        return
    yield "const", {0: "1", 1: "0"}.get(n, str(n + 1))


def returned(s, i):
    end = s.statement(i)
    value = s.t[i + 1:end]
    if any(t.kind == "op" and t.text in ("&&", "||", "==", "!=", "<", ">", "<=", ">=", "!", "?") for t in value):
        return  # each of these is a place of its own
    if not (len(value) == 1 and value[0].text in ("true", "false")):
        yield "ret", "return !(%s);" % source(s, i + 1, end - 1), end
