//! Reading `layouts.tsv` into structs and groups of constants.

/// One column-named row of the table.
#[derive(Clone, Debug, Default)]
pub struct Field {
    pub name: String,
    pub offset: u64,
    pub size: u64,
    pub bit: Option<(u64, u64)>,
    pub c_type: String,
    pub note: String,
}

/// A struct, with its fields in order of the table (bit-fields included).
#[derive(Clone, Debug, Default)]
pub struct Struct {
    pub name: String,
    pub c_name: String,
    pub size: u64,
    pub align: u64,
    pub header: String,
    pub tier: String,
    pub note: String,
    pub fields: Vec<Field>,
}

/// Constants of one group that come from one header.
#[derive(Clone, Debug, Default)]
pub struct Group {
    pub title: String,
    pub header: String,
    pub is_enum: bool,
    pub rows: Vec<Const>,
}

/// One constant; `size` 0 means a string.
#[derive(Clone, Debug)]
pub struct Const {
    pub name: String,
    pub size: u64,
    pub value: String,
}

/// The whole table.
#[derive(Debug, Default)]
pub struct Table {
    pub structs: Vec<Struct>,
    pub consts: Vec<Group>,
    pub opaque: Vec<(String, String)>,
}

/// Structs of the internal headers whose layout Taipan shares because their
/// size is visible (`__basicsize__`) or C code goes behind an object's head.
const INTERNAL_KEPT: &[&str] = &[
    "PyGC_Head",
    "PyModuleObject",
    "PyContext",
    "PyContextToken",
    "PyContextVar",
    "_PyDictViewObject",
    "_PyListIterObject",
    "_PyTupleIterObject",
    "_PyRangeIterObject",
];

/// Whether a struct is generated: all public ones and a few internal ones.
pub fn wanted(item: &Struct) -> bool {
    item.tier != "internal" || INTERNAL_KEPT.contains(&item.name.as_str())
}

impl Table {
    /// Parse the tab-separated text.
    pub fn parse(text: &str) -> Result<Table, String> {
        let mut table = Table::default();
        for (number, line) in text.lines().enumerate().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            if cells.len() < 13 {
                return Err(format!("layouts.tsv:{}: {} columns", number + 1, cells.len()));
            }
            table.row(&cells).map_err(|e| format!("layouts.tsv:{}: {e}", number + 1))?;
        }
        Ok(table)
    }

    fn row(&mut self, cells: &[&str]) -> Result<(), String> {
        let (record, group, name) = (cells[0], cells[1], cells[2]);
        match record {
            "struct" => self.structs.push(Struct {
                name: group.into(),
                c_name: cells[8].into(),
                size: number(cells[4])?,
                align: number(cells[7])?,
                header: cells[10].into(),
                tier: cells[11].into(),
                note: cells[12].into(),
                fields: Vec::new(),
            }),
            "field" | "bitfield" => {
                let bit = match record {
                    "bitfield" => Some((number(cells[5])?, number(cells[6])?)),
                    _ => None,
                };
                let field = Field {
                    name: name.into(),
                    offset: number(cells[3])?,
                    size: number(cells[4])?,
                    bit,
                    c_type: cells[8].into(),
                    note: cells[12].into(),
                };
                if let Some(item) = self.structs.iter_mut().rfind(|s| s.name == group) {
                    item.fields.push(field);
                }
            }
            "const" | "string" | "enum" => self.constant(record, cells)?,
            "opaque" => self.opaque.push((group.into(), cells[8].into())),
            _ => {}
        }
        Ok(())
    }

    fn constant(&mut self, record: &str, cells: &[&str]) -> Result<(), String> {
        let is_enum = record == "enum";
        let header = cells[10].to_string();
        if cells[11] == "internal" {
            return Ok(()); // private to CPython; Taipan's counterparts live in `object`
        }
        // Values such as `24 (0x18)` carry both forms.
        let value = match record {
            "string" => cells[9].to_string(),
            _ => cells[9].split(' ').next().unwrap_or_default().to_string(),
        };
        let row = Const { name: cells[2].into(), size: if record == "string" { 0 } else { number(cells[4])? }, value };
        match self.consts.iter_mut().find(|g| g.title == cells[1] && g.header == header) {
            Some(group) => group.rows.push(row),
            None => self.consts.push(Group { title: cells[1].into(), header, is_enum, rows: vec![row] }),
        }
        Ok(())
    }

    /// The Rust name of a C type such as `struct _typeobject` or `PyObject`.
    pub fn struct_named(&self, c_name: &str) -> Option<&Struct> {
        self.structs.iter().find(|s| s.name == c_name || s.c_name == c_name)
    }
}

fn number(cell: &str) -> Result<u64, String> {
    if cell.is_empty() { Ok(0) } else { cell.parse().map_err(|e| format!("{cell:?}: {e}")) }
}
