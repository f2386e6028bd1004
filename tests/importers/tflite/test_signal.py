"""Speech features of TensorFlow Lite Micro's signal library: the model of its example gives what an
independent statement of the arithmetic gives, frame after frame; what Weft lacks is said."""

import numpy
import pytest
import weft
from oracles import signal
from tflite_files import FILES, load
from weft import np, runtime

NAME = "audio_preprocessor_int8"
FRAMES = 24
SIZE = 480


def frames():
    """Noise, tones and silence, soft and loud, with samples at the ends of 16 bits."""
    random, time = numpy.random.default_rng(9), numpy.arange(SIZE) / 16000
    for number in range(FRAMES):
        loud = 10 ** random.uniform(0, 4.6)
        x = loud * numpy.sin(2 * numpy.pi * random.uniform(80, 7000) * time)
        x = random.normal(0, loud, SIZE) if number % 3 == 0 else x + random.normal(0, 9, SIZE)
        if number % 8 == 5:
            x = numpy.where(random.random(SIZE) < 0.5, -40000, 40000)
        if number % 8 == 7:
            x = numpy.zeros(SIZE)
        yield numpy.clip(x, -32768, 32767).astype("int16")[None]


def constants():
    """What the file has: the window, the weights and places of the channels, and the gains."""
    from weft.tflite._read import program_of

    found = program_of(FILES[NAME].read_bytes(), NAME).constants
    bank = ["", "_1", "_2", "_3", "_4"]
    return (
        found["Const"],
        [found[f"signal_filter_bank/Const{number}"] for number in bank],
        found["signal_pcan/Const"],
    )


def without_noise(bands, noise):
    """Spectral subtraction: the bands left over, and the new noise."""
    rest = []
    for channel, energy in enumerate(map(int, bands)):
        signal_factor, noise_factor = ((409, 15975), (983, 15401))[channel % 2]
        wide = (energy << 10) % 2**32
        noise[channel] = (wide * signal_factor + noise[channel] * noise_factor) // 2**14 % 2**32
        left = (wide - min(noise[channel], wide)) // 2**10
        rest.append(max(left, energy * 819 // 2**14))
    return numpy.array(rest, "uint32")


def features(frame, noise):
    """One frame's features, by integers of Python."""
    window, bank, gains = constants()
    rows = [int(x) * int(w) >> 12 for x, w in zip(frame[0], window, strict=True)]
    windowed = numpy.clip(rows, -32768, 32767).astype("int16")
    scaled, bits = signal.signal_auto_scale(windowed)
    parts = signal.signal_rfft(scaled, 512).astype("int64").reshape(-1, 2)
    energy = (parts**2).sum(1)
    energy[:5] = energy[241:] = 0
    bands = signal.signal_filter_bank(energy.astype("uint32"), *bank)
    rest = without_noise(signal.signal_square_root(bands) >> numpy.uint32(bits), noise)
    louder = signal.signal_gain(rest, numpy.array(noise, "uint32"), gains, 6)
    logs = signal.signal_log(louder, 64, 3).astype("int64")
    return numpy.clip((logs * 256 + 333) // 666 - 128, -128, 127).astype("int8")


def test_a_model_makes_the_features_of_each_frame(tmp_path):
    net = load(NAME)
    net.hybridize()
    net.export(tmp_path / "net.weft", np.zeros((1, SIZE), dtype="int16"))
    context = runtime.Model(tmp_path / "net.weft").context()
    noise, different = [0] * 40, set()
    for frame in frames():
        wanted = features(frame, noise)
        numpy.testing.assert_array_equal(net(np.array(frame)).asnumpy(), wanted)
        numpy.testing.assert_array_equal(numpy.asarray(context.run(frame)[0]), wanted)
        different |= set(wanted.tolist())
    assert len(different) > 60


def test_frames_are_stacked_with_the_first_one_before_it():
    net = load("signal_stacker")  # one frame before and one behind, each second call
    given = numpy.arange(30, dtype="int16").reshape(10, 3)
    padded = numpy.concatenate([given[:1], given])
    for call, frame in enumerate(given):
        stacked, is_valid = net(np.array(frame))
        assert is_valid.item() == (call % 2 == 1)
        if is_valid.item():
            numpy.testing.assert_array_equal(stacked.asnumpy(), padded[call - 1 : call + 2].ravel())


@pytest.mark.parametrize("name, filled", [("signal_framer", 3), ("signal_framer_late", 4)])
def test_frames_overlap(name, filled):
    net = load(name)  # of seven samples, each four
    shape = net.ports[0].shape
    stream = numpy.random.default_rng(2).integers(-999, 999, (*shape[:-1], 40)).astype("int16")
    before = numpy.zeros((*shape[:-1], filled), "int16")
    row = numpy.concatenate([before, stream], -1)
    for call in range(5):
        found, is_valid = net(np.array(stream[..., 8 * call : 8 * call + 8]))
        assert is_valid.item() == (call > 0 or name == "signal_framer")
        starts = (8 * call, 8 * call + 4)
        wanted = numpy.stack([row[..., start : start + 7] for start in starts], -2)
        numpy.testing.assert_array_equal(found.asnumpy(), wanted)


def changed(name, old, new):
    """A file with other bytes; the last of them are those of the options."""
    content = FILES[name].read_bytes()
    assert content.count(old) == 1
    return content.replace(old, new)


@pytest.mark.parametrize(
    "name, old, new, message",
    [
        ("signal_window", b"shift\0", b"shiFt\0", "attribute `shiFt` is not supported; 1 node"),
        ("signal_window", b"shift\0", b"shiFt\0", "attribute `shift` is missing; 1 node"),
        (
            "signal_log",
            b"SignalFilterBankLog",
            b"SignalFilterBankLow",
            "BankLow .* is it CUSTOM SignalFilterBankLog",
        ),
    ],
)
def test_what_weft_lacks_is_said(name, old, new, message):
    with pytest.raises(NotImplementedError, match=message):
        weft.tflite.load(changed(name, old, new))


def test_counts_that_contradict_the_tensors_are_refused():
    content = bytearray(FILES["signal_delay"].read_bytes())
    place = content.index(b"delay_length\0") + len(b"delay_length\0") + 3
    refused = 0
    for number in range(place, place + 12):  # the options' one number is among them
        for value in (0, 255):
            other = bytes(content[:number]) + bytes([value]) + bytes(content[number + 1 :])
            try:
                weft.tflite.load(other)
            except (ValueError, OSError, NotImplementedError):
                refused += 1
    assert refused
