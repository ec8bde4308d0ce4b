# wheels: sympy==1.14.0 mpmath==1.4.1
import sympy as sp

x, y = sp.symbols("x y")
print(sp.expand((x + y) ** 3), sp.factor(x**2 - 1), sp.simplify(sp.sin(x) ** 2 + sp.cos(x) ** 2))
print(sp.integrate(sp.exp(-(x**2)), (x, -sp.oo, sp.oo)), sp.diff(sp.sin(x) * x, x), sp.limit(sp.sin(x) / x, x, 0))
print(sp.solve(x**2 - 2, x), sp.Matrix([[1, 2], [3, 4]]).inv(), sp.series(sp.cos(x), x, 0, 6))
print(sp.N(sp.pi, 30), sp.latex(sp.sqrt(x) / y), sp.lambdify(x, x**2)(7), sp.factorint(360))
try:
    sp.Matrix([[1, 2], [2, 4]]).inv()
except ValueError as e:
    print(e)
