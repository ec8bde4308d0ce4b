# if, while, for, else, break, continue, nested try/finally control flow.
def classify(n):
    if n < 0: return "neg"
    elif n == 0: return "zero"
    elif n < 10: return "small"
    else: return "big"
print([classify(n) for n in (-1, 0, 5, 50)])
n = 10
while n:
    n -= 3
    if n < 2: break
    if n % 2: continue
    print("even", n)
else:
    print("never")
for i in range(3):
    for j in range(3):
        if j == 2: break
        if i == 1: continue
        print(i, j, end="; ")
    else:
        print("no break")
else:
    print("done")
def loops():
    for i in range(5):
        try:
            if i == 1: continue
            if i == 3: break
            yield i
        finally:
            yield ("f", i)
    else:
        yield "else"
print(list(loops()))
def ret():
    for i in range(3):
        try:
            return i
        finally:
            if i == 0:
                print("finally runs")
print(ret())
def override():
    try:
        return "try"
    finally:
        pass
print(override())
def nested():
    out = []
    try:
        try:
            1 / 0
        finally:
            out.append("inner")
    except ZeroDivisionError as e:
        out.append(str(e))
    else:
        out.append("no")
    finally:
        out.append("outer")
    return out
print(nested())
print(1 < 2 < 3, 1 < 3 < 2, 3 > 2 > 1 != 5, 1 == 1.0 == True)
print(not 1, not [], 0 or "a", 1 and [], "" or 0 or None)
print("yes" if 0 else "no", ("a" if 1 else "b") + "c")
class Falsy:
    def __bool__(self): print("bool"); return False
if Falsy() or not Falsy(): print("ok")
class Sized:
    def __len__(self): return 0
print(bool(Sized()))
class BadBool:
    def __bool__(self): return 1
try:
    if BadBool(): pass
except TypeError as e: print(e)
assert True, "no"
try:
    assert not 1, ("a", 1)
except AssertionError as e:
    print(repr(e))
pass; ...
