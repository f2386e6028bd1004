"""`weft.audio`: transforms and features of signals, against formulas in NumPy and SciPy."""

import functools

import numpy
import pytest
import scipy.fft
import scipy.signal
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import audio, autograd, np, runtime

WINDOWS = ["hann", "hamming", "blackman", "bartlett", "boxcar", "blackmanharris", "nuttall"]


def noise(*shape, seed=3, dtype="float64"):
    return numpy.random.default_rng(seed).normal(size=shape).astype(dtype)


def magnitudes(*shape):
    return abs(noise(*shape))


def agree(found, wanted, tolerance=1e-9):
    assert found.shape == wanted.shape and found.dtype == wanted.dtype
    scale = abs(wanted).max(initial=1e-30)
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=0, atol=tolerance * scale)


def window_of(window, length, n_fft):
    elements = scipy.signal.get_window(window, length)
    before = (n_fft - length) // 2
    return numpy.pad(elements, (before, n_fft - length - before))


def stft(y, n_fft, hop, length=None, window="hann", center=True, pad_mode="constant"):
    """Frame by frame."""
    if center:
        widths = [(0, 0)] * (y.ndim - 1) + [(n_fft // 2, n_fft // 2)]
        y = numpy.pad(y, widths, mode=pad_mode)
    weights = window_of(window, length or n_fft, n_fft)
    starts = range(0, y.shape[-1] - n_fft + 1, hop)
    spectra = [numpy.fft.rfft(y[..., s : s + n_fft] * weights) for s in starts]
    return numpy.stack(spectra, -1)


@pytest.mark.parametrize("window", [*WINDOWS, ("kaiser", 6.5), ("gaussian", 5.0)], ids=str)
@pytest.mark.parametrize("length", [16, 15, 9])
def test_windows_are_those_of_scipy(window, length):
    y = noise(60)
    found = audio.stft(np.array(y), 16, 4, length, window)
    agree(found, stft(y, 16, 4, length, window))


def test_a_window_may_be_elements_or_a_function():
    y, weights = np.array(noise(50)), numpy.linspace(1, 2, 12)
    wanted = audio.stft(y, 12, window=weights).asnumpy()
    for window in (np.array(weights), lambda count: numpy.linspace(1, 2, count)):
        agree(audio.stft(y, 12, window=window), wanted)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_transform_is_that_of_its_frames(data):
    n_fft = data.draw(st.integers(2, 24))
    hop = data.draw(st.integers(1, 30))
    length = data.draw(st.one_of(st.none(), st.integers(1, n_fft)))
    center = data.draw(st.booleans())
    mode = data.draw(st.sampled_from(["constant", "reflect", "edge", "symmetric", "linear_ramp"]))
    y = noise(*data.draw(st.sampled_from([(40,), (2, 33), (1, 2, 24)])))
    found = audio.stft(np.array(y), n_fft, hop, length, center=center, pad_mode=mode)
    agree(found, stft(y, n_fft, hop, length, center=center, pad_mode=mode))


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("n_fft, hop, length", [(16, 4, None), (15, 5, 12), (32, 8, 30), (9, 9, 9)])
def test_a_transform_back_gives_the_signal_that_windows_let_through(n_fft, hop, length, center):
    window = "boxcar" if hop == n_fft else "hamming"
    y = noise(2, 128)
    z = stft(y, n_fft, hop, length, window, center)
    found = audio.istft(np.array(z), hop, length, n_fft, window, center, length=128).asnumpy()
    half = 0 if center else n_fft
    numpy.testing.assert_allclose(found[:, half : 128 - n_fft], y[:, half : 128 - n_fft], atol=1e-9)
    short = audio.istft(np.array(z), hop, length, n_fft, window, center)
    assert short.shape[-1] == n_fft + hop * (z.shape[-1] - 1) - 2 * (n_fft // 2) * center


@pytest.mark.parametrize("power", [1, 2, 0.5])
def test_spectrograms_are_powers_of_magnitudes(power):
    y = noise(3, 70)
    found = audio.spectrogram(np.array(y), 20, 6, power=power)
    agree(found, abs(stft(y, 20, 6)) ** power)


def mel_filters(sr, n_fft, n_mels, fmin, fmax, htk, norm):
    """Each triangle by interpolation between its three corners."""
    to_mel = lambda f: 2595 * numpy.log10(1 + f / 700)  # noqa: E731
    to_hertz = lambda m: 700 * (10 ** (m / 2595) - 1)  # noqa: E731
    if not htk:
        scale = numpy.log(6.4) / 27
        to_mel = lambda f: 3 * f / 200 if f < 1000 else 15 + numpy.log(f / 1000) / scale  # noqa: E731
        to_hertz = lambda m: 200 * m / 3 if m < 15 else 1000 * numpy.exp(scale * (m - 15))  # noqa: E731
    mels = numpy.linspace(to_mel(fmin), to_mel(fmax), n_mels + 2)
    edges = numpy.array([to_hertz(m) for m in mels])
    frequencies = numpy.fft.rfftfreq(n_fft, 1 / sr)
    rows = [
        numpy.interp(frequencies, corners, [0, 1, 0]) * (2 / (corners[2] - corners[0]))
        if norm == "slaney"
        else numpy.interp(frequencies, corners, [0, 1, 0])
        for corners in zip(edges, edges[1:], edges[2:], strict=False)
    ]
    return numpy.stack(rows)


@pytest.mark.parametrize("htk", [True, False])
@pytest.mark.parametrize("norm", ["slaney", None])
def test_mel_filters_are_triangles(htk, norm):
    wanted = mel_filters(16000, 400, 20, 50, 7000, htk, norm)
    agree(audio.mel_filters(16000, 400, 20, 50, 7000, htk, norm, "float64"), wanted)


@pytest.mark.parametrize("norm", [1, 2, numpy.inf])
def test_mel_filters_may_have_any_norm(norm):
    rows = audio.mel_filters(16000, 512, 12, norm=norm, dtype="float64").asnumpy()
    numpy.testing.assert_allclose(numpy.linalg.norm(rows, norm, axis=1), 1)


def test_mel_spectrograms_are_filtered_spectrograms():
    y = noise(2, 4000)
    wanted = mel_filters(8000, 256, 16, 0, 4000, False, "slaney") @ (abs(stft(y, 256, 64)) ** 2)
    agree(audio.melspectrogram(np.array(y), 8000, 256, 64, n_mels=16), wanted)


@pytest.mark.parametrize("ref", [1.0, 0.3, "max"])
@pytest.mark.parametrize("top_db", [80.0, 20.0, None])
def test_decibels_are_logarithms(ref, top_db):
    spectrum = magnitudes(4, 9)
    spectrum[0, 0] = 0
    for function, factor, amin in (
        (audio.power_to_db, 10, 1e-10),
        (audio.amplitude_to_db, 20, 1e-5),
    ):
        of = spectrum.max() if ref == "max" else ref
        wanted = factor * numpy.log10(numpy.maximum(spectrum, amin) / of)
        if top_db is not None:
            wanted = numpy.maximum(wanted, wanted.max() - top_db)
        agree(function(np.array(spectrum), np.max if ref == "max" else ref, top_db=top_db), wanted)


@pytest.mark.parametrize("lifter", [0, 22])
def test_cepstra_are_cosine_transforms_of_decibels(lifter):
    spectrum = noise(2, 24, 7)
    wanted = scipy.fft.dct(spectrum, axis=-2, norm="ortho")[:, :13]
    if lifter:
        wanted *= 1 + lifter / 2 * numpy.sin(numpy.pi * numpy.arange(1, 14) / lifter)[:, None]
    agree(audio.mfcc(S=np.array(spectrum), n_mfcc=13, lifter=lifter), wanted)
    y, options = np.array(noise(3000)), {"n_fft": 256, "hop_length": 100, "n_mels": 24}
    of_signal = audio.mfcc(y, 8000, n_mfcc=13, lifter=lifter, **options)
    level = audio.power_to_db(audio.melspectrogram(y, 8000, **options))
    agree(of_signal, audio.mfcc(S=level, n_mfcc=13, lifter=lifter).asnumpy())


@pytest.mark.parametrize("zi", [None, 0, 0.25])
def test_pre_emphasis_is_a_filter(zi):
    y = noise(2, 30)
    start = 2 * y[:, :1] - y[:, 1:2] if zi is None else numpy.full((2, 1), zi, float)
    wanted, _ = scipy.signal.lfilter([1, -0.9], [1], y, zi=start)
    agree(audio.preemphasis(np.array(y), 0.9, zi), wanted)


@pytest.mark.parametrize(
    "rates", [(2, 1), (1, 2), (3, 2), (2, 3), (44100, 16000), (16000, 44100), (5, 5), (7, 1)]
)
@pytest.mark.parametrize("length", [1, 10, 441])
def test_other_rates_are_those_of_scipy(rates, length):
    y = noise(2, length)
    wanted = scipy.signal.resample_poly(y, rates[1], rates[0], axis=-1)
    agree(audio.resample(np.array(y), *rates), wanted)


def test_griffin_and_lim_find_a_signal_of_the_magnitudes():
    y = numpy.sin(numpy.arange(1024) * 0.3) * numpy.hanning(1024)
    spectrum = audio.spectrogram(np.array(y), 128, 32, power=1)
    for init in (None, "random"):
        found = audio.griffinlim(spectrum, 60, 32, length=1024, init=init)
        again = audio.spectrogram(found, 128, 32, power=1)
        assert float(abs(again - spectrum).mean() / spectrum.mean()) < 0.1


@pytest.mark.parametrize("function, axis", [(audio.mask_time, -1), (audio.mask_frequency, -2)])
def test_masks_are_stretches_of_one_axis(function, axis):
    np.random.seed(4)
    widths = set()
    for _ in range(40):
        masked = function(np.ones((3, 10, 12)), 4).asnumpy() == 0
        other = -1 if axis == -2 else -2
        assert (masked.all(other) == masked.any(other)).all()
        for row in masked.any(other):
            places = numpy.flatnonzero(row)
            widths.add(places.size)
            assert places.size == 0 or places[-1] - places[0] == places.size - 1
    assert widths == {0, 1, 2, 3, 4}


def test_masks_are_laid_in_training_alone():
    net = audio.TimeMask(8, count=2, value=-1.0)
    x = np.ones((4, 5, 20))
    assert float(net(x).min()) == 1
    np.random.seed(1)
    with autograd.record():
        assert float(net(x).min()) == -1


OPTIONS = {"n_fft": 32, "hop_length": 10}
MEL = {**OPTIONS, "n_mels": 6, "sr": 800}
BLOCKS = {
    "stft": (audio.STFT(**OPTIONS), functools.partial(audio.stft, **OPTIONS)),
    "spectrogram": (
        audio.Spectrogram(**OPTIONS, power=1),
        functools.partial(audio.spectrogram, **OPTIONS, power=1),
    ),
    "mel": (audio.MelSpectrogram(**MEL), functools.partial(audio.melspectrogram, **MEL)),
    "log mel": (
        audio.LogMelSpectrogram(**MEL),
        lambda y: audio.power_to_db(audio.melspectrogram(y, **MEL), top_db=None),
    ),
    "mfcc": (audio.MFCC(n_mfcc=4, **MEL), functools.partial(audio.mfcc, n_mfcc=4, **MEL)),
    "pre-emphasis": (audio.PreEmphasis(0.9), functools.partial(audio.preemphasis, coef=0.9)),
    "resample": (audio.Resample(6, 4), lambda y: audio.resample(y, 6, 4)),
}


def outcome(context, y, wanted):
    """Complex numbers come as bytes."""
    (found,) = context.run(y)
    return numpy.asarray(found).view(wanted.dtype).reshape(wanted.shape)


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_gives_what_its_function_gives_also_from_a_file(name, tmp_path):
    net, function = BLOCKS[name]
    y = np.array(noise(2, 100, dtype="float32"))
    wanted = function(y).asnumpy()
    agree(net(y), wanted, 1e-6)
    net.hybridize()
    agree(net(y), wanted, 1e-6)
    net.hybridize(False)
    net.export(tmp_path / "net.weft", y)
    found = outcome(runtime.Model(tmp_path / "net.weft").context(), y.asnumpy(), wanted)
    numpy.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5 * abs(wanted).max())


def test_signals_come_back_from_blocks():
    y = np.array(noise(2, 96))
    z = audio.STFT(16)(y)
    agree(audio.ISTFT(16, length=96)(z), y.asnumpy())
    net = audio.GriffinLim(3, 4, length=96)
    spectrum = abs(z)
    agree(net(spectrum), audio.griffinlim(spectrum, 3, 4, length=96, init=None).asnumpy())


class Both(weft.gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.there, self.back = audio.STFT(32), audio.ISTFT(32)

    def forward(self, y):
        return self.back(self.there(y))


DYNAMIC = {
    **{name: BLOCKS[name] for name in ("stft", "spectrogram", "log mel", "pre-emphasis")},
    "reflected": (
        audio.Spectrogram(**OPTIONS, pad_mode="reflect"),
        functools.partial(audio.spectrogram, **OPTIONS, pad_mode="reflect"),
    ),
    "half the rate": (audio.Resample(2, 1), lambda y: audio.resample(y, 2, 1)),
    "there and back": (
        Both(),
        lambda y: audio.istft(audio.stft(y, 32), n_fft=32),
    ),
}


@pytest.mark.parametrize("name", DYNAMIC)
def test_lengths_may_be_dynamic_in_files(name, tmp_path):
    net, function = DYNAMIC[name]
    dim = weft.Dim("samples", min=40)
    net.export(tmp_path / "net.weft", np.zeros((1, 64)), dynamic={"y": {1: dim}})
    context = runtime.Model(tmp_path / "net.weft").context()
    for length in (40, 77, 200):
        y = noise(1, length, dtype="float32")
        wanted = function(np.array(y)).asnumpy()
        found = outcome(context, y, wanted)
        numpy.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4 * abs(wanted).max())


GRADIENTS = {
    "stft": lambda y: np.square(abs(audio.stft(y, 8, 3))).sum(),
    "spectrogram": lambda y: audio.spectrogram(y, 8, 3, pad_mode="reflect", power=1).sum(),
    "round": lambda y: np.power(audio.istft(audio.stft(y, 9, 2) * 2j, 2, n_fft=9), 3).sum(),
    "mel": lambda y: np.log(audio.melspectrogram(y, 100, 8, 4, n_mels=3) + 1).sum(),
    "mfcc": lambda y: np.square(audio.mfcc(y, 100, n_mfcc=2, n_fft=8, n_mels=4)).sum(),
    "pre-emphasis": lambda y: np.power(audio.preemphasis(y), 3).sum(),
    "resample": lambda y: np.power(audio.resample(y, 3, 2), 3).sum(),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_those_of_differences(name):
    function, y = GRADIENTS[name], noise(24)
    wanted = numpy.zeros_like(y)
    for place in range(y.size):
        step = numpy.zeros_like(y)
        step[place] = 1e-6
        ends = [float(function(np.array(y + sign * step))) for sign in (1, -1)]
        wanted[place] = (ends[0] - ends[1]) / 2e-6
    for each in (function, weft.hybridize(function)):
        x = np.array(y)
        x.attach_grad()
        with autograd.record():
            value = each(x)
        value.backward()
        numpy.testing.assert_allclose(x.grad.asnumpy(), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: audio.stft(np.ones(9), 0), "stft: `n_fft` must be at least 1; got 0"),
        (lambda: audio.stft(np.ones(9), 8, 0), "stft: `hop_length` must be at least 1; got 0"),
        (lambda: audio.stft(np.ones(9), 8, 2, 9), "stft: `win_length` must be at most 8; got 9"),
        (
            lambda: audio.stft(np.ones(9), 8, window="han"),
            "stft: `window` must be one of bartlett, ",
        ),
        (lambda: audio.stft(np.ones(9), 8, window=[1, 2]), r"`window` must have 8 elements; got"),
        (lambda: audio.stft(np.ones(9), 8, pad_mode="wrap"), "stft: `pad_mode` must be one of"),
        (lambda: audio.stft(np.ones(5), 8, center=False), "frames: `x` must have 8 elements"),
        (lambda: audio.stft(1.0), "stft: `y` must have at least 1 axes; got shape"),
        (lambda: audio.istft(np.ones(5)), "istft: `z` must have at least 2 axes"),
        (lambda: audio.istft(np.ones((5, 3)), length=0), "istft: `length` must be at least 1"),
        (lambda: audio.spectrogram(np.ones(9), 8, power=0), "spectrogram: `power` must be above 0"),
        (lambda: audio.mel_filters(8000, 64, fmin=5000), r"mel_filters: `fmin` must be in \[0, "),
        (lambda: audio.mel_filters(8000, 64, norm="area"), "mel_filters: `norm` must be 'slaney',"),
        (lambda: audio.power_to_db(np.ones(3), amin=0), "power_to_db: `amin` must be above 0"),
        (
            lambda: audio.power_to_db(np.ones(3), top_db=-1),
            "power_to_db: `top_db` must be at least",
        ),
        (lambda: audio.mfcc(), "mfcc: either `y` or `S` must be given"),
        (lambda: audio.mfcc(S=np.ones((4, 2))), "mfcc: `n_mfcc` must be at most 4; got 20"),
        (lambda: audio.resample(np.ones(3), 2.5, 1), "resample: `orig_sr` must be a whole number"),
        (lambda: audio.griffinlim(np.ones((5, 3)), momentum=-1), "griffinlim: `momentum` must be"),
        (lambda: audio.griffinlim(np.ones((5, 3)), init="zero"), "griffinlim: `init` must be"),
        (lambda: audio.mask_time(np.ones((5, 3)), -1), "mask_time: `most` must be at least 0"),
        (lambda: audio.MFCC(n_mels=10), "MFCC: `n_mfcc` must be at most 10; got 20"),
        (lambda: audio.STFT(window="square"), "STFT: `window` must be one of"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_complex_signals_are_refused():
    with pytest.raises(TypeError, match="stft: `y` must be real; got complex64"):
        audio.stft(np.ones(9) * 1j, 8)


def test_integers_become_floats():
    y = numpy.arange(40, dtype="int16")
    agree(audio.stft(np.array(y), 8), stft(y, 8, 2).astype("complex64"), 1e-6)
