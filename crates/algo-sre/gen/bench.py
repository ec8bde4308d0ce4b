"""Time the reference on search patterns and write them, with the times, for examples/bench.rs.

usage: ref-python3.14 bench.py > /tmp/sre-bench.txt; cargo run --release --example bench /tmp/sre-bench.txt
"""
import random
import re
import time
from re import _compiler, _parser

r = random.Random(1)
words = [''.join(r.choice('abcdefghijklmnopqrstuvwxyz') for _ in range(r.randrange(2, 9))) for _ in range(3000)]
prose = ' '.join(r.choice(words) + r.choice(['', '', '', ',', '.', '\n']) for _ in range(20000))
html = ''.join('<a href="http://%s.com/%s?x=%d">%s</a> <b class=\'%s\'>%s</b>\n' % tuple(
    [r.choice(words), r.choice(words), r.randrange(1000)] + [r.choice(words) for _ in range(3)]) for _ in range(2000))
log = ''.join('10.%d.%d.%d - - [%02d/Nov/2026:10:%02d:00] "GET /%s HTTP/1.1" 200 %d\n' % (
    r.randrange(256), r.randrange(256), r.randrange(256), r.randrange(1, 31), r.randrange(60), r.choice(words), r.randrange(99999))
    for _ in range(3000))
code = ''.join('def %s(%s, %s=%d):\n    return "%s" + %s.%s(%d)  # %s\n' % (
    r.choice(words), r.choice(words), r.choice(words), r.randrange(100), r.choice(words), r.choice(words), r.choice(words),
    r.randrange(9999), r.choice(words)) for _ in range(2000))
wide = prose.replace('e', '\u0435').replace('a', '\u4e2d')
TOKENS = (r'(?P<number>\d+(?:\.\d*)?)|(?P<name>[A-Za-z_]\w*)|(?P<string>"[^"\n]*")|(?P<op>[-+*/=().,:])|(?P<nl>\n)|(?P<ws>[ \t]+)'
          r'|(?P<comment>#.*)')
CASES = [
    (r'\w+', 0, prose), (r'\b\w+\b', 0, prose), (r'[a-z]+ing', 0, prose), (r'Python|Perl', 0, prose), (r'(Python|Perl|Tcl)', 0, prose),
    (r'.*x', 0, prose), (r'(?:a|b|c)+d', 0, prose), (r'\s+', 0, prose), (r'zz', 0, prose), (r'the|and|for|xyz', re.I, prose),
    (r'(\w+)\s+\1', 0, prose), (r'^\w+', re.M, prose), (r'[^,.\n]+[,.]', 0, prose), (r'(?i)qu[a-z]*', 0, prose),
    (r'<a href="([^"]*)">(.*?)</a>', 0, html), (r'<[^>]*>', 0, html), (r'<(\w+)(?:\s+\w+=(?:"[^"]*"|\'[^\']*\'))*>', 0, html),
    (r'(?:http|https)://([\w.]+)/(\w+)', 0, html), (r'(\d+)\.(\d+)\.(\d+)\.(\d+)', 0, log),
    (r'(\S+) \S+ \S+ \[([^\]]+)\] "([^"]*)" (\d+) (\d+)', 0, log), (r'"(?:[^"\\]|\\.)*"', 0, log), (TOKENS, 0, code),
    (r'def\s+(\w+)\s*\(([^)]*)\)', 0, code), (r'(?m)#.*$', 0, code), (r'\w+', 0, wide), (r'[\u0430-\u044f\w]+\s', 0, wide),
    (r'[^ ]*\u4e2d', 0, wide), (r'(?:(?:a|b)|c|[de])*f', 0, prose), (r'(a+)+b', 0, prose), (r'(?=\w*z)\w+', 0, prose),
    (r'\d{3,}', 0, log), (r'[0-9a-f]{2}', 0, prose),
]


def best(fn):
    times = []
    spent = 0
    while spent < 0.15 or len(times) < 3:
        start = time.process_time()
        fn()
        times.append(time.process_time() - start)
        spent += times[-1]
    return min(times)


def main():
    for pattern, flags, text in CASES:
        p = re.compile(pattern, flags)
        words = ' '.join('%x' % w for w in _compiler._code(_parser.parse(pattern, flags), flags))
        count = len(p.findall(text))
        seconds = best(lambda: p.subn('', text)) if count else best(lambda: p.search(text))
        print('\t'.join([str(p.groups), words, str(count), '%d' % (seconds * 1e9), text.encode().hex(), ascii(pattern)]))


main()
