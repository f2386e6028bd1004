"""A few steps of what benchmarks/loss_curves.py trains, beside PyTorch."""

import importlib

import numpy
import pytest

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("name", ["LeNet", "ResNet-18", "LSTM", "transformer"])
def test_losses_follow_torch(name, root, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    loss_curves = importlib.import_module("loss_curves")
    have, want = loss_curves.curves(name, "float64", steps=3)
    assert have[0] != have[-1]
    numpy.testing.assert_allclose(have, want, rtol=loss_curves.EXACT)
