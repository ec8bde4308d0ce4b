"""Allocation of many small objects and cycles."""


class Tree:
    __slots__ = ("left", "right", "parent")

    def __init__(self, left, right):
        self.left, self.right, self.parent = left, right, None
        if left:
            left.parent = right.parent = self


def make(depth):
    return Tree(make(depth - 1), make(depth - 1)) if depth else Tree(None, None)


def check(tree):
    return 1 + check(tree.left) + check(tree.right) if tree.left else 1


def main(n=250):
    keep = make(13)
    return check(keep) + sum(check(make(11)) for _ in range(n))


if __name__ == "__main__":
    print(main())
