# wheels: zstandard==0.25.0
"""The C backend: one shot, streams, dictionaries, buffers, errors."""
import io
import zstandard as zstd

data = b"The quick brown fox. " * 300 + bytes(range(256))
print(zstd.backend, zstd.MAX_COMPRESSION_LEVEL)
c = zstd.ZstdCompressor(level=5, write_checksum=True)
out = c.compress(data)
print(len(out) < len(data), zstd.ZstdDecompressor().decompress(out) == data, zstd.decompress(zstd.compress(data)) == data)
p = zstd.get_frame_parameters(out)
print(p.content_size, p.has_checksum, p.dict_id, zstd.frame_content_size(out), zstd.frame_header_size(out))
o = zstd.ZstdCompressor().compressobj(size=len(data))
s = o.compress(data[:100]) + o.flush(zstd.COMPRESSOBJ_FLUSH_BLOCK) + o.compress(data[100:]) + o.flush()
d = zstd.ZstdDecompressor().decompressobj()
print(d.decompress(s) == data, d.unused_data, d.eof)
buf = io.BytesIO()
with zstd.ZstdCompressor().stream_writer(buf, closefd=False) as w:
    print(w.write(b"abc" * 1000), w.tell() >= 0)
buf.seek(0)
with zstd.ZstdDecompressor().stream_reader(buf) as r:
    print(r.read(7), len(r.read()), r.tell())
print([len(x) for x in zstd.ZstdCompressor().read_to_iter(io.BytesIO(data), read_size=1000)] != [])
src, dst = io.BytesIO(out), io.BytesIO()
print(zstd.ZstdDecompressor().copy_stream(src, dst), dst.getvalue() == data)
samples = [b"sample %d of text %d" % (i, i * i) for i in range(400)]
dic = zstd.train_dictionary(2048, samples)
print(len(dic) <= 2048, dic.dict_id() > 0)
dc = zstd.ZstdCompressor(dict_data=dic)
small = dc.compress(samples[7])
print(zstd.ZstdDecompressor(dict_data=dic).decompress(small))
b = zstd.BufferWithSegments(b"foobar", (0).to_bytes(8, "little") + (3).to_bytes(8, "little") + (3).to_bytes(8, "little") + (3).to_bytes(8, "little"))
print(len(b), b[1].tobytes(), b[0].offset, bytes(memoryview(b.segments()))[:8])
params = zstd.ZstdCompressionParameters.from_level(3, window_log=15, threads=0)
print(params.window_log, params.compression_level, zstd.estimate_decompression_context_size() > 1000)
with zstd.open(io.BytesIO(out), "rb") as f:
    print(f.read(10))
for bad in [
    lambda: zstd.ZstdDecompressor().decompress(b"junk"),
    lambda: zstd.ZstdDecompressor().decompress(out[:-5]),
    lambda: zstd.ZstdDecompressor().decompress(small),
    lambda: zstd.ZstdCompressor(level=99),
    lambda: zstd.ZstdCompressor(level="x"),
    lambda: zstd.ZstdCompressor().compress("text"),
    lambda: zstd.ZstdCompressor(bogus=1),
    lambda: zstd.get_frame_parameters(b""),
    lambda: o.compress(b"x"),
    lambda: b[5],
    lambda: zstd.train_dictionary(8192, [1]),
    lambda: type(zstd.BufferSegment()).__name__,
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
