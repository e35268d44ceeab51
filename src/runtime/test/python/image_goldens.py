#!/usr/bin/env python3
"""Writes the images and expected pixels that ImageDecoderTest holds, made by Pillow and numpy.

Usage: image_goldens.py FOLDER

FOLDER is src/runtime/test/resources/images. Made with Pillow 12.3. Each line of expected.txt is a
file's name, a width, a height, and the bytes, in hexadecimal, of the image in mode L resized to
that with Image.BILINEAR. Where there is transparency the image was laid over black before; 16 bits
were rounded to 8.
"""

import os
import sys

import numpy
from PIL import Image

SIZES = [(28, 28), (5, 7), (41, 19), (61, 29)]


def pattern(width, height, channels):
    """Waves and edges; the same on every machine."""
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float64)
    planes = []
    for c in range(channels):
        wave = numpy.sin(x / (3 + c)) * numpy.cos(y / (2 + c)) + ((x + 2 * y + 5 * c) % 11 > 6)
        planes.append(numpy.clip(wave * 90 + 100, 0, 255))
    return numpy.stack(planes, axis=-1)


def expected(gray):
    return {size: gray.resize(size, Image.BILINEAR).tobytes().hex() for size in SIZES}


def main(folder):
    colour = Image.fromarray(pattern(41, 29, 3).astype(numpy.uint8), "RGB")
    gray = Image.fromarray(pattern(41, 29, 1)[:, :, 0].astype(numpy.uint8), "L")
    alpha = Image.fromarray(pattern(41, 29, 4).astype(numpy.uint8), "RGBA")
    deep = (pattern(41, 29, 1)[:, :, 0] * 257).astype(numpy.uint16)
    palette = colour.quantize(17)
    palette.info.clear()

    results = {}

    def save(name, image, as_gray, **options):
        image.save(os.path.join(folder, name), **options)
        results[name] = expected(as_gray)

    save("colour.png", colour, colour.convert("L"))
    save("gray.png", gray, gray)
    save("palette.png", palette, palette.convert("RGB").convert("L"))
    save("palette.gif", palette, palette.convert("RGB").convert("L"))
    two = gray.point(lambda v: 255 if v > 120 else 0).convert("1")
    save("one-bit.png", two, two.convert("L"))
    level, opaque = alpha.convert("RGB").convert("L"), alpha.getchannel("A")
    over = numpy.asarray(level).astype(int) * numpy.asarray(opaque).astype(int)
    over = Image.fromarray(((over + 127) // 255).astype(numpy.uint8), "L")
    save("alpha.png", alpha, over)
    rounded = Image.fromarray(numpy.round(deep / 257).astype(numpy.uint8), "L")
    save("deep.png", Image.fromarray(deep), rounded)
    for name, source in (("colour.jpg", colour), ("gray.jpg", gray)):
        path = os.path.join(folder, name)
        source.save(path, quality=95, subsampling=0)
        results[name] = expected(Image.open(path).convert("L"))
    colour.convert("CMYK").save(os.path.join(folder, "cmyk.jpg"), quality=95)
    with open(os.path.join(folder, "expected.txt"), "w") as out:
        for name in sorted(results):
            for (width, height), pixels in results[name].items():
                out.write(f"{name} {width} {height} {pixels}\n")


if __name__ == "__main__":
    main(sys.argv[1])
