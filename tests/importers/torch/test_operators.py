"""Core ATen operators give PyTorch's numbers, dtypes and gradients, eager and hybridized."""

import numpy
import pytest
import weft
from weft import autograd, np

torch = pytest.importorskip("torch")
aten = torch.ops.aten

pytestmark = pytest.mark.torch


def floats(*shape, low=-2.0, high=2.0):
    """Numbers that differ, from `low` to `high`, in an order without pattern."""
    count = int(numpy.prod(shape))
    numbers = numpy.linspace(low, high, count, dtype="float32")
    return torch.tensor(numpy.random.default_rng(count).permutation(numbers).reshape(shape))


def ints(*values):
    return torch.tensor(values)


X, Y, ROWS = floats(3, 4), floats(3, 4, low=-1.5, high=1.9), floats(4)
UNIT, POSITIVE = floats(3, 4, low=-0.9, high=0.9), floats(3, 4, low=0.3, high=3)
WHOLE, OTHERS = ints([7, -7, 3], [1, 4, -9]), ints([2, 3, -2], [4, -5, 2])
MASK = X > 0
IMAGE, WAVE, VOLUME = floats(2, 3, 6, 6), floats(2, 3, 9), floats(1, 2, 4, 4, 4)
KERNEL, SOUND = floats(4, 3, 3, 3), floats(4, 3, 3)
CHANNELS = floats(3, low=0.5, high=1.5)
MEAN, VAR = floats(3, low=-0.5, high=0.5), floats(3, low=0.5, high=2)
TABLE = floats(6, 4)
PLACES = ints([0, 2, 1, 0], [2, 1, 0, 1])

