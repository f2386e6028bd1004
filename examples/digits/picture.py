"""The picture at the end of the demo: digits with their predictions, and the training curve."""

from PIL import Image, ImageDraw

CELL, ROWS, COLUMNS, MARGIN = 72, 4, 8, 16
CURVE = 260
INK, PAPER, RIGHT, WRONG, LINE = "#222222", "#ffffff", "#1b7f3b", "#c0262d", "#2457a6"


def digit(image, size: int) -> Image.Image:
    """One image (8, 8) of ink from 0 to 1, enlarged."""
    shades = (255 - image * 255).astype("uint8")
    return Image.fromarray(shades).resize((size, size), Image.Resampling.NEAREST)


def draw_digits(canvas: Image.Image, images, labels, predictions) -> None:
    """The mistakes first, then others, with what was predicted and, where wrong, what it is."""
    order = sorted(range(len(labels)), key=lambda i: predictions[i] == labels[i])
    pen = ImageDraw.Draw(canvas)
    for place, i in enumerate(order[: ROWS * COLUMNS]):
        x = MARGIN + place % COLUMNS * CELL
        y = MARGIN + place // COLUMNS * (CELL + 14)
        canvas.paste(digit(images[i, 0], CELL - 12), (x, y))
        right = predictions[i] == labels[i]
        text = f"{predictions[i]}" if right else f"{predictions[i]}, is {labels[i]}"
        pen.text((x, y + CELL - 11), text, fill=RIGHT if right else WRONG)


def draw_curve(canvas: Image.Image, top: int, losses: list[float], accuracies: list[float]) -> None:
    """Mean loss of each epoch, and accuracy on the held-out images."""
    pen = ImageDraw.Draw(canvas)
    left, right = MARGIN + 34, canvas.width - MARGIN - 34
    bottom = top + CURVE - 40
    pen.rectangle((left, top, right, bottom), outline=INK)

    def points(values, low, high):
        span = max(len(values) - 1, 1)
        return [
            (left + (right - left) * i / span, bottom - (bottom - top) * (v - low) / (high - low))
            for i, v in enumerate(values)
        ]

    highest = max(losses)
    floor = min(0.8, min(accuracies))
    pen.line(points(losses, 0, highest), fill=WRONG, width=2)
    pen.line(points(accuracies, floor, 1), fill=LINE, width=2)
    pen.text((MARGIN, top), f"{highest:.2f}", fill=WRONG)
    pen.text((MARGIN, bottom - 10), "0", fill=WRONG)
    pen.text((right + 4, top), "100%", fill=LINE)
    pen.text((right + 4, bottom - 10), f"{floor:.0%}", fill=LINE)
    pen.text((left, bottom + 8), f"training loss, {len(losses)} epochs", fill=WRONG)
    pen.text((left + 220, bottom + 8), "accuracy on held-out digits", fill=LINE)


def save(path, images, labels, predictions, losses, accuracies) -> None:
    """Writes the PNG."""
    top = 2 * MARGIN + ROWS * (CELL + 14)
    canvas = Image.new("RGB", (2 * MARGIN + COLUMNS * CELL, top + CURVE), PAPER)
    draw_digits(canvas, images, labels, predictions)
    draw_curve(canvas, top, losses, accuracies)
    canvas.save(path)
