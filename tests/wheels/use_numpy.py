# wheels: numpy==2.5.5
"""Arrays, ufuncs, dtypes, indexing, linear algebra, random numbers, printing, errors."""
import pickle
import numpy as np

a = np.arange(12, dtype=np.int32).reshape(3, 4)
print(a, a.dtype, a.shape, a.strides, a.T[1], a[1:, ::2], a[a > 5], a[[0, 2], [1, 3]], a.sum(axis=0), a.mean(), a.std().round(4), sep="\n")
f = np.linspace(0, 1, 5)
print(f, np.sin(f).round(5), f @ f, np.outer(f[:2], f[:2]), (f * 2 + 1 > 1.5).any(), np.where(f > 0.4, f, -1), np.cumsum(f), np.concatenate([f, [9]]))
print(repr(np.float64(1.5)), np.int8(127), np.array([1, "a", None], dtype=object), np.array(["ab", "c"]), np.zeros((2, 2), complex), np.array([True, False]), np.datetime64("2024-01-02") + np.timedelta64(3, "D"))
s = np.array([(1, 2.5, "x"), (2, 3.5, "y")], dtype=[("i", "i4"), ("f", "f8"), ("s", "U3")])
print(s["f"], s[0], s.dtype.names, np.sort(s, order="f")[0])
m = np.array([[2.0, 1.0], [1.0, 3.0]])
print(np.linalg.inv(m).round(3), np.linalg.det(m).round(3), np.linalg.solve(m, [1, 2]).round(3), np.linalg.eigvalsh(m).round(3), np.einsum("ij,jk", m, m), np.fft.fft([1, 2, 3, 4]))
r = np.random.default_rng(42)
print(r.integers(0, 100, 5), r.random(2).round(6), r.normal(size=2).round(6), np.random.RandomState(1).rand(2).round(6), r.permutation(5))
print(np.unique([3, 1, 3]), np.argsort([3, 1, 2]), np.histogram([1, 2, 2, 3], bins=3)[0], np.array_equal(a, a.copy()), np.frombuffer(b"\1\0\2\0", "<u2"), memoryview(a)[1, 2], bytes(a[0])[:4], a.tolist()[0])
print(pickle.loads(pickle.dumps(a)).sum(), np.loadtxt(["1 2", "3 4"]), np.array2string(np.array([1e-10, 1.0]), precision=3), np.vectorize(lambda x: x + 1)([1, 2]), np.add.reduce([1, 2, 3]), np.multiply.outer([1, 2], [3, 4]))


class Sub(np.ndarray):
    def __array_finalize__(self, obj):
        self.tag = getattr(obj, "tag", "new")


v = np.array([1, 2, 3]).view(Sub)
v.tag = "t"
print(type(v + 1).__name__, (v + 1).tag, v[1:].tag)


class Duck:
    def __array__(self, dtype=None, copy=None):
        return np.array([7, 8])

    def __array_ufunc__(self, ufunc, method, *inputs, **kw):
        return ("duck", ufunc.__name__, method)


print(np.add(Duck(), 1), np.asarray(Duck()))
with np.errstate(divide="raise"):
    try:
        np.array([1.0]) / 0
    except FloatingPointError as e:
        print(e)
for bad in [
    lambda: np.array([1, 2]) + np.array([1, 2, 3]),
    lambda: a[5],
    lambda: a["x"],
    lambda: a.reshape(5),
    lambda: np.dtype("nope"),
    lambda: np.zeros(-1),
    lambda: np.linalg.inv(np.zeros((2, 2))),
    lambda: np.array([[1], [1, 2]]),
    lambda: np.int8(300),
    lambda: bool(a),
    lambda: np.add(1),
    lambda: np.add(1, "x"),
    lambda: a.nope,
    lambda: np.array([1]).astype("M8"),
    lambda: np.concatenate([]),
    lambda: hash(a),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(np.ma.masked_array([1, 2], [0, 1]), np.polynomial.Polynomial([1, 2])(3), np.char.upper(["a"]), np.strings.add("a", "b"), np.broadcast_shapes((2, 1), (3,)), np.iinfo("i2").max, np.finfo("f4").eps)
