# Every form of target, evaluation order, unpacking errors.
a = b = c = []
print(a is b is c)
x, (y, [z, *w]), *rest = 1, (2, "abcd"), 4, 5
print(x, y, z, w, rest)
*head, tail = "xyz"
print(head, tail)
[p, q] = {"k": 1, "l": 2}
print(p, q)
log = []
def f(n):
    log.append(n)
    return n
d = {}
d[f(1)], d[f(2)] = f(3), f(4)
print(log, d)
i = 0
i, lst = 1, [0, 0]
i, lst[i] = 0, 9
print(i, lst)
class Box: pass
o = Box()
o.attr, o.__dict__["k"] = 1, 2
print(sorted(vars(o).items()))
for bad in ("a, b = 1,", "a, b = 1, 2, 3", "a, *b = ()", "a, b = 5", "(a, b), c = 1, 2"):
    try:
        exec(bad)
    except Exception as e:
        print(type(e).__name__, e)
n: int = 5
print(n, __annotations__ if "__annotations__" in globals() else "lazy")
k = 10
k += 1; k -= 2; k *= 3; k //= 2; k **= 2; k %= 100; k <<= 2; k >>= 1; k |= 1; k &= 0xff; k ^= 5
print(k)
k /= 2
print(k)
lst = [1]
alias = lst
lst += (2, 3)
lst *= 2
print(alias, alias is lst)
t = ([],)
try:
    t[0] += [1]
except TypeError as e:
    print(e, t)
if (m := len(lst)) > 3 and (h := m // 2):
    print(m, h)
print([y := 1, y ** 2], y)
del lst[1:3], d[1]
print(lst, d)
try:
    del undefined
except NameError as e:
    print(e)
