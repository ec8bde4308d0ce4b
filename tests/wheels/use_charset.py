# wheels: charset-normalizer==3.5.2
"""Guessing encodings, with the mypyc-compiled detector where it loads."""
from charset_normalizer import detect, from_bytes, is_binary

for text, enc in [("Bсеки човек има право на образование. Oбразованието трябва да бъде безплатно", "cp1251"), ("Les élèves étaient où ça à Noël, être", "utf-8"), ("日本語の文章です。これは文字コードの検出です。", "shift_jis"), ("plain ascii text", "ascii")]:
    best = from_bytes(text.encode(enc, "replace")).best()
    print(best.encoding, best.language, round(best.chaos, 3), str(best)[:20])
print(detect("é".encode("utf-16")), is_binary(b"\0\1\2\xff" * 50), from_bytes(b"").best().encoding)
