# Operators, comparisons, items and attributes that Python functions answer: NotImplemented, exceptions, finalisers, tracing.
class V:
    def __init__(s,x): s.x=x
    def __add__(s,o):
        if isinstance(o,str): return NotImplemented
        o = o.x if isinstance(o,V) else o
        s = s.x
        return V(s+o)
    def __eq__(s,o):
        if not isinstance(o,(V,int)): return NotImplemented
        return s.x==(o.x if isinstance(o,V) else o)
    def __lt__(s,o):
        if isinstance(o,str): return NotImplemented
        return s.x<(o.x if isinstance(o,V) else o)
    def __getitem__(s,i): return (s.x,i)
    def __mul__(s,o): raise ValueError(o)
    __hash__=None
    def __repr__(s): return 'V'+repr(s.x)
    @property
    def p(s): return s.x
    def __getattr__(s,n): return n
class W(V):
    def __radd__(s,o): return ('radd',o)
class R:
    def __radd__(s,o): return ('R',o)
    def __eq__(s,o): return 'eq'
    def __gt__(s,o): return []
def ops():
    a=V(1); b=V(2); n=0
    for i in range(5):
        r=[a+1,a+b,V(3)+V(4),V(5)+i,a==b,a==1,V(1)==a,a<b,V(1)<V(0),a==None,a!=b,a!=None,a<3,a+W(3),a+R(),a==R(),a<R(),a[1],a['k'],V(9)[i],a.p,a.zz,V(7).p,a==1.0]
        if a==1: n+=1
        if V(2)==i: n+=10
        if a<R(): n+=1000
        if a==b or a==a: n+=100
        while a==2: pass
        j=V(0)
        while j<3: j=j+1
        try: a*b
        except ValueError as e: n+=1
        try: V(1)*2
        except ValueError as e: n+=1
        for f in (lambda: a+'x', lambda: V(1)+'x', lambda: a<'x', lambda: V(2)+None, lambda: a-b):
            try: f()
            except (TypeError,AttributeError) as e: r.append(str(e))
        if 'q'<'r' and not (a<2)==False: n+=1
        try:
            if a<'x': pass
        except TypeError as e: r.append(e.args)
    print(r,n,j)
    import sys
    x=V(5); c=sys.getrefcount(x); x+1; x==x; x[1]; (x<3); print(sys.getrefcount(x)-c)
ops()
def g():
    a=V(1)
    for i in range(3):
        yield a+i
        yield a==i
        if a==i: yield 'same'
        yield a[i]
        yield (a,i)
def fd2(a,b=2,c=5): return (a,b,c)
print(list(g()))
class E:
    def __eq__(s,o): return E2()
class E2:
    def __bool__(s): raise KeyError('bool')
def eb():
    try:
        if E()==1: pass
    except KeyError as e: print('KeyError',e)
    class D:
        def __del__(s): print('del')
        def __add__(s,o): return 1
        def __eq__(s,o): raise OSError
    print(D()+D())
    try: D()==D()
    except OSError as e: print('OSError')
    D()==1 if False else None
eb()
import sys
ev=[]
def tr(f,e,a):
    ev.append((f.f_code.co_name,e,f.f_lineno)); return tr
def traced():
    a=V(1)
    a+1
    a==2
    if a==1:
        pass
    a[1]
    a.p
sys.settrace(tr); traced(); sys.settrace(None)
print(ev)
class Slots:
    __slots__=('a','b')
    def __init__(s): s.a=1
s=Slots()
for i in range(10): s.a=i; s.b=1000*i; s.b=[i]; s.a='x'
print(s.a,s.b)
del s.b
s.b=3; print(s.b)
