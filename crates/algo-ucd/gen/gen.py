"""Write crates/algo-ucd's tables from the reference interpreter's own answers.

usage: ref-python3.14 gen.py      (writes ../src/tables.rs and ../src/data/*.bin)

Nothing is read but the running interpreter: `unicodedata`, `str` methods, `_sre`, and through ctypes
the simple case mappings. So the tables equal the oracle's by construction; checksum.py proves it.
"""
import collections
import ctypes
import os
import struct
import sys
import unicodedata as ud

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.join(HERE, '..', 'src')
DATA = os.path.join(SRC, 'data')
MAX = 0x110000
old = ud.ucd_3_2_0
api = ctypes.pythonapi
rust = []


def write_bin(name, data):
    with open(os.path.join(DATA, name + '.bin'), 'wb') as f:
        f.write(data)


def pack(values, width):
    return struct.pack('<%d%s' % (len(values), {1: 'B', 2: 'H', 4: 'I'}[width]), *values)


def split(values, name):
    """Two-level table: the block size with the least total bytes wins."""
    width2 = 1 if max(values) < 256 else 2
    best = None
    for shift in range(4, 9):
        size = 1 << shift
        blocks, index = {}, []
        for i in range(0, MAX, size):
            block = tuple(values[i:i + size])
            index.append(blocks.setdefault(block, len(blocks)))
        width1 = 1 if len(blocks) < 256 else 2
        cost = len(index) * width1 + len(blocks) * size * width2
        if best is None or cost < best[0]:
            best = cost, shift, index, blocks, width1
    cost, shift, index, blocks, width1 = best
    flat = [v for block in blocks for v in block]
    ty1, ty2 = ('u8', 'u16')[width1 - 1], ('u8', 'u16')[width2 - 1]
    write_bin(name + '1', pack(index, width1))
    write_bin(name + '2', pack(flat, width2))
    up = name.upper()
    rust.append(f'pub(crate) const {up}_SHIFT: u32 = {shift};')
    rust.append(f'pub(crate) static {up}_1: [{ty1}; {len(index)}] = {ty1}s(include_bytes!("data/{name}1.bin"));')
    rust.append(f'pub(crate) static {up}_2: [{ty2}; {len(flat)}] = {ty2}s(include_bytes!("data/{name}2.bin"));')
    print(name, 'bytes', cost, 'shift', shift, file=sys.stderr)


class Interner:
    def __init__(self, *first):
        self.index, self.items = {}, []
        for item in first:
            self(item)

    def __call__(self, item):
        if item not in self.index:
            self.index[item] = len(self.items)
            self.items.append(item)
        return self.index[item]


