"""Norms of convolutions too large to be written out (rule `lipschitz`).

An image is laid on a torus so large that what an output reads beyond the image's edge is 0 there too: the convolution is then the one on the torus
between an extension by zeros and a restriction, and neither stretches anything. With stride s, elements are sorted by their remainders modulo s into
channels of their own, which only moves them. The Fourier transform keeps lengths and makes of the convolution on the torus one complex matrix for each
frequency; its norm is the largest of theirs. Opposite frequencies have conjugate matrices. A complex matrix has the norm of [[Re, -Im], [Im, Re]].

Rounding: cosines and sines of a tap's angle are within `EACH` of the true ones for one axis, and products of d of them within d EACH + ... <= `wrong`; an
entry is a sum over taps, so each of its parts is off by at most (gamma + wrong) times the sum of the taps' sizes, and the real matrix by twice the
Frobenius norm of these.
"""
import math
from fractions import Fraction
from itertools import product

import numpy as np

from .linear import Convolution, Sparse
from .waves import CIRCLE, wave

MOST_FREQUENCIES = 2 ** 20
MOST_WORK = 2.0 ** 43
MOST_TAPS = 2 ** 22  # times frequencies and groups: each is a step of this program
EACH = 2.0 ** -52  # a float nearest to a number within 2^-180


def channel_factors(values, channels):
    """The factor of each channel; None where its elements have several."""
    table = values.reshape(channels, -1)
    return table[:, 0] if (table == table[:, :1]).all() else None


def chain(net, floats, name, source):
    """The convolution between a source and an affine node, what elements are multiplied by behind and before it, and the roundings; None where it is
    anything else."""
    found, behind, before, roundings = None, [], [], 0
    while name != source:
        node = net.nodes.get(name)
        if node is None or node.kind != "affine" or len(node.inputs) != 1:
            return None
        linear = node.linear[0]
        parts = linear.parts(floats)
        roundings += parts["roundings"] + 1
        if isinstance(linear, Convolution):
            if found is not None:
                return None
            found = linear, parts["all"]
        elif isinstance(linear, Sparse) and linear.terms == 1 and linear.size_in == len(linear.index):
            if not (linear.index[:, 0] == np.arange(linear.size_in)).all():
                return None
            (behind if found is None else before).append(np.broadcast_to(parts["all"].reshape(-1), (linear.size_in,)))
        else:
            return None
        name = node.inputs[0]
    return None if found is None else (*found, behind, before, roundings)


def scaled(kernels, convolution, behind, before):
    """The kernels (groups, outputs, inputs, taps...) times the factors of channels; None where an element's differ, or where something underflows."""
    groups, outputs, inputs = kernels.shape[:3]
    ones = (1,) * (kernels.ndim - 3)
    factors = [(f, groups * outputs, (groups, outputs, 1)) for f in behind] + [(f, groups * inputs, (groups, 1, inputs)) for f in before]
    for values, channels, shape in factors:
        own = channel_factors(values, channels)
        if own is None:
            return None
        own = np.broadcast_to(own.reshape(shape + ones), kernels.shape)
        result = kernels * own
        if (~(np.abs(result) >= 2.0 ** -1000) & (kernels != 0) & (own != 0)).any():
            return None
        kernels = result
    return kernels


def along(size, out, taps, stride, dilation, before):
    """For each tap along an axis its remainder and how many strides away it is; and the extent of the torus."""
    own = [divmod(tap * dilation - before, stride) for tap in range(taps)]
    extent = max(1, -(-size // stride) + max(0, -min(o for o, _ in own)), out + max(0, max(o for o, _ in own)))
    return own, extent


def turns(extent):
    """Cosines and sines of all multiples of a turn's part, within EACH."""
    def middle(k, quarters):
        low, high = wave(2 * CIRCLE * Fraction(k, extent), quarters)
        return float((low + high) / 2)
    return np.array([[middle(k, 1), middle(k, 0)] for k in range(extent)])


def is_shown(net, floats, name, source, norm, factors, is_norm, norm_of):
    """Whether the map is shown to have a norm of at most `norm`; None where it is no convolution.

    `factors`: what the source's elements are multiplied by, or None."""
    found = chain(net, floats, name, source)
    if found is None:
        return None
    convolution, weights, behind, before, roundings = found
    kernels = scaled(weights, convolution, behind, before + ([] if factors is None else [factors]))
    if kernels is None:
        return None
    axes = [along(*own) for own in zip(convolution.space, convolution.out, convolution.kernel, convolution.strides, convolution.dilations, convolution.before)]
    extents = [extent for _, extent in axes]
    remainders = [{r: place for place, r in enumerate(sorted({r for _, r in own}))} for own, _ in axes]
    phases = math.prod(len(r) for r in remainders)
    groups, outputs, inputs = kernels.shape[:3]
    columns = inputs * phases
    if groups * math.prod(convolution.kernel) * math.prod(extents) > MOST_TAPS:
        return False
    if math.prod(extents) > MOST_FREQUENCIES or 8.0 * outputs * columns * min(outputs, columns) * math.prod(extents) > MOST_WORK:
        return False
    taps = [
        ([own[t][0] for (own, _), t in zip(axes, tap)], tap, np.ravel_multi_index([r[own[t][1]] for (own, _), r, t in zip(axes, remainders, tap)], [len(r) for r in remainders]))
        for tap in product(*(range(len(own)) for own, _ in axes))
    ]
    tables = [turns(extent) for extent in extents]
    d = len(axes)
    relative = float(floats.gamma(len(taps) + 3 + roundings + len(behind) + len(before))) + 8 * d * EACH + 4 * d * 2.0 ** -53
    for group in kernels:
        sizes = np.zeros((outputs, inputs, phases))
        for _, tap, phase in taps:
            sizes[:, :, phase] += np.abs(group[(slice(None), slice(None)) + tap])
        error = 2 * relative * norm_of(sizes) * (1 + 2.0 ** -20) + group.size * 2.0 ** -1070
        for frequency in product(*map(range, extents)):
            if frequency > tuple(-f % n for f, n in zip(frequency, extents)):
                continue
            real, imaginary = np.zeros((outputs, inputs, phases)), np.zeros((outputs, inputs, phases))
            for offsets, tap, phase in taps:
                cosine, sine = 1.0, 0.0
                for table, f, offset, n in zip(tables, frequency, offsets, extents):
                    a, b = table[f * offset % n]
                    cosine, sine = cosine * a - sine * b, sine * a + cosine * b
                weight = group[(slice(None), slice(None)) + tap]
                real[:, :, phase] += weight * cosine
                imaginary[:, :, phase] += weight * sine
            real, imaginary = real.reshape(outputs, columns), imaginary.reshape(outputs, columns)
            if not is_norm(np.block([[real, -imaginary], [imaginary, real]]), error, norm):
                return False
    return True
