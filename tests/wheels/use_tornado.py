# wheels: tornado==6.6.1
"""The websocket mask of the C extension; escaping and templates. `httputil` needs the module `_ssl`."""
import tornado
from tornado import speedups, util, escape, template

print(tornado.version, util._websocket_mask is speedups.websocket_mask)
mask = b"\x01\x02\x03\xff"
for data in [b"", b"a", b"abcd", bytes(range(256)), b"x" * 1001]:
    m = speedups.websocket_mask(mask, data)
    print(len(m), m[:12].hex(), speedups.websocket_mask(mask, m) == data, m == util._websocket_mask_python(mask, data))
for args in [(), (b"ab", b"x"), (b"abcd",), ("abcd", b"x"), (b"abcd", 5)]:
    try:
        print(speedups.websocket_mask(*args))
    except Exception as e:
        print(type(e).__name__, e)
print(escape.xhtml_escape("<a & 'b'>"), escape.json_encode({"a": "</x>"}), escape.url_escape("a b/é"), escape.linkify("see http://example.com ok"))
t = template.Template("{% for x in items %}<{{ x }}>{% end %}{{ escape(name) }}{% raw '<&' %}")
print(t.generate(items=[1, "a&b"], name="<n>"))
print(util.timedelta_to_seconds(__import__("datetime").timedelta(1, 2)), util.ObjectDict(a=1).a)
