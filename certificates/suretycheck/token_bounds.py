"""The rule `tokens`: how far rows of a changed text can be from those of the text, and whether a prediction survives that.

What a step computes of the text is kept as a float c for each number, and a radius r: the exact number is within r of c. Distances and sizes are floats that
are at least what they bound. All of these are computed from numbers of at least 0 by fewer than 2^30 operations, of which none loses more than u of what it
gives (T1, T2), so that `more` (times 1 + 2^-20, plus 2^-1000) is at least the exact value; 2^-1000 is more than what may have vanished below the normal
numbers. A constant factor was rounded once at most (tokens.py).
"""
import math
from fractions import Fraction

import numpy as np

from . import Rejected
from .arithmetic import Floats
from .distances import is_norm, root

FLOATS = Floats()
U = 2.0 ** -53
VANISHED = 2.0 ** -1000
SLOPE = 2 * 1.12890415  # of x (1 + erf(c x)): twice the largest of GELU, 1.128904145...
ERF_SLOPE = 1.1283791671  # 2 / sqrt(pi) = 1.12837916709...
LOGITS, VALUES = 1e8, 1e300  # up to which what a mask hides counts for less than 2^-1000: exp(2 LOGITS - 1e9) VALUES
KEPT = 8  # texts


def more(x):
    return x * (1 + 2.0 ** -20) + VANISHED


def norms(c, r):
    """At least the l2 norm of each row."""
    return more(np.sqrt(((np.abs(c) + r) ** 2).sum(axis=-1) + VANISHED))


def exp_minus(x):
    """exp(-x) for x from 0 to 700, and a relative error. With t = x / 2^k (exact) up to 1/4, the series of exp(t) has terms above 0 alone: 13 of them
    lose gamma_40 and leave out less than t^14 / 14! < 2^-60; each square doubles the error and adds u; the reciprocal adds u."""
    k = max(0, math.ceil(math.log2(max(float(x.max(initial=0.0)), 0.25) * 4)))
    t, total = x / 2.0 ** k, np.ones_like(x)
    for n in range(13, 0, -1):
        total = 1 + t * total / n
    for _ in range(k):
        total = total * total
    return 1 / total, 50 * U * 2.0 ** k


def erf(x):
    """erf(x) and an absolute error. From 0 on it is 2 / sqrt(pi) exp(-x^2) sum 2^n x^(2 n + 1) / (1 3 5 ... (2 n + 1)), of terms above 0; up to 6 the 160th
    is below 2^-60 of the sum, and they fall by more than half from there on. From 6 on 1 - erf(x) < exp(-36) < 2^-51."""
    size = np.minimum(np.abs(x), 6.0)
    square = size * size
    term, total = size.copy(), size.copy()
    for n in range(1, 161):
        term = term * (2 * square / (2 * n + 1))
        total = total + term
    power, error = exp_minus(square)
    near = np.minimum(2 / math.sqrt(math.pi) * power * total, 1.0)
    far = np.abs(x) >= 6
    value = np.where(far, 1.0, near)
    return np.sign(x) * value, np.where(far, 2.0 ** -51, more(near * (error + 900 * U)))


def softmax(c, r, causal):
    """Shares and their radii, for a row of logits each; 0 for what is hidden."""
    seen = np.tril(np.ones(c.shape, bool)) if causal else np.ones(c.shape, bool)
    top = np.where(seen, c, -np.inf).max(axis=1, keepdims=True)
    x = np.where(seen, top - c, 0.0)
    moved = np.where(seen, r + U * x, 0.0)
    if not (moved <= 0.125).all():
        raise Rejected("logits are known too badly")
    gone = x > 690  # and so below exp(-690) < 2^-990
    power, error = exp_minus(np.where(gone, 0.0, x))
    power = np.where(seen & ~gone, power, 0.0)
    own = error + 2 * U + moved * (1 + 2 * moved) * (1 + error)  # exp(m) - 1 <= m + m^2 up to 1
    sums = power.sum(axis=1, keepdims=True)
    wrong = more((power * own).sum(axis=1, keepdims=True) / sums + (c.shape[1] + 4) * U + c.shape[1] * 2.0 ** -980)
    if not (wrong < 0.5).all():
        raise Rejected("logits are known too badly")
    shares = power / sums
    return shares, np.where(seen, more(shares * ((own + wrong) / (1 - wrong) + 4 * U)) + 2.0 ** -980, 0.0)


