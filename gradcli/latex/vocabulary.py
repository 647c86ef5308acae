"""The commands of LaTeX mathematics, by what they are."""

from __future__ import annotations

FONTS = {
    **dict.fromkeys(("mathbf", "boldsymbol", "bm", "bold", "pmb", "mathbfit", "symbf", "textbf", "vec",
    "overrightarrow"), "bf"),
    **dict.fromkeys(("mathrm", "textrm", "rm", "mathsf", "textsf", "mathtt", "mathup", "symup", "textup"), "rm"),
    **dict.fromkeys(("mathit", "mathnormal", "mathcal", "mathscr", "mathfrak", "boxed", "fbox", "mathstrut"), ""),
    **dict.fromkeys(("ensuremath", "mathop", "mathbin", "mathrel", "mathord", "mathopen", "mathclose", "smash",
    "cancel"), ""),
    "mathbb": "bb",
    "underline": "",
}  # fmt: skip
"""Commands that take one argument and mean nothing but a font."""

SWITCHES = frozenset(
    [
        "bf",
        "rm",
        "it",
        "sf",
        "tt",
        "cal",
        "displaystyle",
        "textstyle",
        "scriptstyle",
        "scriptscriptstyle",
        "limits",
        "nolimits",
        "nonumber",
        "notag",
        "bfseries",
        "centering",
        "small",
        "large",
        "Large",
        "footnotesize",
        "normalsize",
        "strut",
        "noindent",
        "hfill",
        "hline",
        "mathstrut",
        "allowbreak",
        "break",
        "left_",
        "right_",
        "middle_",
        "relax",
        "protect",
    ]
)
SIZES = frozenset(f"{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))
THIN = frozenset([",", ";", ":", "!", " ", ">", "/", "enspace", "thinspace", "negthinspace", "medspace", "thickspace"])
WIDE = frozenset(["quad", "qquad"])
DROPPED_WITH_ARGUMENT = frozenset(
    ["label", "tag", "tag*", "vspace", "vspace*", "phantom", "vphantom", "hphantom", "raisebox", "ref", "eqref", "cite",
     "kern", "rule", "arraystretch", "setlength"]
)  # fmt: skip
WIDE_WITH_ARGUMENT = frozenset(["hspace", "hspace*", "mspace", "hskip", "mskip"])
TEXTS = frozenset(
    ["text", "mbox", "hbox", "textnormal", "textit", "intertext", "shortintertext", "textrm", "texttt", "emph"]
)
ACCENTS = {
    "hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde", "bar": "bar", "overline": "bar",
    "dot": "dot", "ddot": "ddot", "check": "check", "breve": "breve", "acute": "acute", "grave": "grave",
    "mathring": "ring",
}  # fmt: skip

GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "omicron",
        "pi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
        "varepsilon",
        "vartheta",
        "varpi",
        "varrho",
        "varsigma",
        "varphi",
        "varkappa",
        "digamma",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Upsilon",
        "Phi",
        "Psi",
        "Omega",
        "varGamma",
        "varDelta",
        "varTheta",
        "varLambda",
        "varSigma",
        "varPhi",
        "varPsi",
        "varOmega",
        "ell",
        "imath",
        "jmath",
        "hbar",
        "Alpha",
        "Beta",
        "Epsilon",
        "Zeta",
        "Eta",
        "Iota",
        "Kappa",
        "Mu",
        "Nu",
        "Omicron",
        "Rho",
        "Tau",
        "Chi",
        "wp",
        "aleph",
    ]
)
SAME_LETTER = {
    "varepsilon": "epsilon", "vartheta": "theta", "varpi": "pi", "varrho": "rho", "varsigma": "sigma", "varphi": "phi",
    "varkappa": "kappa", "imath": "i", "jmath": "j",
    **{f"var{name}": name for name in ("Gamma", "Delta", "Theta", "Lambda", "Sigma", "Phi", "Psi", "Omega")},
}  # fmt: skip

