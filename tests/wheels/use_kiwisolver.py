# wheels: kiwisolver==1.5.1
"""Expressions built by C++ number slots; solving; errors with payloads; subclassing."""
import kiwisolver as k
from kiwisolver import Constraint, Expression, Solver, Term, Variable, strength

x, y, z = Variable("x"), Variable("y"), Variable("z")
print(x, repr(x), x.name(), x.value(), x.context())
print(2 * x, x * 2, x + 1, 1 + x, x - y, -x, x / 2, 3 - x)
expr = 2 * x + 3 * y - 5
print(repr(expr), type(expr).__name__, expr.terms()[0].coefficient(), expr.constant(), expr.value())
c = (x + 2 * y >= 3) | "weak"


def parts(c):
    """A constraint without the order of its terms, which is that of the variables' addresses."""
    return sorted((t.variable().name(), t.coefficient()) for t in c.expression().terms()), c.expression().constant(), c.strength()


print(parts(c), c.op(), c.strength(), type(c).__name__, (x == 1).op(), parts((x <= y) | 10.5))
s = Solver()
s.addConstraint(x == 10)
s.addConstraint(y == x * 2)
s.addConstraint((z >= y + 1) | "strong")
s.addEditVariable(z, "medium")
s.suggestValue(z, 5)
s.updateVariables()
print(x.value(), y.value(), z.value(), s.hasConstraint(c), s.hasEditVariable(z))
print(strength.create(1, 0, 0), strength.required, strength.strong)
bad_c = x == 11
for bad in [
    lambda: s.addConstraint(bad_c),
    lambda: s.removeConstraint(bad_c),
    lambda: s.addEditVariable(z, "strong"),
    lambda: s.suggestValue(x, 1),
    lambda: s.addEditVariable(Variable(), "required"),
    lambda: x * y,
    lambda: x / y,
    lambda: x + "a",
    lambda: x > y,
    lambda: x != y,
    lambda: Variable(5),
    lambda: (x == 1) | "heavy",
    lambda: Constraint(5, "=="),
    lambda: Term(x, "a"),
    lambda: Variable(nope=1),
]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e.args[0] if e.args and not isinstance(e.args[0], Constraint) else "constraint")


class Named(Variable):
    def __new__(cls, name, extra):
        self = super().__new__(cls, name)
        self.extra = extra
        return self


n = Named("n", 5)
n.setContext({"k": 1})
print(n.extra, n.name(), n.context(), (n + 1).terms()[0].variable() is n, n is n)
print(Expression((Term(x, 2.0), Term(y)), 4).value(), Constraint(expr, ">=", "weak").violated())
s.reset()
print(s.dumps().splitlines()[0])
