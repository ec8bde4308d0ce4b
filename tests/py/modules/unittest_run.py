import unittest, io, doctest, pprint, statistics, fractions, decimal, numbers
class T(unittest.TestCase):
    def setUp(self): self.v = [1]
    def test_ok(self): self.assertEqual(self.v, [1]); self.assertTrue(1); self.assertIn(1, self.v); self.assertAlmostEqual(0.1 + 0.2, 0.3)
    def test_fail(self): self.assertEqual({"a": 1, "b": 2}, {"a": 1, "b": 3})
    def test_error(self): raise KeyError("k")
    @unittest.skip("why")
    def test_skip(self): pass
    @unittest.expectedFailure
    def test_xfail(self): self.fail("expected")
    def test_raises(self):
        with self.assertRaisesRegex(ValueError, "inval"): int("x")
        with self.assertRaises(TypeError) as c: len(5)
        self.assertIsInstance(c.exception, TypeError)
    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
    def test_multi(self): self.assertMultiLineEqual("a\nb\n", "a\nc\n")
s = io.StringIO(); r = unittest.TextTestRunner(s, verbosity=2).run(unittest.TestLoader().loadTestsFromTestCase(T))
print(r.testsRun, len(r.failures), len(r.errors), len(r.skipped), len(r.expectedFailures)); print("\n".join(l for l in s.getvalue().replace(__file__, "FILE").splitlines() if not l.startswith("Ran ")))
from unittest import mock
m = mock.Mock(return_value=3); print(m(1, k=2), m.call_args, m.called, m.method.x().y is m.method.x().y); m.assert_called_once_with(1, k=2)
with mock.patch("statistics.mean", return_value=99): print(statistics.mean([]))
def f(x):
    """
    >>> f(2)
    4
    >>> f("a")
    Traceback (most recent call last):
    TypeError: x
    """
    if isinstance(x, str): raise TypeError("x")
    return x * 2
print(doctest.testmod()); pprint.pprint({"key": list(range(30)), "nested": {"a": ["x" * 30] * 3}}, width=60)
print(statistics.mean([1, 2, 3, 4]), statistics.median([1, 5, 2]), statistics.stdev([1, 2, 4]), fractions.Fraction(3, 6) + 1, fractions.Fraction("0.125"), isinstance(1, numbers.Integral), fractions.Fraction(1.5).limit_denominator(10))
