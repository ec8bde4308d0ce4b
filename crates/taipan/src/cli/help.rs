//! The help texts: what this build's options and variables mean.

/// `--help`.
pub fn usage(program: &str) {
    println!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...");
    println!("Options (and corresponding environment variables):");
    for (option, text) in OPTIONS {
        println!("{option:<7}: {text}");
    }
}

/// `--help-env`.
pub fn environment() {
    println!("Environment variables that change behavior:");
    for (name, text) in VARIABLES {
        println!("{name:<24}: {text}");
    }
}

/// `--help-xoptions`.
pub fn xoptions() {
    println!("The following implementation-specific options are available:");
    for (name, text) in XOPTIONS {
        println!("-X {name}: {text}");
    }
}

const OPTIONS: &[(&str, &str)] = &[
    ("-b", "warn about converting bytes and bytearray to str and comparing them with str; -bb makes the warnings errors"),
    ("-B", "write no .pyc files (PYTHONDONTWRITEBYTECODE)"),
    ("-c cmd", "the program as a string; ends the option list"),
    ("-d", "debug output (PYTHONDEBUG)"),
    ("-E", "ignore PYTHON* environment variables"),
    ("-h", "this text (--help)"),
    ("-i", "inspect interactively after running the program (PYTHONINSPECT)"),
    ("-I", "isolated mode: -E, -P and -s"),
    ("-m mod", "run a library module as the program; ends the option list"),
    ("-O", "drop assert and __debug__ code; .pyc files get .opt-1 (PYTHONOPTIMIZE)"),
    ("-OO", "as -O, and drop docstrings; .opt-2"),
    ("-P", "do not put an unsafe path in front of sys.path (PYTHONSAFEPATH)"),
    ("-q", "no version and copyright at interactive start"),
    ("-s", "do not use the user's site directory (PYTHONNOUSERSITE)"),
    ("-S", "do not import site at start"),
    ("-u", "unbuffered stdout and stderr (PYTHONUNBUFFERED)"),
    ("-v", "trace imports (PYTHONVERBOSE)"),
    ("-V", "version (--version)"),
    ("-W arg", "warning control: action:message:category:module:lineno (PYTHONWARNINGS)"),
    ("-x", "skip the first line of the source"),
    ("-X opt", "implementation-specific option (--help-xoptions)"),
];

const VARIABLES: &[(&str, &str)] = &[
    ("PYTHONDEVMODE", "development mode (-X dev)"),
    ("PYTHONDONTWRITEBYTECODE", "write no .pyc files (-B)"),
    ("PYTHONHASHSEED", "seed of string hashes: a number or 'random'"),
    ("PYTHONHOME", "prefix of the standard library"),
    ("PYTHONINSPECT", "inspect interactively after the program (-i)"),
    ("PYTHONINTMAXSTRDIGITS", "limit of int/str conversions (-X int_max_str_digits)"),
    ("PYTHONNOUSERSITE", "no user site directory (-s)"),
    ("PYTHONOPTIMIZE", "drop asserts (-O)"),
    ("PYTHONPATH", "directories in front of the module search path, separated by ':'"),
    ("PYTHONPYCACHEPREFIX", "parallel tree for .pyc files (-X pycache_prefix)"),
    ("PYTHONSAFEPATH", "no unsafe path in front of sys.path (-P)"),
    ("PYTHONSTARTUP", "file run at interactive start"),
    ("PYTHONUNBUFFERED", "unbuffered stdout and stderr (-u)"),
    ("PYTHONUTF8", "1 turns UTF-8 mode on (-X utf8)"),
    ("PYTHONVERBOSE", "trace imports (-v)"),
    ("PYTHONWARNDEFAULTENCODING", "EncodingWarning for the locale's encoding (-X warn_default_encoding)"),
    ("PYTHONWARNINGS", "warning control (-W)"),
];

const XOPTIONS: &[(&str, &str)] = &[
    ("dev", "development mode"),
    ("int_max_str_digits=N", "limit of int/str conversions"),
    ("pycache_prefix=PATH", "parallel tree for .pyc files"),
    ("utf8[=0|1]", "UTF-8 mode"),
    ("warn_default_encoding", "EncodingWarning for the locale's encoding"),
];
