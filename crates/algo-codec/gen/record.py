"""Record what the reference's codecs answer to generated inputs: checksums of 100 cases a line, in ../tests/it/*.txt.

usage: ref-python3.14 record.py              write the files
       ref-python3.14 record.py FAMILY N     print the lines of block N of a family, to find a difference

The inputs come from a generator that tests/it/main.rs has too; each case is one text line.
"""
import binascii
import codecs
import os
import sys
import warnings
import zlib

warnings.simplefilter('ignore')


class Lcg:
    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % n

    def pick(self, alphabet, most):
        return [alphabet[self.below(len(alphabet))] for _ in range(self.below(most + 1))]


def attempt(fn, *args, **kw):
    try:
        return fn(*args, **kw).hex()
    except ValueError as e:
        return str(e)


QP = b'a=\n\r\t _.3Df\x00~\x7f\xe9z'


def binascii_lines():
    rng = Lcg(1)
    for _ in range(6000):
        data = bytes(rng.pick(b'ABab09+/===\n- z', 12))
        yield '%s %s' % (attempt(binascii.a2b_base64, data), attempt(binascii.a2b_base64, data, strict_mode=True))
        data = bytes(rng.below(256) for _ in range(rng.below(50)))
        yield '%s %s %s' % (binascii.b2a_base64(data, newline=False).hex(), attempt(binascii.b2a_uu, data),
                            attempt(binascii.b2a_uu, data, backtick=True))
        yield '%x %x' % (binascii.crc32(data, len(data)), binascii.crc_hqx(data, len(data)))
        group = rng.below(13) - 6
        yield '%s %s' % (data.hex(), binascii.hexlify(data, ':', group).hex() if group else '')
        yield attempt(binascii.unhexlify, bytes(rng.pick(b'0123456789abcdefABCDEF0123456789g', 6)))
        yield attempt(binascii.a2b_uu, bytes(rng.pick(b' !#%)3AZ`_\n\rz', 14)))
        data = bytes(rng.pick(QP, 30 if rng.below(4) else 250))
        yield '%s %s' % (binascii.a2b_qp(data).hex(), binascii.a2b_qp(data, header=True).hex())
        for flags in range(8):
            yield binascii.b2a_qp(data, quotetabs=bool(flags & 1), istext=bool(flags & 2), header=bool(flags & 4)).hex()


def cps(text):
    return ','.join('%x' % ord(c) for c in text)


log = []


def note(error):
    log.append('%d-%d:%s' % (error.start, error.end, error.reason))
    return '?', error.end


codecs.register_error('note', note)
codecs.register_error('note_cjk', note)


def decode_case(name, data):
    """A whole-input decode with every error logged and replaced by '?', then an incremental one."""
    log.clear()
    text = codecs.getdecoder(name)(data, 'note')[0]
    line = '%s %s' % (cps(text), ';'.join(log))
    try:
        text, used = STATEFUL[name](data)
        return line + ' %s %d' % (cps(text), used)
    except UnicodeDecodeError as e:
        return line + ' %d-%d:%s' % (e.start, e.end, e.reason)
    except KeyError:
        return line


STATEFUL = {
    'utf-8': lambda d: codecs.utf_8_decode(d, 'strict', False),
    'utf-7': lambda d: codecs.utf_7_decode(d, 'strict', False),
    'utf-16-le': lambda d: codecs.utf_16_le_decode(d, 'strict', False),
    'utf-16-be': lambda d: codecs.utf_16_be_decode(d, 'strict', False),
    'utf-32-le': lambda d: codecs.utf_32_le_decode(d, 'strict', False),
    'utf-32-be': lambda d: codecs.utf_32_be_decode(d, 'strict', False),
    'unicode_escape': lambda d: codecs.unicode_escape_decode(d, 'strict', False),
    'raw_unicode_escape': lambda d: codecs.raw_unicode_escape_decode(d, 'strict', False),
}


def encode_case(name, text):
    log.clear()
    data = codecs.getencoder(name)(text, 'note')[0]
    return '%s %s' % (data.hex(), ';'.join(log))


UTF8 = bytes(range(0x78, 0x100)) + b'\xed\xa0\xb0\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9' * 4 + b'ab' * 8
UTF7 = b'+++-/AZaz09=~\\\x00\x80 \xe9ANggAPc2AN3g'
UTF16 = b'\x00\x00\xd8\xd8\xdc\xdc\x01a\xdf\xff'
UTF32 = b'\x00\x00\x00\x00\x00\x01\x10\xd8\x11a'
ESCAPES = b'\\\\\\\\\\xxuUN{}0178abfnrtv\'"\n09afAFz \xe9'
NAMES = b'\\N{DIGIT ONE}', b'\\N{bell}', b'\\N{ALERT}', b'\\N{X Y}', b'\\U0001F600', b'\\u20ac', b'\\xe9', b'\\777', b'\\U00110000'
UNITS = [0, 9, 10, 0x2B, 0x2D, 0x41, 0x5C, 0x7E, 0x7F, 0x80, 0xE9, 0xFF, 0x100, 0x20AC, 0xD800, 0xD83D, 0xDC80, 0xDE00, 0xDFFF,
         0xFFFE, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF, 0x61, 0x62, 0x20, 0x3A, 0x30]


