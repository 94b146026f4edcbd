"""The rule `lipschitz`: how far, in l2, the values of nodes can be from those at the middle of the region.

Distances are floats, rounded up (T4). A linear map M from a node that is not affine, or the input, to an affine one is written out as a float
matrix F with |M - F|_F <= error: unit rows go back through affine nodes, and the computed row fl(a W) is off by gamma |a| |W| at most (T2), whose
Frobenius norm is at most gamma |a|_F times the one of |W|, which is at most the root of the squares of the sums of its rows.

|F| <= t in the spectral norm if t^2 I - F^T F has no negative eigenvalue. With the computed G for F^T F and A for c I - G: a Cholesky factorisation
of A that ends shows A >= -gamma_(n+1) / (1 - gamma_(n+1)) tr A (Higham, theorem 10.3; gamma is taken of 2 n + 4, as a library may multiply by
reciprocals of pivots). G is off by gamma_m |F|_F^2, the diagonal of A by u of its largest entry. All of that is taken off t^2 first.
"""
import math
from fractions import Fraction

import numpy as np

from . import Rejected, convolutions
from .arithmetic import Floats

FLOATS = Floats()
MOST = 2 ** 25  # coefficients of a matrix that is written out
U = 2.0 ** -53


def up(x):
    return math.nextafter(x, math.inf)


def norm_of(array):
    """At least the Euclidean norm of all numbers of a float array."""
    array = np.asarray(array, float).ravel()
    if not array.any():
        return 0.0
    return up(math.sqrt(up(float(FLOATS.above(float(array @ array), array.size + 2)))))


def root(x):
    """At least the square root of a rational or float."""
    x = FLOATS.upper(Fraction(x)) if isinstance(x, Fraction) else float(x)
    return up(math.sqrt(x)) if x > 0 else 0.0


def product(a, b):
    """At least the product of two floats from 0 on; 0 if one of them is."""
    return 0.0 if a == 0 or b == 0 else up(a * b)


class Maps:
    """The linear maps of a network to its affine nodes, and the norms of them that were shown; kept for all certificates of a model."""

    def __init__(self, net):
        self.net, self.shown = net, {}

    def measured(self):
        """The affine nodes that nodes which are not affine read, in order."""
        return [n.name for n in self.net.order if n.kind == "affine" and any(r.kind != "affine" for r in self.net.readers[n.name])]

    def sources(self, name):
        """The nodes that are not affine, or the input, in which the ways back from a node end."""
        waiting, seen, found = [name], set(), []
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            node = self.net.nodes.get(name)
            if node is None or node.kind != "affine":
                found.append(name)
            else:
                waiting += node.inputs
        return found

    def is_written_out(self, name):
        """Whether the maps to an affine node are small enough for matrices."""
        return self.net.size(name) * sum(self.net.size(s) for s in self.sources(name)) <= MOST

    def matrix(self, name, source):
        """The map from the source to a node, a row for each of the node's elements, and its error."""
        size = self.net.size(name)
        rows, found, error = {name: (np.eye(size), 0.0)}, None, 0.0
        for node in reversed(self.net.order):
            if node.name not in rows or node.kind != "affine":
                continue
            row, lost = rows.pop(node.name)
            for read, linear in zip(node.inputs, node.linear):
                parts = linear.parts(FLOATS)
                spread = norm_of(linear.forward(np.ones(self.net.size(read)), parts["abs"]) * (1 + 2.0 ** -20))
                new = linear.back(row, parts["all"])
                gamma = FLOATS.gamma(linear.back_terms + parts["roundings"])
                own = up(up(lost + up(gamma * norm_of(row))) * spread)
                own = up(own + new.size * (linear.back_terms + 1) * 2.0 ** -1074)
                if read in rows:
                    new = rows[read][0] + new
                    own = up(up(own + rows[read][1]) + up(U * norm_of(new)))
                rows[read] = new, own
        found, error = rows[source]
        return found, error

    def require(self, name, source, norm, factors):
        """Raises Rejected unless the norm of the map, with its columns times factors, is shown to be at most `norm`."""
        key = name, source, norm, None if factors is None else factors.tobytes()
        if key not in self.shown:
            on_torus = convolutions.is_shown(self.net, FLOATS, name, source, norm, factors, is_norm, norm_of)
            # without the torus around it the map may stretch less
            self.shown[key] = on_torus or self.is_matrix_shown(name, source, norm, factors, on_torus is None)
        if not self.shown[key]:
            raise Rejected(f"the norm from {source} to {name} is not shown to be at most {norm!r}")

    def is_matrix_shown(self, name, source, norm, factors, is_only_way):
        if not self.is_written_out(name):
            if is_only_way:
                raise Rejected(f"the linear map to {name} is too large")
            return False
        matrix, error = self.matrix(name, source)
        if factors is not None:
            matrix = matrix * factors
            error = up(up(error * float(factors.max())) + up(U * norm_of(matrix) + matrix.size * 2.0 ** -1074))
        return is_norm(matrix, error, norm)


