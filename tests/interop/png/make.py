"""Makes cases.jsonl: small PNG files written by Netpbm's pnmtopng (libpng), with the pixels that
they were made from. Needs Netpbm 11 (Debian: apt-get install netpbm). Run: python3 make.py"""
import base64, json, os, random, subprocess, tempfile

random.seed(7)
WIDTH, HEIGHT = 13, 11  # odd, so that Adam7's sub-pictures are ragged


def to8(value, most):
    return int(value * 255 / most + 0.5)


def pnm(kind, most, samples):
    """P5 (grey) or P6 (RGB), two bytes a sample above 255."""
    width = 2 if most > 255 else 1
    body = b"".join(v.to_bytes(width, "big") for v in samples)
    return f"{kind}\n{WIDTH} {HEIGHT}\n{most}\n".encode() + body


def gradient(channels, most):
    """Smooth with noise, so that encoders choose different filters for different rows."""
    return [min(most, max(0, (x * (c + 2) + y * 3) * most // 90 + random.randint(0, max(1, most // 16))))
            for y in range(HEIGHT) for x in range(WIDTH) for c in range(channels)]


def encode(source, *options, alpha=None):
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["pnmtopng", "-quiet", *options]
        if alpha is not None:
            path = os.path.join(folder, "alpha.pgm")
            with open(path, "wb") as file:
                file.write(alpha)
            arguments.append(f"-alpha={path}")
        return subprocess.run(arguments, input=source, capture_output=True, check=True).stdout


cases = []


def add(name, png, channels, pixels):
    assert len(pixels) == WIDTH * HEIGHT * channels, name
    depth, color, interlace = png[24], png[25], png[28]
    cases.append({
        "name": f"{name}: colour type {color}, {depth} bits" + (", interlaced" if interlace else ""),
        "width": WIDTH, "height": HEIGHT, "channels": channels,
        "png": base64.b64encode(png).decode(), "pixels": base64.b64encode(bytes(pixels)).decode(),
    })


for interlace in ((), ("-interlace",)):
    for most in (1, 3, 15, 255, 65535):
        grey = gradient(1, most)
        add("grey", encode(pnm("P5", most, grey), "-force", *interlace), 1, [to8(v, most) for v in grey])
    for most in (255, 65535):
        rgb = gradient(3, most)
        add("RGB", encode(pnm("P6", most, rgb), "-force", *interlace), 3, [to8(v, most) for v in rgb])
        grey, alpha = gradient(1, most), gradient(1, most)
        add("grey and alpha", encode(pnm("P5", most, grey), "-force", *interlace, alpha=pnm("P5", most, alpha)), 4,
            [to8(v, most) for g, a in zip(grey, alpha) for v in (g, g, g, a)])
        add("RGBA", encode(pnm("P6", most, rgb), "-force", *interlace, alpha=pnm("P5", most, alpha)), 4,
            [to8(v, most) for i, a in enumerate(alpha) for v in (*rgb[3 * i:3 * i + 3], a)])
    for colors in (2, 4, 16, 200):
        palette = [tuple(random.randint(0, 255) for _ in range(3)) for _ in range(colors)]
        chosen = [i % colors for i in range(WIDTH * HEIGHT)]
        rgb = [v for i in chosen for v in palette[i]]
        add("palette", encode(pnm("P6", 255, rgb), *interlace), 3, rgb)
    palette = [tuple(random.randint(0, 255) for _ in range(3)) for _ in range(5)]
    opacity = [random.choice((0, 60, 200, 255)) for _ in range(5)]
    chosen = [random.randrange(5) for _ in range(WIDTH * HEIGHT)]
    add("palette with alpha",
        encode(pnm("P6", 255, [v for i in chosen for v in palette[i]]), *interlace,
               alpha=pnm("P5", 255, [opacity[i] for i in chosen])), 4,
        [v for i in chosen for v in (*palette[i], opacity[i])])

rgb = gradient(3, 255)
rgb[6:9] = [10, 20, 30]
add("RGB with a transparent colour", encode(pnm("P6", 255, rgb), "-force", "-transparent=rgb:0a/14/1e"), 4,
    [v for i in range(WIDTH * HEIGHT) for p in [rgb[3 * i:3 * i + 3]] for v in (*p, 0 if p == [10, 20, 30] else 255)])
for option in ("-nofilter", "-sub", "-up", "-avg", "-paeth"):
    add(f"filter {option[1:]}", encode(pnm("P6", 255, rgb), "-force", option), 3, rgb)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.jsonl"), "w") as file:
    file.writelines(json.dumps(case) + "\n" for case in cases)
for case in cases:
    print(case["name"])
