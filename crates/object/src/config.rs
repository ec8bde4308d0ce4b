//! What the command line or the embedding program decided before start (`PyConfig`).

/// The file system's encoding, always with `surrogateescape`: the locale's, or UTF-8 in UTF-8 mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FsEncoding {
    #[default]
    Utf8,
    Ascii,
    Latin1,
}

impl FsEncoding {
    /// The codec's name, as `sys.getfilesystemencoding()` gives it.
    pub fn name(self) -> &'static str {
        match self {
            FsEncoding::Utf8 => "utf-8",
            FsEncoding::Ascii => "ascii",
            FsEncoding::Latin1 => "iso8859-1",
        }
    }
}

/// `--check-hash-based-pycs`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckPycs {
    #[default]
    Default,
    Always,
    Never,
}

/// Start-up configuration of an interpreter.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub isolated: bool,
    pub ignore_environment: bool,
    pub no_site: bool,
    pub no_user_site: bool,
    pub safe_path: bool,
    pub dont_write_bytecode: bool,
    pub inspect: bool,
    pub interactive: bool,
    pub quiet: bool,
    pub unbuffered: bool,
    pub verbose: i32,
    pub optimize: i32,
    pub debug: i32,
    pub bytes_warning: i32,
    pub dev_mode: bool,
    pub utf8_mode: bool,
    pub warn_default_encoding: bool,
    pub int_max_str_digits: i32,
    pub hash_randomization: bool,
    pub hash_seed: Option<u32>,
    pub warnoptions: Vec<String>,
    pub xoptions: Vec<(String, Option<String>)>,
    /// `sys.argv` as bytes of the operating system.
    pub argv: Vec<Vec<u8>>,
    pub orig_argv: Vec<Vec<u8>>,
    pub executable: Vec<u8>,
    pub pycache_prefix: Option<String>,
    /// Extra `sys.path` entries of PYTHONPATH.
    pub pythonpath: Vec<Vec<u8>>,
    pub home: Option<Vec<u8>>,
    pub fs_encoding: FsEncoding,
    /// Encoding and error handler of the standard streams when PYTHONIOENCODING or the UTF-8 mode say so.
    pub stdio_encoding: Option<String>,
    pub stdio_errors: Option<String>,
    pub check_pycs: CheckPycs,
    /// `-X importtime`: 1 shows the times of imports, 2 also imports of loaded modules.
    pub import_time: i32,
    /// `-X cpu_count`; 0 when not given.
    pub cpu_count: i32,
    /// `-X frozen_modules=off`: the library comes from its files.
    pub frozen_modules_off: bool,
    pub faulthandler: bool,
    /// `-X tracemalloc`: frames kept per allocation; 0 when off.
    pub tracemalloc: i32,
    pub no_debug_ranges: bool,
    /// `-X memory_limit`: bytes that objects may take; more raises MemoryError.
    pub memory_limit: Option<usize>,
    pub thread_inherit_context: bool,
    pub context_aware_warnings: bool,
    /// `sys.platlibdir` when PYTHONPLATLIBDIR gives it.
    pub platlibdir: Option<String>,
}
