//! What the command line or the embedding program decided before start (`PyConfig`).

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
}
