"""Record checksums of the reference's every answer into ../tests/it/checksums.txt (tests/it/main.rs computes the same).

usage: ref-python3.14 checksum.py
"""
import ctypes
import os
import struct
import unicodedata as ud
import zlib

api = ctypes.pythonapi
MAX = 0x110000
FORMS = 'NFC', 'NFD', 'NFKC', 'NFKD'
TESTS = [
    str.isalpha, str.isalnum, str.isdecimal, str.isdigit, str.isnumeric, str.islower, str.isupper,
    lambda ch: bool(api._PyUnicode_IsTitlecase(ctypes.c_uint32(ord(ch)))), str.isspace, str.isprintable, str.isidentifier,
    lambda ch: ('a' + ch).isidentifier(), lambda ch: len(('a' + ch + 'a').splitlines()) == 2,
]
SIMPLE = api._PyUnicode_ToLowercase, api._PyUnicode_ToUppercase, api._PyUnicode_ToTitlecase


def cps(text):
    return ','.join('%x' % ord(c) for c in text)


def bits(value):
    return '-' if value is None else '%x' % struct.unpack('<Q', struct.pack('<d', value))


def opt(value):
    return '-' if value is None else str(value)


def database(db, ch):
    yield db.category(ch)
    yield db.bidirectional(ch)
    yield str(db.combining(ch))
    yield db.east_asian_width(ch)
    yield str(db.mirrored(ch))
    yield opt(db.decimal(ch, None))
    yield opt(db.digit(ch, None))
    yield bits(db.numeric(ch, None))
    yield db.decomposition(ch)
    for form in FORMS:
        yield cps(db.normalize(form, ch))
    yield ''.join(str(int(db.is_normalized(form, ch))) for form in FORMS)
    yield db.name(ch, '')


def line(cp):
    ch = chr(cp)
    yield ''.join(str(int(test(ch))) for test in TESTS)
    for fn in SIMPLE:
        yield '%x' % fn(ctypes.c_uint32(cp))
    for text in ch.lower(), ch.upper(), ch.title(), ch.casefold(), ('a' + ch + '\u03a3').lower(), (ch + '\u03a3').lower():
        yield cps(text)
    yield from database(ud, ch)
    yield from database(ud.ucd_3_2_0, ch)


class Lcg:
    def __init__(self):
        self.state = 1

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % n

    def text(self, alphabet):
        return ''.join(chr(alphabet[self.below(len(alphabet))]) for _ in range(1 + self.below(12)))


def strings():
    hangul = range(0xAC00, 0xD7A4)
    marks = [cp for cp in range(MAX) if ud.combining(chr(cp)) or (cp not in hangul and ud.decomposition(chr(cp)))]
    marks += range(0x1100, 0x1200)
    common = list(range(0x41, 0x7B)) + list(range(0xC0, 0x250)) + list(range(0x300, 0x350)) + list(range(0xAC00, 0xAC40))
    common += list(range(0x1100, 0x1120)) + list(range(0x1160, 0x11C3)) + list(range(0x390, 0x3D0))
    sigma = [0x3A3, 0x3A3, 0x61, 0x41, 0x27, 0x301, 0x20, 0xAD, 0xDF, 0x149, 0x1C4, 0x1C5, 0x1C6, 0x1E9E, 0xFB01, 0x31, 0x130]
    lcg = Lcg()
    for alphabet in marks, common:
        for _ in range(4000):
            text = lcg.text(alphabet)
            for db in ud, ud.ucd_3_2_0:
                for form in FORMS:
                    yield cps(db.normalize(form, text)) + ' ' + str(int(db.is_normalized(form, text)))
    for _ in range(4000):
        text = lcg.text(sigma)
        yield ' '.join(cps(t) for t in (text.lower(), text.upper(), text.title(), text.casefold(), text.swapcase()))


def main():
    out = []
    for start in range(0, MAX, 0x1000):
        crc = 0
        for cp in range(start, start + 0x1000):
            crc = zlib.crc32((' '.join(line(cp)) + '\n').encode(), crc)
        out.append('%08x' % crc)
    crc = 0
    for text in strings():
        crc = zlib.crc32((text + '\n').encode(), crc)
    out.append('%08x' % crc)
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, '..', 'tests', 'it', 'checksums.txt'), 'w') as f:
        f.write('\n'.join(out) + '\n')


if __name__ == '__main__':
    main()
