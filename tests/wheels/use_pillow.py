# wheels: pillow==13.0.0
"""Images made, drawn, filtered, encoded and decoded; font text; errors."""
import io
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageEnhance, ImageFilter, ImageMath, ImageOps, ImageStat, features
import zlib

def sum_of(im):
    return im.mode, im.size, zlib.crc32(im.tobytes())

im = Image.new("RGB", (64, 48), "navy")
d = ImageDraw.Draw(im)
d.rectangle([5, 5, 30, 20], fill=(255, 0, 0), outline="white")
d.ellipse([20, 10, 60, 40], fill="#00ff00")
d.line([(0, 0), (63, 47)], fill=ImageColor.getrgb("hsl(60,100%,50%)"), width=2)
d.polygon([(40, 2), (50, 10), (45, 20)], fill="orange")
print(sum_of(im), im.getpixel((10, 10)), im.getbbox(), im.getextrema(), len(im.getcolors()))
for op in [im.convert("L"), im.convert("CMYK"), im.convert("P", palette=Image.Palette.ADAPTIVE, colors=8).convert("RGB"), im.resize((20, 20), Image.Resampling.BICUBIC), im.rotate(90, expand=True), im.transpose(Image.Transpose.FLIP_LEFT_RIGHT), im.crop((5, 5, 25, 25)), im.filter(ImageFilter.GaussianBlur(2)), im.filter(ImageFilter.FIND_EDGES), ImageOps.invert(im), ImageChops.difference(im, ImageOps.mirror(im)), ImageEnhance.Contrast(im).enhance(1.5), im.quantize(4).convert("L"), im.point(lambda v: v // 2), im.transform((30, 30), Image.Transform.AFFINE, (1, 0.2, 0, 0, 1, 3))]:
    print(sum_of(op))
for fmt, opts in [("PNG", {}), ("BMP", {}), ("GIF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("JPEG", {"quality": 90}), ("WEBP", {"lossless": True}), ("PPM", {})]:
    b = io.BytesIO()
    im.save(b, fmt, **opts)
    b.seek(0)
    back = Image.open(b)
    back.load()
    print(fmt, back.format, back.mode, back.size, fmt in ("JPEG", "GIF") or back.convert("RGB").tobytes() == im.tobytes())
a = Image.frombytes("L", (2, 2), bytes([0, 64, 128, 255]))
px = a.load()
px[1, 1] = 7
print(list(a.getdata()) if not hasattr(a, "get_flattened_data") else list(a.get_flattened_data()), px[0, 1], a.histogram()[64], ImageStat.Stat(a).mean)
r, g, b = im.split()
print(Image.merge("RGB", (b, g, r)).getpixel((10, 10)), Image.blend(im, ImageOps.invert(im), 0.5).getpixel((0, 40)), Image.composite(im, ImageOps.invert(im), r).size)
print(ImageMath.lambda_eval(lambda args: args["convert"](args["a"] + 1, "L"), a=a).getpixel((0, 0)))
x = Image.new("RGBA", (4, 4), (1, 2, 3, 128))
x.paste((9, 9, 9, 255), (0, 0, 2, 2))
x.putalpha(50)
print(x.getpixel((0, 0)), Image.alpha_composite(x, x).getpixel((3, 3)), features.check("jpg"), memoryview(im.tobytes()).nbytes)
for bad in [
    lambda: Image.open(io.BytesIO(b"not an image")),
    lambda: Image.new("XYZ", (1, 1)),
    lambda: Image.new("L", (-1, 1)),
    lambda: im.getpixel((99, 99)),
    lambda: Image.frombytes("L", (2, 2), b"abc"),
    lambda: im.convert("nope"),
    lambda: ImageColor.getrgb("nocolour"),
    lambda: im.resize((0, 0)),
    lambda: Image.merge("RGB", (r, g)),
    lambda: im.save(io.BytesIO(), "NOPE"),
    lambda: im.im.getpixel("x"),
    lambda: Image.open(io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * 20)).load(),
]:
    try:
        print(bad())
    except Exception as e:
        text = str(e)
        print(type(e).__name__, text.split(" <_io")[0])
