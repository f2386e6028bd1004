"""What the network has to beat: characters predicted from the counts of the last few.

Interpolated Witten-Bell smoothing (Witten and Bell, "The zero-frequency problem", 1991). With C(h)
the number of times the context h was seen in training, D(h) the number of different characters
behind it, and h' the context without its first character,

    p(c | h) = (C(hc) + D(h) p(c | h')) / (C(h) + D(h)),

which ends in 1 / alphabet. A context that was never seen leaves p(c | h').
"""

import numpy


def perplexity(
    train: numpy.ndarray, validation: numpy.ndarray, alphabet: int, order: int = 5
) -> float:
    """exp of the mean of -log p over all characters of `validation` but the first, whose contexts
    of `order` - 1 characters may reach back into `train`.

    train, validation: places in the alphabet, of `alphabet` characters
    """
    if alphabet**order > numpy.iinfo("int64").max:
        raise ValueError(f"perplexity: {alphabet} characters make too many groups of {order}")
    before = train[len(train) - order :].astype("int64")
    asked = numpy.concatenate([before, validation])
    count = len(validation) - 1
    p = numpy.full(count, 1 / alphabet)
    for length in range(1, order + 1):
        groups, seen = numpy.unique(_groups(train, length, alphabet), return_counts=True)
        contexts, first = numpy.unique(groups // alphabet, return_index=True)
        times = numpy.add.reduceat(seen, first)
        different = numpy.diff(numpy.append(first, len(groups)))
        wanted = _groups(asked, length, alphabet)[-count:]
        c_hc = _look_up(groups, seen, wanted)
        c_h = _look_up(contexts, times, wanted // alphabet)
        d_h = _look_up(contexts, different, wanted // alphabet)
        known = c_h > 0
        p[known] = ((c_hc + d_h * p) / numpy.maximum(c_h + d_h, 1))[known]
    return float(numpy.exp(-numpy.log(p).mean()))


def _groups(text: numpy.ndarray, length: int, alphabet: int) -> numpy.ndarray:
    """Each `length` characters in a row as one number, the first with the highest weight."""
    count = len(text) - length + 1
    found = numpy.zeros(count, "int64")
    for place in range(length):
        found = found * alphabet + text[place : place + count]
    return found


def _look_up(keys: numpy.ndarray, values: numpy.ndarray, wanted: numpy.ndarray) -> numpy.ndarray:
    """Values of sorted keys, 0 for what is none of them."""
    places = numpy.minimum(numpy.searchsorted(keys, wanted), len(keys) - 1)
    return numpy.where(keys[places] == wanted, values[places], 0)
