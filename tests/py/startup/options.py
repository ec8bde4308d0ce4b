# Options, variables and exit statuses of the command line.
import os, subprocess, sys

CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LC_", "LANG"))}


def run(*args, stdin="", **env):
    p = subprocess.run([sys.executable, *args], input=stdin, capture_output=True, text=True, env=CLEAN | {"LC_ALL": "C.UTF-8"} | env)
    shown = (p.stdout + p.stderr).replace(sys.executable, "EXE").replace(os.path.realpath(sys.executable), "EXE")
    print(args, env or "", p.returncode, shown.rstrip(), sep=" | ")


FLAGS = "import sys; print(tuple(sys.flags))"
run("-I", "-c", FLAGS)
run("-OOBbsSdqP", "-E", "-c", FLAGS)
run("-c", FLAGS, PYTHONOPTIMIZE="2", PYTHONVERBOSE="", PYTHONHASHSEED="0", PYTHONUTF8="1")
run("-X", "dev", "-X", "int_max_str_digits=0", "-Werror", "-c", "import sys; print(sys.warnoptions, sys._xoptions, sys.flags.dev_mode)")
for bad in (["-z"], ["--nothing"], ["-c"], ["-X", "utf8=2", "-c", ""], ["-X", "importtime=7", "-c", ""], ["-X", "cpu_count=-1", "-c", ""]):
    run(*bad)
run("-c", "", PYTHONHASHSEED="x")
for code in ("raise SystemExit", "raise SystemExit(3)", "raise SystemExit('bye')", "raise SystemExit(2**80)", "1/0", "import sys; sys.exit((1, 2))"):
    run("-c", code)
run("-c", "    import sys\n    print(sys.argv)", "a", "-c")
run("-", "x", stdin="import sys; print(sys.argv, __file__)")
run("-i", "-q", stdin="1\nif 1:\n  2\n\ndef f():\n  3\n# here\n\n1/0\nraise SystemExit(4)\n")
run("-x", "-", stdin="#! nothing\nprint('second line')")
run("-X", "cpu_count=17", "-c", "import os; print(os.cpu_count(), os.process_cpu_count())")
run("-X", "utf8=0", "-c", "import sys; print(sys.getfilesystemencoding(), sys.stdin.encoding, sys.stdin.errors)", LC_ALL="C")
run("-c", "import sys; print(sys.stdout.encoding, sys.stdout.errors)", PYTHONIOENCODING="latin-1:replace")
run("-c", "import os; os._exit(0 if os.environ.get('LC_CTYPE') else 7)", LC_ALL="", LANG="")
