"""Write the CJK mapping tables from the reference's own answers: ../src/cjk/tables.bin and ../src/cjk/tables.rs.

usage: ref-python3.14 cjk.py

A table maps two-byte codes to one or two code points and is stored as its difference from an earlier table, whichever
makes it smallest. Encoding is the inverse (the smallest code wins), again stored as differences only.
"""
import codecs
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, '..', 'src', 'cjk')
log = []


def note(error):
    log.append((error.start, error.end, error.reason[:2] == 'in'))
    return '\ufffd', error.end


codecs.register_error('n', note)


def decode(name, data):
    """The text, or `None` with `log` filled."""
    log.clear()
    text = codecs.getdecoder(name)(data, 'n')[0]
    return None if log else text


def to_sjis(code):
    high, low = (code >> 8) - 0x21, (code & 0xFF) - 0x21
    lead = (high >> 1) + (0x81 if high < 62 else 0xC1)
    trail = low + (0x9F if high & 1 else (0x40 if low < 63 else 0x41))
    return lead << 8 | trail


TRANSFORMS = [lambda code: code, lambda code: code | 0x8080, to_sjis]


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def token_kind(target):
    if isinstance(target, tuple):
        return 3
    return 2 if target > 0xFFFF else 0


def pack(diff):
    """Tokens: varint gap, varint count << 2 | kind, then data."""
    out, last, codes = bytearray(), -1, sorted(diff)
    i = 0
    while i < len(codes):
        start, kind = codes[i], token_kind(diff[codes[i]])
        run = 1
        while i + run < len(codes) and codes[i + run] == start + run and kind != 3 and diff[start] and \
                diff[codes[i + run]] == diff[start] + run:
            run += 1
        if run >= 3 and kind != 3:
            data = varint(diff[start])
            kind = 1
        else:
            run, data = 0, bytearray()
            while i + run < len(codes) and codes[i + run] == start + run and token_kind(diff[codes[i + run]]) == kind:
                here = [diff.get(start + run + k) for k in range(4)]
                if run and all(isinstance(h, int) and isinstance(here[0], int) and h == here[0] + k and here[0]
                               for k, h in enumerate(here)):
                    break
                target = diff[start + run]
                data += struct.pack('<HH', *target) if kind == 3 else target.to_bytes(3 if kind == 2 else 2, 'little')
                run += 1
        out += varint(start - last - 1) + varint(run << 2 | kind) + data
        last = start + run - 1
        i += run
    return bytes(out)


tables, blob, rust = [], bytearray(), []


def add_blob(data):
    blob.extend(data)
    return len(blob) - len(data), len(blob)


def add_table(name, mapping):
    best = (pack(mapping), 255, 0)
    for number, (_, base) in enumerate(tables):
        for transform, move in enumerate(TRANSFORMS):
            if transform and not all(0x2121 <= code <= 0x7E7E for code in base):
                continue
            moved = {move(code): target for code, target in base.items()}
            diff = {code: mapping.get(code, 0) for code in moved.keys() | mapping.keys() if moved.get(code) != mapping.get(code)}
            if len(diff) < len(mapping):
                data = pack(diff)
                if len(data) < len(best[0]):
                    best = data, number, transform
    start, end = add_blob(best[0])
    tables.append((name, mapping))
    rust.append('    Table { base: %d, transform: %d, from: %d, to: %d }, // %d: %s, %d codes'
                % (best[1], best[2], start, end, len(tables) - 1, name, len(mapping)))
    print(name, len(mapping), 'bytes', len(best[0]), 'base', best[1:], file=sys.stderr)
    return len(tables) - 1


def target_of(text):
    return ord(text) if len(text) == 1 else (ord(text[0]), ord(text[1]))


def grid(codec, prefix, seven_bit=True, suffix=b''):
    mapping = {}
    bytes_ = range(0x21, 0x7F) if seven_bit else range(256)
    for high in bytes_:
        for low in bytes_:
            text = decode(codec, prefix + bytes([high, low]) + suffix)
            if text and len(text) <= 2 and '\ufffd' not in text:
                mapping[high << 8 | low] = target_of(text)
    return mapping


def encodings(codec):
    """What each code point encodes to, as far as it does."""
    encoder = codecs.getencoder(codec)
    for cp in range(0x30000):
        if not 0xD800 <= cp < 0xE000:
            try:
                yield cp, encoder(chr(cp))[0]
            except UnicodeEncodeError:
                pass


def inverse(singles, *grids):
    """As the library builds it: singles, then tables in order; the first code wins."""
    out = {}
    for byte, cp in enumerate(singles):
        if cp < 0xFFFE:
            out.setdefault(cp, byte)
    for mapping, squeeze in grids:
        for code in sorted(mapping):
            if isinstance(mapping[code], int):
                out.setdefault(mapping[code], squeeze(code))
    return out


