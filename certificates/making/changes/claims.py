"""Changes of what is claimed, but for the region."""
from .finding import has, kind, named, number_text, places, set_at


@kind("another digest")
def digest(value, rng, other):
    def change(text):
        place = rng.randrange(64)
        return text[:place] + rng.choice([c for c in "0123456789abcdef" if c != text[place]]) + text[place + 1:]
    return set_at(value, rng, named("sha256"), change)


@kind("another name of input or output")
def network_name(value, rng, other):
    name = rng.choice(["input", "output"])
    value["claim"]["network"][name] += rng.choice(["x", "0", "_1"])
    return value


@kind("a meaning added")
def meaning_added(value, rng, other):
    missing = [m for m in ("real", "binary32") if m not in value["claim"]["meaning"]]
    if not missing:
        return None
    value["claim"]["meaning"] += missing
    return value


@kind("a meaning removed")
def meaning_removed(value, rng, other):
    if len(value["claim"]["meaning"]) < 2:
        return None
    value["claim"]["meaning"].remove(rng.choice(value["claim"]["meaning"]))
    return value


@kind("the verdict turned")
def verdict(value, rng, other):
    value["claim"]["verdict"] = {"holds": "violated", "violated": "holds"}[value["claim"]["verdict"]]
    return value


@kind("another label")
def label(value, rng, other):
    return set_at(value, rng, named("label"), lambda v: rng.choice([n for n in range(-1, 12) if n != v]))


@kind("a bound of a constraint moved")
def bound(value, rng, other):
    return set_at(value, rng, named("bound"), lambda v: repr(number_text(v) + rng.choice([-1, 1]) * rng.choice([1e-6, 0.01, 1, 100])))


@kind("a coefficient changed")
def coefficient(value, rng, other):
    terms = [(holder[key], i) for holder, key in places(value, lambda k, v: k in ("outputs", "inputs")) for i in range(len(holder[key]))]
    if not terms:
        return None
    terms, place = rng.choice(terms)
    terms[place][1] = repr(number_text(terms[place][1]) * rng.choice([-1, 0.5, 2, 0, 1.001]))
    return value


@kind("another output")
def output(value, rng, other):
    terms = [term for holder, key in places(value, named("outputs")) for term in holder[key]]
    if not terms:
        return None
    rng.choice(terms)[0] += rng.choice([-1, 1, 2, 100])
    return value


@kind("strictness turned")
def strictness(value, rng, other):
    return set_at(value, rng, has("bound"), lambda v: {**v, "strict": not v.get("strict", False)})


def conditions_of(value):
    return value["claim"]["property"].get("conditions")


@kind("a constraint removed")
def constraint_removed(value, rng, other):
    found = [c for c in conditions_of(value) or [] if c]
    if not found:
        return None
    chosen = rng.choice(found)
    chosen.pop(rng.randrange(len(chosen)))
    return value


@kind("a condition removed")
def condition_removed(value, rng, other):
    found = conditions_of(value)
    if not found:
        return None
    found.pop(rng.randrange(len(found)))
    return value


@kind("a condition added")
def condition_added(value, rng, other):
    found = conditions_of(value)
    if found is None:
        return None
    more = rng.choice([[], [{"outputs": [[0, "1"]], "bound": "100000"}], [{"outputs": [[0, "0"]], "bound": "0"}], *((conditions_of(other) or []) if other else [])])
    if more in found:
        return None
    found.insert(rng.randrange(len(found) + 1), more)
    return value


@kind("the property of another line")
def other_property(value, rng, other):
    if other is None or other["claim"]["property"] == value["claim"]["property"]:
        return None
    value["claim"]["property"] = other["claim"]["property"]
    return value
