//! Tests of compile, marshal and the machine without the binary.

mod machine;
mod thin_path;
