# global, nonlocal, del of every kind of name, unbound errors.
g = 1
def f():
    global g, new
    g += 1
    new = "made"
f(); print(g, new)
def outer():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    inc(); inc()
    return n, inc.__closure__[0].cell_contents
print(outer())
def unbound():
    try:
        print(v)
    except UnboundLocalError as e:
        print(e)
    v = 1
    del v
    try:
        v
    except UnboundLocalError as e:
        print(e)
    try:
        del v
    except UnboundLocalError as e:
        print(e)
unbound()
def free():
    def inner(): return later
    try:
        inner()
    except NameError as e:
        print(e)
    later = 2
    r = inner()
    del later
    try:
        inner()
    except NameError as e:
        print(type(e).__name__, e)
    return r
print(free())
try:
    missing_name
except NameError as e:
    print(e, e.name)
class C:
    attr = g
    g = 5
    def m(self): return g
print(C.attr, C.g, C().m())
def shadow(len=len): return len([1])
print(shadow())
exec("e1 = 1; del e1")
print("e1" in globals())
ns = {}
exec("def q(): return r\nr = 7", ns)
print(ns["q"](), sorted(k for k in ns if k[0] != "_"))
print(eval("a + b", {"a": 1}, {"b": 2}))
def loc():
    a = 1
    b = [a]
    return sorted(locals())
print(loc())
def del_in_loop():
    for i in range(2):
        x = i
        del x
    try: return x
    except UnboundLocalError as e: return str(e)
print(del_in_loop())
del g
try: print(g)
except NameError as e: print(e)
