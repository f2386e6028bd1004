"""Files of exported programs are data: what PyTorch would run, evaluate or open is refused."""

import io
import json
import os
import zipfile

import pytest
from weft import np

torch = pytest.importorskip("torch")
import weft.torch  # noqa: E402

pytestmark = pytest.mark.torch


class Runs:
    def __reduce__(self):
        return os.mkdir, ("made",)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = torch.nn.Linear(4, 4)

    def forward(self, x):
        return self.dense(x).relu().reshape(x.shape[0] * 2, 2) ** 2


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    """A network, and what `torch.export.save` writes of it."""
    net = Net().eval()
    path = tmp_path_factory.mktemp("saved") / "net.pt2"
    batch = torch.export.Dim("batch")
    program = torch.export.export(net, (torch.ones(3, 4),), dynamic_shapes={"x": {0: batch}})
    torch.export.save(program, path)
    with zipfile.ZipFile(path) as archive:
        return net, {name: archive.read(name) for name in archive.namelist()}


def _pickled():
    file = io.BytesIO()
    torch.save({"a": Runs()}, file)
    return file.getvalue()


def _edited(content, edit):
    told = json.loads(content)
    waiting = [told]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            edit(value)
        waiting.extend(value.values() if isinstance(value, dict) else value)
        waiting = [part for part in waiting if isinstance(part, dict | list)]
    return json.dumps(told).encode()


def _with(key, text, beside=None):
    def edit(value):
        if key in value and (beside is None or beside in value):
            value[key] = text

    return lambda members: {
        name: _edited(content, edit) if name.endswith("models/model.json") else content
        for name, content in members.items()
    }


def _replaced(part, content):
    return lambda members: {n: content() if part in n else c for n, c in members.items()}


def _added(name, content):
    def add(members):
        root = next(iter(members)).partition("/")[0]
        return members | {f"{root}/{name}": content()}

    return add


_HOSTILE = {
    "sample inputs": _replaced("sample_inputs/model.pt", _pickled),
    "weights of older files": _added("data/weights/model.pt", _pickled),
    "constants of older files": _added("data/constants/model.pt", _pickled),
    "an opaque object": _added("data/constants/opaque_obj_0", _pickled),
    "a compiled part": _added("data/aotinductor/model/x.so", lambda: b"\x7fELF"),
    "code for a size": _with("expr_str", "__import__('os').mkdir('made')"),
    "a method for a size": _with("expr_str", "Symbol('s0').__class__"),
    "an endless power for a size": _with("expr_str", "9**9**9"),
    "a text that SymPy reads again": _with("expr_str", "sympify('1')"),
    "any function of torch": _with("target", "torch.os.mkdir", beside="inputs"),
    "a loader of libraries": _with("target", "torch.ops.load_library.__call__", beside="inputs"),
    "an operator of files": _with("target", "torch.ops.aten.from_file.default", beside="inputs"),
    "a function of operator": _with("target", "_operator.attrgetter", beside="inputs"),
    "a module to import": _with(
        "in_spec", '[1, {"default_factory_module": "antigravity", "default_factory_name": "x"}]'
    ),
}


@pytest.mark.parametrize("what", _HOSTILE)
def test_a_hostile_program_is_refused_and_runs_nothing(members, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hostile = _HOSTILE[what](members[1])
    assert hostile != members[1]
    _write("x.pt2", hostile)
    with pytest.raises(OSError, match=r"weft.torch.convert: x.pt2 is refused: `.*run no code"):
        weft.torch.convert("x.pt2")
    assert [path.name for path in tmp_path.iterdir()] == ["x.pt2"]


def test_a_program_of_the_older_form_is_searched_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _write("x.pt2", {"version": b"8.8", "serialized_state_dict.pt": _pickled()})
    with pytest.raises(
        OSError, match=r"serialized_state_dict.pt` is a pickle of more than tensors"
    ):
        weft.torch.convert("x.pt2")
    assert [path.name for path in tmp_path.iterdir()] == ["x.pt2"]


def test_a_program_with_arithmetic_on_sizes_is_read(members, tmp_path):
    net, content = members
    _write(tmp_path / "x.pt2", content)
    x = torch.arange(20.0).reshape(5, 4)
    found = weft.torch.convert(tmp_path / "x.pt2")(np.array(x.numpy()))
    torch.testing.assert_close(torch.from_numpy(found.asnumpy()), net(x).detach())


def _write(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
