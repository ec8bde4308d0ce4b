//! Where lines begin: byte offsets to lines and columns, and back.

/// An index over the lines of a text. Lines end in `\n`; line numbers count from 1, columns are bytes from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
    length: u32,
}

impl LineIndex {
    /// Index `text`, which is shorter than 4 GiB.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        LineIndex { starts, length: text.len() as u32 }
    }

    /// Number of lines; a final newline begins one more, empty line.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// Line and column of a byte offset.
    pub fn locate(&self, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        (line as u32, offset - self.starts[line - 1])
    }

    /// Byte offset at which a line begins.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.starts.get((line as usize).checked_sub(1)?).copied()
    }

    /// Bytes of a line, its newline included, as a range of offsets.
    pub fn line_range(&self, line: u32) -> Option<std::ops::Range<u32>> {
        let start = self.line_start(line)?;
        Some(start..self.line_start(line + 1).unwrap_or(self.length))
    }
}
