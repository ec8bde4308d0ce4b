import subprocess
import sys

STATEMENTS = (
    "rules.gives_up_argument([])",
    "for _ in range(3): x = []; rules.gives_up_argument(x)",
    "rules.gives_up_second(1, [])",
    "print(list(map(rules.gives_up_argument, ([] for _ in range(2)))))",
    "rules.freed_result()",
    "rules.negative([])",
    "rules.zero([])",
    "rules.destroys_twice()",
)
for s in STATEMENTS:
    ran = subprocess.run([sys.executable, "-c", "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); import rules\n" + s], capture_output=True, text=True)
    print(s, "|", ran.returncode < 0, ran.stderr.splitlines()[:1])
