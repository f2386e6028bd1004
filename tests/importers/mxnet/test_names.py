"""What `weft.mxnet` does not have is told with what to write, and nothing heavy is imported."""

import subprocess
import sys

import pytest
from weft import mxnet as mx


@pytest.mark.parametrize(
    ("look", "told"),
    [
        (lambda: mx.recordi, "did you mean `recordio`"),
        (lambda: mx.modul, "did you mean `module`"),
    ],
)
def test_a_name_that_is_not_there_has_a_hint(look, told):
    with pytest.raises(AttributeError, match=told):
        look()


def test_libraries_for_images_are_imported_when_an_image_is_read():
    program = "import sys; from weft import mxnet as mx; mx.image, mx.io, mx.recordio, mx.gluon\n"
    program += "print(sorted({'cv2', 'PIL', 'onnx', 'torch'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stderr
