"""Record patterns, the code the reference compiles them to, and what they match, for tests/it.

usage: ref-python3.14 record.py                 write ../tests/it/patterns.txt (re_tests.py and a sample of random patterns)
       ref-python3.14 record.py FILE SEED N     write N random patterns to FILE, for TAIPAN_SRE_PATTERNS

A line: groups, `b` or `s`, code words in hexadecimal, subject, checksum of the results, pattern (for the reader).
"""
import os
import random
import re
import sys
import unittest
import warnings
import zlib
from re import _compiler, _parser

sys.path.insert(0, os.path.join(os.path.dirname(os.__file__), 'test'))
warnings.simplefilter('ignore')


def show(m):
    if m is None:
        return '-'
    spans = ';'.join('%d,%d' % m.span(g) for g in range(m.re.groups + 1))
    return '%s;%s' % (spans, m.lastindex or 0)


def results(p, text):
    n = len(text)
    out = []
    for pos, end in (0, n), (1, n), (0, max(n - 1, 0)), (2, n + 5), (3, 1):
        for method in p.match, p.fullmatch, p.search:
            out.append(show(method(text, pos, end)))
    out.append(' '.join(show(m) for m in p.finditer(text)))
    return '|'.join(out)


def line(pattern, flags, text):
    p = re.compile(pattern, flags)
    parsed = _parser.parse(pattern, flags)
    code = _compiler._code(parsed, flags)
    cps = ','.join('%x' % (c if isinstance(c, int) else ord(c)) for c in text)
    crc = zlib.crc32(results(p, text).encode())
    kind = 'b' if isinstance(text, bytes) else 's'
    source = ascii(pattern) + (' %d' % flags if flags else '')
    return '\t'.join([str(p.groups), kind, ' '.join('%x' % word for word in code), cps, '%08x' % crc, source])


def from_re_tests():
    from re_tests import tests
    for test in tests:
        pattern, text, outcome = test[:3]
        if outcome == 2:
            continue
        for flags in (0, re.I):
            yield pattern, flags, text
        try:
            yield pattern.encode('latin-1'), 0, text.encode('latin-1')
            yield pattern.encode('latin-1'), re.I | re.L, text.encode('latin-1')
        except (UnicodeEncodeError, re.error, ValueError):
            pass


OWN = [
    (r'(?i:ſtraße|K|İ|µ)+', 0, 'xſtraßeKıİiμ'), (r'(?i)[k-s]+', 0, 'xKſſk'), (r'(?i)[^k]+', 0, 'aKk'), (r'\B', 0, ''),
    (r'\b', 0, ''), (r'(?>a*)ab', 0, 'aaab'), (r'(?>|a)b', 0, 'ab'), (r'(?:a*b?)++c', 0, 'aabaac'), (r'(a)?(?(1)b|c)', 0, 'abc'),
    (r'(?:(a)|b)*(?(1)x|y)', 0, 'abby'), (r'(?<=a|b)c', 0, 'acbc'), (r'(?<!ab)c', 0, 'abcc'), (r'(a(?=b))?ab', 0, 'aab'),
    (r'(?:(?:a|ab)(?:c|bcd))+?(d*)', 0, 'abcdacd'), (r'((a|b)*?c)*', 0, 'abcabac'), (r'(\w+)\s+\1', re.I, 'Foo fOO bar'),
    (r'[^\W\d_]+', 0, 'añb_1ç€中文字٣'), (r'[\d-]+', 0, '12-٣٤-x'), (r'[^\s.]+', 0, 'a b\u2003c.d\u3000'), (r'(?s).*?x', 0, 'a\nbx'),
    (r'"(?:[^"\\]|\\.)*"', 0, 'say "a\\"b" "c"'), (r'^.*?$', re.M, 'a\nb\n\nc'), (r'\A(?:x|y)|z', 0, 'azxy'), (r'(?:){3,5}x?', 0, 'x'),
    (r'(?:a?){2,}b', 0, 'aaab'), (r'(?:a??){2,4}?b', 0, 'aaab'), (r'(a*)*', 0, 'aa'), (r'(a*)+?$', 0, 'aa'), (r'(?:a|(?=b)){2,3}b', 0, 'ab'),
    (r'[\u0400-\u04ff\u4e00]+', 0, 'abвг中一'), (r'[a-z\u1234\u5678\U00012345]+', re.I, 'Ab\u1234\u5678\U00012345'),
    ('|'.join('w%d' % i for i in range(80)), 0, 'xw7w79'), ('(' + '|'.join('k%dz?' % i for i in range(80)) + ')+', 0, 'k1zk22k79z'),
]


