# wheels: httptools==0.9.0 pyzmq==27.3.0 aiohttp==3.14.5 aiosignal==1.4.0 aiohappyeyeballs==2.7.1 attrs==26.1.0 frozenlist==1.8.0 multidict==7.2.1 propcache==0.5.4 yarl==1.25.1 idna==3.20
"""httptools' parsers, ZeroMQ sockets within the process, a server and a client of aiohttp."""

import asyncio

import httptools
import zmq


class Handler:
    def __init__(self):
        self.seen = []

    def on_message_begin(self):
        self.seen.append("begin")

    def on_url(self, url):
        self.seen.append(("url", url))

    def on_header(self, name, value):
        self.seen.append((name, value))

    def on_headers_complete(self):
        self.seen.append("headers")

    def on_body(self, body):
        self.seen.append(("body", body))

    def on_message_complete(self):
        self.seen.append("complete")


h = Handler()
p = httptools.HttpRequestParser(h)
p.feed_data(b"POST /a/b?x=1#f HTTP/1.1\r\nHost: example.org\r\nContent-Le")
p.feed_data(b"ngth: 5\r\n\r\nhello")
print(h.seen, p.get_method(), p.get_http_version(), p.should_keep_alive())
u = httptools.parse_url(b"http://user@example.org:81/p/q?a=b#c")
print(u.schema, u.host, u.port, u.path, u.query, u.fragment, u.userinfo)
for bad in b"\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n":
    try:
        httptools.HttpRequestParser(Handler()).feed_data(bad)
    except httptools.HttpParserError as e:
        print(type(e).__name__)
r = Handler()
r.on_status = lambda s: r.seen.append(("status", s))
q = httptools.HttpResponseParser(r)
q.feed_data(b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
print(r.seen, q.get_status_code())

context = zmq.Context()
one, two = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
one.bind("inproc://pair")
two.connect("inproc://pair")
one.send_multipart([b"a", b"", b"long" * 1000])
print([len(f) for f in two.recv_multipart()], two.poll(0), one.getsockopt(zmq.TYPE) == zmq.PAIR)
two.send_json({"x": [1, None]})
print(one.recv_json())
two.send_pyobj((1, "two"))
frame = one.recv(copy=False)
print(bytes(frame)[:1], frame.more, memoryview(frame).readonly)
try:
    one.recv(zmq.NOBLOCK)
except zmq.Again as e:
    print(type(e).__name__, e.errno == zmq.EAGAIN)
poller = zmq.Poller()
poller.register(two, zmq.POLLIN)
one.send_string("text")
print(len(poller.poll(1000)), two.recv_string())
one.close(), two.close(), context.term()

from aiohttp import ClientSession, web


async def main():
    async def hello(request):
        data = await request.text()
        return web.json_response({"name": request.match_info["name"], "q": dict(request.query), "data": data}, headers={"X-A": "b"})

    async def socket(request):
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for m in ws:
            await ws.send_str(m.data[::-1])
            await ws.close()
        return ws

    app = web.Application()
    app.router.add_post("/hello/{name}", hello)
    app.router.add_get("/ws", socket)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with ClientSession() as session:
        for name in "x", "\u00e4":
            async with session.post(f"http://127.0.0.1:{port}/hello/{name}", params={"k": "v"}, data="body" * 3) as r:
                print(r.status, r.headers["X-A"], r.content_type, await r.json())
        async with session.get(f"http://127.0.0.1:{port}/none") as r:
            print(r.status, await r.text())
        async with session.ws_connect(f"http://127.0.0.1:{port}/ws") as ws:
            await ws.send_str("abc")
            print((await ws.receive()).data)
    await runner.cleanup()


asyncio.run(main())