def pair_codes(mapping):
    return {target: code for code, target in mapping.items() if isinstance(target, tuple)}


def encode_diff(ours, theirs):
    return {cp: theirs.get(cp, 0) for cp in ours.keys() | theirs.keys() if ours.get(cp) != theirs.get(cp)}


STATELESS = ('gb2312 gbk gb18030 big5 big5hkscs cp950 shift_jis cp932 shift_jis_2004 shift_jisx0213 euc_jp euc_jis_2004 '
             'euc_jisx0213 euc_kr cp949 johab').split()
specs = []


def stateless(codec):
    singles, mapping, long_two = [], {}, []
    for byte in range(256):
        text = decode(codec, bytes([byte]))
        singles.append(ord(text) if text else (0xFFFF if log[0][2] else 0xFFFE))
    for high in (b for b in range(256) if singles[b] == 0xFFFF):
        for low in range(256):
            text = decode(codec, bytes([high, low]))
            if text:
                mapping[high << 8 | low] = target_of(text)
            elif log[0][:2] == (0, 2) and not log[0][2]:
                long_two.append(high << 8 | low)
            else:
                assert log[0][:2] == (0, 1) or log[0][2], (codec, high, low, log)
    table = add_table(codec, mapping)
    three, long_three = {}, []
    if codec.startswith('euc_j'):
        for high in range(256):
            for low in range(256):
                text = decode(codec, bytes([0x8F, high, low]))
                if text:
                    three[high << 8 | low] = target_of(text)
                else:
                    if log[0][:2] == (0, 3):
                        long_three.append(high << 8 | low)
                    else:
                        assert log[0][:2] == (0, 1), (codec, high, low, log)
    three_table = add_table(codec + ' behind 8F', three) if three else 255
    theirs = {}
    for cp, data in encodings(codec):
        if len(data) <= 2:
            theirs[cp] = int.from_bytes(data, 'big')
        elif len(data) == 3:
            assert data[0] == 0x8F
            theirs[cp] = data[1] << 8 | data[2] & 0x7F
        elif codec == 'gb18030':
            check_four(cp, data)
        else:
            assert codec == 'euc_kr' and len(data) == 8
    ours = inverse(singles, (mapping, lambda c: c), (three, lambda c: c & 0xFF7F))
    diff = encode_diff(ours, theirs)
    print('  encode differs', len(diff), 'long errors', len(long_two), len(long_three), file=sys.stderr)
    check_pairs(codec, mapping)
    first, last = add_blob(struct.pack('<256H', *singles))
    start, end = add_blob(pack(diff))
    ranges = lambda codes: '&[%s]' % ', '.join('%#x' % c for c in codes)
    specs.append('    Spec { name: "%s", table: %d, three: %d, singles: %d, encode: (%d, %d), long_two: %s, long_three: %s },'
                 % (codec, table, three_table, first, start, end, ranges(long_two), ranges(long_three)))


def check_pairs(codec, mapping):
    pairs = pair_codes(mapping)
    for (a, b), code in pairs.items():
        assert codecs.encode(chr(a) + chr(b), codec) == code.to_bytes(2, 'big'), (codec, a, b)


four_ranges = []


def linear(data):
    return ((data[0] - 0x81) * 10 + data[1] - 0x30) * 1260 + (data[2] - 0x81) * 10 + data[3] - 0x30


def check_four(cp, data):
    if cp >= 0x10000:
        assert linear(data) == 189000 + cp - 0x10000
        return
    if four_ranges and four_ranges[-1][0] + four_ranges[-1][2] == linear(data) and four_ranges[-1][1] + four_ranges[-1][2] == cp:
        four_ranges[-1][2] += 1
    else:
        four_ranges.append([linear(data), cp, 1])


DESIGNATIONS = {}


def charsets():
    esc = b'\x1b'
    for key, mapping in {
        'gb2312': grid('iso2022_jp_2', esc + b'$A'),
        'ksx1001': grid('iso2022_kr', esc + b'$)C\x0e'),
        'jisx0208': grid('iso2022_jp', esc + b'$B'),
        'jisx0212': grid('iso2022_jp_1', esc + b'$(D'),
        'jisx0213_1': grid('iso2022_jp_2004', esc + b'$(Q'),
        'jisx0213_1_2000': grid('iso2022_jp_3', esc + b'$(O'),
        'jisx0213_2': grid('iso2022_jp_2004', esc + b'$(P'),
    }.items():
        DESIGNATIONS[key] = add_table(key, mapping)
    assert grid('iso2022_jp', esc + b'$@') == tables[DESIGNATIONS['jisx0208']][1], 'jisx0208_o'
    assert grid('iso2022_jp_3', esc + b'$(P') == tables[DESIGNATIONS['jisx0213_2']][1], 'plane 2'
    assert grid('iso2022_jp_2', esc + b'$(C') == tables[DESIGNATIONS['ksx1001']][1], 'ksx1001'


