"""Source text to code: modules of the standard library are parsed and compiled."""

import ast
import importlib
import inspect

MODULES = ["argparse", "ast", "dataclasses", "difflib", "enum", "inspect", "pickle", "tarfile", "textwrap", "typing"]


def main(size=2):
    nodes = 0
    names = set()
    for name in MODULES[: size * 5]:
        text = inspect.getsource(importlib.import_module(name))
        code = compile(text, name, "exec")
        names.update(code.co_names)
        nodes += sum(1 for _ in ast.walk(ast.parse(text)))
    return nodes, len(names)


if __name__ == "__main__":
    nodes, names = main()
    # The two libraries differ in small ways.
    print(nodes > 20_000, names > 100)
