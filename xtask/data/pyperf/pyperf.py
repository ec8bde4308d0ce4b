"""The part of pyperf that the bodies of pyperformance use, for `cargo xtask bench --pyperformance`.

One process measures one benchmark: the first call, then calls until a budget of CPU time is
spent.  What counts is CPU time; a line `name first best` for each goes to $TAIPAN_BENCH_OUT.
"""

import argparse
import os
import sys
from time import process_time

perf_counter = process_time

BUDGET = float(os.environ.get("TAIPAN_BENCH_BUDGET", "1.0"))


def python_implementation():
    return sys.implementation.name


def python_has_jit():
    return False


class Runner:
    def __init__(self, values=None, processes=None, warmups=None, loops=0, min_time=0.1, metadata=None,
                 show_name=True, program_args=None, add_cmdline_args=None, _argparser=None, warmup=None):
        self.metadata = dict(metadata or {})
        self.argparser = _argparser or argparse.ArgumentParser()
        self.args = None

    def parse_args(self, args=None):
        if self.args is None:
            self.args = self.argparser.parse_args(args)
        return self.args

    def bench_time_func(self, name, time_func, *args, inner_loops=None, metadata=None):
        self.parse_args()
        per_call = inner_loops or 1
        spent = first = time_func(1, *args)
        best, loops, shortest = first, 1, min(0.002, BUDGET / 10)
        while True:
            if spent >= BUDGET:
                break
            took = time_func(loops, *args)
            spent += max(took, 1e-6)
            if took / loops < best:
                best = took / loops
            if took < shortest:
                loops *= 2 if took > shortest / 10 else 8
        self._write(name, first / per_call, best / per_call)

    def bench_func(self, name, func, *args, inner_loops=None, metadata=None):
        def time_func(loops):
            if loops == 1:
                start = process_time()
                func(*args)
                return process_time() - start
            turns = range(loops)
            start = process_time()
            for _ in turns:
                func(*args)
            return process_time() - start

        self.bench_time_func(name, time_func, inner_loops=inner_loops)

    def bench_async_func(self, name, func, *args, inner_loops=None, metadata=None, loop_factory=None):
        import asyncio

        async def turn(loops):
            start = process_time()
            for _ in range(loops):
                await func(*args)
            return process_time() - start

        def time_func(loops):
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                return runner.run(turn(loops))

        self.bench_time_func(name, time_func, inner_loops=inner_loops)

    def bench_command(self, name, command, **kwargs):
        """Whole processes are not measured here: bench/startup.py is."""

    def _write(self, name, first, best):
        line = f"{name.replace(' ', '_')} {first:.9f} {best:.9f}\n"
        out = os.environ.get("TAIPAN_BENCH_OUT")
        if out:
            with open(out, "a") as file:
                file.write(line)
        else:
            print(line, end="")
