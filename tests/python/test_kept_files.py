"""Files of earlier format versions stay readable, and give what they gave."""

from pathlib import Path

import numpy
import pytest
from weft import gluon, np, runtime

FILES = sorted((Path(__file__).parent.parent / "models").glob("*.weft"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_kept_file_gives_what_it_gave(path):
    kept = numpy.load(path.with_suffix(".npz"))
    inputs = [kept[name] for name in kept.files if name.startswith("in")]
    model = runtime.Model(path)
    assert model.text.startswith(f"Weft model, format {path.stem.removeprefix('format')}\n")
    context = model.context(model.entries[0])
    for run in range(3):
        for i, out in enumerate(context.run(*inputs)):
            # Bits may differ between instruction sets.
            numpy.testing.assert_allclose(out, kept[f"out{i}_{run}"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_kept_file_is_a_block_again(path):
    kept = numpy.load(path.with_suffix(".npz"))
    model = runtime.Model(path)
    entry = model.entries[-1]
    block = gluon.SymbolBlock.imports(path, entry)
    found = block(np.array(kept["in0"]))
    (wanted, *_) = model.context(entry).run(kept["in0"])
    found = found[0] if isinstance(found, list | tuple) else found
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-5, atol=1e-6)


def test_there_is_a_file_of_each_version():
    assert [path.stem for path in FILES] == ["format1", "format2", "format3"]
