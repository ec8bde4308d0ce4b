"""The reference's throughput on what examples/bench.rs measures, in MB/s."""
import binascii
import time


def run(name, size, fn):
    best, spent = 1e9, 0
    while spent < 0.15:
        start = time.perf_counter()
        fn()
        took = time.perf_counter() - start
        best, spent = min(best, took), spent + took
    print('%-24s %9.0f MB/s' % (name, size / best / 1e6))


texts = {
    'ascii': 'The quick brown fox jumps over it. ' * 3000, 'latin': 'Über die Brücke läuft ein müder Fuchs. ' * 3000,
    'wide': 'Съешь же ещё этих мягких булок. 中文字符编码测试。' * 1500, 'emoji': 'smile 😀 and wave 👋 at 中文. ' * 2000,
}
for name, text in texts.items():
    data = text.encode()
    run('utf8 decode ' + name, len(data), lambda: data.decode())
    run('utf8 encode ' + name, len(data), lambda: text.encode())
data = texts['wide'].encode('utf-16-le')
run('utf16 decode wide', len(data), lambda: data.decode('utf-16-le'))
data = bytes((i * 7919 >> 3) & 255 for i in range(100000))
b64, hexed = binascii.b2a_base64(data), binascii.hexlify(data)
run('base64 encode', len(data), lambda: binascii.b2a_base64(data))
run('base64 decode', len(b64), lambda: binascii.a2b_base64(b64))
run('hex encode', len(data), lambda: binascii.hexlify(data))
run('hex decode', len(hexed), lambda: binascii.unhexlify(hexed))
run('crc32', len(data), lambda: binascii.crc32(data))
qp = binascii.b2a_qp(texts['latin'].encode())
run('qp decode', len(qp), lambda: binascii.a2b_qp(qp))
escaped = texts['latin'].encode('unicode_escape')
run('unicode_escape decode', len(escaped), lambda: escaped.decode('unicode_escape'))
for name in 'gbk', 'shift_jis', 'euc_kr', 'iso2022_jp':
    text = ('한국어 문자 ' if name == 'euc_kr' else '中文かな 日本語 ') * 3000
    data = text.encode(name)
    run(name + ' encode', len(data), lambda: text.encode(name))
    run(name + ' decode', len(data), lambda: data.decode(name))
