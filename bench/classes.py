"""Making instances: __init__ with defaults, dataclass-like classes, operators."""


class Vec:
    def __init__(self, x=0.0, y=0.0):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y


def main(n=1200000):
    pos, vel, zero = Vec(), Vec(1.0, y=2.0), Vec()
    hits = 0
    for _ in range(n):
        pos = pos + vel * 0.5
        if pos == zero:
            hits += 1
    return pos.x, pos.y, hits


if __name__ == "__main__":
    print(main())
