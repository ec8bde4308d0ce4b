# wheels: zope.interface==8.7
"""Interfaces, declarations and adapters on the C optimisations."""
from zope.interface import Attribute, Interface, classImplements, directlyProvides, implementedBy, implementer, invariant, providedBy, Invalid
from zope.interface import _zope_interface_coptimizations as c, adapter, declarations, interface
from zope.interface.verify import verifyObject, verifyClass
from zope.interface.exceptions import BrokenImplementation

print(declarations.providedBy is c.providedBy, issubclass(interface.Specification, c.SpecificationBase))


class IShape(Interface):
    """A shape."""
    sides = Attribute("how many")

    def area(scale, power=2):
        "its area"

    @invariant
    def positive(ob):
        if ob.sides < 0:
            raise Invalid("negative", ob.sides)


class ISquare(IShape):
    pass


@implementer(ISquare)
class Square:
    sides = 4

    def area(self, scale, power=2):
        return scale ** power


q = Square()
print(IShape.providedBy(q), ISquare.implementedBy(Square), list(providedBy(q)), list(implementedBy(Square)), IShape(q) is q)
print(verifyObject(ISquare, q), IShape["area"].getSignatureString(), IShape.names(), ISquare.isOrExtends(IShape), IShape in ISquare.__sro__)
for bad in [lambda: IShape(5), lambda: verifyClass(IShape, int), lambda: IShape["nope"], lambda: IShape.get("nope"), lambda: c.providedBy()]:
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).splitlines()[0])
print(IShape(5, "default"))
q.sides = -1
try:
    IShape.validateInvariants(q)
except Invalid as e:
    print(e.args)


class IArea(Interface):
    pass


r = adapter.AdapterRegistry()
r.register([IShape], IArea, "", lambda s: ("adapted", type(s).__name__))
print(r.lookup1(providedBy(q), IArea)(q), r.queryAdapter(q, IArea), r.lookup((ISquare,), IArea) is not None, r.lookup1(IArea, IShape))
r.subscribe([IShape], IArea, lambda s: 7)
print(r.subscribers([q], IArea))


class Plain:
    pass


p = Plain()
directlyProvides(p, IArea)
print(IArea.providedBy(p), list(providedBy(p)), sorted(map(repr, [IShape, ISquare])), IShape < ISquare, IShape == IShape, hash(IShape) == hash(IShape))
interface.adapter_hooks.append(lambda i, o: ("hooked", i.__name__) if isinstance(o, float) else None)
print(IArea(1.5), IArea(2, None))
interface.adapter_hooks.pop()
classImplements(Plain, IShape)
print(IShape.providedBy(Plain()), repr(implementedBy(Plain)))
