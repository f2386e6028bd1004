"""Visual wake words: MobileNet v1 with a quarter of its channels, for images of 96 x 96.

MLPerf Tiny's model for "is there a person"; Howard et al. 2017 (arXiv 1704.04861).
"""

from weft.gluon.model_zoo import vision

SHAPE = (3, 96, 96)  # C, H, W
MACS = 7_489_664


def build(classes: int = 2) -> vision.MobileNet:
    """Images (N, 3, 96, 96) to scores (N, classes)."""
    return vision.MobileNet(0.25, classes)