def product(a, ra, b, rb=None):
    """The product of two matrices and its radius: |a b - a' b'| <= |a| rb + ra (|b| + rb) for the numbers that are multiplied, and what their sum loses."""
    gamma = FLOATS.gamma(a.shape[1] + 2)
    lost = (ra + gamma * np.abs(a)) @ (np.abs(b) if rb is None else np.abs(b) + rb)
    if rb is not None:
        lost = lost + np.abs(a) @ rb
    return a @ b, more(lost)


class Text:
    """`values`: {step: (c, r)}, `norms`: {step: of each row}, `heads`: {attention: what its bounds need, for each head}."""

    def __init__(self, tokens, text):
        self.tokens, self.values, self.norms, self.heads = tokens, {}, {}, {}
        for index in tokens.needed:
            step = tokens.steps[index]
            if step.kind == "embedding":
                c = tokens.table[text]
                value = c, np.zeros(c.shape)
            elif step.kind == "attention":
                value = self.attention(index, step)
            else:
                value = apply(step, *(self.values[i] for i in step.inputs))
            if not (np.isfinite(value[0]).all() and np.isfinite(value[1]).all()):
                raise Rejected(f"the values of {step.name} are too large")
            self.values[index], self.norms[index] = value, norms(*value)

    def attention(self, index, step):
        heads, parts, found = step.data["heads"], [], []
        for i in step.inputs:
            c, r = self.values[i]
            parts.append([(np.split(c, heads, axis=1)[h], np.split(r, heads, axis=1)[h]) for h in range(heads)])
        mixed = []
        for (q, rq), (k, rk), (v, rv) in zip(*parts):
            c, r = product(q, rq, k.T.copy(), rk.T.copy())
            for factor in step.data["scales"]:
                c = c * factor
                r = more(r * abs(factor) + 3 * U * np.abs(c))
            share, radius = softmax(c, r, step.data["causal"])
            y, ry = product(share, radius, v, rv)
            ry = more(ry)  # and for what is hidden
            mixed.append((y, ry))
            away = np.stack([norms(v - y[t], rv + ry[t] + U * np.abs(v - y[t])) for t in range(len(y))])
            seen = np.tril(np.ones(away.shape, bool)) if step.data["causal"] else np.ones(away.shape, bool)
            sizes = norms(v, rv)
            spread = np.minimum(np.where(seen, away, 0).max(axis=1), np.where(seen, sizes[None, :], 0).max(axis=1))
            found.append({"q": norms(q, rq), "k": norms(k, rk), "v": sizes, "share": np.where(seen, share + radius + VANISHED, 0), "seen": seen, "spread": spread})
        self.heads[index] = found
        return tuple(np.concatenate([m[i] for m in mixed], axis=1) for i in (0, 1))


def apply(step, x, other=None):
    """What a step makes of rows, each with its radius."""
    c, r = x
    if step.kind == "layer":
        return product(c, r, step.data)
    if step.kind == "shift":
        c = c + step.data
        return c, more(r + U * np.abs(c))
    if step.kind == "sum":
        c = c + step.data * other[0]
        return c, more(r + other[1] + U * np.abs(c))
    if step.kind == "scale":
        c = c * step.data
        return c, more(r * abs(step.data) + 3 * U * np.abs(c))
    if step.kind == "relu":
        return np.maximum(c, 0), r
    if step.kind == "gate":
        k, sharpness = step.data
        argument = sharpness * c
        share, error = erf(argument)
        y = k * c * (1 + share)
        error = error + ERF_SLOPE * 3 * U * np.abs(argument) + 4 * U
        return y, more(abs(k) * (SLOPE * r + np.abs(c) * error) + 6 * U * np.abs(y))
    order, own, partner = step.data  # turn
    a, b = c * own, c[:, order] * partner
    return a + b, more(r * np.abs(own) + r[:, order] * np.abs(partner) + 4 * U * (np.abs(a) + np.abs(b)))


