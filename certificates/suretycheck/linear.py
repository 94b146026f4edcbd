"""Linear maps between flattened tensors: forward on a vector, backward on rows, with any array of coefficients of the same shape.

`forward(x, w)` sums at most `terms` products for an element, `back(rows, w)` at most `back_terms`; both sum in an order that numpy chooses.
"""
from itertools import product

import numpy as np


class Linear:
    def __init__(self, weights, relative=0):
        self.weights, self.relative, self._parts, self._whole = weights, relative, {}, None

    @property
    def whole(self):
        """Whether all coefficients are whole numbers."""
        if self._whole is None:
            self._whole = self.weights.dtype != object and not self.relative and bool((self.weights == np.rint(self.weights)).all())
        return self._whole

    def parts(self, numbers):
        """The coefficients in the kind of number: all, the positive ones, the negative ones, and without their signs."""
        if numbers.exact not in self._parts:
            w, roundings = numbers.weights(self.weights)
            zero = w * 0
            self._parts[numbers.exact] = {"all": w, "plus": np.maximum(w, zero), "minus": np.minimum(w, zero), "abs": np.abs(w), "roundings": roundings}
        return self._parts[numbers.exact]


class Dense(Linear):
    """y = x M for each of `lead` vectors; M is (k, n). The vectors are rows, or columns where a constant stands on the left (M^T x)."""

    def __init__(self, matrix, lead=1, columns=False):
        super().__init__(matrix)
        self.lead, self.columns, (self.terms, self.back_terms) = lead, columns, matrix.shape

    def forward(self, x, w):
        if self.columns:
            return (w.T @ x.reshape(-1, self.lead)).reshape(-1)
        return (x.reshape(self.lead, -1) @ w).reshape(-1)

    def back(self, rows, w):
        if self.columns:
            return (w @ rows.reshape(len(rows), -1, self.lead)).reshape(len(rows), -1)
        return (rows.reshape(len(rows) * self.lead, -1) @ w.T).reshape(len(rows), -1)


class Sparse(Linear):
    """y_i = sum_t w_it x_(index_it); index -1 stands for nothing."""

    def __init__(self, index, weights, size_in, relative=0):
        super().__init__(weights, relative)
        self.index, self.size_in, self.terms = index, size_in, index.shape[1]
        used = index[index >= 0]
        self.back_terms = int(np.bincount(used, minlength=1).max()) if used.size else 1
        self._turned = None

    def forward(self, x, w):
        return (np.append(x, x[:1] * 0)[self.index] * w).sum(axis=1)

    def turned(self):
        """For each element of the input where it stands in the index, and -1 behind; None where this would be long for what it holds."""
        if self._turned is None:
            flat = self.index.reshape(-1)
            places = np.flatnonzero(flat >= 0)
            places = places[np.argsort(flat[places], kind="stable")]
            if self.back_terms * self.size_in > 4 * flat.size + 1000 or self.back_terms > 2 ** 12:
                self._turned = (None,)
            else:
                counts = np.bincount(flat[places], minlength=self.size_in)
                table = np.full((self.size_in, self.back_terms), -1)
                table[np.repeat(np.arange(self.size_in), counts), np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)] = places
                self._turned = (table,)
        return self._turned[0]

    def back(self, rows, w):
        out = np.zeros((len(rows), self.size_in), rows.dtype)
        table = self.turned() if rows.dtype != object and self.terms > 0 else None
        if table is not None:
            flat = w.reshape(-1)
            for places in table.T:
                out += rows[:, places // self.terms] * np.where(places >= 0, flat[places], 0.0)
            return out
        for t in range(self.terms):
            index = self.index[:, t]
            here = np.flatnonzero(index >= 0)
            index, values = index[here], rows[:, here] * w[here, t]
            if len(np.unique(index)) == len(index):
                out[:, index] += values
            else:
                np.add.at(out, (slice(None), index), values)
        return out


class Convolution(Linear):
    """A convolution in any number of dimensions; weights are (groups, outputs, inputs, kernel...)."""

    def __init__(self, weights, shape_in, strides, dilations, before, after):
        super().__init__(weights)
        self.groups, outputs, inputs = weights.shape[:3]
        self.kernel, self.strides, self.dilations = weights.shape[3:], strides, dilations
        self.channels, self.space = shape_in[0], tuple(shape_in[1:])
        self.before = before
        self.padded = tuple(s + b + a for s, b, a in zip(self.space, before, after))
        self.out = tuple((p - d * (k - 1) - 1) // s + 1 for p, d, k, s in zip(self.padded, dilations, self.kernel, strides))
        taps = int(np.prod(self.kernel))
        self.terms, self.back_terms = inputs * taps, outputs * taps
        self.shape_out = (self.groups * outputs,) + self.out

    def _windows(self):
        """For each tap of the kernel, where its inputs lie in the padded tensor."""
        for tap in product(*map(range, self.kernel)):
            yield tap, tuple(slice(d * t, d * t + s * (o - 1) + 1, s) for t, d, s, o in zip(tap, self.dilations, self.strides, self.out))

    def _inside(self):
        return tuple(slice(b, b + s) for b, s in zip(self.before, self.space))

    def forward(self, x, w):
        return self.forward_rows(x[None], w)[0]

    def forward_rows(self, rows, w):
        m = len(rows)
        padded = np.zeros((m, self.channels) + self.padded, rows.dtype)
        padded[(slice(None),) * 2 + self._inside()] = rows.reshape((m, self.channels) + self.space)
        total = 0
        for tap, where in self._windows():
            total = total + w[(slice(None),) * 3 + tap] @ padded[(slice(None),) * 2 + where].reshape(m, self.groups, -1, int(np.prod(self.out)))
        return total.reshape(m, -1)

    def back(self, rows, w):
        m = len(rows)
        padded = np.zeros((m, self.channels) + self.padded, rows.dtype)
        rows = rows.reshape(m, self.groups, -1, int(np.prod(self.out)))
        for tap, where in self._windows():
            kernel = w[(slice(None),) * 3 + tap].transpose(0, 2, 1)
            padded[(slice(None),) * 2 + where] += (kernel @ rows).reshape((m, self.channels) + self.out)
        return padded[(slice(None),) * 2 + self._inside()].reshape(m, -1)


class Transposed(Linear):
    """A transposed convolution: the map of a convolution from the output to the input, transposed. `space`: of the input; `shape_out`: of the output."""

    def __init__(self, weights, space, shape_out, strides, dilations, before, after):
        super().__init__(weights)
        self.convolution = Convolution(weights, shape_out, strides, dilations, before, after)
        self.convolution.out = tuple(space)  # output_padding adds windows that no input has
        self.terms, self.back_terms = self.convolution.back_terms, self.convolution.terms

    def forward(self, x, w):
        return self.convolution.back(x[None], w)[0]

    def back(self, rows, w):
        return self.convolution.forward_rows(rows, w)
