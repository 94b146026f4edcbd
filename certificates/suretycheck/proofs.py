"""Claims and the rules that prove them."""
import hashlib
import math
from fractions import Fraction

import numpy as np

from . import Rejected, Unproved
from .arithmetic import Exact, Floats, fractions
from .bounds import Bounds, Empty
from .distances import Maps, balls
from .network import Network, parse
from .reading import elements, exact_array, fields, index, listed, number, raw_array, weight, whole
from .region import Region
from .token_claims import check_tokens, is_about_tokens, token_proofs

SMALL = 4000  # weights of a network for which exact arithmetic is tried after floats


class Claim:
    """A claim about a network: region, meanings, verdict, and the conditions as lists of (outputs, inputs, bound, strict)."""

    def __init__(self, value, model):
        fields(value, "the claim", ("network", "meaning", "region", "property", "verdict"), ("words",))
        network = fields(value["network"], "claim.network", ("sha256", "input", "output"))
        if network["sha256"] != model.sha256:
            raise Rejected(f"the claim is about another model: sha256 {network['sha256']!r}")
        if not isinstance(network["input"], str) or not isinstance(network["output"], str):
            raise Rejected("the names of input and output are not strings")
        self.net, self.maps = model.network(network["input"], network["output"])
        if not isinstance(value.get("words", ""), str):
            raise Rejected("the words are not a string")
        self.meaning = listed(value["meaning"], "the meaning")
        if not self.meaning or any(m not in ("real", "binary32") for m in self.meaning) or len(set(self.meaning)) != len(self.meaning):
            raise Rejected(f"the meaning is {self.meaning!r}, not a list of \"real\" and \"binary32\"")
        self.verdict = value["verdict"]
        if self.verdict not in ("holds", "violated"):
            raise Rejected(f"the verdict is {self.verdict!r}")
        self.region = Region(value["region"], self.net.shapes[self.net.input])
        self.conditions = self._conditions(value["property"])

    def _conditions(self, value):
        kind = value.get("kind") if isinstance(value, dict) else None
        outputs = self.net.size(self.net.output)
        if kind == "label":
            fields(value, "the property", ("kind", "label"))
            label = index(value["label"], "the label", outputs)
            if outputs == 1:
                raise Rejected("the network has one output, so there is no other class")
            return [[({label: Fraction(1), other: Fraction(-1)}, {}, Fraction(0), False)] for other in range(outputs) if other != label]
        if kind != "conditions":
            raise Rejected(f"the property has the unknown kind {kind!r}")
        fields(value, "the property", ("kind", "conditions"))
        if not value["conditions"]:
            raise Rejected("the property has no conditions")
        return [[self._constraint(c) for c in listed(condition, "a condition")] for condition in listed(value["conditions"], "the conditions")]

    def _constraint(self, value):
        fields(value, "a constraint", ("outputs", "bound"), ("inputs", "strict"))
        strict = value.get("strict", False)
        if type(strict) is not bool:
            raise Rejected("strict is neither true nor false")
        sums = []
        for key, name in (("outputs", self.net.output), ("inputs", self.net.input)):
            total = {}
            for pair in listed(value.get(key, []), key):
                if len(listed(pair, key)) != 2:
                    raise Rejected(f"a pair of {key} is not an index and a coefficient")
                place = index(pair[0], f"an index of {key}", self.net.size(name))
                total[place] = total.get(place, 0) + number(pair[1], "a coefficient")
            sums.append(total)
        return (*sums, number(value["bound"], "a bound"), strict)


class Model:
    """The file of the network. Networks are read once for each pair of input and output."""

    def __init__(self, data):
        self.parsed, self.sha256, self._networks, self._tokens = parse(data), hashlib.sha256(data).hexdigest(), {}, {}

    def network(self, input_name, output_name):
        key = input_name, output_name
        if key not in self._networks:
            net = Network(self.parsed, *key)
            self._networks[key] = net, Maps(net)
        return self._networks[key]

    def tokens(self, input_name, output_name):
        key = input_name, output_name
        if key not in self._tokens:
            self._tokens[key] = token_proofs(self.parsed, *key)
        return self._tokens[key]


def check(value, model, exact=False):
    """Returns if the certificate proves its claim, and raises Rejected otherwise."""
    fields(value, "the certificate", ("format", "version", "claim", "proof"))
    if value["format"] != "surety-certificate":
        raise Rejected(f"the format is {value['format']!r}")
    if whole(value["version"]) != 1:
        raise Rejected(f"the version is {value['version']!r}, not 1")
    if is_about_tokens(value):
        return check_tokens(value, model)
    claim = Claim(value["claim"], model)
    # A bound for binary32 charges errors of at least 0 over all inputs of the region, so it holds without errors too: for `real`.
    # An input that violates under every float32 execution need not violate without rounding, so a counterexample is replayed for each.
    holds = claim.verdict == "holds"
    meanings = ["binary32"] if holds and "binary32" in claim.meaning else claim.meaning
    for meaning in meanings:
        try:
            Checker(claim, meaning == "binary32", Exact() if exact else Floats()).check(value["proof"])
        except Unproved:
            if exact or claim.net.weights > SMALL and holds:
                raise
            Checker(claim, meaning == "binary32", Exact()).check(value["proof"])