def stretch(step):
    """At least how much a turn stretches each row: pairs are multiplied by [[a, b], [c, d]], a rotation times a number or any matrix."""
    order, own, partner = step.data
    a, b, c, d = own, partner, partner[:, order], own[:, order]
    rest = np.where((a == d) & (b == -c), 0.0, c * c + d * d)
    return more(np.sqrt((a * a + b * b + rest).max(axis=1)))


class Reach:
    """`far`: {step: at least the distance of each row from the text's}, `size`: {step: at least its norm}."""

    def __init__(self, text, stated, embedded):
        self.text, self.stated, self.far, self.size = text, stated, {}, {}
        tokens = text.tokens
        for index in tokens.needed:
            step = tokens.steps[index]
            if index == tokens.last:
                continue
            if step.kind == "embedding":
                far, size = embedded, np.full(tokens.count, np.inf)
            elif step.kind == "attention":
                far, size = self.attention(index, step)
            else:
                far, size = self.through(index, step)
            self.far[index], self.size[index] = far, np.minimum(size, more(text.norms[index] + far))
            if not (np.isfinite(self.far[index]).all() and np.isfinite(self.size[index]).all()):
                raise Rejected(f"how far the rows of {step.name} move is too much for floats")

    def through(self, index, step):
        far, size = self.far[step.inputs[0]], self.size[step.inputs[0]]
        if step.kind == "layer":
            norm = math.sqrt(sum(x * x for x in self.stated[index]))
            return more(far * more(norm)), more(size * more(norm))
        if step.kind == "sum":
            return more(far + self.far[step.inputs[1]]), more(size + self.size[step.inputs[1]])
        if step.kind == "scale":
            factor = abs(step.data) * (1 + 2.0 ** -50)
            return more(far * factor), more(size * factor)
        if step.kind == "gate":
            return more(far * (SLOPE * abs(step.data[0]))), more(size * (2 * abs(step.data[0])))
        if step.kind == "turn":
            return more(far * stretch(step)), more(size * stretch(step))
        if step.kind == "shift":
            return far, np.full(len(far), np.inf)
        return far, size  # relu

    def part(self, source, head, at_text):
        """Distances and sizes of a head's part of what attention reads."""
        layer, between = source
        steps, first = self.text.tokens.steps, self.text.tokens.steps[layer].inputs[0]
        factor = np.full(self.text.tokens.count, more(self.stated[layer][head]))
        for step in between:
            own = stretch(steps[step]) if steps[step].kind == "turn" else abs(steps[step].data) * (1 + 2.0 ** -50)
            factor = more(factor * own)
        far = more(factor * self.far[first])
        size = np.minimum(more(factor * self.size[first]), more(at_text + far))
        if not (np.isfinite(far).all() and np.isfinite(size).all()):
            raise Rejected(f"how far the rows of {steps[layer].name} move is too much for floats")
        return far, size

    def attention(self, index, step):
        """The page's formulas, for all tokens at once: a row for each token, a column for each one that it reads."""
        squares, large = 0.0, 0.0
        scale = 1.0
        for factor in step.data["scales"]:
            scale = more(scale * abs(factor) * (1 + 2.0 ** -50))
        for head, own in enumerate(self.text.heads[index]):
            (dq, q), (dk, k), (dv, v) = (self.part(s, head, own[n]) for s, n in zip(step.data["sources"], "qkv"))
            if step.data["causal"] and not (more(scale * more(q.max() * k.max())) <= LOGITS and v.max() <= VALUES):
                raise Rejected(f"logits of {step.name} may be so large that hidden tokens count")
            seen, share = own["seen"], own["share"]
            moved = scale * np.minimum(own["q"][:, None] * dk + dq[:, None] * k, q[:, None] * dk + dq[:, None] * own["k"])
            moved = np.where(seen, moved, 0.0)
            most = more(moved.max(axis=1))
            e = more((share * (moved + moved * moved)).sum(axis=1))
            f = more((share * np.minimum(1.0, moved)).sum(axis=1))
            rest = np.nextafter(1 - f, -np.inf)
            w = np.minimum(2.0, most)
            usable = (most <= 1) & (rest > 0)
            w = np.where(usable, np.minimum(w, more(2 * e / np.where(usable, rest, 1.0))), w)
            far = np.where(seen, dv[None, :], 0.0).max(axis=1)
            near = np.where(seen, dv[None, :], np.inf).min(axis=1)
            mean = (share * dv[None, :]).sum(axis=1)
            first = np.minimum(far, more(mean + w / 2 * (far - near)))
            distance = more(first + w * own["spread"])
            squares = squares + distance ** 2
            large = large + np.where(seen, v[None, :], 0.0).max(axis=1) ** 2
        return more(np.sqrt(more(squares))), more(np.sqrt(more(large)))