# By operator of core ATen: calls of it. Floats among the arguments get gradients.
CASES = {
    "_adaptive_avg_pool2d": [(IMAGE, [2, 3]), (IMAGE, [4, 4]), (IMAGE, [1, 1])],
    "_adaptive_avg_pool3d": [(VOLUME, [2, 2, 2])],
    "_cdist_forward": [(X, Y, 2.0, None), (X, Y, 1.0, None)],
    "_embedding_bag": [
        (TABLE, ints(1, 2, 4, 5, 4), ints(0, 2, 2, 3)),
        *((TABLE, ints(1, 4, 4, 5, 4), ints(0, 2, 2, 4), False, mode) for mode in (1, 2)),
        *(
            (TABLE, ints(1, 4, 4, 5, 4), ints(0, 2, 2, 4, 5), False, mode, False, None, True, 4)
            for mode in (0, 1, 2)
        ),
    ],
    "_local_scalar_dense": None,
    "_log_softmax": [(X, 1, False), (X, 0, False)],
    "_native_batch_norm_legit.no_stats": [(IMAGE, CHANNELS, MEAN, True, 0.1, 1e-5)],
    "_native_batch_norm_legit": None,
    "_native_batch_norm_legit_no_training": None,
    "_pdist_forward": [(X, 2.0)],
    "_softmax": [(X, 1, False), (X, 0, False)],
    "_to_copy": [(X, {"dtype": torch.float64}), (WHOLE, {"dtype": torch.float32})],
    "adaptive_avg_pool1d": [(WAVE, [3]), (WAVE, [4])],
    "add.Scalar": [(X, 2), (WHOLE, 2.5), (X, 2, 3)],
    "add.Tensor": [(X, Y), (X, ROWS), (WHOLE, X[:2, :3]), (X, Y, {"alpha": 2}), (MASK, MASK)],
    "addmm": [(floats(5), X, floats(4, 5)), (floats(5), X, floats(4, 5), {"alpha": 2, "beta": 3})],
    "addbmm": [
        (floats(3, 5), floats(2, 3, 4), floats(2, 4, 5), {"alpha": alpha, "beta": beta})
        for alpha, beta in [(1, 1), (2, 0.5)]
    ],
    "addcdiv": [(X, Y, POSITIVE), (X, Y, POSITIVE, {"value": 0.5})],
    "addcmul": [(X, Y, ROWS), (X, Y, X, {"value": 2})],
    "addmv": [(floats(3), X, ROWS), (floats(3), X, ROWS, {"alpha": 2, "beta": 3})],
    "addr": [(X, floats(3), ROWS), (X, floats(3), ROWS, {"alpha": 2, "beta": 3})],
    "alias": [(X,)],
    "amax": [(X, [1]), (X, [0, 1], True), (X,)],
    "amin": [(X, [1]), (X, [0, 1], True), (X,)],
    "any": [(MASK,)],
    "any.dim": [(MASK, 1), (WHOLE, 0, True)],
    "any.dims": [(MASK, [0, 1])],
    "arange.start_step": [(1, 9, 2), (0, 2, 0.5), (5, 1, -1)],
    "argmax": [(X,), (X, 1), (X, 0, True)],
    "argmin": [(X,), (X, 1), (X, 0, True)],
    "as_strided": [(X, [2, 3], [4, 1]), (X, [2, 2], [1, 4], 1)],
    "atan2": [(X, Y)],
    "avg_pool1d": [(WAVE, [3], [2], [1])],
    "avg_pool2d": [
        (IMAGE, [2, 2]),
        (IMAGE, [3, 3], [2, 2], [1, 1]),
        (IMAGE, [3, 3], [2, 2], [1, 1], False, False),
        (IMAGE, [4, 4], [3, 3], [1, 1], True),
        (IMAGE, [4, 4], [3, 3], [1, 1], True, False),
        (IMAGE, [2, 2], [2, 2], [0, 0], False, True, 3),
    ],
    "avg_pool3d": [(VOLUME, [2, 2, 2])],
    "bmm": [(floats(2, 3, 4), floats(2, 4, 5))],
    "cat": [([X, Y],), ([X, Y], 1), ([X, WHOLE[:, :1].repeat(2, 1)[:3]], -1)],
    "clamp": [(X, -0.5, 1.0), (X, None, 0.3), (WHOLE, 0)],
    "clamp.Tensor": [(X, Y - 1, Y + 1), (X, None, Y)],
    "clone": [(X,)],
    "col2im": [(floats(2, 12, 9), [6, 6], [2, 2], [1, 1], [0, 0], [2, 2])],
    "constant_pad_nd": [(X, [1, 2]), (X, [1, -1, 0, 2], 3.0)],
    "convolution": [
        (IMAGE, KERNEL, floats(4), [1, 1], [1, 1], [1, 1], False, [0, 0], 1),
        (IMAGE, KERNEL, None, [2, 2], [0, 1], [2, 1], False, [0, 0], 1),
        (IMAGE, floats(6, 1, 3, 3), None, [1, 1], [1, 1], [1, 1], False, [0, 0], 3),
        (IMAGE, floats(3, 2, 3, 3), floats(2), [2, 2], [1, 1], [1, 1], True, [1, 1], 1),
        (WAVE, SOUND, None, [2], [1], [1], False, [0], 1),
        (VOLUME, floats(3, 2, 2, 2, 2), None, [1] * 3, [0] * 3, [1] * 3, False, [0] * 3, 1),
    ],
    "copy": [(X, Y), (X, ROWS)],
    "cumsum": [(X, 1), (WHOLE, 0), (MASK, 0)],
    "diagonal": [(X,), (X, 1), (VOLUME, 0, 2, 3)],
    "div.Scalar": [(X, 2), (WHOLE, 2)],
    "div.Scalar_mode": [(X, 2, {"rounding_mode": "trunc"}), (WHOLE, 2, {"rounding_mode": "floor"})],
    "div.Tensor": [(X, POSITIVE), (WHOLE, OTHERS)],
    "div.Tensor_mode": [
        (X, POSITIVE, {"rounding_mode": "floor"}),
        (WHOLE, OTHERS, {"rounding_mode": "trunc"}),
        (WHOLE, OTHERS, {"rounding_mode": None}),
    ],
    "elu": [(X,), (X, 0.5), (X, 1, 2, 0.5)],
    "embedding": [(TABLE, PLACES), (TABLE, PLACES, 1)],
    "empty.memory_format": None,
    "empty_strided": None,
    "expand": [(ROWS, [3, 4]), (X[:, None], [2, 3, -1, 4][1:]), (X, [2, 3, 4])],
    "fill.Scalar": [(X, 3)],
    "flip": [(X, [0]), (X, [0, 1])],
    "full": [([2, 3], 1.5), ([2], 3), ([2], True)],
    "full_like": [(X, 2), (X, 2, {"dtype": torch.int64})],
    "gather": [(X, 0, PLACES[:, :3]), (X, 1, PLACES)],
    "gelu": [(X,), (X, {"approximate": "tanh"})],
    "affine_grid_generator": [(floats(2, 2, 3), [2, 3, 4, 5], align) for align in (False, True)],
    "grid_sampler_2d": [
        (IMAGE, floats(2, 4, 5, 2, low=-1.2, high=1.2), mode, margin, align)
        for mode, margin, align in [
            *((0, 0, False), (0, 1, True), (1, 0, False)),
            *((0, 2, False), (2, 0, True), (2, 2, False)),
        ]
    ],
    "hardtanh": [(X,), (X, -0.5, 0.7)],
    "index.Tensor": [
        (X, [ints(0, 2)]),
        (X, [None, ints(1, 3, -1)]),
        (VOLUME, [None, ints(0, 1), None, ints(2, 3)]),
        (X, [ints([0], [2]), ints(1, 3)]),
    ],
    "index_put": [
        (X, [ints(0, 2)], floats(2, 4)),
        (X, [ints(0, 0)], floats(2, 4), True),
        (X, [MASK], torch.tensor(5.0)),
        (X, [None, ints(1, 3)], floats(3, 2)),
        (X, [ints(0, 1), ints(2, -1)], floats(2)),
    ],
    "index_select": [(X, 0, ints(2, 0)), (X, 1, ints(3, 3, 1))],
    "histc": [(X, 5, -1, 1), (X, 4), (X, 7, 0, 2)],
    "isinf": [(torch.tensor([1.0, float("inf"), float("nan")]),)],
    "isnan": [(torch.tensor([1.0, float("inf"), float("nan")]),)],
    "leaky_relu": [(X,), (X, 0.3)],
    "lerp.Scalar": [(X, Y, 0.3), (X, Y, 0.7), (X * 1e8, Y, 1.0)],
    "lerp.Tensor": [(X, Y, UNIT), (X, Y, POSITIVE)],
    "masked_scatter": [(X, MASK, floats(20))],
    "max.dim": [(X, 1), (X, 0, True)],
    "max_pool2d_with_indices": [
        (IMAGE, [2, 2]),
        (IMAGE, [3, 3], [2, 2], [1, 1]),
        (IMAGE, [3, 3], [2, 2], [0, 0], [1, 1], True),
        (IMAGE, [2, 2], [1, 1], [1, 1], [2, 2]),
    ],
    "max_pool3d_with_indices": [(VOLUME, [2, 2, 2])],
    "mean": [(X,)],
    "mean.dim": [(X, [1]), (X, [0, 1], True), (X, None), (X, [1], {"dtype": torch.float64})],
    "min.dim": [(X, 1), (X, 0, True)],
    "mm": [(X, floats(4, 5))],
    "native_dropout": [(X, 0.5, False)],
    "native_group_norm": [
        (IMAGE, CHANNELS, MEAN, 2, 3, 36, 3, 1e-5),
        (IMAGE, None, None, 2, 3, 36, 1, 1e-5),
    ],
    "native_layer_norm": [(X, [4], floats(4), floats(4), 1e-5), (X, [3, 4], None, None, 1e-5)],
    "nonzero": None,
    "permute": [(VOLUME, [0, 2, 1, 4, 3])],
    "pow.Scalar": [(2, X)],
    "pow.Tensor_Scalar": [(X, 2), (X, 3), (POSITIVE, 0.5), (WHOLE, 2)],
    "pow.Tensor_Tensor": [(POSITIVE, X), (WHOLE.abs(), OTHERS.abs())],
    "prod": [(X,), (WHOLE,)],
    "prod.dim_int": [(X, 1), (X, 0, True)],
    "rand": None,
    "randn": None,
    "randperm": None,
    "reflection_pad1d": [(WAVE, [2, 1])],
    "reflection_pad2d": [(IMAGE, [2, 1, 0, 3])],
    "reflection_pad3d": [(VOLUME, [1, 1, 2, 0, 0, 1])],
    "repeat": [(X, [2, 3]), (X, [2, 1, 1])],
    "replication_pad2d": [(IMAGE, [2, 1, 0, 3])],
    "replication_pad3d": [(VOLUME, [1, 1, 2, 0, 0, 1])],
    "scalar_tensor": [(3,), (2.5,), (2, {"dtype": torch.int64})],
    "scatter.src": [(X, 0, PLACES, floats(2, 4)), (X, 1, ints([3, 1], [0, 2]), floats(2, 2))],
    "scatter.value": [(X, 0, PLACES, 7.0)],
    "scatter_add": [(X, 0, PLACES, floats(2, 4)), (X, 1, ints([1, 1], [0, 0]), floats(2, 2))],
    "scatter_reduce.two": [
        (X, 0, PLACES, floats(2, 4), "sum"),
        (X, 0, PLACES, floats(2, 4), "mean"),
        (X, 0, PLACES, floats(2, 4), "prod"),
        (X, 0, PLACES, floats(2, 4), "amax"),
        (X, 0, PLACES, floats(2, 4), "amin", {"include_self": False}),
    ],
    "select.int": [(X, 0, 1), (X, 1, -1)],
    "select_scatter": [(X, floats(4), 0, 1), (X, floats(3), 1, -1)],
    "slice.Tensor": [(X, 0, 1), (X, 1, -3, -1), (X, 1, 0, 9223372036854775807, 2)],
    "slice_scatter": [(X, floats(2, 4), 0, 1, 3), (X, floats(3, 2), 1, 0, 4, 2), (X, Y)],
    "sort": [(X,), (X, 0, True)],
    "split_with_sizes": [(X, [1, 3], 1)],
    "squeeze.dim": [(X[None], 0), (X[None], 1)],
    "squeeze.dims": [(X[None, :, None], [0, 1, 2])],
    "sub.Scalar": [(X, 2), (WHOLE, 2, 3)],
    "sub.Tensor": [(X, Y), (X, ROWS, {"alpha": 2})],
    "sum.dim_IntList": [(X, [1]), (WHOLE, [0], True), (MASK, [1]), (X, None)],
    "topk": [(X, 2), (X, 2, 0, False)],
    "unsqueeze": [(X, 0), (X, -1)],
    "upsample_bilinear2d.vec": [
        (IMAGE, [9, 12], False, None),
        (IMAGE, [9, 12], True, None),
        (IMAGE, None, False, [2.0, 1.5]),
    ],
    "upsample_nearest2d.vec": [(IMAGE, [9, 12], None), (IMAGE, None, [2.0, 2.0])],
    "var.correction": [(X, [1]), (X, None, {"correction": 0}), (X, [0], {"keepdim": True})],
    "var.dim": [(X, [1]), (X, [0], False, True)],
    "view": [(X, [2, 6]), (X, [-1])],
    "where.self": [(MASK, X, Y), (MASK, X, WHOLE[:1, :1])],
}
CASES |= {name: [(X,)] for name in ("abs", "ceil", "cos", "cosh", "erf", "exp", "expm1", "floor")}
CASES |= {name: [(X,)] for name in ("neg", "relu", "round", "sigmoid", "sign", "sin", "sinh")}
CASES |= {name: [(X,)] for name in ("tan", "tanh", "trunc", "asinh", "atan")}
CASES |= {name: [(UNIT,)] for name in ("acos", "asin", "atanh", "erfinv")}
CASES |= {name: [(POSITIVE,)] for name in ("digamma", "lgamma")}
CASES |= {"polygamma": [(1, POSITIVE), (3, POSITIVE)]}
CASES |= {name: [(POSITIVE,)] for name in ("log", "log10", "log1p", "log2", "reciprocal", "rsqrt")}
CASES |= {"sqrt": [(POSITIVE,), (WHOLE.abs(),)], "acosh": [(POSITIVE + 1,)]}
CASES |= {"bitwise_not": [(WHOLE,), (MASK,)], "logical_not": [(MASK,), (X,)]}
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    CASES |= {
        f"{_name}.Tensor": [(X, Y), (WHOLE, OTHERS)],
        f"{_name}.Scalar": [(X, 0.5), (WHOLE, 3)],
    }