def rule_of(value):
    rule = value.get("rule") if isinstance(value, dict) else None
    if not isinstance(rule, str):
        raise Rejected("a proof is not an object with a rule")
    return rule


class Checker:
    def __init__(self, claim, binary32, numbers):
        self.claim, self.net, self.numbers, self.binary32 = claim, claim.net, numbers, binary32
        if binary32 and self.net.double:
            raise Rejected("the model computes in float64, so nothing is known of its executions in single precision")

    def bounds(self, base=None, cuts=()):
        return Bounds(self.net, self.claim.region, self.numbers, self.binary32, base, cuts)

    def check(self, proof):
        """A proof at the top."""
        rule, everything = rule_of(proof), list(range(len(self.claim.conditions)))
        if self.claim.verdict == "violated":
            if rule != "counterexample":
                raise Rejected(f"the rule {rule!r} does not prove a violation")
            return self.counterexample(proof)
        if rule != "each":
            return self.holds(proof, everything)
        fields(proof, "the proof", ("rule", "proofs"))
        left = set(everything)
        for part in listed(proof["proofs"], "proofs"):
            fields(part, "a proof of conditions", ("conditions", "proof"))
            mine = [index(i, "a condition", len(everything)) for i in listed(part["conditions"], "conditions")]
            if len(set(mine)) != len(mine) or not set(mine) <= left:
                raise Rejected("a condition is named twice")
            left -= set(mine)
            self.holds(part["proof"], mine)
        if left:
            raise Rejected(f"condition {min(left)} has no proof")

    def holds(self, proof, conditions):
        rule = rule_of(proof)
        if rule == "tree":
            return self.tree(proof, conditions)
        if rule not in ("interval", "linear", "lipschitz"):
            raise Rejected(f"the rule {rule!r} does not stand here")
        try:
            self.leaf(proof, conditions, None, (), False)
        except Empty:
            raise Rejected("intervals cross although nothing was cut") from None

    # ---- trees

    def tree(self, proof, conditions):
        """A stack instead of recursion; the way to a node of the tree is a chain (cut, the chain before it)."""
        fields(proof, "the tree", ("rule", "root"), ("passes",))
        try:
            base, leaves = self.bounds().run(self.passes(proof)), 0
        except Empty:
            raise Rejected("intervals cross although nothing was cut") from None
        stack = [(proof["root"], None)]
        while stack:
            tree, way = stack.pop()
            if isinstance(tree, dict) and "leaf" in tree:
                fields(tree, "a leaf", ("leaf",))
                leaves += 1
                cuts = []
                while way is not None:
                    cuts.append(way[0])
                    way = way[1]
                try:
                    self.leaf(tree["leaf"], conditions, base, cuts[::-1], True)
                except Rejected as error:
                    raise type(error)(f"leaf {leaves}: {error}") from None
                continue
            fields(tree, "a node of the tree", ("cut", "below", "above"))
            name, element, at = self.cut(tree["cut"])
            stack.append((tree["above"], ((name, element, at, False), way)))
            stack.append((tree["below"], ((name, element, at, True), way)))

    def cut(self, value):
        if isinstance(value, dict) and "input" in value:
            fields(value, "a cut", ("input", "at"))
            return self.net.input, index(value["input"], "the input of a cut", self.net.size(self.net.input)), number(value["at"], "at")
        fields(value, "a cut", ("node", "element", "at"))
        name = self.node(value["node"])
        return name, index(value["element"], "the element of a cut", self.net.size(name)), number(value["at"], "at")

    def node(self, name, or_input=False):
        found = self.net.node_of(name) if isinstance(name, str) else None
        if not isinstance(found, str) or found not in self.net.nodes and not (or_input and found == self.net.input):
            raise Rejected(f"there is no node {name!r}")
        return found

    # ---- interval, linear, empty

    def leaf(self, proof, conditions, base, cuts, in_tree):
        """A proof over a part. A part without inputs needs none: its intervals are those of every input in it, and they cross."""
        rule = rule_of(proof)
        if rule == "empty" and in_tree:
            fields(proof, "the proof", ("rule",))
            try:
                self.bounds(base, cuts).run()
            except Empty:
                return
            raise Unproved("no interval of an empty leaf has its lower end above its upper end")
        if rule == "interval":
            fields(proof, "the proof", ("rule",), ("weights",))
        elif rule == "linear":
            fields(proof, "the proof", ("rule",), ("passes", "weights", "slopes") + (("multipliers",) if in_tree else ()))
        elif rule == "lipschitz" and not in_tree:
            fields(proof, "the proof", ("rule", "norms"), ("weights",))
            if self.binary32:
                raise Unproved("norms are about exact reals, and not about binary32")
        else:
            raise Rejected(f"the rule {rule!r} does not stand here")
        combinations = self.combinations(proof, conditions)
        passes, slopes = self.passes(proof), self.slopes(proof, len(combinations))
        added, constants = self.multipliers(proof, len(combinations), [c for c in cuts if c[0] != self.net.input])
        try:
            bounds = self.bounds(base, cuts).run(passes)
            if rule == "lipschitz":
                bounds.balls = balls(self.claim.maps, bounds, self.at(self.claim.region.middle), self.norms(proof))
            least = self.functions(bounds, [c[1] for c in combinations], constants, slopes, added, rule != "linear")
        except Empty:
            if in_tree:
                return
            raise
        shown = {}
        for (condition, _, strict), value in zip(combinations, least):
            shown.setdefault(condition, []).append(value)
            if value > 0 or (strict and value >= 0):
                shown[condition].append(None)
        for condition in conditions:
            values = shown.get(condition, [])
            if None not in values:
                best = max([float(v) for v in values if v is not None], default=-math.inf)
                raise Unproved(f"condition {condition} is not shown impossible: its best lower bound is {best:.6g}")

    def combinations(self, proof, conditions):
        """(condition, function as (outputs, inputs, constant), whether it may be 0) for each combination of weights, in order."""
        stated = listed(proof["weights"], "weights") if "weights" in proof else None
        if stated is not None and len(stated) != len(conditions):
            raise Rejected(f"there are weights for {len(stated)} conditions, not {len(conditions)}")
        found = []
        for place, condition in enumerate(conditions):
            constraints = self.claim.conditions[condition]
            if stated is None:
                choices = [[Fraction(i == j) for j in range(len(constraints))] for i in range(len(constraints))]
            else:
                choices = [[weight(w, "a weight") for w in listed(row, "weights")] for row in listed(stated[place], "weights")]
            for choice in choices:
                if len(choice) != len(constraints):
                    raise Rejected(f"a combination has {len(choice)} weights for {len(constraints)} constraints")
                function, strict = ({}, {}, Fraction(0)), False
                for w, (outputs, inputs, bound, below) in zip(choice, constraints):
                    function = (add(function[0], outputs, w), add(function[1], inputs, w), function[2] - w * bound)
                    strict |= below and w > 0
                found.append((condition, function, strict))
        return found

    def functions(self, bounds, functions, constants, slopes, added, affine_only):
        """At most the minima of the functions over the part; a coefficient that is no float is charged its distance to the float taken."""
        numbers = self.numbers
        rows, total = {}, np.array([numbers.lower(f[2] + c) for f, c in zip(functions, constants)], dtype=object if numbers.exact else float)
        if not functions:
            return total
        sums = {}
        for part, output in ((0, self.net.output), (1, self.net.input)):
            for r, f in enumerate(functions):
                name = self.compared(f, added, r) or output if part == 0 else output
                for element, coefficient in f[part].items():
                    if name not in sums:
                        sums[name] = np.full((len(functions), self.net.size(name)), Fraction(0), dtype=object)
                    sums[name][r, element] += coefficient
        for name, exact in sums.items():
            rows[name], away = numbers.nearest(exact)
            if away is not None:
                total = numbers.down(total - numbers.high_dot(away, bounds.size(name)))
        return bounds.function(rows, total, slopes, added, affine_only)

    def compared(self, function, added, row):
        """What the softmax reads whose output c Y_i - c Y_j compares two elements of one group of, or None: both orders are the same, as exp rises
        and what both are divided by is the same and above 0. A multiplier of the output itself is something that is added; what is added further
        back is at most 0 in the part, and so does no harm."""
        output = self.net.nodes.get(self.net.output)
        terms = [(element, c) for element, c in function[0].items() if c]
        if output is None or output.compared is None or function[2] != 0 or any(function[1].values()) or len(terms) != 2:
            return None
        (i, c), (j, d) = terms
        read, group = output.compared
        return read if c == -d and group[i] == group[j] and not (output.name in added and added[output.name][row].any()) else None

    def passes(self, proof):
        """Passes by node, in the order of the file."""
        order, last, found = {n.name: i for i, n in enumerate(self.net.order)}, -1, {}
        for value in listed(proof.get("passes", []), "passes"):
            fields(value, "a pass", ("node", "elements"))
            name = self.node(value["node"])
            if order[name] <= last:
                raise Rejected(f"the pass at {name} is not in the order of the file")
            last = order[name]
            chosen = value["elements"]
            if isinstance(chosen, str) and chosen != "unstable":
                raise Rejected(f"the elements of a pass are {chosen!r}")
            found[name] = chosen if isinstance(chosen, str) else elements(chosen, "the elements of a pass", self.net.size(name))
        return found

    def slopes(self, proof, count):
        """{node: {row: (elements, values from 0 to 1)}}."""
        found = {}
        for value in listed(proof.get("slopes", []), "slopes"):
            fields(value, "slopes", ("row", "node", "elements", "values"))
            row, name = index(value["row"], "the row of slopes", count), self.node(value["node"], or_input=True)
            if not any(n.kind in ("relu", "leaky") for n in self.net.readers[name]):
                raise Rejected(f"no ReLU or LeakyRelu reads {name}, which has slopes")
            chosen = elements(value["elements"], "the elements of slopes", self.net.size(name))
            values = raw_array(value["values"], "the values of slopes", ("u8",))[0]
            if len(values) != len(chosen):
                raise Rejected(f"there are {len(values)} slopes for {len(chosen)} elements")
            if row in found.setdefault(name, {}):
                raise Rejected(f"row {row} has slopes twice at {name}")
            found[name][row] = chosen, fractions(values.astype(object)) / 255 if self.numbers.exact else values / 255.0
        return found

    def multipliers(self, proof, count, cuts):
        """Coefficients to add at the nodes of cuts, and the constants that go with them."""
        constants, added, seen = [Fraction(0)] * count, {}, set()
        for value in listed(proof.get("multipliers", []), "multipliers"):
            fields(value, "multipliers", ("row", "values"))
            row = index(value["row"], "the row of multipliers", count)
            values = raw_array(value["values"], "the values of multipliers", ("f64",))[0]
            if row in seen:
                raise Rejected(f"row {row} has multipliers twice")
            seen.add(row)
            if len(values) != len(cuts):
                raise Rejected(f"there are {len(values)} multipliers for {len(cuts)} cuts of nodes")
            if (values < 0).any():
                raise Rejected("a multiplier is negative")
            for m, (name, element, at, below) in zip(values, cuts):
                signed = Fraction(float(m)) if below else -Fraction(float(m))
                constants[row] -= signed * at
                cell = added.setdefault(name, {})
                cell[row, element] = cell.get((row, element), Fraction(0)) + signed
        arrays = {}
        for name, cells in added.items():
            arrays[name] = np.full((count, self.net.size(name)), Fraction(0), dtype=object)
            for place, m in cells.items():
                arrays[name][place] = m
        return arrays, constants

    def norms(self, proof):
        """{(node, source): norm}."""
        found = {}
        for value in listed(proof["norms"], "norms"):
            fields(value, "a norm", ("node", "source", "norm"))
            pair = self.node(value["node"]), self.node(value["source"], or_input=True)
            if pair in found:
                raise Rejected(f"the norm from {pair[1]} to {pair[0]} is stated twice")
            found[pair] = float(weight(value["norm"], "a norm"))
        return found

    # ---- counterexamples

    def at(self, x):
        """The intervals of nodes at a single input."""
        point = Region.__new__(Region)
        point.lower = point.upper = x
        point.norm = None
        return Bounds(self.net, point, self.numbers, self.binary32).run()

    def counterexample(self, proof):
        """The function of a violation is turned round: row - bound <= 0 for every value is -(row - bound) >= 0 at least."""
        fields(proof, "the proof", ("rule", "input"))
        x = exact_array(proof["input"], "the input", self.net.size(self.net.input))
        if not self.claim.region.contains(x):
            raise Rejected("the input does not lie in the region")
        if self.binary32 and any(not is_float32(v) for v in x):
            raise Rejected("the input is not made of float32 numbers")
        bounds = self.at(x)
        for condition in self.claim.conditions:
            if not condition:
                return
            turned = [(add({}, c[0], -1), add({}, c[1], -1), c[2]) for c in condition]
            least = self.functions(bounds, turned, [Fraction(0)] * len(turned), {}, {}, True)
            if all(v > 0 or (v >= 0 and not c[3]) for v, c in zip(least, condition)):
                return
        raise Unproved("the output satisfies no condition for certain")


def add(sums, more, factor):
    total = dict(sums)
    for element, coefficient in more.items():
        total[element] = total.get(element, Fraction(0)) + factor * coefficient
    return total


def is_float32(x):
    """Whether a rational is a finite float32 number."""
    try:
        near = float(x)
    except OverflowError:
        return False
    return Fraction(near) == x and abs(near) < 2.0 ** 128 and float(np.float32(near)) == near
