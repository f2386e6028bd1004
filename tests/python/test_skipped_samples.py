"""`DataLoader(skip=...)` leaves damaged images out of their batches, counts and tells them."""

import warnings

import numpy
import pytest
import weft
from weft import gluon
from weft.gluon import nn
from weft.gluon.data.vision import ImageFolderDataset, transforms

image = pytest.importorskip("PIL.Image")
COUNT, DAMAGED = 12, (1, 4, 5, 6, 7)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Images of two classes, of which some are cut off, texts, or empty."""
    root = tmp_path_factory.mktemp("images")
    for number in range(COUNT):
        path = root / "ab"[number * 2 // COUNT] / f"{number:02}.png"
        path.parent.mkdir(exist_ok=True)
        image.fromarray(numpy.full((6, 6, 3), number, "uint8")).save(path)
        if number in DAMAGED:
            whole = path.read_bytes()
            path.write_bytes([whole[:40], b"a text", b""][number % 3])
    return root


def data_of(folder):
    return ImageFolderDataset(folder).transform_first(transforms.ToTensor())


WAYS = [{}, {"num_workers": 2}, {"num_workers": 2, "thread_pool": True}]


@pytest.mark.parametrize("ways", WAYS, ids=["here", "processes", "threads"])
@pytest.mark.parametrize("size", [1, 4, 12])
def test_batches_have_what_is_left(folder, ways, size):
    loader = gluon.data.DataLoader(data_of(folder), size, skip=5, **ways)
    for _ in range(2):
        with pytest.warns(UserWarning, match="5 samples were skipped, the first of them sample 1:"):
            batches = list(loader)
        shown = numpy.concatenate([batch[0].asnumpy() for batch in batches])[:, 0, 0, 0]
        wanted = [n for n in range(COUNT) if n not in DAMAGED]
        numpy.testing.assert_allclose(shown * 255, wanted, rtol=1e-5)
        labels = numpy.concatenate([batch[1].asnumpy() for batch in batches])
        assert labels.tolist() == [n * 2 // COUNT for n in wanted]
        assert [int(number) for number, _ in loader.skipped] == list(DAMAGED)
        assert all(
            f"{number:02}.png" in why for number, why in zip(DAMAGED, _whys(loader), strict=True)
        )


def _whys(loader):
    return [why for _, why in loader.skipped]


@pytest.mark.parametrize("ways", WAYS, ids=["here", "processes", "threads"])
def test_more_than_allowed_is_an_error(folder, ways):
    loader = gluon.data.DataLoader(data_of(folder), 4, skip=2, **ways)
    with pytest.raises(OSError, match=r"than `skip` allows, 2; .*the first of them sample 1: "):
        list(loader)
    with pytest.raises(OSError, match=r"01\.png"):
        list(gluon.data.DataLoader(data_of(folder), 4, **ways))


def test_fit_trains_on_what_is_left(folder):
    loader = gluon.data.DataLoader(data_of(folder), 4, shuffle=True, skip=5)
    model = weft.Model(nn.HybridSequential(nn.Flatten(), nn.Dense(2)), "softmax_cross_entropy")
    with pytest.warns(UserWarning, match="5 samples were skipped"):
        assert model.fit(loader, epochs=2, verbose=0).epoch == [0, 1]
        assert len(model.predict(loader)) == COUNT - len(DAMAGED)


def test_an_epoch_goes_on_behind_a_batch_that_was_skipped(folder):
    loader = gluon.data.DataLoader(data_of(folder), 2, skip=5)
    batches = iter(loader)
    first = [next(batches)[1].shape[0] for _ in range(3)]  # samples 0; 2 and 3; 8 and 9
    assert first == [1, 2, 2]
    other = gluon.data.DataLoader(data_of(folder), 2, skip=5)
    other.load_state_dict(loader.state_dict())
    assert [batch[0].asnumpy().tolist() for batch in other] == [
        batch[0].asnumpy().tolist() for batch in batches
    ]


class Mistaken(gluon.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return index.missing


def test_mistakes_of_the_program_are_no_damage():
    with pytest.raises(AttributeError, match="missing"):
        list(gluon.data.DataLoader(Mistaken(), 2, skip=4))


def test_nothing_is_said_where_nothing_is_skipped():
    loader = gluon.data.DataLoader([(1.0, 2), (3.0, 4)], 2, skip=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ((x, y),) = list(loader)
    assert (x.tolist(), y.tolist(), loader.skipped) == ([1.0, 3.0], [2, 4], [])
