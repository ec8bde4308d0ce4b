"""isinstance asks the type first, then `__class__`, one class after another."""


class A:
    pass


class B:
    pass


asked = []


def class_of(answer):
    class Asked:
        @property
        def __class__(self):
            asked.append(1)
            if isinstance(answer, type) and issubclass(answer, Exception):
                raise answer
            return answer

    return Asked()


class Getter:
    def __getattribute__(self, name):
        asked.append(name)
        return A if name == "__class__" else object.__getattribute__(self, name)


def attempt(o, classes):
    asked.clear()
    try:
        r = isinstance(o, classes)
    except Exception as e:
        r = type(e).__name__
    return r, len(asked)


def in_loop(o, classes):
    # Often enough for a site that knows what it calls.
    return [attempt(o, classes) for _ in range(40)][-1]


for o in class_of(A), class_of(AttributeError), class_of(ValueError), class_of(5), Getter():
    t = type(o)
    for classes in A, B, (A, B), (B, A), (B, int), A | B, (int, (B, A)), t, (t, int), (int, t), (int, (B, t)), (int, str, t, B):
        r = attempt(o, classes)
        assert in_loop(o, classes) == r
        print(r, end=" ")
    print()


class Plain:
    pass


class Sub(Plain):
    pass


for o in Plain(), Sub(), 5, 2**80, "x", None, [], A:
    print(*(isinstance(o, c) for _ in range(3) for c in ((int, Plain), (Plain, int), (str, list), (type, Sub), (str, Plain), (B, int, Sub))))


class Masked:
    __class__ = property(lambda self: A)


class Late(Plain):
    pass


o = Late()
for bases in (Plain,), (Masked,), (Plain,), (Masked, Plain):
    Late.__bases__ = bases
    print([isinstance(o, c) for c in ((int, A), (int, Late), (A, B), (B, A), (int, str))])
