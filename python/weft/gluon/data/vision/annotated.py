"""Images with boxes and masks: folders of Pascal VOC and files of COCO.

A sample is (image, boxes): uint8 (H, W, 3), and float32 (objects, 5) of class, x1, y1, x2, y2 in
pixels, as `metric.MeanAveragePrecision` takes them.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy

from weft._base.errors import FileFailure, InvalidValue, MissingFile
from weft.gluon.data.dataset import Dataset
from weft.gluon.data.vision._decoding import decode
from weft.gluon.data.vision._extents import require_pixels

Transform = Callable[[Any, Any], Any] | None


def _image(where: str, path: Path) -> numpy.ndarray:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise MissingFile(f"{where}: there is no image {path}") from None
    return decode(content, True, f"{where}: {path}")


class VOCDetection(Dataset):
    """Images of Pascal VOC with their boxes.

    root: a folder such as `VOCdevkit/VOC2012`, with `JPEGImages`, `Annotations`, `ImageSets/Main`
    split: "train", "val", "trainval" or "test": the names in `ImageSets/Main/<split>.txt`
    difficult: are boxes that are marked as difficult there, too?
    transform: a function of image and boxes that gives the sample

    Raises FileNotFoundError for files that are missing, OSError for damaged ones, with their names.

    >>> import pathlib
    >>> import numpy
    >>> from PIL import Image
    >>> from weft.gluon.data import vision
    >>> root = pathlib.Path("VOC")
    >>> for folder in ("JPEGImages", "Annotations", "ImageSets/Main"):
    ...     (root / folder).mkdir(parents=True, exist_ok=True)
    >>> Image.fromarray(numpy.zeros((30, 40, 3), "uint8")).save(root / "JPEGImages/1.jpg")
    >>> corners = "<xmin>6</xmin><ymin>7</ymin><xmax>16</xmax><ymax>19</ymax>"
    >>> label = f"<a><object><name>dog</name><bndbox>{corners}</bndbox></object></a>"
    >>> written = (root / "Annotations/1.xml").write_text(label)
    >>> written = (root / "ImageSets/Main/trainval.txt").write_text("1")
    >>> image, boxes = vision.VOCDetection(root)[0]
    >>> image.shape, boxes.tolist()
    ((30, 40, 3), [[11.0, 5.0, 6.0, 15.0, 18.0]])
    """

    NAMES = (
        "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
        "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa",
        "train", "tvmonitor",
    )  # fmt: skip

    def __init__(
        self,
        root: str | os.PathLike,
        split: str = "trainval",
        *,
        difficult: bool = False,
        transform: Transform = None,
    ) -> None:
        self._root, self._difficult, self._function = Path(root).expanduser(), difficult, transform
        path = self._root / "ImageSets" / self._kind / f"{split}.txt"
        if not path.is_file():
            raise MissingFile(f"{type(self).__name__}: there is no file {path}")
        self.items = [
            line.split()[0] for line in path.read_text("utf-8").splitlines() if line.strip()
        ]

    _kind = "Main"

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        name = self.items[index]
        image = _image(type(self).__name__, self._root / "JPEGImages" / f"{name}.jpg")
        sample = image, self._label(name)
        return self._function(*sample) if self._function else sample

    def _label(self, name: str) -> numpy.ndarray:
        path = self._root / "Annotations" / f"{name}.xml"
        try:
            tree = ElementTree.fromstring(path.read_bytes())
            rows = [self._row(node) for node in tree.iter("object") if self._counts(node)]
        except FileNotFoundError:
            raise MissingFile(f"VOCDetection: there is no file {path}") from None
        except (ElementTree.ParseError, ValueError, AttributeError, TypeError) as error:
            raise FileFailure(f"VOCDetection: {path} is damaged: {error}") from None
        return numpy.array(rows, "float32").reshape(-1, 5)

    def _counts(self, node: Any) -> bool:
        return self._difficult or (node.findtext("difficult") or "0").strip() != "1"

    def _row(self, node: Any) -> list[float]:
        name = node.findtext("name").strip()
        if name not in self.NAMES:
            raise ValueError(f"there is no class named {name!r}")
        box = node.find("bndbox")
        corners = [float(box.findtext(k)) - 1 for k in ("xmin", "ymin", "xmax", "ymax")]
        return [float(self.NAMES.index(name)), *corners]  # their pixels count from 1


class VOCSegmentation(VOCDetection):
    """Images of Pascal VOC with masks of classes: uint8 (H, W), 0 for the background, 1 to 20 for
    the classes, 255 for borders. Arguments as for `VOCDetection`. Needs Pillow.

    >>> import pathlib
    >>> import numpy
    >>> from PIL import Image
    >>> from weft.gluon.data import vision
    >>> root = pathlib.Path("VOC")
    >>> for folder in ("JPEGImages", "SegmentationClass", "ImageSets/Segmentation"):
    ...     (root / folder).mkdir(parents=True, exist_ok=True)
    >>> Image.fromarray(numpy.zeros((30, 40, 3), "uint8")).save(root / "JPEGImages/1.jpg")
    >>> Image.fromarray(numpy.full((30, 40), 12, "uint8")).save(root / "SegmentationClass/1.png")
    >>> written = (root / "ImageSets/Segmentation/trainval.txt").write_text("1")
    >>> image, mask = vision.VOCSegmentation(root)[0]
    >>> mask.shape, int(mask[0, 0])
    ((30, 40), 12)
    """

    _kind = "Segmentation"

    def _label(self, name: str) -> numpy.ndarray:
        from PIL import Image, UnidentifiedImageError

        path = self._root / "SegmentationClass" / f"{name}.png"
        try:
            with Image.open(path) as mask:
                require_pixels(*mask.size, f"VOCSegmentation: {path}")
                return numpy.array(mask, "uint8")  # numbers of the palette
        except FileNotFoundError:
            raise MissingFile(f"VOCSegmentation: there is no file {path}") from None
        except (UnidentifiedImageError, OSError, SyntaxError) as error:
            raise FileFailure(f"VOCSegmentation: {path} is damaged: {error}") from None


class COCODetection(Dataset):
    """Images with the boxes of a COCO file of annotations.

    images: the folder of the images; annotations: the JSON file, such as `instances_val2017.json`
    crowd: are boxes of crowds there, too?; skip_empty: leaves images without boxes out
    transform: a function of image and boxes that gives the sample

    `names` are the classes in order, `categories` the numbers that the file has for them. Raises
    OSError for a damaged file.

    >>> import json
    >>> import os
    >>> import numpy
    >>> from PIL import Image
    >>> from weft.gluon.data import vision
    >>> os.makedirs("images", exist_ok=True)
    >>> Image.fromarray(numpy.zeros((30, 40, 3), "uint8")).save("images/1.png")
    >>> content = {
    ...     "images": [{"id": 1, "file_name": "1.png", "width": 40, "height": 30}],
    ...     "annotations": [{"image_id": 1, "category_id": 18, "bbox": [5, 6, 10, 12]}],
    ...     "categories": [{"id": 18, "name": "dog"}],
    ... }
    >>> with open("annotations.json", "w") as file:
    ...     json.dump(content, file)
    >>> found = vision.COCODetection("images", "annotations.json")
    >>> found.names, found[0][1].tolist()
    (['dog'], [[0.0, 5.0, 6.0, 15.0, 18.0]])
    """

    def __init__(
        self,
        images: str | os.PathLike,
        annotations: str | os.PathLike,
        *,
        crowd: bool = False,
        skip_empty: bool = True,
        transform: Transform = None,
    ) -> None:
        path = Path(annotations).expanduser()
        self._folder, self._function = Path(images).expanduser(), transform
        if not path.is_file():
            raise MissingFile(f"COCODetection: there is no file {path}")
        try:
            content = json.loads(path.read_text("utf-8"))
            kinds = sorted(content["categories"], key=lambda kind: kind["id"])
            self.names = [str(kind["name"]) for kind in kinds]
            self.categories = [int(kind["id"]) for kind in kinds]
            boxes = self._boxes(content["annotations"], crowd)
            files = [(str(i["file_name"]), int(i["id"])) for i in content["images"]]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FileFailure(f"COCODetection: {path} is damaged: {error!r}") from None
        none = numpy.zeros((0, 5), "float32")
        found = [(name, boxes.get(number, none)) for name, number in files]
        self.items = [item for item in found if len(item[1]) or not skip_empty]

    def _boxes(self, annotations: Any, crowd: bool) -> dict[int, numpy.ndarray]:
        place = {category: number for number, category in enumerate(self.categories)}
        rows: dict[int, list[list[float]]] = {}
        for each in annotations:
            if each.get("iscrowd") and not crowd:
                continue
            x, y, width, height = map(float, each["bbox"])
            kind = float(place[int(each["category_id"])])
            rows.setdefault(int(each["image_id"]), []).append([kind, x, y, x + width, y + height])
        return {number: numpy.array(found, "float32") for number, found in rows.items()}

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        name, boxes = self.items[index]
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise InvalidValue(f"COCODetection: an image must be in the folder; got {name!r}")
        sample = _image("COCODetection", self._folder / name), boxes
        return self._function(*sample) if self._function else sample


__all__ = ["COCODetection", "VOCDetection", "VOCSegmentation"]
__dir__ = __all__.copy
