r"""Convert a formula from TeX to plain characters, as a reader would type it.

The search index contains no TeX: ``\frac{a}{b}`` is ``a/b``, ``\nabla_{\theta} L`` is
``∇_θ L``. Each TeX command becomes a character or a word (``softmax``), or disappears.
"""

import re
from collections.abc import Iterator

# The character that replaces each TeX command.
LETTERS = dict(
    zip(
        "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda "
        "mu nu xi pi rho sigma tau upsilon phi varphi chi psi omega "
        "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega "
        "nabla partial sum prod int infty top mid odot cdot times leq le geq ge neq ne approx "
        "in lVert rVert lvert rvert Vert vert propto leftarrow gets to rightarrow mapsto "
        "ell otimes oplus circ dots ldots cdots vdots pm mp sim simeq equiv prime star ast "
        "dagger lfloor rfloor lceil rceil Rightarrow Leftarrow iff implies ll gg succ prec "
        "subset subseteq cup cap forall exists langle rangle perp colon neg land lor div "
        "downarrow uparrow leftrightarrow Leftrightarrow bullet emptyset hbar angle "
        "wedge vee setminus backslash hookrightarrow triangle square".split(),
        "α β γ δ ε ε ζ η θ θ ι κ λ μ "
        "ν ξ π ρ σ τ υ φ φ χ ψ ω "
        "Γ Δ Θ Λ Ξ Π Σ Φ Ψ Ω "
        "∇ ∂ ∑ ∏ ∫ ∞ T | ⊙ · × ≤ ≤ ≥ ≥ ≠ ≠ ≈ "
        "∈ ‖ ‖ | | ‖ | ∝ ← ← → → ↦ "
        "ℓ ⊗ ⊕ ∘ … … … … ± ∓ ~ ≃ ≡ ′ * * "
        "† ⌊ ⌋ ⌈ ⌉ ⇒ ⇐ ⇔ ⇒ ≪ ≫ ≻ ≺ "
        "⊂ ⊆ ∪ ∩ ∀ ∃ ⟨ ⟩ ⊥ : ¬ ∧ ∨ ÷ "
        "↓ ↑ ↔ ⇔ • ∅ ℏ ∠ "
        "∧ ∨ ∖ ∖ ↪ △ □".split(),
        strict=True,
    )
)
TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|.", re.DOTALL)
FRACTIONS = {"frac", "dfrac", "tfrac", "cfrac"}
LOST = {"begin", "end", "label", "tag", "phantom", "hphantom", "vphantom", "hspace", "vspace"}
LOST |= {"color", "style", "class"}  # dropped, with their first argument
FENCES = {"left", "right", "middle"}
ESCAPED = {"{": "{", "}": "}", "%": "%", "$": "$", "#": "#", "&": "&", "_": "_", "|": "‖"}
ENDS_OF_LINES = {"\\": "; ", "\n": " "}
SPACES = {"quad", "qquad"}
# Commands that only change the style of their argument; the argument stays.
DRESS = set(
    "mathrm mathbf mathcal mathbb mathit mathsf mathtt text textbf textit textrm texttt "
    "operatorname boldsymbol bm big bigl bigr bigm Big Bigl Bigr Bigm bigg biggl biggr Bigg "
    "Biggl Biggr displaystyle textstyle scriptstyle limits nolimits hat bar tilde vec dot ddot "
    "widehat widetilde overline underline overbrace underbrace overset underset stackrel "
    "nonumber notag substack boxed".split()
)
# Text that needs no brackets around it.
ONE = re.compile(r"[-−]?[\w∂∇∞…′*†!.]+|[\w√]?\([^()]*\)|\[[^][]*\]")


def plain(tex: str) -> str:
    r"""Return a formula as a reader would type it.

    >>> plain(r"\nabla_\theta L"), plain(r"W^\top x"), plain(r"p(t_n \mid x_n)")
    ('∇_θ L', 'W^T x', 'p(t_n|x_n)')
    >>> plain(r"\tfrac{1}{1 + e^{-z}}"), plain(r"\sqrt{\frac{2}{n}}")
    ('1/(1 + e^-z)', '√(2/n)')
    >>> plain(r"2x && \text{$x$ moved}")
    '2x x moved'
    >>> plain(r"e^{-\frac{(x-\mu)^2}{2\sigma^2}}"), plain(r"X \in \mathbb{R}^{N \times D}")
    ('e^(-((x-μ)^2)/(2σ^2))', 'X ∈ R^(N × D)')
    """
    text = " ".join("".join(_pieces(iter(TOKEN.findall(tex)))).split())
    text = re.sub(r"\s*([|=,])\s*|(?<=\()\s+|\s+(?=\))", r"\1", text)
    text = re.sub(r"\s*([×⊙⊗])\s*", r" \1 ", text)
    return re.sub(r"‖ ?([^‖]*?) ?‖", r"‖\1‖", text).strip("; ")


def _pieces(tokens: Iterator[str], end: str = "") -> Iterator[str]:
    """Yield the plain text of each token or group, up to the token `end`."""
    for token in tokens:
        if token == end:
            return
        yield _piece(token, tokens)


def _piece(token: str, tokens: Iterator[str]) -> str:
    """Return the plain text of a token and of its arguments."""
    if token == "{":
        return "".join(_pieces(tokens, "}"))
    if token in "^_":
        return f"{token}{_bracketed(_argument(tokens))}"
    if token in "}&~$":  # dollars around a formula in a text
        return " " * (token in "&~")
    if len(token) == 1:
        return token
    name = token[1:].rstrip("*")
    if not name[:1].isalpha():
        return ENDS_OF_LINES.get(name, ESCAPED.get(name, " " if name in ",;: " else ""))
    return _named(name, tokens)


def _named(name: str, tokens: Iterator[str]) -> str:
    """Return the plain text of a TeX command and of its arguments."""
    if name in FRACTIONS:
        return f"{_bracketed(_argument(tokens))}/{_bracketed(_argument(tokens))}"
    if name in ("binom", "tbinom", "dbinom"):
        return f"({_argument(tokens)} over {_argument(tokens)})"
    if name == "sqrt":
        return f"√{_bracketed(_argument(tokens))}"
    if name in LOST:
        _argument(tokens)
        return " "
    if name in FENCES:
        fence = _argument(tokens)
        return "" if fence == "." else fence
    if name in SPACES:
        return " "
    if name in DRESS:
        return ""
    return LETTERS.get(name, name)


def _argument(tokens: Iterator[str]) -> str:
    """Return the plain text of the next token or group."""
    for token in tokens:
        if not token.isspace():
            return _piece(token, tokens).strip()
    return ""


def _bracketed(text: str) -> str:
    """Return a text in brackets, unless it is one symbol that needs none."""
    text = text.replace("∂ ", "∂").replace("∇ ", "∇")
    return text if ONE.fullmatch(text) else f"({text})"