# In the order in which the encoder asks them: escape final byte, table (or a single-byte set).
ISO2022 = {
    'iso2022_kr': [('C', 'ksx1001')],
    'iso2022_jp': [('B', 'jisx0208'), ('J', 'roman'), ('@', 'jisx0208')],
    'iso2022_jp_1': [('B', 'jisx0208'), ('D', 'jisx0212'), ('J', 'roman'), ('@', 'jisx0208')],
    'iso2022_jp_2': [('B', 'jisx0208'), ('D', 'jisx0212'), ('C', 'ksx1001'), ('A', 'gb2312'), ('J', 'roman'), ('@', 'jisx0208')],
    'iso2022_jp_2004': [('B', 'jisx0208'), ('Q', 'jisx0213_1'), ('P', 'jisx0213_2')],
    'iso2022_jp_3': [('B', 'jisx0208'), ('O', 'jisx0213_1_2000'), ('P', 'jisx0213_2')],
    'iso2022_jp_ext': [('B', 'jisx0208'), ('D', 'jisx0212'), ('J', 'roman'), ('I', 'kana'), ('@', 'jisx0208')],
}


def iso2022(codec, sets):
    """Encoding differences: target = index of the set << 16 | code (0: none)."""
    index = {mark: i for i, (mark, _) in enumerate(sets)}
    theirs = {}
    for cp, data in encodings(codec):
        if cp < 0x80:
            assert data == bytes([cp]), (codec, cp, data)
            continue
        at = 1
        while data[at] in b'$()':
            at += 1
        mark, rest = chr(data[at]), data[at + 1:]
        rest = rest.lstrip(b'\x0e')
        rest = rest.split(b'\x1b')[0].rstrip(b'\x0f')
        theirs[cp] = index[mark] << 16 | int.from_bytes(rest, 'big')
    ours = {}
    for i, (_, name) in enumerate(sets):
        if name == 'roman':
            found = {0xA5: 0x5C, 0x203E: 0x7E}
        elif name == 'kana':
            found = {0xFF61 + k: 0x21 + k for k in range(63)}
        else:
            found = inverse([], (tables[DESIGNATIONS[name]][1], lambda c: c))
        for cp, code in found.items():
            ours.setdefault(cp, i << 16 | code)
    diff = encode_diff(ours, theirs)
    print(codec, 'encode differs', len(diff), list(diff.items())[:6], file=sys.stderr)
    start, end = add_blob(pack({cp: code for cp, code in diff.items()}))
    rust.append('    ("%s", %d, %d),' % (codec, start, end))


def main():
    rust.append('//! Generated by gen/cjk.py from the reference. Do not edit.')
    rust.append('#![cfg_attr(rustfmt, rustfmt_skip)]')
    rust.append('use super::table::{Spec, Table};')
    rust.append('pub(super) static TABLES: &[Table] = &[')
    charsets()
    for codec in STATELESS:
        stateless(codec)
    rust.append('];')
    rust.append('pub(super) static SPECS: &[Spec] = &[')
    rust.extend(specs)
    rust.append('];')
    rust.append('/// GB 18030 four-byte codes of the BMP: linear code, code point, count.')
    rust.append('pub(super) static FOUR_BYTE: &[(u32, u32, u32)] = &[')
    rows = ['(%d, %d, %d),' % tuple(r) for r in four_ranges]
    rust.extend('    ' + ' '.join(rows[i:i + 6]) for i in range(0, len(rows), 6))
    rust.append('];')
    rust.append('/// ISO 2022 codecs: where their encoding differences lie.')
    rust.append('pub(super) static ISO2022: &[(&str, usize, usize)] = &[')
    for codec, sets in ISO2022.items():
        iso2022(codec, sets)
    rust.append('];')
    for key, number in DESIGNATIONS.items():
        rust.append('pub(super) const %s: usize = %d;' % (key.upper(), number))
    rust.append('pub(super) static BLOB: &[u8] = include_bytes!("tables.bin");')
    with open(os.path.join(OUT, 'tables.bin'), 'wb') as f:
        f.write(blob)
    with open(os.path.join(OUT, 'tables.rs'), 'w') as f:
        f.write('\n'.join(rust) + '\n')
    print('blob', len(blob), 'ranges', len(four_ranges), file=sys.stderr)


main()
