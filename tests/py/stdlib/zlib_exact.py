"""Compressed bytes and lengths are zlib's own; copies, dictionaries, errors."""
import zlib, gzip, io, zipfile
d = b'hello world '*1000 + bytes(range(256))*3
for l in range(-1, 10): print(l, len(zlib.compress(d, l)), zlib.crc32(zlib.compress(d, l)))
for w in (-15, 31, 9): print(w, len(zlib.compress(d, wbits=w)))
c = zlib.compressobj(6, zlib.DEFLATED, 15, 9, zlib.Z_FILTERED, b'hello'); x = c.compress(d); c2 = c.copy(); x1 = x + c.flush(); x2 = x + c2.flush(); print(x1 == x2)
o = zlib.decompressobj(zdict=b'hello'); o2 = o.copy(); print(o.decompress(x1, 10), o2.decompress(x1) == d, len(o.unconsumed_tail), o.flush()[-3:])
for bad in (b'', b'abc', x1[:10], zlib.compress(d)[:-2], zlib.compress(d)+b'x'):
    try: print(len(zlib.decompress(bad)))
    except zlib.error as e: print(e)
try: zlib.compressobj(wbits=99)
except ValueError as e: print(e)
try: zlib.decompressobj(wbits=99)
except ValueError as e: print(e)

