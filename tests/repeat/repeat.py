"""Runs a program many times in one process and says whether memory stays flat.

usage: INTERPRETER repeat.py PROGRAM [ROUNDS]

Prints `flat`, or what grew between the middle and the last round: the number of tracked
objects or the resident memory. Output of the program is dropped.
"""

import gc
import io
import os
import sys


def resident_kib():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * (os.sysconf("SC_PAGE_SIZE") // 1024)


def run_once(code, path):
    out, err = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = io.StringIO()
    names = {"__name__": "__main__", "__file__": path, "__builtins__": __builtins__, "__doc__": None, "__spec__": None, "__package__": None}
    try:
        exec(code, names)
    except (Exception, SystemExit):
        pass  # the programs' own tests judge what they do
    finally:
        sys.stdout, sys.stderr = out, err
    names.clear()


def main():
    path = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    os.chdir(os.path.dirname(path))
    sys.path.insert(0, os.getcwd())
    with open(path, encoding="utf-8") as file:
        code = compile(file.read(), path, "exec")
    objects, memory = [], []
    for round in range(rounds):
        run_once(code, path)
        memory.append(resident_kib())
        if round in (rounds // 2, rounds - 1):
            gc.collect()
            objects.append(len(gc.get_objects()))
    grown = objects[1] - objects[0]
    # An allocator gives memory back when it comes to it: the least of a quarter of the rounds is what the program needs.
    some = max(rounds // 4, 4)
    middle, last = min(memory[max(rounds // 2 + 1 - some, 0) : rounds // 2 + 1]), min(memory[-some:])
    # A few caches fill slowly; a leak grows with every round.
    if grown >= rounds // 4:
        print(f"{grown} more objects after {rounds - rounds // 2 - 1} rounds")
    elif last - middle > 2048 + middle // 20:
        print(f"{last - middle} KiB more after {rounds - rounds // 2 - 1} rounds")
    else:
        print("flat")


main()
