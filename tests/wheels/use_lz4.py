# wheels: lz4==4.4.5
"""Frames and blocks; incremental contexts; errors; the file interface."""
import io
import lz4
import lz4.block
import lz4.frame

data = b"hello hello " * 200 + bytes(range(256))
for level in (0, 3, 9, 12):
    c = lz4.frame.compress(data, compression_level=level, content_checksum=True)
    print(level, len(c), lz4.frame.decompress(c) == data)
c = lz4.frame.compress(data, store_size=True, block_size=lz4.frame.BLOCKSIZE_MAX64KB)
info = lz4.frame.get_frame_info(c)
print(sorted(info.items()))
print(lz4.frame.decompress(c, return_bytearray=True).__class__, lz4.frame.decompress(c, return_bytes_read=True)[1] == len(c))
with lz4.frame.LZ4FrameCompressor(block_linked=True) as comp:
    out = comp.begin(source_size=len(data)) + comp.compress(data[:500]) + comp.compress(data[500:]) + comp.flush()
    print(len(out), comp.started(), lz4.frame.decompress(out) == data)
with lz4.frame.LZ4FrameDecompressor() as d:
    got = b"".join(d.decompress(out[i : i + 7]) for i in range(0, len(out), 7))
    print(got == data, d.eof, d.needs_input, d.unused_data)
buf = io.BytesIO()
with lz4.frame.open(buf, "wb") as f:
    f.write(b"line 1\nline 2\n")
buf.seek(0)
with lz4.frame.open(buf, "rt") as f:
    print(f.readlines())
b = lz4.block.compress(data, mode="high_compression", compression=9)
print(len(b), lz4.block.decompress(b) == data, lz4.block.decompress(lz4.block.compress(b"x" * 10, store_size=False), uncompressed_size=10))
print(lz4.block.compress(b"a" * 20, dict=b"aaaa").hex())
for bad in [
    lambda: lz4.frame.decompress(b"garbage!"),
    lambda: lz4.frame.decompress(c[:-9]),
    lambda: lz4.block.decompress(b"\x10\0\0\0abc"),
    lambda: lz4.block.decompress(b"ab"),
    lambda: lz4.frame.compress(data, block_size=99),
    lambda: lz4.frame.compress("text"),
    lambda: lz4.block.compress(data, mode="odd"),
    lambda: lz4.frame.compress(),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(lz4.library_version_number() > 10000, lz4.frame.compress(memoryview(b"abc")) == lz4.frame.compress(bytearray(b"abc")))
