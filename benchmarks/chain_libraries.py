"""What the chains of chains.py need of each library, by one name."""

import importlib
from types import SimpleNamespace

import numpy


def library(name):
    """Functions of "numpy", "weft", "torch" or "jax", and arrays from NumPy's."""
    return {"numpy": _numpy, "weft": _weft, "torch": _torch, "jax": _jax}[name]()


def _numpy():
    return SimpleNamespace(
        name="numpy",
        **{name: getattr(numpy, name) for name in ("exp", "log", "where", "clip", "sqrt", "tanh")},
        abs=numpy.abs,
        float32=lambda x: x.astype("float32"),
        bfloat16=None,
        mean=lambda x: x.mean(-1),
        sum=lambda x: x.sum(-1),
        array=lambda x: x,
        asnumpy=numpy.asarray,
        hybrid=lambda f: f,
    )


def _weft():
    weft = importlib.import_module("weft")
    np = weft.np
    return SimpleNamespace(
        name="weft",
        **{name: getattr(np, name) for name in ("exp", "log", "where", "clip", "sqrt", "tanh")},
        abs=np.abs,
        float32=lambda x: x.astype("float32"),
        bfloat16=lambda x: x.astype("bfloat16"),
        mean=lambda x: x.mean(axis=-1),
        sum=lambda x: x.sum(axis=-1),
        array=np.array,
        asnumpy=lambda x: x.astype("float32").asnumpy(),
        hybrid=weft.hybridize,
        npx=weft.npx,
    )


def _torch():
    torch = importlib.import_module("torch")
    torch.set_num_threads(2)
    dynamo = importlib.import_module("torch._dynamo")
    dynamo.config.recompile_limit = 1000  # beyond it a chain would run eagerly
    return SimpleNamespace(
        name="torch",
        **{name: getattr(torch, name) for name in ("exp", "log", "where", "clip", "sqrt", "tanh")},
        abs=torch.abs,
        float32=lambda x: x.to(torch.float32),
        bfloat16=lambda x: x.to(torch.bfloat16),
        mean=lambda x: x.mean(-1),
        sum=lambda x: x.sum(-1),
        array=torch.from_numpy,
        asnumpy=lambda x: x.to(torch.float32).numpy(),
        hybrid=lambda f: f,
        functional=torch.nn.functional,
        compile=lambda f: torch.compile(f, dynamic=False),
    )


def _jax():
    jax = importlib.import_module("jax")
    xp = importlib.import_module("jax.numpy")
    return SimpleNamespace(
        name="jax",
        **{name: getattr(xp, name) for name in ("exp", "log", "where", "clip", "sqrt", "tanh")},
        abs=xp.abs,
        float32=lambda x: x.astype("float32"),
        bfloat16=lambda x: x.astype("bfloat16"),
        mean=lambda x: x.mean(-1),
        sum=lambda x: x.sum(-1),
        array=xp.asarray,
        asnumpy=lambda x: numpy.asarray(x.astype("float32")),
        hybrid=lambda f: _ready(jax.jit(f)),
    )


def _ready(function):
    def call(*arrays):
        result = function(*arrays)
        for part in parts_of(result):
            part.block_until_ready()
        return result

    return call


def parts_of(result):
    return result if isinstance(result, tuple) else (result,)
