# wheels: requests==2.34.2 urllib3==2.8.0 certifi==2026.10.18 idna==3.20 charset-normalizer==3.5.2
"""requests without TLS against a server in a thread: methods, redirects, cookies, streaming, errors."""
import http.server
import json
import threading
import requests


class H(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, code, body, **headers):
        self.send_response(code)
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/redirect":
            self.answer(302, b"", Location="/json?x=1", Set_Cookie="c=1")
        elif self.path == "/404":
            self.answer(404, b"no")
        else:
            self.answer(200, json.dumps({"path": self.path, "cookie": self.headers.get("Cookie"), "auth": self.headers.get("Authorization"), "h": self.headers.get("X-A")}).encode(), Content_Type="application/json")

    def do_POST(self):
        self.answer(200, self.headers["Content-Type"].split(";")[0].encode() + b"|" + self.rfile.read(int(self.headers["Content-Length"]))[:30], Content_Type="text/plain; charset=utf-8")

    def log_message(self, *a):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
s = requests.Session()
s.trust_env = False
r = s.get(base + "/redirect", headers={"X-A": "é".encode("latin-1")}, auth=("u", "p"))
print(r.status_code, r.json(), [x.status_code for x in r.history], s.cookies.get_dict(), r.url.split("/", 3)[3])
print(s.get(base + "/q", params={"a": [1, 2], "b": "é"}).json()["path"], s.post(base, json={"a": 1}).text, s.post(base, data={"k": "v"}).text, s.post(base, files={"f": b"x"}).text[:20])
r = s.get(base + "/404")
try:
    r.raise_for_status()
except requests.HTTPError as e:
    print(str(e).split(" for url")[0])
with s.get(base + "/s", stream=True) as r:
    print(b"".join(r.iter_content(5))[:10], r.elapsed.total_seconds() >= 0, r.encoding, r.ok)
for bad in [lambda: s.get("nonsense"), lambda: s.get("http://127.0.0.1:1/", timeout=2), lambda: s.get("ftp://x"), lambda: s.get("http://")]:
    try:
        print(bad())
    except requests.RequestException as e:
        print(type(e).__name__, str(e)[:30])
p = requests.Request("PUT", "http://h/p q", data=b"x", cookies={"a": "b"}).prepare()
print(p.method, p.url, dict(p.headers), requests.utils.quote("a b"), requests.codes.teapot)
server.shutdown()
