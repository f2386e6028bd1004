"""The command `im2rec`: lists of images, and records of them."""

import subprocess
import sys

import numpy
import pytest
import weft.mxnet as mx
from weft.gluon.data import vision

cv2 = pytest.importorskip("cv2", reason="not run: OpenCV is not installed")

from pictures import picture  # noqa: E402


@pytest.fixture
def root(tmp_path):
    for number, name in enumerate(
        ("cat/b.png", "cat/a.jpg", "dog/c.png", "dog/notes.txt", "d.png")
    ):
        (tmp_path / "root" / name).parent.mkdir(exist_ok=True, parents=True)
        if name.endswith("txt"):
            (tmp_path / "root" / name).write_text("notes")
        else:
            cv2.imwrite(str(tmp_path / "root" / name), picture(number))
    return tmp_path / "root"


def run(*arguments):
    return mx.im2rec.main([str(each) for each in arguments])


def test_lists_of_folders(root, tmp_path, capsys):
    assert run(tmp_path / "all", root, "--list", "--recursive", "--no-shuffle") == 0
    lines = (tmp_path / "all.lst").read_text().splitlines()
    assert [line.split("\t") for line in lines] == [
        ["0", "0.000000", "d.png"],
        ["1", "1.000000", "cat/a.jpg"],
        ["2", "1.000000", "cat/b.png"],
        ["3", "2.000000", "dog/c.png"],
    ]
    assert run(tmp_path / "flat", root, "--list") == 0
    assert (tmp_path / "flat.lst").read_text() == "0\t0.000000\td.png\n"
    shares = "--list", "--recursive", "--train-ratio", "0.5", "--test-ratio", "0.25"
    assert run(tmp_path / "p", root, *shares, "--chunks", "1") == 0
    counts = [
        len((tmp_path / f"p_{part}.lst").read_text().splitlines())
        for part in ("train", "test", "val")
    ]
    assert counts == [2, 1, 1]
    capsys.readouterr()
    assert run(tmp_path / "c", root, "--list", "--recursive", "--chunks", "2") == 0
    assert [line[-7:] for line in capsys.readouterr().out.split()] == ["c_0.lst", "c_1.lst"]


@pytest.mark.parametrize("threads", [1, 3])
def test_records_have_the_images_of_the_list(threads, root, tmp_path, capsys):
    run(tmp_path / "all", root, "--list", "--recursive")
    options = "--num-thread", threads, "--encoding", ".png", "--quality", 3
    assert run(tmp_path / "all", root, *options) == 0
    assert "all.rec: 4 images, 0 failed" in capsys.readouterr().out
    reader = mx.recordio.MXIndexedRecordIO(tmp_path / "all.idx", tmp_path / "all.rec", "r")
    lines = [line.split("\t") for line in (tmp_path / "all.lst").read_text().splitlines()]
    assert reader.keys == [int(number) for number, _, _ in lines]
    for number, label, name in lines:
        header, image = mx.recordio.unpack_img(reader.read_idx(int(number)))
        assert (header.id, header.label) == (int(number), float(label))
        numpy.testing.assert_array_equal(image, cv2.imread(str(root / name)))
    assert len(vision.ImageRecordDataset(tmp_path / "all.rec")) == 4


def test_images_are_cut_scaled_or_kept(root, tmp_path):
    (tmp_path / "one.lst").write_text("5\t1\t2\tcat/b.png\n")
    size = "--pack-label", "--center-crop", "--resize", "10", "--color", "0"
    assert run(tmp_path / "one.lst", root, *size) == 0
    with_index = str(tmp_path / "one.idx"), str(tmp_path / "one.rec")
    record = mx.recordio.MXIndexedRecordIO(*with_index, "r").read_idx(5)
    header, image = mx.recordio.unpack_img(record)
    assert header.label.tolist() == [1, 2] and image.shape == (10, 10)
    assert run(tmp_path / "one", root, "--pack-label", "--pass-through") == 0
    record = mx.recordio.MXIndexedRecordIO(*with_index, "r").read_idx(5)
    assert mx.recordio.unpack(record)[1] == (root / "cat/b.png").read_bytes()


def test_images_that_fail_are_named_and_left_out(root, tmp_path, capsys):
    (root / "dog/c.png").write_bytes(b"none")
    (tmp_path / "a.lst").write_text("0\t0\td.png\n1\t0\tdog/c.png\n2\t0\tx.png\n3\t0\t1\td.png\n")
    assert run(tmp_path / "a", root) == 1
    out, err = capsys.readouterr()
    assert "1 images, 3 failed" in out
    assert "dog/c.png: its 4 bytes are no image" in err and "there is no file" in err
    assert "d.png has 2 labels; give --pack-label" in err
    for arguments, complaint in (
        (("none", root), "there is no list none"),
        ((tmp_path / "a", tmp_path / "none", "--list"), "`root` must be a folder"),
        ((tmp_path / "a", root, "--train-ratio", "2"), "shares that add up to 1"),
        ((tmp_path / "a", root, "--num-thread", "0"), "--num-thread must be at least 1"),
    ):
        assert run(*arguments) == 1
        assert complaint in capsys.readouterr().err


def test_it_is_a_command(root, tmp_path):
    command = [sys.executable, "-m", "weft.mxnet.im2rec", "flat", str(root), "--list"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "flat.lst\n"