class TokenProofs:
    """What was shown of a network of tokens, kept for all certificates of a model."""

    def __init__(self, tokens):
        self.tokens, self.norms, self.texts = tokens, {}, []

    def stated(self, norms):
        """{layer: norms of its parts}, each of which is shown; `norms` is a list of (tensor, numbers)."""
        found = {}
        for name, numbers in norms:
            layer = self.tokens.names.get(name)
            if layer not in self.tokens.layers or layer in found:
                raise Rejected(f"{name!r} is no layer whose norms are asked for, or they are stated twice")
            parts = self.tokens.parts.get(layer, 1)
            if len(numbers) != parts:
                raise Rejected(f"{name!r} has {len(numbers)} norms, not {parts}")
            for part, (norm, matrix) in enumerate(zip(numbers, np.split(self.tokens.steps[layer].data, parts, axis=1))):
                key = layer, part, norm
                if key not in self.norms:
                    self.norms[key] = is_norm(matrix, 0.0, norm)
                if not self.norms[key]:
                    raise Rejected(f"norm {part} of {name!r} is not shown to be at most {norm!r}")
            found[layer] = numbers
        if missing := [s for s in self.tokens.layers if s not in found]:
            raise Rejected(f"the norms of {self.tokens.steps[missing[0]].name!r} are not stated")
        return found

    def shown(self, text, epsilon, change, norms):
        """(outputs, their radii, how far each row that the last layer reads can move)."""
        key = text.tobytes(), epsilon, change, tuple((n, tuple(x)) for n, x in norms)
        for known, shown in self.texts:
            if known == key:
                return shown
        stated, tokens = self.stated(norms), self.tokens
        known = Text(tokens, text)
        outputs, source = known.values[tokens.last], tokens.steps[tokens.last].inputs[0]
        width = tokens.table.shape[1]
        limit = more(FLOATS.upper(epsilon) * root(Fraction(width)))
        if change == "vectors":
            far = Reach(known, stated, np.full(tokens.count, limit)).far[source]
        else:
            far = Reach(known, stated, np.zeros(tokens.count)).far[source]  # the text itself, whose logits must not be too large either
            for place, token in enumerate(text):
                away = tokens.table - tokens.table[token]
                away = np.sqrt((away * away).sum(axis=1))
                lost = (width + 8) * 2 * U * away + VANISHED ** 0.5
                near = ~(away - lost > limit)
                near[token] = False
                if not near.any():
                    continue
                embedded = np.zeros(tokens.count)
                embedded[place] = more((away + lost)[near].max())
                far = np.maximum(far, Reach(known, stated, embedded).far[source])
        self.texts = (self.texts + [(key, (*outputs, far))])[-KEPT:]
        return *outputs, far

    def require(self, text, epsilon, change, place, token, norms):
        """Raises Rejected unless the prediction of a token at a place is shown for all changes of a text."""
        c, r, far = self.shown(text, epsilon, change, norms)
        matrix = self.tokens.steps[self.tokens.last].data
        behind = np.nextafter(np.nextafter(c[place, token] - r[place, token], -np.inf) - np.nextafter(c[place] + r[place], np.inf), -np.inf)
        columns = np.abs(matrix - matrix[:, [token]])
        moved = more(more(np.sqrt((columns * columns).sum(axis=0) + VANISHED)) * far[place])
        shown = behind > moved
        shown[token] = True
        if not shown.all():
            rival = int(np.flatnonzero(~shown)[0])
            raise Rejected(f"token {rival} is {behind[rival]:.6g} behind at least, and can come nearer by {moved[rival]:.6g}")