ADDITION = {"+": "+", "-": "-", "pm": "pm", "mp": "mp"}
PRODUCTS = {"cdot": "cdot", "times": "times", "*": "ast", "ast": "ast", "star": "star", "bullet": "bullet"}
HADAMARD = {
    "odot": "odot", "circ": "circ", "otimes": "otimes", "oslash": "oslash", "bigodot": "odot", "bigcirc": "circ",
    "oplus": "oplus", "ominus": "ominus", "div": "div", "boxtimes": "otimes", "circledast": "odot", "ocircle": "circ",
    "bigotimes": "otimes",
}  # fmt: skip
RELATIONS = {
    "=": "=", "equiv": "=", "eq": "=", "neq": "!=", "ne": "!=", "not=": "!=", "triangleq": ":=", "coloneqq": ":=",
    "coloneq": ":=", "defeq": ":=", "doteq": ":=", "eqdef": ":=", "colon=": ":=", ":=": ":=",
    **{name: "no claim" for name in (
        "approx", "propto", "le", "leq", "leqslant", "ge", "geq", "geqslant", "<", ">", "lt", "gt", "sim", "simeq",
        "cong",
        "ll", "gg", "prec", "succ", "preceq", "succeq", "mid", "perp", "parallel", "subset", "subseteq", "supset",
        "gets", "leftarrow", "longleftarrow", "leadsto", "coloneqq_", "asymp", "nsim", "lesssim", "gtrsim", "ni",
        "notin",
        "models", "vdash", "uparrow", "downarrow", "ne_", "hookrightarrow", "Leftarrow", "impliedby",
        "vee", "wedge", "cup", "cap", "setminus", "xleftarrow",
    )},
    "in": "in",
}  # fmt: skip
ARROWS = frozenset(
    [
        "Rightarrow",
        "Longrightarrow",
        "implies",
        "therefore",
        "to",
        "rightarrow",
        "longrightarrow",
        "iff",
        "Leftrightarrow",
        "Longleftrightarrow",
        "leftrightarrow",
        "because",
        "mapsto",
        "longmapsto",
        "xrightarrow",
        "Longmapsto",
        "rightsquigarrow",
    ]
)
DOTS = frozenset(
    [
        "dots",
        "cdots",
        "ldots",
        "vdots",
        "ddots",
        "dotsc",
        "dotsb",
        "dotsm",
        "dotsi",
        "dotso",
        "hdots",
        "iddots",
        "adots",
        "hdotsfor",
    ]
)
BIG = frozenset(["sum", "prod", "int", "iint", "oint", "lim", "bigcup", "bigcap", "coprod"])

NAMED_OPERATORS = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "sinh",
        "cosh",
        "tanh",
        "coth",
        "arcsin",
        "arccos",
        "arctan",
        "exp",
        "log",
        "ln",
        "lg",
        "det",
        "tr",
        "Tr",
        "trace",
        "diag",
        "Diag",
        "vec",
        "max",
        "min",
        "rank",
        "sgn",
        "sign",
        "argmax",
        "argmin",
        "sup",
        "inf",
        "Var",
        "Cov",
        "softmax",
        "relu",
        "ReLU",
        "sigmoid",
        "grad",
        "Pr",
        "dim",
        "ker",
        "deg",
        "gcd",
        "arg",
        "hom",
        "abs",
        "norm",
        "blockdiag",
        "vech",
        "mat",
        "Hess",
        "sech",
        "csch",
        "logdet",
    ]
)

OPENING = {"(": "(", "[": "[", "lbrace": "{", "{": "{", "langle": "<", "lvert": "|", "lVert": "||", "lfloor": "floor",
           "lceil": "ceil", "lbrack": "[", "lparen": "("}  # fmt: skip
CLOSING = {")": ")", "]": "]", "rbrace": "}", "}": "}", "rangle": ">", "rvert": "|", "rVert": "||", "rfloor": "floor",
           "rceil": "ceil", "rbrack": "]", "rparen": ")"}  # fmt: skip
PARTNER = {"(": ")", "[": "]", "{": "}", "<": ">", "|": "|", "||": "||", "floor": "floor", "ceil": "ceil"}

ALIGNED = frozenset(
    [
        "align",
        "aligned",
        "alignat",
        "alignedat",
        "flalign",
        "gather",
        "gathered",
        "multline",
        "split",
        "eqnarray",
        "equation",
        "displaymath",
        "math",
        "eqnarray",
        "dmath",
        "subequations",
        "IEEEeqnarray",
    ]
)
MATRICES = frozenset(
    [
        "bmatrix",
        "pmatrix",
        "matrix",
        "vmatrix",
        "Bmatrix",
        "Vmatrix",
        "smallmatrix",
        "array",
        "bsmallmatrix",
        "psmallmatrix",
    ]
)
