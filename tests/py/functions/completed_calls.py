# Calls whose arguments are completed by defaults, keywords, * and **, again and again at the same place, and what changes in between.
# right binding in every form
def fd(a, b=2, c=5): return (a,b,c)
def f2(a,b): return (a,b)
def fa(*args): return args
def fa1(a,*args): return (a,args)
def fk(**kw): return kw
def fak(a, **kw): return (a,kw)
def pos(a,/,b,**kw): return (a,b,kw)
def kwo(a,*,b,c=3): return (a,b,c)
def gen(a,b=2): yield a; yield b
class C:
    def m(self,a,b=1,*c): return (a,b,c)
    def k(self,a,b=1,**kw): return (a,b,kw)
def tryit(f):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
def run():
    o=C(); m=o.m
    for i in range(30):
        r=[fd(1,c=3),fd(c=1,a=2),fd(1,b=9),f2(b=1,a=2),fd(1),fd(1,2),fa(),fa(1,2),fa1(1),fa1(1,2,3),fk(),fk(a=1,b=2),fak(x=1,y=[2],a=3),fak(1,b=2),pos(1,a=2,b=3),kwo(1,b=2),kwo(c=1,b=2,a=0),list(gen(1)),list(gen(b=3,a=[4])),
           o.m(1),o.m(1,2),o.m(1,2,3,4),o.k(1,b=3),o.k(b=1,a=2,z=9),m(1),m(1,2,3),m(b=1,a=2),fd(*(1,),**{'c':7}),fd(**{'a':1}),fak(*(1,),**{'q':1}),kwo(*(1,),**{'b':1}),fd(*[1],**{'b':[1],'c':{}})]
    print(r)
    for f in (lambda: fd(b=1), lambda: fd(1,d=2), lambda: fd(1,a=2), lambda: fd(1,2,3,4), lambda: fd(1,2,3,4,c=1), lambda: fd(), lambda: fa1(), lambda: pos(a=1,b=2), lambda: f2(1), lambda: fd(*(1,),**{'a':2}), lambda: fd(*(1,),**{'z':2}), lambda: fd(**{'b':2}), lambda: o.m(), lambda: o.k(c=1), lambda: kwo(1), lambda: kwo(1,2,b=1), lambda: fd(1,**{1:2})):
        for _ in range(3): tryit(f)
    # defaults changed later
    for i in range(6):
        print(fd(1,c=3), fd(1))
        if i==2: fd.__defaults__=(7,8,9)
        if i==3: fd.__defaults__=None
        if i>=3:
            fd.__defaults__=(i,i)
    fd.__code__=f2.__code__; fd.__defaults__=None
    tryit(lambda: fd(1,c=3)); tryit(lambda: fd(1,b=3))
    kwo.__kwdefaults__['c']=99
    print(kwo(1,b=2)); del kwo.__kwdefaults__['c']; tryit(lambda: kwo(1,b=2))
run()
def deep(a=1): return deep()
def deep2(*a): return deep2(*a,1)
def deep3(a,b=1): return deep3(b=2,a=1)
for d in (lambda: deep(), lambda: deep2(), lambda: deep3(1)):
    try: d()
    except RecursionError as e: print(e)
class Ctx:
    def __enter__(self): return self
    def __exit__(self,*a): print(a[0]); return True
class Ctx2:
    def __enter__(self,x=3): return x
    def __exit__(self,t,v=None,tb=None): return True
def w():
    with Ctx() as c: pass
    with Ctx() as c: 1/0
    with Ctx2() as c: print(c)
    with Ctx2() as c: 1/0
w()
