"""Files of exported programs that are missing, damaged or something else are refused by name."""

import functools

import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import cli, np

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.torch


@functools.cache
def content():
    """The bytes of a small file."""
    import io

    module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU())
    file = io.BytesIO()
    torch.export.save(torch.export.export(module, (torch.zeros(2, 4),)), file)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["empty", "text", "half", "zip", "weights"])
def test_what_is_no_program_is_refused(kind, tmp_path):
    path = tmp_path / "net.pt2"
    if kind == "weights":
        torch.save({"a": torch.zeros(2)}, path)
    else:
        whole = content()
        parts = {
            "empty": b"",
            "text": b"hello",
            "half": whole[: len(whole) // 2],
            "zip": whole[:-9],
        }
        path.write_bytes(parts[kind])
    with pytest.raises(OSError, match=r"net\.pt2 is no exported program") as raised:
        weft.torch.convert(path)
    assert str(path) in str(raised.value)
    assert cli.main(["convert", str(path), "-o", str(tmp_path / "net.weft")]) == 1


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none\.pt2"):
        weft.torch.convert(tmp_path / "none.pt2")


@given(data=st.data())
@settings(deadline=None)
def test_mutated_files_end_in_an_error_or_run(tmp_path_factory, data):
    changed = bytearray(content())
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("mutated") / "net.pt2"
    path.write_bytes(changed)
    try:
        weft.torch.convert(path)(np.zeros((2, 4)))
    except weft.Error as error:
        assert str(error)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod."])
def test_weights_of_a_wrapped_module_are_read_by_its_own_names(prefix, tmp_path):
    net = weft.gluon.nn.Dense(3, in_units=4)
    wanted = torch.randn(3, 4)
    torch.save({f"{prefix}weight": wanted, f"{prefix}bias": torch.zeros(3)}, tmp_path / "x.pth")
    net.load_parameters(tmp_path / "x.pth")
    assert (net.weight.data().asnumpy() == wanted.numpy()).all()


def test_weights_of_another_module_are_named_beside_those_that_lack(tmp_path):
    torch.save({"fc.weight": torch.zeros(3, 4)}, tmp_path / "x.pth")
    with pytest.raises(LookupError, match=r"lacks `weight`, `bias`, and has `fc.weight`"):
        weft.gluon.nn.Dense(3, in_units=4).load_parameters(tmp_path / "x.pth")