for _name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    CASES |= {f"{_name}.Tensor": [(WHOLE, OTHERS), (MASK, Y > 0)], f"{_name}.Scalar": [(WHOLE, 6)]}
for _name in ("logical_and", "logical_or", "logical_xor"):
    CASES[_name] = [(MASK, Y > 0), (X, MASK)]
for _name in ("maximum", "minimum"):
    CASES[_name] = [(X, Y), (WHOLE, OTHERS), (X, WHOLE[:1, :1])]
CASES |= {"mul.Tensor": [(X, Y), (WHOLE, X[:2, :3])], "mul.Scalar": [(X, 3), (WHOLE, 1.5)]}
for _name in ("fmod", "remainder"):
    CASES[f"{_name}.Tensor"] = [(X, POSITIVE), (WHOLE, OTHERS)]
    CASES[f"{_name}.Scalar"] = [(X, 0.7), (WHOLE, 4)]

# What has no case of its own here: tested below or in test_complex.py, or draws numbers.
ELSEWHERE = {
    *("_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "nonzero"),
    *("_local_scalar_dense", "empty.memory_format", "empty_strided", "rand", "randn", "randperm"),
    *("_fft_c2r", "_fft_r2c"),
    *("sym_size.int", "sym_numel", "sym_stride.int", "sym_storage_offset", "sym_is_contiguous"),
}
# Operators whose gradients PyTorch lacks, or that are compared without.
WITHOUT_GRADIENT = {"_cdist_forward", "_pdist_forward", "_embedding_bag", "native_dropout", "copy"}
# Of bags only the sums: the other results serve PyTorch's gradient.
FIRST_ONLY = {"_embedding_bag"}
CALLS = [(name, number) for name, calls in CASES.items() for number in range(len(calls or ()))]


def overload(name):
    base, _, variant = name.partition(".")
    return getattr(getattr(aten, base), variant or "default")


def is_tensor(value):
    return isinstance(value, torch.Tensor)


def leaves(value):
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    return [value] if is_tensor(value) else []


class Call(torch.nn.Module):
    """One operator; its tensors are inputs, the other arguments are as they are."""

    def __init__(self, name, arguments):
        super().__init__()
        self.operator = overload(name)
        self.count = 1 if name in FIRST_ONLY else None
        self.keywords = arguments[-1] if isinstance(arguments[-1], dict) else {}
        self.arguments = arguments[:-1] if self.keywords else arguments

    def forward(self, *tensors):
        rest = iter(tensors)
        found = self.operator(*(self.filled(a, rest) for a in self.arguments), **self.keywords)
        return [leaf for leaf in leaves(found)[: self.count] if leaf.numel()]

    def filled(self, value, rest):
        if isinstance(value, list):
            return [self.filled(item, rest) for item in value]
        return next(rest) if is_tensor(value) else value


def array_of(tensor):
    return np.array(tensor.detach().numpy())


def check(found, wanted):
    assert found.dtype.name == str(wanted.dtype).removeprefix("torch.")
    assert tuple(found.shape) == tuple(wanted.shape)
    numpy.testing.assert_allclose(
        found.asnumpy(), wanted.detach().numpy(), rtol=2e-5, atol=2e-6, equal_nan=True
    )


def total(results, weigh):
    """One number that all results of floats have a part in."""
    return sum((weigh(r) * r).sum() for r in results)


@pytest.mark.parametrize(("name", "number"), CALLS)
def test_an_operator_gives_the_numbers_of_pytorch(name, number):
    call = Call(name, CASES[name][number])
    tensors = [t.clone() for t in leaves(list(call.arguments))]
    wanted = call(*tensors)
    block = weft.torch.convert(call, tuple(tensors))
    arrays = [array_of(t) for t in tensors]
    for is_hybrid in (False, True):
        if is_hybrid:
            block.hybridize()
        found = block(*arrays)
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            check(one, other)
    if name not in WITHOUT_GRADIENT:
        compare_gradients(call, block, tensors, arrays)


def compare_gradients(call, block, tensors, arrays):
    trained = [place for place, t in enumerate(tensors) if t.dtype == torch.float32]
    for place in trained:
        tensors[place].requires_grad_()
        arrays[place].attach_grad()
    results = [r for r in call(*tensors) if r.requires_grad]
    if not results:
        return
    total(results, lambda r: torch.arange(r.numel(), dtype=r.dtype).reshape(r.shape) + 1).backward()
    with autograd.record():
        found = [r for r in block(*arrays) if r.dtype.kind == "f"]
        loss = total(found, lambda r: np.arange(r.size, dtype=r.dtype).reshape(r.shape) + 1)
    loss.backward()
    for place in trained:
        wanted = tensors[place].grad
        if wanted is not None:
            scale = max(1.0, float(wanted.abs().max()))
            numpy.testing.assert_allclose(
                arrays[place].grad.asnumpy() / scale, wanted.numpy() / scale, rtol=1e-4, atol=1e-5
            )


def test_every_core_operator_has_a_rule_with_a_test_or_a_reason():
    from weft.torch._rules import NOT_SUPPORTED, RULES

    lacking, untested = [], []
    for name in torch._C._dispatch_get_all_op_names():
        base, _, variant = name.removeprefix("aten::").partition(".")
        if not name.startswith("aten::") or not hasattr(aten, base) or variant == "out":
            continue
        found = getattr(getattr(aten, base), variant or "default", None)
        if found is None or torch.Tag.core not in found.tags or base in NOT_SUPPORTED:
            continue
        if RULES.find("aten", base, 1) is None:
            lacking.append(name)
        short = f"{base}.{variant}" if variant else base
        if short not in CASES and short not in ELSEWHERE:
            untested.append(short)
    assert (lacking, untested) == ([], [])
    assert not any(RULES.find("aten", base, 1) for base in NOT_SUPPORTED)


NAN = torch.full((3, 3), float("nan"))
READ_NOT = {  # functions of three tensors of which one has the factor 0
    "addmm": lambda c, a, b: torch.addmm(c, a, b, beta=0),
    "addmm of a row": lambda c, a, b: torch.addmm(c[0], a, b, beta=0, alpha=2),
    "addmm without product": lambda a, b, c: torch.addmm(a, b, c, alpha=0),
    "addmv": lambda c, a, b: torch.addmv(c[0], a, b[0], beta=0),
    "addr": lambda c, a, b: torch.addr(c, a[0], b[0], beta=0),
    "baddbmm": lambda c, a, b: torch.baddbmm(c[None], a[None], b[None], beta=0),
    "addbmm": lambda c, a, b: torch.addbmm(c, a[None], b[None], beta=0),
    "addbmm without product": lambda a, b, c: torch.addbmm(a, b[None], c[None], alpha=0),
}
READ = {  # and of which one is read all the same
    "addcmul": lambda c, a, b: torch.addcmul(a, c, b, value=0),
    "addcdiv": lambda c, a, b: torch.addcdiv(a, c, b, value=0),
    "lerp": lambda c, a, b: torch.lerp(a, c, 0.0),
    "lerp of the end": lambda c, a, b: torch.lerp(c, a, 1.0),
    "add": lambda c, a, b: torch.add(a, c, alpha=0),
}


@pytest.mark.parametrize("name", [*READ_NOT, *READ])
def test_nan_comes_through_a_factor_of_zero_where_it_does_in_pytorch(name):
    class Function(torch.nn.Module):
        def forward(self, a, b, c):
            return (READ_NOT | READ)[name](a, b, c)

    tensors = [NAN, floats(3, 3), floats(3, 3, low=1)]
    if name.endswith("without product"):
        tensors = [tensors[1], tensors[2], NAN]
    wanted = Function()(*tensors)
    assert bool(wanted.isnan().any()) == (name in READ)
    check(weft.torch.convert(Function(), tuple(tensors))(*map(array_of, tensors)), wanted)


@pytest.mark.parametrize("rows", [3, 12])
def test_groups_of_rows_have_matrices_of_their_own(rows):
    from weft.torch._rules.experts import grouped_product

    x, weights = floats(rows, 4), floats(4, 4, 5)
    ends = [1, 1, 2, 2] if rows == 3 else [3, 3, 9, 12]
    parts = [x[a:b] @ w for a, b, w in zip([0, *ends], ends, weights, strict=False)]
    wanted = torch.cat([*parts, torch.zeros(rows - ends[-1], 5)])
    arrays = [array_of(t) for t in (x, weights)]
    check(grouped_product(*arrays, np.array(ends, dtype="int32")), wanted)