def unicode_lines():
    rng = Lcg(2)
    for _ in range(4000):
        yield decode_case('utf-8', bytes(rng.pick(UTF8, 9)))
        yield decode_case('utf-7', bytes(rng.pick(UTF7, 14)))
        data = bytes(rng.pick(UTF16, 11))
        yield decode_case('utf-16-le', data)
        yield decode_case('utf-16-be', data)
        data = bytes(rng.pick(UTF32, 17))
        yield decode_case('utf-32-le', data)
        yield decode_case('utf-32-be', data)
        data = bytes(rng.pick(ESCAPES, 14)) + NAMES[rng.below(len(NAMES))] + bytes(rng.pick(ESCAPES, 5))
        yield decode_case('unicode_escape', data)
        yield decode_case('raw_unicode_escape', data)
        for errors in 'strict', 'replace', 'ignore':
            yield attempt(lambda: codecs.escape_decode(data, errors)[0])
        yield codecs.escape_encode(data)[0].hex()
        yield decode_case('ascii', data)
        text = ''.join(map(chr, rng.pick(UNITS, 10)))
        for name in ('utf-8', 'utf-7', 'utf-16-le', 'utf-16-be', 'utf-32-le', 'utf-32-be', 'ascii', 'latin-1',
                     'unicode_escape', 'raw_unicode_escape', 'cp1252'):
            yield encode_case(name, text)
        for handler in 'backslashreplace', 'xmlcharrefreplace', 'namereplace':
            yield text.encode('ascii', handler).hex()
        for name in 'utf-8', 'utf-16-le', 'utf-32-be':
            yield text.encode(name, 'surrogatepass').hex()


CJK = ('gb2312 gbk gb18030 hz big5hkscs iso2022_kr iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext '
       'shift_jis cp932 euc_jp shift_jis_2004 euc_jis_2004 euc_jisx0213 shift_jisx0213 euc_kr cp949 johab big5 cp950').split()
ESC = [b'', b'a', b'\x1b$B', b'\x1b$@', b'\x1b(B', b'\x1b(J', b'\x1b(I', b'\x1b$A', b'\x1b$(C', b'\x1b$)C\x0e', b'\x1b$(D',
       b'\x1b$(O', b'\x1b$(P', b'\x1b$(Q', b'\x1b.A\x1bNi', b'\x1b.F\x1bNi', b'\x1bNz', b'\x1b&@\x1b$B', b'\x1b[1mx', b'\x1b$(Z', b'\x0f',
       b'\n', b'~{', b'~}', b'~~', b'~\n', b'\x1b', b'\x1b$', b'\x8f', b'\xa4\xd4', b'\x81\x30', b'\x1b)I\x0e', b'\x1b.B\x1bNA']
TEXTS = [0x41, 0x7E, 0x5C, 0xA5, 0x203E, 0x20AC, 0x3042, 0x304B, 0x309A, 0x30AB, 0x30C8, 0x31F7, 0x4E00, 0x4E02, 0x9B1C, 0x9B1D, 0xAC00, 0xAC02,
         0xD7A3, 0xFF66, 0xFF0D, 0x2014, 0x2015, 0x2225, 0xFFE0, 0xCA, 0xEA, 0x304, 0x30C, 0x300, 0x301, 0x254, 0x2E9, 0x2E5, 0xE6, 0x20089, 0x2000B,
         0x1F600, 0xE000, 0xE7C7, 0x0A, 0x3000, 0x5F3A, 0x8C22, 0x4E2D, 0xD800, 0x80, 0xF8F0, 0x2550, 0x30FB, 0xB7, 0x2027, 0x0391, 0xE9]


def cjk_lines():
    rng = Lcg(3)
    for name in CJK:
        decoder, encoder = codecs.getincrementaldecoder(name), codecs.getincrementalencoder(name)
        for _ in range(500):
            data = b''
            for _ in range(rng.below(5)):
                data += ESC[rng.below(len(ESC))] + bytes(0x21 + rng.below(0x5E) | (0x80 if rng.below(3) else 0) for _ in range(rng.below(4)))
            yield decode_case(name, data)
            whole, state = decoder('replace'), None
            try:
                text = whole.decode(data)
                pending, number = whole.getstate()
                yield '%s %s %x' % (cps(text), pending.hex(), number)
            except UnicodeDecodeError as e:
                yield e.reason
            text = ''.join(map(chr, rng.pick(TEXTS, 7)))
            yield encode_case(name, text)
            part = encoder('replace')
            first = part.encode(text)
            yield '%s %s' % (first.hex(), part.encode('', True).hex())
    for name in CJK:
        found = bytearray()
        for cp in list(range(0x80, 0xD800)) + list(range(0xE000, 0x30000, 1)):
            try:
                found += chr(cp).encode(name) + b' '
            except UnicodeEncodeError:
                found += b'-'
        yield '%s %08x' % (name, zlib.crc32(found))


FAMILIES = {'cjk': cjk_lines, 'binascii': binascii_lines, 'unicode': unicode_lines}


def blocks(lines):
    block = []
    for line in lines:
        block.append(line)
        if len(block) == 100:
            yield block
            block = []
    if block:
        yield block


def main():
    if len(sys.argv) == 3:
        for number, block in enumerate(blocks(FAMILIES[sys.argv[1]]())):
            if number == int(sys.argv[2]):
                print('\n'.join(block))
                return
    here = os.path.dirname(os.path.abspath(__file__))
    for family, lines in FAMILIES.items():
        with open(os.path.join(here, '..', 'tests', 'it', family + '.txt'), 'w') as f:
            for block in blocks(lines()):
                f.write('%08x\n' % zlib.crc32('\n'.join(block).encode()))


if __name__ == '__main__':
    main()
