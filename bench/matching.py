"""Structural pattern matching over tuples, mappings and classes: a small evaluator."""


class Num:
    __match_args__ = ("value",)

    def __init__(self, value):
        self.value = value


def evaluate(node, env):
    match node:
        case Num(value):
            return value
        case str(name):
            return env[name]
        case ("+", left, right):
            return evaluate(left, env) + evaluate(right, env)
        case ("*", left, right):
            return evaluate(left, env) * evaluate(right, env) % 1000003
        case {"if": test, "then": then, "else": other}:
            return evaluate(then if evaluate(test, env) else other, env)
        case [first, *rest]:
            return evaluate(rest[-1] if rest else first, env)


def main(n=180000):
    program = ("+", ("*", "x", Num(3)), {"if": ("+", "x", Num(-2)), "then": ["x", Num(5), ("*", "x", "x")], "else": Num(0)})
    return sum(evaluate(program, {"x": i % 11}) for i in range(n))


if __name__ == "__main__":
    print(main())