def array(name, ty, items):
    rust.append(f'pub(crate) static {name}: [{ty}; {len(items)}] = [')
    per_line = max(1, 110 // (max(len(str(item)) for item in items) + 2))
    for i in range(0, len(items), per_line):
        rust.append('    ' + ' '.join(f'{item},' for item in items[i:i + per_line]))
    rust.append('];')


def final_sigma_class(ch):
    if (ch + '\u03a3').lower()[-1] == '\u03c2':
        return 0x1000  # cased, not case-ignorable
    if ('a' + ch + '\u03a3').lower()[-1] == '\u03c2':
        return 0x2000  # case-ignorable
    return 0


TESTS = [
    (0x1, str.isalpha), (0x2, str.isdecimal), (0x4, str.isdigit), (0x8, str.isnumeric), (0x10, str.islower),
    (0x20, str.isupper), (0x80, str.isspace), (0x100, str.isprintable), (0x200, str.isidentifier),
    (0x400, lambda ch: ('a' + ch).isidentifier()), (0x800, lambda ch: len(('a' + ch + 'a').splitlines()) == 2),
    (0x40, lambda ch: bool(api._PyUnicode_IsTitlecase(ctypes.c_uint32(ord(ch))))),
]


def simple(fn, cp):
    return fn(ctypes.c_uint32(cp)) - cp


def types():
    records, ext = Interner((0,) * 7), []
    values = []
    for cp in range(MAX):
        ch = chr(cp)
        flags = sum(bit for bit, test in TESTS if test(ch)) | final_sigma_class(ch)
        lower, upper, title, fold = ch.lower(), ch.upper(), ch.title(), ch.casefold()
        simples = [simple(fn, cp) for fn in (api._PyUnicode_ToLowercase, api._PyUnicode_ToUppercase,
                                             api._PyUnicode_ToTitlecase)]
        fulls = [lower, upper, title, fold]
        fold_delta = ord(fold) - cp if len(fold) == 1 else 0
        plain = all(full == chr(cp + d) for full, d in zip(fulls, simples + [fold_delta]))
        if not plain:
            flags |= 0x4000
            ext.append((cp, fulls))
        decimal, digit = ud.decimal(ch, 255), ud.digit(ch, 255)
        values.append(records((flags, *simples, fold_delta, decimal, digit)))
    split(values, 'types')
    array('TYPE_RECORDS', 'TypeRecord', [
        'TypeRecord { flags: %d, lower: %d, upper: %d, title: %d, fold: %d, decimal: %d, digit: %d }' % r
        for r in records.items])
    rows = []
    for cp, fulls in ext:
        parts = []
        for full in fulls:
            cps = [ord(c) for c in full]
            assert len(cps) <= 3 and max(cps) < 0x10000
            parts.append('[%d, %d, %d]' % tuple(cps + [0] * (3 - len(cps))))
        rows.append('SpecialCase { cp: %d, full: [%s] }' % (cp, ', '.join(parts)))
    array('SPECIAL_CASES', 'SpecialCase', rows)
    lowers = [simple(api._PyUnicode_ToLowercase, cp) + cp for cp in range(MAX)]
    array('LOWER_PREIMAGES', '(u32, u32)',
          ['(%d, %d)' % pair for pair in sorted((low, cp) for cp, low in enumerate(lowers) if low != cp)])
    print('type records', len(records.items), 'special', len(ext), file=sys.stderr)


HANGUL = range(0xAC00, 0xD7A4)  # composed and decomposed by arithmetic


def composition_pairs():
    pairs = {}
    for cp in set(range(MAX)).difference(HANGUL):
        d = ud.decomposition(chr(cp))
        if d and not d.startswith('<'):
            parts = [int(x, 16) for x in d.split()]
            if len(parts) == 2 and ud.normalize('NFC', chr(cp)) == chr(cp):
                pairs[tuple(parts)] = cp
    return pairs


CAT, BIDI, EAW = Interner('Cn'), Interner(''), Interner('N')
NUMERIC = Interner(None)


def props(pairs):
    seconds = {b for _, b in pairs} | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    records, values = Interner((CAT('Cn'), BIDI(''), 0, EAW('N'), 0, 0)), []
    numeric, decomp, pool = [], [], []
    tags, sequences = Interner(''), {}
    pool.append(0)
    for cp in range(MAX):
        ch = chr(cp)
        qc = 0
        for bit, form in ((1, 'NFD'), (2, 'NFKD'), (4, 'NFC'), (8, 'NFKC')):
            if ud.normalize(form, ch) != ch:
                qc |= bit
        if cp in seconds:
            qc |= 16
        values.append(records((CAT(ud.category(ch)), BIDI(ud.bidirectional(ch)), ud.combining(ch),
                               EAW(ud.east_asian_width(ch)), ud.mirrored(ch), qc)))
        numeric.append(NUMERIC(ud.numeric(ch, None)))
        text = ud.decomposition(ch)
        if not text or cp in HANGUL:
            decomp.append(0)
            continue
        tag = ''
        if text.startswith('<'):
            tag, text = text.split(' ', 1)
        units = ''.join(chr(int(x, 16)) for x in text.split()).encode('utf-16-le', 'surrogatepass')
        key = tags(tag), units
        if key not in sequences:
            sequences[key] = len(pool)
            pool.append(key[0] << 8 | len(units) // 2)
            pool.extend(struct.unpack('<%dH' % (len(units) // 2), units))
        decomp.append(sequences[key])
    split(values, 'props')
    split(numeric, 'numeric')
    split(decomp, 'decomp')
    write_bin('decomp_pool', pack(pool, 2))
    rust.append(f'pub(crate) static DECOMP_POOL: [u16; {len(pool)}] = u16s(include_bytes!("data/decomp_pool.bin"));')
    array('DECOMP_TAGS', '&str', ['"%s"' % t for t in tags.items])
    array('PROP_RECORDS', 'PropRecord', [
        'PropRecord { category: %d, bidi: %d, combining: %d, east_asian_width: %d, mirrored: %d, quick: %d }' % r
        for r in records.items])
    print('prop records', len(records.items), 'pool', len(pool), file=sys.stderr)
    rows = sorted((a, b, c) for (a, b), c in pairs.items())
    array('COMPOSITIONS', '(u32, u32, u32)', ['(%d, %d, %d)' % r for r in rows])


def old_version():
    records, values, corrections = Interner(None), [], []
    for cp in range(MAX):
        ch = chr(cp)
        answers = []
        for db in (ud, old):
            answers.append((CAT(db.category(ch)), BIDI(db.bidirectional(ch)), db.combining(ch),
                            EAW(db.east_asian_width(ch)), db.mirrored(ch), db.decimal(ch, 255),
                            NUMERIC(db.numeric(ch, None))))
        new, was = answers
        values.append(records(was) if new != was else 0)
        if was[0] != CAT('Cn') and ud.normalize('NFD', ch) != old.normalize('NFD', ch):
            fixed = old.normalize('NFD', ch)
            assert len(fixed) == 1 and old.normalize('NFKC', ch) == fixed
            corrections.append('(%d, %d)' % (cp, ord(fixed)))
    split(values, 'old')
    fmt = ('OldRecord {{ category: {}, bidi: {}, combining: {}, east_asian_width: {}, mirrored: {}, decimal: {}, '
           'numeric: {} }}').format
    array('OLD_RECORDS', 'OldRecord', [fmt(*(r or (0,) * 7)) for r in records.items])
    array('OLD_CORRECTIONS', '(u32, u32)', corrections)
    array('CATEGORIES', '&str', ['"%s"' % s for s in CAT.items])
    array('BIDI_CLASSES', '&str', ['"%s"' % s for s in BIDI.items])
    array('WIDTHS', '&str', ['"%s"' % s for s in EAW.items])
    array('NUMERIC_VALUES', 'f64', ['f64::NAN' if v is None else repr(v) for v in NUMERIC.items])


class NameApi(ctypes.Structure):
    """The two functions behind the `unicodedata._ucnhash_CAPI` capsule."""
    _fields_ = [('getname', ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_int, ctypes.c_int)),
                ('getcode', ctypes.c_void_p)]


def aliases_and_sequences():
    """The reference keeps aliases and named sequences under private code points; only the capsule tells them."""
    get = api.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    names = NameApi.from_address(get(ud._ucnhash_CAPI, b'unicodedata._ucnhash_CAPI'))
    buf = ctypes.create_string_buffer(400)
    for cp in range(0xE000, MAX):
        if ud.name(chr(cp), None) is None and names.getname(cp, buf, 400, 1):
            name = buf.value.decode()
            yield name, ud.lookup(name)


def hash_name(name):
    """FNV-1a, folded to 16 bits; `names.rs` computes the same."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = (h ^ byte) * 0x01000193 & 0xFFFFFFFF
    return (h ^ h >> 15) & 0xFFFF


def names():
    derived, runs, plain = [], [], []
    for cp in range(MAX):
        name = ud.name(chr(cp), None)
        if name is None:
            # derived names that lookup() knows and name() does not
            for prefix in ('CJK UNIFIED IDEOGRAPH-', 'TANGUT IDEOGRAPH-'):
                try:
                    if ud.lookup('%s%04X' % (prefix, cp)) == chr(cp):
                        key = prefix, False
                        break
                except KeyError:
                    pass
            else:
                continue
        elif name.startswith('HANGUL SYLLABLE '):
            continue
        elif name.endswith('%04X' % cp):
            key = name[:-len('%04X' % cp)], True
        else:
            if runs and runs[-1][1] == cp - 1:
                runs[-1][1] = cp
            else:
                runs.append([cp, cp, len(plain)])
            plain.append(name)
            continue
        if derived and derived[-1][1] == cp - 1 and derived[-1][2] == key:
            derived[-1][1] = cp
        else:
            derived.append([cp, cp, key])
    array('DERIVED_NAMES', 'DerivedName', ['DerivedName { first: %d, last: %d, prefix: "%s", has_name: %s }'
                                           % (a, b, key[0], str(key[1]).lower()) for a, b, key in derived])
    array('NAME_RUNS', '(u32, u32, u16)', ['(%d, %d, %d)' % tuple(r) for r in runs])
    extra = list(aliases_and_sequences())
    pool = [ord(c) for _, text in extra for c in text]
    starts = [0]
    for _, text in extra:
        starts.append(starts[-1] + len(text))
    array('EXTRA_STARTS', 'u16', starts)
    array('EXTRA_TEXTS', 'u32', pool)
    everything = plain + [name for name, _ in extra]
    rust.append(f'pub(crate) const PLAIN_NAMES: usize = {len(plain)};')
    rust.append(f'pub(crate) const ALL_NAMES: usize = {len(everything)};')
    write_names(everything)


ONE = 160  # word numbers below this take one byte, the others two


def write_names(everything):
    count = collections.Counter(word for name in everything for word in name.split(' '))
    words = sorted(count, key=lambda w: (-count[w], w))
    number = {w: i for i, w in enumerate(words)}
    assert len(words) <= ONE + (256 - ONE) * 256 and max(map(len, words)) < 256
    write_bin('words', ''.join(words).encode())
    write_bin('word_lens', bytes(map(len, words)))
    starts, at = [], 0
    for i, word in enumerate(words):
        if i % 16 == 0:
            starts.append(at)
        at += len(word)
    write_bin('word_starts', pack(starts, 4))
    coded, starts = bytearray(), []
    for i, name in enumerate(everything):
        code = bytearray()
        for word in name.split(' '):
            n = number[word]
            if n < ONE:
                code.append(n)
            else:
                code += bytes([ONE + (n - ONE >> 8), n - ONE & 255])
        if i % 16 == 0:
            starts.append(len(coded))
        coded.append(len(code))
        coded += code
    write_bin('names', coded)
    write_bin('name_starts', pack(starts, 4))
    slots = [0] * 0x10000
    for i, name in enumerate(everything):
        h = hash_name(name)
        while slots[h]:
            h = (h + 1) & 0xFFFF
        slots[h] = i + 1
    write_bin('name_hash', pack(slots, 2))
    rust.append(f'pub(crate) static WORD_STARTS: [u32; {(len(words) + 15) // 16}] = u32s(include_bytes!("data/word_starts.bin"));')
    rust.append(f'pub(crate) static NAME_STARTS: [u32; {len(starts)}] = u32s(include_bytes!("data/name_starts.bin"));')
    rust.append('pub(crate) static NAME_HASH: [u16; 65536] = u16s(include_bytes!("data/name_hash.bin"));')
    rust.append(f'pub(crate) const NAME_LEN_MAX: usize = {max(map(len, everything))};')
    rust.append(f'pub(crate) const ONE_BYTE_WORDS: usize = {ONE};')
    print('words', len(words), 'names', len(coded), file=sys.stderr)


def main():
    os.makedirs(DATA, exist_ok=True)
    rust.append('//! Generated by gen/gen.py from Unicode %s as the reference has it. Do not edit.' % ud.unidata_version)
    rust.append('#![cfg_attr(rustfmt, rustfmt_skip)]')
    rust.append('use crate::records::*;')
    rust.append(f'pub(crate) const VERSION: &str = "{ud.unidata_version}";')
    rust.append(f'pub(crate) const OLD_VERSION: &str = "{old.unidata_version}";')
    pairs = composition_pairs()
    types()
    props(pairs)
    old_version()
    names()
    with open(os.path.join(SRC, 'tables.rs'), 'w') as f:
        f.write('\n'.join(rust) + '\n')


main()
