//! The finished executable's code in the order in which it runs: LLVM's post-link optimiser (BOLT, Debian's packages `bolt-NN`).
//!
//! Blocks that follow each other come to lie one behind the other, rare ones far away, and functions that call each other side by side: half as many taken jumps in the natives, and
//! fewer lines of the instruction cache. The executable must have been linked with `--emit-relocs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{done, empty, run_programs};
use crate::Outcome;

/// The optimiser's programs.
pub struct Tools {
    bolt: PathBuf,
    merge: PathBuf,
}

impl Tools {
    /// The newest on PATH, by the place where they really lie: the library of counters is looked for beside that.
    pub fn find() -> Option<Tools> {
        let path = std::env::var_os("PATH")?;
        let names = std::iter::once("llvm-bolt".to_owned()).chain((15..40).rev().map(|n| format!("llvm-bolt-{n}")));
        let bolt = names.flat_map(|name| std::env::split_paths(&path).map(move |dir| dir.join(&name)).collect::<Vec<_>>()).find_map(|file| fs::canonicalize(file).ok())?;
        let merge = bolt.with_file_name("merge-fdata");
        merge.exists().then_some(Tools { bolt, merge })
    }

    /// Count which ways through `built` the programs of bench/ take, and write it to `to` laid out by that. Files of between go below `home`.
    pub fn lay_out(&self, built: &Path, home: &Path, to: &Path) -> Outcome {
        let (counting, counts, merged) = (home.join("taipan.counting"), home.join("counts"), home.join("merged.fdata"));
        empty(&counts)?;
        self.bolt(built, &counting, &["-instrument", "--instrumentation-file-append-pid", &format!("--instrumentation-file={}", counts.join("run").display())])?;
        run_programs(&counting)?;
        self.merge(&counts, &merged)?;
        let data = format!("-data={}", merged.display());
        let new = home.join("taipan.new");
        self.bolt(built, &new, &[&data, "-reorder-blocks=ext-tsp", "-reorder-functions=cdsort", "-split-functions", "-split-all-cold", "-split-eh"])?;
        // A copy: the kernel keeps what has just been written by seeks in large pieces, and maps these whole into every process, 10 MB more.
        fs::copy(&new, to).map_err(|e| e.to_string())?;
        for file in [&new, &counting] {
            fs::remove_file(file).map_err(|e| e.to_string())?;
        }
        empty(&counts)
    }

    fn bolt(&self, from: &Path, to: &Path, options: &[&str]) -> Outcome {
        let mut command = Command::new(&self.bolt);
        // The loop stays as it is. The names of functions that the optimiser doubts are no news.
        command.arg(from).arg("-o").arg(to).arg("--skip-funcs=.*8dispatch5plain.*").args(options).stderr(Stdio::null()).stdout(Stdio::null());
        done(&mut command, "llvm-bolt")
    }

    fn merge(&self, counts: &Path, to: &Path) -> Outcome {
        let mut command = Command::new(&self.merge);
        for entry in fs::read_dir(counts).map_err(|e| e.to_string())? {
            command.arg(entry.map_err(|e| e.to_string())?.path());
        }
        let file = fs::File::create(to).map_err(|e| e.to_string())?;
        command.stdout(file).stderr(Stdio::null());
        done(&mut command, "merge-fdata")
    }
}