def is_norm(matrix, error, limit):
    """Whether it is shown that every matrix within `error` of this one has a spectral norm of at most `limit`."""
    exact = math.nextafter(limit - error, -math.inf)
    largest = float(np.abs(matrix).max(initial=0.0))
    if not (math.isfinite(largest) and math.isfinite(error)):
        return False
    if largest == 0:
        return error <= limit
    if not (2.0 ** -300 < exact < 2.0 ** 300 and 2.0 ** -300 < largest < 2.0 ** 300):
        return False
    whole = norm_of(matrix)
    if whole <= exact:
        return True
    if matrix.shape[0] < matrix.shape[1]:
        matrix = matrix.T
    m, n = matrix.shape
    gram = matrix.T @ matrix
    square, trace = math.nextafter(exact * exact, 0.0), float(np.trace(gram))
    lost = FLOATS.gamma(m + 1) * whole * whole + 2 * U * (square + float(gram.diagonal().max()))
    lost += FLOATS.gamma(2 * n + 4) * 1.001 * (n * square + trace) + n * (n + m) * 2.0 ** -1000
    level = math.nextafter(square - lost * (1 + 2.0 ** -20), 0.0)
    if not level > 0:
        return False
    try:
        factor = np.linalg.cholesky(level * np.eye(n) - np.tril(gram) - np.tril(gram, -1).T)
    except np.linalg.LinAlgError:
        return False
    return bool(np.isfinite(factor).all() and (factor.diagonal() > 0).all())


def distance(bounds, middle, name):
    """At least the distance of two values of a node, by its intervals over the region and at the middle."""
    numbers, zero = bounds.numbers, bounds.lower[name] * 0
    away = np.maximum(numbers.up(bounds.upper[name] - middle.lower[name]), numbers.up(middle.upper[name] - bounds.lower[name]))
    away = np.maximum(away, zero)
    return norm_of(np.array([FLOATS.upper(x) for x in away]) if numbers.exact else away)


def balls(maps, bounds, middle, stated):
    """{node that is not affine: (the lower and upper ends of its value at the middle, distance)}; `stated`: {(node, source): norm}."""
    net, region, left, found = maps.net, bounds.region, dict(stated), {}
    pixels, factors = region.distance(), region.factors()
    scale = 1.0 if factors is None else float(factors.max())
    far, measured = {}, set(maps.measured())

    def reach(name):
        return product(pixels, scale) if name == net.input else far[name]

    for node in net.order:
        if node.kind == "affine":
            if node.name not in measured:
                continue
            total = 0.0
            for source in maps.sources(node.name):
                norm = left.pop((node.name, source), None)
                if norm is None:
                    total = math.inf
                    continue
                of_input = source == net.input
                maps.require(node.name, source, norm, factors if of_input else None)
                total = up(total + product(norm, pixels if of_input else far[source]))
        elif node.kind == "sigmoid":
            total = up(reach(node.inputs[0]) / 4)
        elif node.kind == "max":
            # a change moves the windows over it, each no farther than itself
            total = product(root(int(np.bincount(node.windows.ravel()).max())), reach(node.inputs[0]))
        elif node.kind in ("relu", "leaky", "tanh", "sin", "cos", "abs", "clip"):
            total = reach(node.inputs[0])  # slopes of at most 1
        else:
            total = math.inf
        far[node.name] = min(total if total == total else math.inf, distance(bounds, middle, node.name))
        if node.kind != "affine" and math.isfinite(far[node.name]):
            found[node.name] = middle.lower[node.name], middle.upper[node.name], far[node.name]
    if left:
        raise Rejected(f"a norm is stated from {min(left)[1]} to {min(left)[0]}, between which no distance goes")
    return found
