"""Variables exchanged by moves, classes whose __getitem__ comes and goes, and equal strings of every length and width."""

import sys

def f(a, b):
    a, b = b, a
    return a, b
def g(n):
    x, y = [1], 2
    for i in range(n):
        x, y = y, x
        x, y = y, x
        x, y = y, x
    return x, y
class C:
    def __getitem__(self, i): return ('C', i)
class D(C): pass
d = D()
print(f(1, 'x'), g(5), f([], {}), d[1], d['k'])
C.__getitem__ = lambda s, i: ('new', i)
print(d[1])
D.__getitem__ = lambda s, i: ('D', i)
print(d[2]); del D.__getitem__; print(d[3])
def two(s, i, j=5): return i, j
C.__getitem__ = two
print(d[4])
def one(s, i): return i
C.__getitem__ = one
print(d[5]); print(d[6])
one.__code__ = two.__code__
try: print(d[7])
except TypeError as e: print(e)
one.__defaults__ = (9,)
print(d[7])
del C.__getitem__
try: d[8]
except TypeError as e: print(e)
def tr(fr, ev, arg):
    if fr.f_code is f.__code__: print(ev, fr.f_lineno - f.__code__.co_firstlineno, sorted(fr.f_locals.items()))
    return tr
sys.settrace(tr); f(3, 4); sys.settrace(None)
def h():
    try:
        a, b = b, a
    except UnboundLocalError as e: print(e)
    b = 1
    try:
        a, b = b, a
    except UnboundLocalError as e: print(e)
h()
for n in list(range(0, 70)) + [127, 128, 129, 200]:
    for ch in 'aé∂😀':
        s = (ch * n); t = ''.join([ch] * n); 
        if not (s == t): print('bad', n, ch)
        for k in range(n):
            u = s[:k] + '!' + s[k+1:]
            if u == s or s == u: print('bad2', n, k, ch)
class S(str): pass
print(S('abcdefghijklmnopqrstuvwxyz') == 'abcdefghijklmnopqrstuvwxyz', S('é'*30) == S('é'*30), S('é'*30) == 'é'*29 + 'e')
