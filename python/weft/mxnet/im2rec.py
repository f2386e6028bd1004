"""Lists of images, and RecordIO files of them: `python -m weft.mxnet.im2rec prefix root`.

    python -m weft.mxnet.im2rec train photos --list --recursive     # writes train.lst
    python -m weft.mxnet.im2rec train photos --num-thread 4         # writes train.rec, train.idx

The arguments are those of MXNet's tool. An image that cannot be read is named on the error output
and left out; the command then ends with 1.
"""

import argparse
import os
import random
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import Error, FileFailure, InvalidValue, MissingFile
from weft._base.writing import write_text
from weft.gluon.data.vision._decoding import opencv
from weft.gluon.data.vision._extents import require_size
from weft.gluon.data.vision.records import content_of, read_list
from weft.mxnet.recordio import IRHeader, MXIndexedRecordIO, encoded, pack

Entry = tuple[int, list[float], str]  # number, labels, path
_AHEAD = 16  # images in work for each thread


def listed(root: Path, recursive: bool, suffixes: Sequence[str]) -> list[Entry]:
    """The images of a folder with number and label. Recursively each folder that has images is a
    class, in the order of their names; else all labels are 0."""
    found: list[Entry] = []
    if not root.is_dir():
        raise MissingFile(f"im2rec: `root` must be a folder; got {root}")
    classes: dict[str, int] = {}
    for folder, inner, names in os.walk(root, followlinks=True):
        inner.sort()
        for name in sorted(names):
            if Path(name).suffix.lower() in suffixes:
                path = Path(folder, name).relative_to(root).as_posix()
                label = classes.setdefault(folder, len(classes)) if recursive else 0
                found.append((len(found), [float(label)], path))
        if not recursive:
            break
    return found


