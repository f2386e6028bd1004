"""Speech features in fixed point, in integers of Python: what TensorFlow Lite Micro's signal
library and the 16-bit transform of Kiss FFT compute."""

import cmath
import math

import numpy


def _int16(x):
    return (int(x) + 0x8000) % 0x10000 - 0x8000


def _rows(data):
    return data.reshape(math.prod(data.shape[:-1]), data.shape[-1])


def signal_auto_scale(data):
    scaled, bits = [], []
    for row in _rows(data):
        most = 0
        for x in map(int, row):
            most = _int16(x if x > most else -x if -x > most else most)
        room = 15 - most.bit_length() if most > 0 else 0
        bits.append(room)
        scaled.append([_int16(int(x) << room) for x in row])
    return (
        numpy.array(scaled, "int16").reshape(data.shape),
        numpy.array(bits, "int32").reshape(data.shape[:-1]),
    )


class _Fixed:
    """A complex number in multiples of 2^-15."""

    def __init__(self, real, imaginary=0):
        self.real, self.imaginary = _int16(real), _int16(imaginary)

    def __add__(self, other):
        return _Fixed(self.real + other.real, self.imaginary + other.imaginary)

    def __sub__(self, other):
        return _Fixed(self.real - other.real, self.imaginary - other.imaginary)

    def __mul__(self, other):
        a, b, c, d = self.real, self.imaginary, other.real, other.imaginary
        return _Fixed((a * c - b * d + 16384) >> 15, (a * d + b * c + 16384) >> 15)

    def shared(self, parts):
        return self * _Fixed(32767 // parts)

    def turned(self):
        """Times -i."""
        return _Fixed(self.imaginary, -self.real)


def _root(phase):
    turn = cmath.exp(1j * phase)
    return _Fixed(math.floor(0.5 + 32767 * turn.real), math.floor(0.5 + 32767 * turn.imag))


def _transform(x, whole):
    """The transform of x, one of the interleaved parts of a row of `whole` numbers."""
    if len(x) == 1:
        return x
    radix = 4 if len(x) % 4 == 0 else 2
    parts = [_transform(x[start::radix], whole) for start in range(radix)]
    count, step = len(x) // radix, whole // len(x)
    found = [None] * len(x)
    for k in range(count):
        turned = [
            part[k].shared(radix) * _root(-2 * math.pi * q * k * step / whole)
            for q, part in enumerate(parts)
        ]
        turned[0] = parts[0][k].shared(radix)
        if radix == 2:
            found[k], found[k + count] = turned[0] + turned[1], turned[0] - turned[1]
            continue
        even, odd = turned[0] + turned[2], turned[0] - turned[2]
        total, turn = turned[1] + turned[3], (turned[1] - turned[3]).turned()
        found[k::count] = [even + total, odd + turn, even - total, odd - turn]
    return found


def signal_rfft(data, length):
    points, found = length // 2, []
    for row in _rows(data):
        samples = [*map(int, row), *[0] * (length - len(row))]
        x = [_Fixed(*samples[2 * i : 2 * i + 2]) for i in range(points)]
        x = _transform(x, points)
        first = x[0].shared(2)
        y = [None] * (points + 1)
        y[0] = _Fixed(first.real + first.imaginary)
        y[points] = _Fixed(first.real - first.imaginary)
        for k in range(1, points // 2 + 1):
            other = x[points - k]
            a, b = x[k].shared(2), _Fixed(other.real, -other.imaginary).shared(2)
            total, turn = a + b, (a - b) * _root(-math.pi * (k / points + 0.5))
            r, i, s, t = total.real, total.imaginary, turn.real, turn.imaginary
            y[k] = _Fixed((r + s) >> 1, (i + t) >> 1)
            y[points - k] = _Fixed((r - s) >> 1, (t - i) >> 1)
        found.append([part for number in y for part in (number.real, number.imaginary)])
    return numpy.array(found, "int16").reshape(*data.shape[:-1], length + 2)


def signal_filter_bank(data, weight, unweight, starts, weight_starts, widths):
    found = []
    for row in _rows(data):
        sums = []
        for factors in (weight, unweight):
            sums.append([])
            for start, first, width in zip(starts, weight_starts, widths, strict=True):
                places = range(max(0, int(width)))
                sums[-1].append(sum(int(factors[first + j]) * int(row[start + j]) for j in places))
        found.append([(a + b) % 2**64 for a, b in zip(sums[0][1:], sums[1][:-1], strict=True)])
    return numpy.array(found, "uint64").reshape(*data.shape[:-1], len(starts) - 1)


def signal_square_root(data):
    def root(x):
        down = math.isqrt(x)
        most = 2**16 - 1 if x < 2**32 else 2**32 - 1
        return min(down + (x - down * down > down), most)

    return numpy.array([root(int(x)) for x in data.flat], "uint32").reshape(data.shape)


def _gain(x, table):
    if x <= 2:
        return int(table[x])
    bits = x.bit_length()
    value, slope, curve = map(int, table[4 * bits - 6 : 4 * bits - 3])
    fraction = (x << 11 >> bits) & 0x3FF
    product = (((curve * fraction) >> 5) + slope * 32) * fraction + 16384
    return _int16((((product + 2**31) % 2**32 - 2**31) >> 15) + value)


def signal_gain(data, noise, table, shift):
    def compressed(x, y):
        ratio = (x * (_gain(y, table) % 2**32) % 2**64 >> shift) % 2**32
        return ratio * ratio >> 20 if ratio < 8192 else (ratio >> 6) - 64

    pairs = zip(data.flat, noise.flat, strict=True)
    return numpy.array([compressed(int(x), int(y)) for x, y in pairs], "uint32").reshape(data.shape)


def signal_log(data, scale, shift=0):
    corrections = [round(65536 * (math.log2(1 + i / 128) - i / 128)) for i in range(129)]

    def log(x):
        x = (x << shift) % 2**32
        if x <= 1:
            return 0
        whole = x.bit_length() - 1
        fraction = ((x << 16) >> whole) & 0xFFFF
        low, high = corrections[fraction >> 9 : (fraction >> 9) + 2]
        log2 = (whole << 16) + fraction + low + ((high - low) * (fraction & 511) >> 16)
        natural = (45426 * log2 + 32768) >> 16
        return min((scale * natural + 32768) % 2**32 >> 16, 32767)

    return numpy.array([log(int(x)) for x in data.flat], "int16").reshape(data.shape)
