"""pickle and copy of nested objects."""

import copy
import pickle


class Item:
    def __init__(self, n):
        self.n, self.name, self.children = n, str(n), []


def main(n=900):
    root = Item(0)
    for i in range(300):
        child = Item(i)
        child.children = [i, (i, str(i)), {"k": i * 1.5}]
        root.children.append(child)
    size = 0
    for _ in range(n):
        data = pickle.dumps(root)
        size += len(pickle.loads(data).children)
    return size + len(copy.deepcopy(root).children)


if __name__ == "__main__":
    print(main())
