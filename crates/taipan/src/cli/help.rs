//! The help texts: what this build's options and variables mean, in our words.

use super::out;

/// `--help`.
pub fn usage(program: &str) {
    out(format_args!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nOptions (and corresponding environment variables):\n"));
    for (option, text) in OPTIONS {
        out(format_args!("{option:<7}: {text}\n"));
    }
    out(format_args!("\nArguments:\n"));
    for (name, text) in ARGUMENTS {
        out(format_args!("{name:<7}: {text}\n"));
    }
}

/// `--help-env`.
pub fn environment(_program: &str) {
    out(format_args!("Environment variables that change behavior:\n"));
    for (name, text) in VARIABLES {
        out(format_args!("{name:<16}: {text}\n"));
    }
    out(format_args!("\nThese variables have equivalent command-line options (see --help for details):\n"));
    for (name, text) in EQUIVALENT {
        out(format_args!("{name:<16}: {text}\n"));
    }
}

/// `--help-xoptions`.
pub fn xoptions(_program: &str) {
    out(format_args!("The following implementation-specific options are available:\n"));
    for (name, text) in XOPTIONS {
        out(format_args!("-X {name}: {text}\n"));
    }
}

/// `--help-all`.
pub fn all(program: &str) {
    usage(program);
    out(format_args!("\n"));
    environment(program);
    out(format_args!("\n"));
    xoptions(program);
}

const OPTIONS: &[(&str, &str)] = &[
    ("-b", "warn about converting bytes and bytearray to str and comparing them\n         with str, or bytes with int; -bb makes the warnings errors"),
    ("-B", "write no .pyc files on import; also PYTHONDONTWRITEBYTECODE=x"),
    ("-c cmd", "the program as a string; ends the option list"),
    ("-d", "accepted for compatibility; also PYTHONDEBUG=x"),
    ("-E", "ignore PYTHON* environment variables (such as PYTHONPATH)"),
    ("-h", "this text (also -? or --help)"),
    ("-i", "inspect interactively after the program, and prompt even if stdin is no\n         terminal; also PYTHONINSPECT=x"),
    ("-I", "isolated mode (implies -E, -P and -s)"),
    ("-m mod", "run a library module as the program; ends the option list"),
    ("-O", "leave out assert statements and code that depends on __debug__; .pyc files\n         get .opt-1; also PYTHONOPTIMIZE=x"),
    ("-OO", "as -O, and leave out docstrings; .pyc files get .opt-2"),
    ("-P", "put no unsafe path in front of sys.path; also PYTHONSAFEPATH"),
    ("-q", "no version and copyright at interactive start"),
    ("-s", "without the user's site directory; also PYTHONNOUSERSITE=x"),
    ("-S", "without 'import site' at start"),
    ("-u", "stdout and stderr unbuffered; also PYTHONUNBUFFERED=x"),
    ("-v", "trace imports; twice for more; also PYTHONVERBOSE=x"),
    ("-V", "the version (also --version); twice for more"),
    ("-W arg", "warning control: action:message:category:module:lineno;\n         also PYTHONWARNINGS=arg"),
    ("-x", "skip the first line of the source"),
    ("-X opt", "an implementation-specific option"),
    ("--check-hash-based-pycs always|default|never", "\n         how hash-based .pyc files are checked"),
    ("--help-env", "the environment variables"),
    ("--help-xoptions", "the -X options"),
    ("--help-all", "all help"),
];

const ARGUMENTS: &[(&str, &str)] = &[
    ("file", "the program's file, directory or zip archive"),
    ("-", "the program from stdin (the default; interactive on a terminal)"),
    ("arg ...", "what the program finds in sys.argv[1:]"),
];

const VARIABLES: &[(&str, &str)] = &[
    ("PYTHONASYNCIODEBUG", "debug mode of asyncio"),
    ("PYTHON_BASIC_REPL", "the plain prompt, without line editing of our own"),
    ("PYTHONBREAKPOINT", "what breakpoint() calls; 0 switches it off"),
    ("PYTHONCOERCECLOCALE", "0 keeps the C locale; warn reports its replacement"),
    ("PYTHON_COLORS", "1 colours output, 0 does not"),
    ("PYTHONHASHSEED", "seed of the hashes of str and bytes: 'random' or a number below 2**32"),
    ("PYTHON_HISTORY", "where the history of the prompt is kept"),
    ("PYTHONHOME", "prefix of a library to be used instead of the embedded one"),
    ("PYTHONIOENCODING", "encoding[:errors] of stdin, stdout and stderr"),
    ("PYTHONMALLOC", "accepted for compatibility; the allocator is fixed"),
    ("PYTHONPATH", "directories in front of the module search path, separated by ':'"),
    ("PYTHONPLATLIBDIR", "sys.platlibdir"),
    ("PYTHONSTARTUP", "file run at interactive start"),
    ("PYTHONUSERBASE", "the user's base directory (site.USER_BASE)"),
];

const EQUIVALENT: &[(&str, &str)] = &[
    ("PYTHON_CONTEXT_AWARE_WARNINGS", "warning filters follow the context (-X context_aware_warnings)"),
    ("PYTHON_CPU_COUNT", "what os.cpu_count() gives (-X cpu_count)"),
    ("PYTHONDEBUG", "accepted for compatibility (-d)"),
    ("PYTHONDEVMODE", "development mode (-X dev)"),
    ("PYTHONDONTWRITEBYTECODE", "write no .pyc files (-B)"),
    ("PYTHONFAULTHANDLER", "traceback on fatal errors (-X faulthandler)"),
    ("PYTHON_FROZEN_MODULES", "off takes the library from its files (-X frozen_modules)"),
    ("PYTHONINSPECT", "inspect interactively after the program (-i)"),
    ("PYTHONINTMAXSTRDIGITS", "limit of conversions between int and str (-X int_max_str_digits)"),
    ("PYTHONNODEBUGRANGES", "no columns in code objects (-X no_debug_ranges)"),
    ("PYTHONNOUSERSITE", "no user site directory (-s)"),
    ("PYTHONOPTIMIZE", "leave out assert statements (-O)"),
    ("PYTHONPROFILEIMPORTTIME", "time of each import (-X importtime)"),
    ("PYTHONPYCACHEPREFIX", "parallel tree for .pyc files (-X pycache_prefix)"),
    ("PYTHONSAFEPATH", "no unsafe path in front of sys.path (-P)"),
    ("PYTHON_THREAD_INHERIT_CONTEXT", "threads begin with their starter's context (-X thread_inherit_context)"),
    ("PYTHONTRACEMALLOC", "trace memory allocations (-X tracemalloc)"),
    ("PYTHONUNBUFFERED", "stdout and stderr unbuffered (-u)"),
    ("PYTHONUTF8", "UTF-8 mode (-X utf8)"),
    ("PYTHONVERBOSE", "trace imports (-v)"),
    ("PYTHONWARNDEFAULTENCODING", "EncodingWarning for encoding=None (-X warn_default_encoding)"),
    ("PYTHONWARNINGS", "warning control (-W)"),
    ("TAIPAN_MEMORY_LIMIT", "limit of what objects may take (-X memory_limit)"),
];

const XOPTIONS: &[(&str, &str)] = &[
    ("context_aware_warnings=[0|1]", "warning filters follow the context"),
    ("cpu_count=N", "what os.cpu_count() gives; 'default' for the machine's"),
    ("dev", "development mode"),
    ("faulthandler", "traceback on fatal errors"),
    ("frozen_modules=[on|off]", "off takes the library from its files"),
    ("importtime[=2]", "time of each import; 2 shows imports of loaded modules too"),
    ("int_max_str_digits=N", "limit of conversions between int and str; 0 for none"),
    ("memory_limit=BYTES", "limit of what objects may take (K, M, G may follow); beyond it MemoryError is raised"),
    ("no_debug_ranges", "no columns in code objects"),
    ("pycache_prefix=PATH", "parallel tree for .pyc files"),
    ("thread_inherit_context=[0|1]", "threads begin with their starter's context"),
    ("tracemalloc[=N]", "trace memory allocations, with N frames each"),
    ("utf8[=0|1]", "UTF-8 mode"),
    ("warn_default_encoding", "EncodingWarning for encoding=None"),
];
