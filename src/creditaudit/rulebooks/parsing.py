"""Text of a condition -> a syntax tree of which every part is allowed; nothing is executed.

The text is checked before it is parsed (length, characters, brackets) and the tree is walked with
a bound on depth and size, so that no input makes the parser or a later walk run away.
"""

import ast
import warnings

from creditaudit.rulebooks.faults import ConditionFault

MAX_LENGTH = 2_000
MAX_DEPTH = 40
MAX_NODES = 600
MAX_LIST = 200
MAX_TEXT = 200
# Every kind of syntax the language has. What a name may mean is decided where it is bound.
_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp,
    ast.Add, ast.Sub, ast.Mult, ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq,
    ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.Name, ast.Load, ast.Constant, ast.List, ast.Call,
)  # fmt: skip
_FUNCTIONS = ("min", "max", "abs")
_IN_WORDS = {
    ast.Attribute: "a dot after a name",
    ast.Subscript: "square brackets after a name",
    ast.Lambda: "a lambda",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.JoinedStr: "an f-string",
    ast.Pow: "a power",
    ast.Div: "a division; multiply the other side by the divisor",
    ast.FloorDiv: "a division; multiply the other side by the divisor",
    ast.Mod: "a remainder",
    ast.IfExp: "an if ... else; write two rules",
    ast.NamedExpr: "an assignment",
    ast.Starred: "a star",
    ast.Tuple: "a tuple; write a list in square brackets",
    ast.Set: "a set; write a list in square brackets",
    ast.Dict: "a dictionary",
    ast.Await: "an await",
    ast.Invert: "a tilde; write not",
    ast.UAdd: "a plus sign before a value",
    ast.BitAnd: "an ampersand; write and",
    ast.BitOr: "a bar; write or",
}


class Syntax:
    """A parsed condition: its tree, and where each part stands in the text.

    Attributes
    ----------
    text : str
    body : ast.expr
        Of allowed parts only.
    """

    def __init__(self, text: str) -> None:
        _check_text(text)
        self.text = text
        self._dollars, plain = _without_dollars(text)
        # Line breaks inside a condition mean nothing; brackets around it would move its columns.
        flat = plain.replace("\n", " ").replace("\r", " ").replace("\t", " ")
        lead = len(flat) - len(flat.lstrip(" "))
        self._lead = lead
        self._flat = flat[lead:]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                self.body: ast.expr = ast.parse(self._flat, mode="eval").body
        except SyntaxError as error:
            raise self._syntax_fault(error) from None
        except (ValueError, MemoryError, RecursionError):
            msg = "nested too deeply or not readable; write it shorter"
            raise ConditionFault(msg) from None
        self._check_tree()

    def fault(self, node: ast.AST, what: str) -> ConditionFault:
        """Return the fault at a part of the tree."""
        return self._fault_at(self._start(node), what)

    def parameter(self, node: ast.Name) -> bool:
        """Whether a name was written with a dollar sign."""
        return self._start(node) in self._dollars

    def _start(self, node: ast.AST) -> int:
        # Columns of the parser count bytes of UTF-8.
        column = len(self._flat.encode()[: getattr(node, "col_offset", 0)].decode())
        return column + self._lead

    def _fault_at(self, offset: int, what: str) -> ConditionFault:
        before = self.text[:offset]
        line = before.count("\n") + 1
        return ConditionFault(what, line, offset - (before.rfind("\n") + 1) + 1)

    def _syntax_fault(self, error: SyntaxError) -> ConditionFault:
        # The parser says 0 for the end of the text.
        offset = min((error.offset or len(self._flat) + 1) - 1 + self._lead, len(self.text))
        return self._fault_at(offset, f"not readable: {error.msg}")

    def _check_tree(self) -> None:
        pending: list[tuple[ast.AST, int]] = [(self.body, 1)]
        seen = 0
        while pending:
            node, depth = pending.pop()
            seen += 1
            if depth > MAX_DEPTH:
                raise self.fault(node, f"nested more than {MAX_DEPTH} deep; write it flatter")
            if seen > MAX_NODES:
                raise self.fault(node, f"more than {MAX_NODES} parts; write more than one rule")
            self._check_node(node)
            under = depth + 1 if isinstance(node, ast.expr) else depth
            where = node
            for child in ast.iter_child_nodes(node):
                if not hasattr(child, "col_offset"):  # an operator stands where its whole stands
                    self._check_operator(child, where)
                    continue
                pending.append((child, under))

    def _check_operator(self, operator: ast.AST, where: ast.AST) -> None:
        if not isinstance(operator, _ALLOWED):
            raise self.fault(where, _refused(operator))

    def _check_node(self, node: ast.AST) -> None:
        if not isinstance(node, _ALLOWED):
            raise self.fault(node, _refused(node))
        if isinstance(node, ast.Call):
            self._check_call(node)
        elif isinstance(node, ast.Constant):
            self._check_constant(node)
        elif isinstance(node, ast.List) and len(node.elts) > MAX_LIST:
            raise self.fault(node, f"more than {MAX_LIST} values in a list")

    def _check_call(self, node: ast.Call) -> None:
        named = isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS
        if not named or node.keywords:
            known = ", ".join(_FUNCTIONS)
            raise self.fault(node, f"the only functions are {known}, without named arguments")

    def _check_constant(self, node: ast.Constant) -> None:
        if type(node.value) not in (bool, int, float, str):
            raise self.fault(node, "a literal is a number or a text in quotes")
        if isinstance(node.value, str) and len(node.value) > MAX_TEXT:
            raise self.fault(node, f"a text of more than {MAX_TEXT} characters")


def _refused(node: ast.AST) -> str:
    what = _IN_WORDS.get(type(node), type(node).__name__)
    return f"not in the language: {what}"


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        msg = f"a condition is text, found {type(text).__name__}"
        raise ConditionFault(msg)
    if len(text) > MAX_LENGTH:
        what = f"a condition of {len(text):,} characters; at most {MAX_LENGTH:,} are read"
        raise ConditionFault(what)
    if not text.strip():
        msg = "the condition is empty"
        raise ConditionFault(msg)


def _without_dollars(text: str) -> tuple[frozenset[int], str]:
    """Return where parameters start, and the text with their dollar signs made letters."""
    quote, line, column = "", 1, 0
    dollars, plain = set(), []
    for offset, sign in enumerate(text):
        column += 1
        what = _fault_of(sign, quote)
        if what:
            raise ConditionFault(what, line, column)
        following = text[offset + 1 : offset + 2]
        starts_name = following.isascii() and (following.isalpha() or following == "_")
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign == "$" and starts_name:
            dollars.add(offset)
            plain.append("_")
            continue
        if sign == "\n":
            line, column = line + 1, 0
        plain.append(sign)
    return frozenset(dollars), "".join(plain)


def _fault_of(sign: str, quote: str) -> str:
    """Return what is wrong with a character, inside or outside of quotes; empty if nothing."""
    if quote and sign == "\n":
        return "a text in quotes ends on its line"
    if quote and sign == "\\":
        return "a backslash; texts hold none"
    if not quote and sign == "#":
        return "a number sign; comments stand in the book"
    if sign in "\n\r\t" or (sign.isprintable() and (quote or sign.isascii())):
        return ""
    return f"the character {sign!r} is not in the language"