def write_lists(prefix: str, entries: list[Entry], options: argparse.Namespace) -> list[str]:
    """Writes the lists, and gives their paths: one, or parts to train, to validate and to test
    with, each in as many chunks as wanted."""
    if options.shuffle:
        random.Random(100).shuffle(entries)
    written = []
    size = -(-len(entries) // options.chunks) if entries else 1
    for number in range(options.chunks):
        chunk = entries[number * size : (number + 1) * size]
        suffix = f"_{number}" if options.chunks > 1 else ""
        tested = int(len(chunk) * options.test_ratio)
        behind = tested + int(len(chunk) * options.train_ratio)
        parts = {"test": chunk[:tested], "train": chunk[tested:behind], "val": chunk[behind:]}
        if options.train_ratio == 1:
            parts = {"": chunk}
        for name, part in parts.items():
            if part or not name:
                path = f"{prefix}{suffix}{name and '_'}{name}.lst"
                _write_list(path, part)
                written.append(path)
    return written


def _write_list(path: str, entries: list[Entry]) -> None:
    lines = [
        "\t".join([str(number), *(f"{label:f}" for label in labels), name]) + "\n"
        for number, labels, name in entries
    ]
    write_text(path, "".join(lines), "im2rec")


def write_records(list_path: str, root: Path, options: argparse.Namespace) -> tuple[int, int]:
    """Makes the `.rec` and `.idx` file of a list beside it, and gives how many images they have
    and how many could not be read."""
    base = str(Path(list_path).with_suffix(""))
    record = MXIndexedRecordIO(f"{base}.idx", f"{base}.rec", "w")
    failed = count = 0
    for number, content in _contents(read_list(list_path, "im2rec"), root, options):
        if isinstance(content, Error):
            failed += 1
            print(content, file=sys.stderr)
        else:
            record.write_idx(number, content)
            count += 1
    record.close()
    return count, failed


def _contents(
    entries: list[Entry], root: Path, options: argparse.Namespace
) -> Iterator[tuple[int, Any]]:
    """The records in order, or the error of one. Threads work a bounded number of images ahead."""
    waiting: deque[tuple[int, Future]] = deque()
    with ThreadPoolExecutor(options.num_thread) as threads:
        for entry in entries:
            waiting.append((entry[0], threads.submit(record_of, entry, root, options)))
            if len(waiting) >= _AHEAD * options.num_thread:
                yield _result(*waiting.popleft())
        while waiting:
            yield _result(*waiting.popleft())


def _result(number: int, asked: Future) -> tuple[int, Any]:
    try:
        return number, asked.result()
    except Error as error:
        return number, error


def record_of(entry: Entry, root: Path, options: argparse.Namespace) -> bytes:
    """The record of one image: its file as it is, or decoded, cut, scaled and encoded again."""
    number, labels, name = entry
    if len(labels) != 1 and not options.pack_label:
        raise InvalidValue(
            f"im2rec: {name} has {len(labels)} labels; give --pack-label to keep all of them"
        )
    header = IRHeader(0, labels if options.pack_label else labels[0], number, 0)
    content = content_of(root / name, "im2rec")
    if options.pass_through:
        return pack(header, content)
    image = _decoded(content, name, options.color)
    if options.center_crop:
        side = min(image.shape[:2])
        top, left = ((extent - side) // 2 for extent in image.shape[:2])
        image = image[top : top + side, left : left + side]
    if options.resize:
        tall, wide = image.shape[:2]
        size = options.resize
        shape = (size, size * tall // wide) if tall > wide else (size * wide // tall, size)
        image = opencv("im2rec").resize(image, shape)
    return pack(header, encoded(image, options.quality, options.encoding, f"im2rec: {name}"))


def _decoded(content: bytes, name: str, color: int) -> numpy.ndarray:
    module = opencv("im2rec")
    require_size(content, f"im2rec: {name}")
    image = module.imdecode(numpy.frombuffer(content, "uint8"), color) if content else None
    if image is None:
        raise FileFailure(
            f"im2rec: {name}: its {len(content)} bytes are no image that OpenCV knows, or a "
            "damaged one"
        )
    return image


def lists_of(prefix: str) -> list[str]:
    """The lists whose paths begin with a prefix, or the one that it names itself."""
    path = Path(prefix)
    if path.suffix == ".lst" and path.is_file():
        return [prefix]
    found = sorted(
        str(each)
        for each in (path.parent.iterdir() if path.parent.is_dir() else [])
        if each.name.startswith(path.name) and each.suffix == ".lst"
    )
    if not found:
        raise MissingFile(f"im2rec: there is no list {prefix}*.lst; `--list` makes one")
    return found


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m weft.mxnet.im2rec", description=__doc__)
    parser.add_argument("prefix", help="begin of the paths of lists and records")
    parser.add_argument("root", help="the folder of the images")
    made = parser.add_argument_group("lists")
    made.add_argument("--list", action="store_true", help="make lists, and not records")
    made.add_argument("--exts", nargs="+", default=[".jpeg", ".jpg", ".png"], help="suffixes")
    made.add_argument("--chunks", type=int, default=1, help="how many lists")
    made.add_argument("--train-ratio", type=float, default=1.0, help="share to train with")
    made.add_argument("--test-ratio", type=float, default=0.0, help="share to test with")
    made.add_argument("--recursive", action="store_true", help="each folder is a class")
    made.add_argument("--no-shuffle", dest="shuffle", action="store_false", help="keep the order")
    records = parser.add_argument_group("records")
    records.add_argument("--pass-through", action="store_true", help="keep files as they are")
    records.add_argument("--resize", type=int, default=0, help="length of the shorter side")
    records.add_argument("--center-crop", action="store_true", help="cut the middle square first")
    records.add_argument("--quality", type=int, default=95, help="of JPEG 1-100, of PNG 0-9")
    records.add_argument("--num-thread", type=int, default=1, help="threads that encode")
    records.add_argument(
        "--color", type=int, default=1, choices=[-1, 0, 1], help="1 color, 0 gray, -1 as it is"
    )
    records.add_argument("--encoding", default=".jpg", choices=[".jpg", ".png"])
    records.add_argument("--pack-label", action="store_true", help="keep several labels")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command, and gives its exit status."""
    options = _arguments().parse_args(arguments)
    try:
        _check(options)
        root = Path(options.root)
        if options.list:
            entries = listed(root, options.recursive, [each.lower() for each in options.exts])
            for path in write_lists(options.prefix, entries, options):
                print(f"{path}")
            return 0
        failures = 0
        for path in lists_of(options.prefix):
            count, failed = write_records(path, root, options)
            print(f"{Path(path).with_suffix('.rec')}: {count} images, {failed} failed")
            failures += failed
    except (Error, ImportError) as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if failures else 0


def _check(options: argparse.Namespace) -> None:
    for name, least in (("chunks", 1), ("num_thread", 1), ("resize", 0)):
        if getattr(options, name) < least:
            raise InvalidValue(f"im2rec: --{name.replace('_', '-')} must be at least {least}")
    shares = options.train_ratio, options.test_ratio
    if min(shares) < 0 or sum(shares) > 1 + 1e-9:
        raise InvalidValue(
            f"im2rec: --train-ratio and --test-ratio must be shares that add up to 1 at most; "
            f"got {shares}"
        )


__all__ = ["listed", "lists_of", "main", "record_of", "write_lists", "write_records"]
__dir__ = __all__.copy

if __name__ == "__main__":
    sys.exit(main())
