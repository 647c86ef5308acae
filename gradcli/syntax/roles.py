"""What a name and a bracket are where factors may stand side by side.

`W (x + b)` multiplies and `g(x + b)` calls: only the whole file says which.  So between the lexer and the parser every
name before a bracket is found to be a function or a value, every `[` an index, a list or a comparison, every bar an
opening or a closing one, and a prime a transpose or a derivative.  One pass over the tokens, linear in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gradcli.ops.words import ALIASES
from gradcli.record import dataclass, field
from gradcli.syntax.tokens import (
    ARROW,
    BAR,
    BARR,
    CALLEE,
    CLOSE,
    COLON,
    COMMA,
    COMPARE,
    DEFINED,
    ENTRY,
    EQEQ,
    EQUALS,
    EYE,
    EYE_OF,
    HESS_BY,
    LIDX,
    LIND,
    LOSS,
    LPAR,
    LSQB,
    MTRANSPOSE,
    NABLA,
    NABLA_BY,
    NAME,
    NORM,
    NORMR,
    NUMBER,
    ONES,
    OPEN,
    OPERAND_END,
    OPERAND_START,
    PARTIAL,
    PARTIAL2,
    PRIMES,
    QUESTION,
    RBRACE,
    RPAR,
    RSQB,
    SHAPED,
    SIGMA,
    SLASH,
    SUBSCRIPT,
    SUMSUB,
    TRANSPOSE,
    UNEQUAL,
    UNIT_OF,
    WRT,
    Tokens,
    identifier,
)

DERIVATIVES = frozenset({"grad", "jac", "hess", "gradient", "jacobian", "hessian"})
_SUMS = frozenset({"sum", "Σ", "mean", "prod", "max", "min"})
_BY = frozenset({NABLA_BY, HESS_BY})
_SUBSCRIPT = re.compile(r"_(?:[^\W\d_]+|\d)\Z")
_EYE = re.compile(r"I_[^\W_]\w*\Z")
_COEFFICIENT = re.compile(
    r"(?:[αβγδεηκλμνρτω]|alpha|beta|gamma|delta|eps|epsilon|eta|kappa|lambda|lam|mu|nu|rho|tau|omega)(?:\d*|_\w+)\Z"
)
_LETTER = re.compile(r"[^\W\d_](?:\d*|_\w+)\Z")
_D = re.compile(r"d[^\W\d_]\w*\Z")


@dataclass(slots=True)
class Roles:
    """The names of a file: `values` are arrays and numbers, `functions` what is declared or defined as a function."""

    values: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)  # values that are declared or defined, not only used

    def is_declared(self, name: str) -> bool:
        """Whether the file gives the name a meaning of its own."""
        return name in self.functions or name in self.given

    def is_value(self, name: str) -> bool:
        """Whether a name followed by brackets is multiplied by them."""
        return name in self.values and name not in self.functions


def roles_of(statements: Iterable[Tokens]) -> Roles:
    """The roles of all names of a file, from its statements as the lexer cuts them."""
    roles = Roles()
    used: set[str] = set()
    for tokens in statements:
        _heads(tokens, roles, used)
    roles.values |= roles.given | (used - roles.functions)
    return roles


def _heads(tokens: Tokens, roles: Roles, used: set[str]) -> None:
    """Enter what a statement declares or defines, and the names that it uses without calling them."""
    kinds = tokens.kinds
    size = len(kinds)
    colon = _outside(kinds, COLON) if COLON in kinds and kinds[0] == NAME else None
    if colon is not None and all(kind in (NAME, COMMA) for kind in kinds[:colon]):
        names = {identifier(tokens, i) for i in range(colon) if kinds[i] == NAME}
        (roles.functions if ARROW in kinds else roles.given).update(names)
        roles.values.update(
            identifier(tokens, i) for i in range(colon + 2, size) if kinds[i] == NAME and kinds[i - 1] in (LSQB, COMMA)
        )
        return
    start = 0
    if kinds[0] == NAME and size > 1:
        if kinds[1] in (EQUALS, COMMA):
            while start + 1 < size and kinds[start] == NAME and kinds[start + 1] == COMMA:
                roles.given.add(identifier(tokens, start))
                start += 2
            if start + 1 < size and kinds[start] == NAME and kinds[start + 1] == EQUALS:
                roles.given.add(identifier(tokens, start))
                start += 2
        elif kinds[1] in (LPAR, LSQB) and _is_head(kinds):
            (roles.functions if kinds[1] == LPAR else roles.given).add(identifier(tokens, 0))
            start = 1
    elif kinds[0] == LOSS and size > 1 and kinds[1] == NAME:
        roles.functions.add(identifier(tokens, 1))
        return
    elif kinds[0] == QUESTION:
        start = next((i for i, kind in enumerate(kinds) if kind == WRT), 1)
    for i in range(start, size):
        if kinds[i] != NAME or _is_derived(tokens, i):
            continue
        after = kinds[i + 1] if i + 1 < size else None
        if after not in (LPAR, PRIMES, EQUALS) and not (after == LSQB and tokens.word(i) in _SUMS):
            used.add(identifier(tokens, i))


def _is_derived(tokens: Tokens, i: int) -> bool:
    """Whether token `i` is what a derivative is of, `grad(f, x)`, `∂f/∂x`: that says nothing of what it is."""
    kinds = tokens.kinds
    before = kinds[i - 1] if i else None
    if before in (PARTIAL, PARTIAL2):
        return i + 1 < len(kinds) and kinds[i + 1] == SLASH
    if before == LPAR and i > 1 and kinds[i - 2] == NAME:
        return tokens.word(i - 2) in DERIVATIVES
    return (i > 1 and kinds[i - 2] in _BY) or (before == RSQB and _nabla_before(kinds, i - 1))


def _nabla_before(kinds: list[int], close: int) -> bool:
    """Whether a `]` closes the variables of `∇[x]`."""
    depth = 0
    for i in range(close, max(-1, close - 64), -1):
        depth += (kinds[i] in CLOSE) - (kinds[i] in OPEN)
        if not depth:
            return i > 0 and kinds[i - 1] == NABLA
    return False


def _is_head(kinds: list[int]) -> bool:
    """Whether a statement begins as `g(t) =` or `Y[i, j] =` does."""
    depth = 0
    for i in range(1, len(kinds) - 1):
        depth += (kinds[i] in OPEN) - (kinds[i] in CLOSE)
        if depth == 0:
            return kinds[i + 1] == EQUALS
    return False


def _outside(kinds: list[int], kind: int) -> int | None:
    depth = 0
    for i, other in enumerate(kinds):
        depth += (other in OPEN) - (other in CLOSE)
        if other == kind and not depth:
            return i
    return None


def settled(tokens: Tokens, roles: Roles) -> Tokens:
    """The statement, in which every name, bracket, bar and prime has the kind that it has there."""
    if tokens.fault is None:
        _settle(tokens, roles)
    return tokens


def _settle(tokens: Tokens, roles: Roles) -> None:
    kinds = tokens.kinds
    if kinds[0] == NAME and len(kinds) > 1:
        colon = _outside(kinds, COLON) if COLON in kinds else None
        if colon is not None and all(kind in (NAME, COMMA) for kind in kinds[:colon]):
            _type(kinds, colon)
            return
        if kinds[1] in (LPAR, LSQB) and _is_head(kinds):
            kinds[0] = DEFINED
    if any(kind == SLASH for kind in kinds):
        _split_differentials(tokens, roles)
    _brackets(tokens, roles)
    letters = _letters(tokens, roles)
    if letters:
        _entries(tokens, roles, letters)
    _callees(tokens, roles)


def _type(kinds: list[int], colon: int) -> None:
    for i in range(colon + 2, len(kinds)):
        if kinds[i] == LSQB and kinds[i - 1] in (NAME, RBRACE):
            kinds[i] = LIDX


def _split_differentials(tokens: Tokens, roles: Roles) -> None:
    """`dL/dW` as ∂L/∂W, unless dL or dW is a name of the file."""
    old = Tokens(tokens.text, tokens.kinds, tokens.starts, tokens.ends)
    kinds: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    parts = {
        j
        for i in range(1, len(old.kinds) - 1)
        if old.kinds[i] == SLASH and all(_is_differential(old, roles, j) for j in (i - 1, i + 1))
        for j in (i - 1, i + 1)
    }
    if not parts:
        return
    for i, kind in enumerate(old.kinds):
        start = old.starts[i]
        if i in parts:
            kinds.append(PARTIAL)
            starts.append(start)
            start += 1
            ends.append(start)
        kinds.append(kind)
        starts.append(start)
        ends.append(old.ends[i])
    tokens.kinds, tokens.starts, tokens.ends = kinds, starts, ends


def _is_differential(tokens: Tokens, roles: Roles, i: int) -> bool:
    if tokens.kinds[i] != NAME or not _D.match(tokens.word(i)):
        return False
    name = identifier(tokens, i)
    rest = name[1:]
    return not roles.is_declared(name) and (
        rest in roles.values or rest in roles.functions or _LETTER.match(rest) is not None
    )


def _brackets(tokens: Tokens, roles: Roles) -> None:
    """Indices, lists and comparisons; opening and closing bars; primes; sums over index names."""
    kinds = tokens.kinds
    bars: list[list[int]] = [[]]  # the open bars in each open bracket
    for i, kind in enumerate(kinds):
        before = kinds[i - 1] if i else None
        if kind in OPEN:
            if kind == LSQB:
                kinds[i] = _square(tokens, roles, i)
            bars.append([])
        elif kind in CLOSE:
            if len(bars) > 1:
                bars.pop()
        elif kind in (NORM, BAR):
            if bars[-1] and bars[-1][-1] == kind and before in OPERAND_END and not _opens(tokens, i):
                bars[-1].pop()
                kinds[i] = NORMR if kind == NORM else BARR
            else:
                bars[-1].append(kind)
        elif kind == PRIMES and before in OPERAND_END and tokens.word(i) in ("'", "′"):
            called = i + 1 < len(kinds) and kinds[i + 1] == LPAR and before in (NAME, CALLEE)
            turned = not called or _is_factor(tokens, roles, i - 1, i + 1)
            if turned and (before != NAME or identifier(tokens, i - 1) not in roles.functions):
                kinds[i] = TRANSPOSE


def _opens(tokens: Tokens, i: int) -> bool:
    """Whether a bar after an operand opens, though it could close: `‖A ‖x‖ y‖`, told by the blanks around it."""
    kinds = tokens.kinds
    if i + 1 >= len(kinds) or kinds[i + 1] not in OPERAND_START:
        return False
    return tokens.starts[i] > tokens.ends[i - 1] and tokens.starts[i + 1] == tokens.ends[i]


def _square(tokens: Tokens, roles: Roles, i: int) -> int:
    """The kind of a `[`: before an index, a list, or a comparison."""
    kinds = tokens.kinds
    before = kinds[i - 1] if i else None
    if before == NAME and tokens.word(i - 1) in _SUMS and not roles.is_value(identifier(tokens, i - 1)):
        kinds[i - 1] = SIGMA
        return LSQB
    depth = 0
    compares = False
    for j in range(i, len(kinds)):
        depth += (kinds[j] in OPEN) - (kinds[j] in CLOSE)
        if depth == 0:
            if i and tokens.starts[i] > tokens.ends[i - 1] and _has_subscript(tokens, j):
                return LSQB  # `x [Σ_k A_ik B_kj]_ij`
            break
        if depth == 1 and kinds[j] == COMMA:
            compares = False
            break
        compares = compares or (depth == 1 and kinds[j] in (COMPARE, EQEQ, UNEQUAL))
    if compares:
        return LIND
    indexed = before in OPERAND_END and before != NUMBER
    return LIDX if indexed or before == DEFINED else LSQB


def _has_subscript(tokens: Tokens, i: int) -> bool:
    """Whether `_ij` stands right behind token `i`."""
    if i + 1 >= len(tokens.kinds) or tokens.kinds[i + 1] != NAME or tokens.starts[i + 1] != tokens.ends[i]:
        return False
    return _SUBSCRIPT.match(tokens.word(i + 1)) is not None


def _letters(tokens: Tokens, roles: Roles) -> frozenset[str]:
    """The letters that stand for indices: of `[...]_ij`, of `Σ_k ...` and of `∂y_i/∂W_jk`."""
    if "_" not in tokens.text[tokens.starts[0] : tokens.ends[-1]]:
        return frozenset()
    _join_sums(tokens)
    kinds = tokens.kinds
    words = [identifier(tokens, i) if kind == NAME else "" for i, kind in enumerate(kinds)]
    below = {letter for word in words if "_" in word and word[0] != "Σ" for letter in word.rpartition("_")[2]}
    found: set[str] = set()
    for i, word in enumerate(words):
        if kinds[i] == SUMSUB:
            found.update(tokens.word(i).rpartition("_")[2])
        elif word.startswith("_") and i and tokens.starts[i] == tokens.ends[i - 1] and _SUBSCRIPT.match(word):
            if kinds[i - 1] in (RPAR, RSQB, TRANSPOSE, MTRANSPOSE, NORMR, BARR):
                kinds[i] = SUBSCRIPT
                found.update(word[1:])
        elif word.startswith(("Σ_", "δ_")) and not roles.is_declared(word) and _SUBSCRIPT.match(word[1:]):
            if word[0] == "Σ":
                if not below & set(word[2:]):
                    continue  # Σ_k is a sum over what has a k below it, Σ_x may be a covariance
                kinds[i] = SUMSUB
            found.update(word[2:])
        elif i and kinds[i - 1] == PARTIAL and "_" in word and not roles.is_declared(word):
            base, _, subscript = word.rpartition("_")
            if base in roles.values and _SUBSCRIPT.match("_" + subscript):
                found.update(subscript)
    return frozenset(found)


def _join_sums(tokens: Tokens) -> None:
    """`∑` and `_k` right behind it as one token."""
    kinds, starts, ends = tokens.kinds, tokens.starts, tokens.ends
    joined = [
        i
        for i in range(1, len(kinds))
        if kinds[i] == NAME and kinds[i - 1] == SIGMA and starts[i] == ends[i - 1] and _SUBSCRIPT.match(tokens.word(i))
    ]
    if not joined:
        return
    gone = set(joined)
    for i in joined:
        kinds[i - 1], ends[i - 1] = SUMSUB, ends[i]
    kept = [i for i in range(len(kinds)) if i not in gone]
    tokens.kinds, tokens.starts, tokens.ends = ([part[i] for i in kept] for part in (kinds, starts, ends))


def _entries(tokens: Tokens, roles: Roles, letters: frozenset[str]) -> None:
    """`A_ik` as an entry of A, where i and k are indices and A_ik is no name of its own."""
    kinds = tokens.kinds
    ones = [i for i in range(len(kinds) - 1) if kinds[i] == ONES and kinds[i + 1] == NAME]
    gone = {i + 1 for i in ones if tokens.word(i + 1) in letters}
    if gone:
        for i in gone:
            kinds[i - 1], tokens.ends[i - 1] = ENTRY, tokens.ends[i]  # `1_k`
        kept = [i for i in range(len(kinds)) if i not in gone]
        kinds = tokens.kinds = [kinds[i] for i in kept]
        tokens.starts, tokens.ends = [tokens.starts[i] for i in kept], [tokens.ends[i] for i in kept]
    for i, kind in enumerate(kinds):
        if kind != NAME:
            continue
        base, _, subscript = identifier(tokens, i).rpartition("_")
        if base and set(subscript) <= letters and not roles.is_declared(identifier(tokens, i)):
            kinds[i] = ENTRY


def _is_factor(tokens: Tokens, roles: Roles, i: int, bracket: int) -> bool:
    """Whether the name at `i`, before the `(` at `bracket`, is multiplied by it."""
    name = identifier(tokens, i)
    if name in roles.functions:
        return False
    if name in roles.values or name == "I":
        return True
    # `W (x + b)`, `λ (a + b)`: matrices and scalars by convention, and the blank says that they are not called
    if tokens.starts[bracket] == tokens.ends[bracket - 1]:
        return False
    return "A" <= name[0] <= "Z" or _COEFFICIENT.match(name) is not None


def _callees(tokens: Tokens, roles: Roles) -> None:
    """Names that are called."""
    kinds = tokens.kinds
    size = len(kinds)
    if kinds[0] == LOSS and size > 1 and kinds[1] == NAME:
        kinds[1] = CALLEE
        return
    for i, kind in enumerate(kinds):
        if kind == NAME and tokens.word(i) == "π" and not roles.is_declared("π"):
            tokens.meant[i] = "pi"
        if kind != NAME or i + 1 >= size:
            if kind == NAME and _EYE.match(tokens.word(i)) and not roles.is_declared(identifier(tokens, i)):
                kinds[i] = EYE
            continue
        after = kinds[i + 1]
        if after == LPAR:
            inner = kinds[i + 2] if i + 3 < size and kinds[i + 3] == RPAR else None
            sized = inner == NUMBER or (inner == NAME and not roles.is_declared(tokens.word(i + 2)))
            if tokens.word(i) == "I_" or (tokens.word(i) == "I" and sized):
                kinds[i] = EYE_OF
            elif tokens.word(i) in ("reshape_", "unvec_"):
                kinds[i] = SHAPED
            elif tokens.word(i) == "E_":
                kinds[i] = UNIT_OF
            elif i and kinds[i - 1] in _BY and tokens.word(i) != "vec":
                continue
            elif not _is_factor(tokens, roles, i, i + 1):
                kinds[i] = CALLEE
                name = tokens.word(i)
                if name in ALIASES and not roles.is_declared(name):
                    tokens.meant[i] = ALIASES[name]
        elif after == PRIMES:
            if i + 2 < size and kinds[i + 2] == LPAR:
                kinds[i] = CALLEE
        elif after == BAR and identifier(tokens, i) in _BEFORE_BARS and not roles.is_declared(identifier(tokens, i)):
            kinds[i] = CALLEE
        elif _EYE.match(tokens.word(i)) and not roles.is_declared(identifier(tokens, i)):
            kinds[i] = EYE


_BEFORE_BARS = frozenset({"log", "exp", "sqrt"})
