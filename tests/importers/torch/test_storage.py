"""Operators that count in the memory of a tensor give PyTorch's numbers, whatever view it is."""

import numpy
import pytest
import weft
from weft import autograd

torch = pytest.importorskip("torch")
from torch_models import arrays_of, check_outputs  # noqa: E402

pytestmark = pytest.mark.torch

# Views and copies of (4, 6): dense ones, with gaps, behind an offset, and in another order.
VIEWS = {
    "itself": lambda x: x,
    "turned": lambda x: x.t(),
    "a turned copy": lambda x: (x + 1).t(),
    "rows from the second on": lambda x: x[1:],
    "columns from the second on": lambda x: x[:, 1:],
    "each second column": lambda x: x[:, ::2],
    "one column": lambda x: x[:, 2],
    "the diagonal": lambda x: x.diagonal(),
    "windows": lambda x: x.unfold(1, 3, 1),
    "split and turned": lambda x: x.view(2, 2, 6).permute(2, 0, 1),
    "flat": lambda x: x.t().flatten(),
    "reshaped": lambda x: x.reshape(3, 8),
    "made contiguous": lambda x: x.t().contiguous(),
    "contiguous already": lambda x: x[1:].contiguous(),
    "with channels last": lambda x: x.view(1, 2, 3, 4).contiguous(
        memory_format=torch.channels_last
    ),
    "repeated": lambda x: x[:, None].expand(4, 2, 6),
    "a view of a view": lambda x: x[1:, 1:].t()[1:],
}
# Extents and strides, and offsets from the front of the memory.
PLACES = [((2, 2), (1, 3)), ((3,), (2,)), ((2, 2, 2), (1, 0, 1)), ((), ()), ((1, 3), (7, 1))]
PLACES += [((2, 3), (3, 1), offset) for offset in (0, 1, 7)]


class Viewed(torch.nn.Module):
    """A function of one tensor."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def example():
    return torch.arange(24.0).reshape(4, 6)


def check(*functions, x=None):
    """Compares numbers, eager and hybridized, and the gradient."""
    x = (example() if x is None else x).requires_grad_()
    wanted = [function(x) for function in functions]
    factors = [torch.arange(w.numel(), dtype=x.dtype).reshape(w.shape) + 1 for w in wanted]
    sum((w * f).sum() for w, f in zip(wanted, factors, strict=True)).backward()
    module = Viewed(lambda x: [function(x) for function in functions])
    block = weft.torch.convert(module, (x.detach(),))
    given, factors = arrays_of(x), arrays_of(factors)
    given.attach_grad()
    for is_hybrid in (False, True):
        block.hybridize(is_hybrid)
        with autograd.record():
            found = block(given)
            loss = sum((w * f).sum() for w, f in zip(found, factors, strict=True))
        loss.backward()
        for one, other in zip(found, wanted, strict=True):
            numpy.testing.assert_array_equal(one.asnumpy(), other.detach().numpy())
        numpy.testing.assert_allclose(given.grad.asnumpy(), x.grad.numpy(), rtol=1e-6)


@pytest.mark.parametrize("view", VIEWS)
def test_strides_and_offsets_count_in_the_memory_of_a_view(view):
    seen = VIEWS[view]
    check(*(lambda x, p=places: seen(x).as_strided(*p) for places in PLACES))


# Without views that have an element twice, and those whose copies are too small for the places.
@pytest.mark.parametrize(
    "view", [v for v in VIEWS if v not in ("repeated", "windows", "one column", "the diagonal")]
)
def test_elements_are_written_by_places_of_the_memory(view):
    def write(x):
        return VIEWS[view](x).as_strided_scatter(torch.full((2, 2), 50.0), (2, 2), (1, 3))

    wanted = write(example())
    found = weft.torch.convert(Viewed(write), (example(),))(arrays_of(example()))
    numpy.testing.assert_array_equal(found.asnumpy(), wanted.numpy())


def test_a_view_that_was_written_is_read_as_it_is_now():
    def after_a_write(x):
        y = x + 0
        part = y[1:]
        part.add_(100)
        return part.as_strided((2, 3), (6, 1), 0)

    def through_strides(x):
        y = x + 0
        y.as_strided((2, 2), (1, 6)).mul_(-1)
        return y

    check(after_a_write)
    check(through_strides)


def test_the_example_says_how_an_input_lies():
    check(lambda x: x.as_strided((2, 3), (4, 1)), x=torch.arange(12.0).reshape(3, 4).t())


def test_a_file_of_a_program_reads_views_as_the_module_does(tmp_path):
    module = Viewed(lambda x: x[:, 1:].t().as_strided((2, 2), (6, 1), 0) + x.t().flatten()[:2])
    torch.export.save(torch.export.export(module, (example(),)), tmp_path / "net.pt2")
    found = weft.torch.convert(tmp_path / "net.pt2")(arrays_of(example()))
    numpy.testing.assert_array_equal(found.asnumpy(), module(example()).numpy())


def test_open_extents_are_counted_where_elements_lie_in_their_order():
    module = Viewed(lambda x: x[:, 1:].as_strided((x.shape[0], 2, 3), (x.stride(0), 2, 1)))
    rows = torch.export.Dim("rows")
    block = weft.torch.convert(module, (example(),), dynamic_shapes=[{0: rows}])
    block.hybridize()
    for count in (2, 7):
        x = torch.arange(6.0 * count).reshape(count, 6)
        numpy.testing.assert_array_equal(block(arrays_of(x)).asnumpy(), module(x).numpy())


def test_memory_that_no_tensor_has_is_missing():
    class Holder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.part = torch.nn.Parameter(torch.arange(12.0).view(3, 4)[1:])

        def forward(self, x):
            return x + self.part.as_strided((2, 2), (1, 1), 0)

    args = (torch.zeros(2, 2),)
    gaps = weft.torch.missing(Holder(), args)
    assert len(gaps) == 1 and "reads memory that no tensor of the module has" in gaps[0]
    with pytest.raises(NotImplementedError, match="as_strided"):
        weft.torch.convert(Holder(), args)


@pytest.mark.parametrize(
    "function",
    [
        *(lambda x: x.view(2, 3, 4).T, lambda x: x.mT, lambda x: x.mH, lambda x: x.adjoint()),
        lambda x: torch.complex(x, x + 1).mH.resolve_conj().imag,
        lambda x: x.t().reshape(-1).view(3, 8),
        lambda x: x.t().ravel(),
        lambda x: x.t().unflatten(0, (2, 3)),
        lambda x: x.t().contiguous().view(24),
        lambda x: torch.take(x.t(), torch.tensor([0, 5, 7])),
        lambda x: x.t().roll(5),
        lambda x: torch.view_as_complex(x.view(4, 3, 2)).t().resolve_conj().real.contiguous(),
    ],
)
@pytest.mark.filterwarnings("ignore:The use of")
def test_the_order_of_elements_is_that_of_indices(function):
    check_outputs(Viewed(function), (example(),))