class Random:
    LITERALS = 'aaabbcxAB1 _\n\u00e9K\u212a\u0130\u4e2d'

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.groups = 0

    def atom(self, depth):
        r = self.r
        kind = r.randrange(26 if depth else 12)
        if kind < 6:
            return re.escape(r.choice(self.LITERALS)) if r.random() < 0.9 else 'ab'
        if kind < 8:
            return r.choice(['.', r'\w', r'\s', r'\d', r'\W', r'\S', r'\D'])
        if kind < 10:
            items = ''.join(r.choice(['a', 'b', 'a-c', r'\w', r'\d', r'\s', r'\W', 'x', 'A-Z', '\u00e9', '\u4e2d', '_', '\u0400-\u9fff', '\u212a'])
                            for _ in range(r.randrange(1, 4)))
            return '[%s%s]' % (r.choice(['', '', '^']), items)
        if kind == 10:
            return r.choice(['^', '$', r'\b', r'\B', r'\A', r'\Z'])
        if kind == 11:
            return r'\%d' % r.randrange(1, self.groups + 1) if self.closed() else 'a'
        if kind < 19:
            if r.random() < 0.6:
                self.groups += 1
                number = self.groups
                body = self.alternatives(depth - 1)
                self.done.add(number)
                return '(%s)' % body
            return '(?:%s)' % self.alternatives(depth - 1)
        if kind == 19:
            return '(?=%s)' % self.alternatives(depth - 1)
        if kind == 20:
            return '(?!%s)' % self.alternatives(depth - 1)
        if kind == 21:
            return '(?<%s%s)' % (r.choice('=!'), r.choice(['a', 'ab', r'\w', '.', 'a|b', '(?i:a)', '[^b]', r'\b']))
        if kind == 22:
            return '(?>%s)' % self.alternatives(depth - 1)
        if kind == 23 and self.closed():
            return '(?(%d)%s|%s)' % (r.choice(sorted(self.done)), self.sequence(depth - 1), self.sequence(depth - 1))
        if kind == 24:
            return '(?%s:%s)' % (r.choice(['i', 's', 'm', '-i', 'i-s', 'a', 'u']), self.alternatives(depth - 1))
        return '(?:%s)' % self.alternatives(depth - 1)

    def closed(self):
        return self.groups in self.done if self.groups else False

    def sequence(self, depth):
        return ''.join(self.quantified(depth) for _ in range(self.r.randrange(1, 4)))

    def quantified(self, depth):
        r = self.r
        atom = self.atom(depth)
        if r.random() < 0.4 and atom[0] not in '^$' and atom not in (r'\b', r'\B', r'\A', r'\Z'):
            bounds = r.choice(['*', '+', '?', '*', '+', '?', '{2}', '{1,2}', '{0,2}', '{2,}', '{1,3}'])
            return atom + bounds + r.choice(['', '', '', '?', '+'])
        return atom

    def alternatives(self, depth):
        return '|'.join(self.sequence(depth) if self.r.random() < 0.95 else '' for _ in range(self.r.choice([1, 1, 1, 2, 3])))

    def case(self):
        r = self.r
        while True:
            self.groups, self.done = 0, set()
            pattern = self.alternatives(3)
            flags = r.choice([0, 0, 0, re.I, re.S, re.M, re.I | re.M, re.A, re.A | re.I])
            alphabet = r.choice(['aab', 'abcx1 _', self.LITERALS, 'aAbBkK\u212a\u0130i'])
            text = ''.join(r.choice(alphabet) for _ in range(r.randrange(12)))
            if r.random() < 0.2:
                try:
                    pattern, text = pattern.encode('latin-1'), text.encode('latin-1')
                except UnicodeEncodeError:
                    continue
                flags = r.choice([0, re.I, re.L, re.L | re.I, re.M])
            try:
                return line(pattern, flags, text)
            except (re.error, ValueError, OverflowError):
                continue


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    if len(sys.argv) == 4:
        maker = Random(int(sys.argv[2]))
        with open(sys.argv[1], 'w') as f:
            for _ in range(int(sys.argv[3])):
                f.write(maker.case() + '\n')
        return
    maker = Random(314)
    with open(os.path.join(here, '..', 'tests', 'it', 'patterns.txt'), 'w') as f:
        for pattern, flags, text in list(from_re_tests()) + OWN:
            try:
                f.write(line(pattern, flags, text) + '\n')
            except (re.error, ValueError):
                pass
        for _ in range(600):
            f.write(maker.case() + '\n')


main()
