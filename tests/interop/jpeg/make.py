# Writes cases.jsonl: small JPEG files of libjpeg-turbo (through Pillow, and its cjpeg for what Pillow does not
# write), and the pixels that Pillow reads from them, turned upright. Run with Debian's python3-pil and
# libjpeg-turbo-progs: `python3 make.py > cases.jsonl`.
import base64
import json
import random
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

random.seed(7)
folder = Path(tempfile.mkdtemp())


def picture(mode, width, height):
    """Smooth colours with a few hard edges."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            edge = 200 if (x // 5 + y // 4) % 3 == 0 else 30
            image.putpixel((x, y), (255 * x // width, 255 * y // height, edge))
    return image.convert(mode)


def case(name, path):
    image = ImageOps.exif_transpose(Image.open(path))
    image = image if image.mode == "L" else image.convert("RGB")
    print(json.dumps({
        "name": name,
        "width": image.width,
        "height": image.height,
        "channels": len(image.getbands()),
        "jpeg": base64.b64encode(Path(path).read_bytes()).decode(),
        "pixels": base64.b64encode(image.tobytes()).decode(),
    }))


def pillow(name, mode="RGB", size=(17, 13), orientation=None, **options):
    path = folder / "a.jpg"
    image = picture(mode, *size)
    if orientation is not None:
        exif = Image.Exif()
        exif[274] = orientation
        options["exif"] = exif
    image.save(path, **{"quality": 60, "optimize": True, **options})
    case(name, path)


def cjpeg(name, *options, size=(17, 13)):
    picture("RGB", *size).save(folder / "a.ppm")
    path = folder / "b.jpg"
    subprocess.run(["cjpeg", "-quality", "60", "-optimize", *options, "-outfile", path, folder / "a.ppm"], check=True)
    case(name, path)


pillow("baseline, colour halved both ways")
pillow("baseline, colour halved across", subsampling=1)
pillow("baseline, full colour", subsampling=0, quality=95)
pillow("progressive", progressive=True)
pillow("progressive, many details", progressive=True, quality=95, subsampling=0)
pillow("grey", mode="L")
pillow("grey, progressive", mode="L", progressive=True)
pillow("four inks", mode="CMYK", size=(9, 7))
pillow("one pixel", size=(1, 1))
pillow("two pixels wide", size=(2, 11))
for orientation in (2, 3, 4, 5, 6, 7, 8):
    pillow(f"Exif orientation {orientation}", size=(11, 6), orientation=orientation)
cjpeg("colour halved downwards", "-sample", "1x2")
cjpeg("colour a quarter across", "-sample", "4x1")
cjpeg("restart markers", "-restart", "1B")
cjpeg("restart markers, progressive", "-restart", "1B", "-progressive")
cjpeg("stored as RGB", "-rgb")
(folder / "s").write_text("0;\n1;\n2;\n")
cjpeg("a scan for each component", "-scans", str(folder / "s"))

# Inks stored as differences: the same file with another Adobe transform.
path = folder / "c.jpg"
picture("CMYK", 9, 7).save(path, quality=60, optimize=True)
data = bytearray(path.read_bytes())
data[data.find(b"Adobe") + 11] = 2
path.write_bytes(data)
case("four inks as differences", path)
