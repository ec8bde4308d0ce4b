//! Built-in types have the sizes, flags and filled slots of CPython's (`xtask/data/builtin-types.tsv`).
//!
//! The types are read as C would read them, at the offsets of `xtask/data/layouts.tsv`. Differences that stand
//! are listed in `tests/conformance/slots.tsv`, which may only shrink: `UPDATE=1` drops lines that are met, and
//! `UPDATE=all` writes the list anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use taipan_object::config::Config;
use taipan_object::cx::Cx;
use taipan_object::thread::{Interpreter, ThreadState, gil};
use taipan_object::typeobj::{PyType, for_each_subclass, object_type};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `struct.field` to its offset, for the type object and its method tables.
fn offsets() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(repository().join("xtask/data/layouts.tsv")).expect("the table");
    let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>()).filter(|cells| cells[0] == "field");
    rows.filter_map(|cells| Some((format!("{}.{}", cells[1], cells[2]), cells[3].parse().ok()?))).collect()
}

/// A word of a type object or of a table that it points at; 0 when the table is absent.
fn word(ty: &PyType, path: &[usize]) -> usize {
    let mut base = std::ptr::from_ref(ty).cast::<u8>();
    for (step, offset) in path.iter().enumerate() {
        // SAFETY: types are ready, so every table pointer is null or valid, and the offsets lie inside.
        let value = unsafe { base.add(*offset).cast::<usize>().read() };
        if step + 1 == path.len() || value == 0 {
            return value;
        }
        base = value as *const u8;
    }
    0
}

/// The path of a slot such as `tp_repr` or `nb_add`.
fn slot_path(slot: &str, offsets: &BTreeMap<String, usize>) -> Vec<usize> {
    let (table, methods) = match &slot[..3] {
        "nb_" => ("tp_as_number", "PyNumberMethods"),
        "sq_" => ("tp_as_sequence", "PySequenceMethods"),
        "mp_" => ("tp_as_mapping", "PyMappingMethods"),
        "am_" => ("tp_as_async", "PyAsyncMethods"),
        "bf_" => ("tp_as_buffer", "PyBufferProcs"),
        _ => return vec![offsets[&format!("PyTypeObject.{slot}")]],
    };
    vec![offsets[&format!("PyTypeObject.{table}")], offsets[&format!("{methods}.{slot}")]]
}

fn all_types(cx: &mut Cx) -> BTreeMap<String, &'static PyType> {
    taipan_object::typelist::init(cx).expect("the kernel starts");
    taipan_builtins::init(cx).expect("the other types are ready");
    let mut found = BTreeMap::new();
    let mut todo: Vec<&'static PyType> = vec![object_type()];
    while let Some(ty) = todo.pop() {
        if found.insert(ty.tp_name_str().to_string(), ty).is_none() {
            for_each_subclass(ty, &mut |sub: &PyType| {
                // SAFETY: built-in types are never freed.
                todo.push(unsafe { &*std::ptr::from_ref(sub) });
            });
        }
    }
    found
}

/// Every difference as `type \t what`.
fn differences(cx: &mut Cx) -> BTreeSet<String> {
    let offsets = offsets();
    let ours = all_types(cx);
    let recorded = fs::read_to_string(repository().join("xtask/data/builtin-types.tsv")).expect("the table");
    let mut found = BTreeSet::new();
    let field = |name: &str| vec![offsets[&format!("PyTypeObject.{name}")]];
    for line in recorded.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [_, _, name, _, basicsize, itemsize, flags, dictoffset, weaklistoffset, _, _, filled] = cells[..] else { panic!("{line}") };
        let Some(ty) = ours.get(name) else { continue };
        let mut note = |what: String| {
            found.insert(format!("{name}\t{what}"));
        };
        for (what, wanted) in [("tp_basicsize", basicsize), ("tp_itemsize", itemsize), ("tp_dictoffset", dictoffset), ("tp_weaklistoffset", weaklistoffset)] {
            let value = word(ty, &field(what)) as isize;
            if value.to_string() != wanted {
                note(format!("{what} is {value}, not {wanted}"));
            }
        }
        // A version tag comes and goes.
        let (is, wanted) = (word(ty, &field("tp_flags")) & !(1 << 19), usize::from_str_radix(&flags[2..], 16).expect("flags"));
        if is != wanted {
            note(format!("tp_flags are {is:#x}, not {wanted:#x}"));
        }
        let filled: BTreeSet<&str> = filled.split(',').filter(|slot| !slot.is_empty()).collect();
        for slot in offsets.keys().filter_map(|key| slot_name(key)) {
            let has = word(ty, &slot_path(slot, &offsets)) != 0;
            match (has, filled.contains(slot)) {
                (true, false) => note(format!("{slot} is filled")),
                (false, true) => note(format!("{slot} is empty")),
                _ => {}
            }
        }
    }
    found
}

/// The slots that the recorded table speaks of.
fn slot_name(key: &str) -> Option<&str> {
    let (owner, name) = key.split_once('.')?;
    let function = match owner {
        "PyNumberMethods" | "PyMappingMethods" | "PyAsyncMethods" | "PyBufferProcs" => name != "nb_reserved",
        "PySequenceMethods" => !name.starts_with("was_"),
        "PyTypeObject" => matches!(
            name,
            "tp_dealloc" | "tp_repr" | "tp_hash" | "tp_call" | "tp_str" | "tp_getattro" | "tp_setattro" | "tp_traverse"
                | "tp_clear" | "tp_richcompare" | "tp_iter" | "tp_iternext" | "tp_descr_get" | "tp_descr_set" | "tp_init"
                | "tp_alloc" | "tp_new" | "tp_free" | "tp_is_gc" | "tp_finalize" | "tp_vectorcall" | "tp_del"
        ),
        _ => false,
    };
    function.then_some(name)
}

#[test]
fn built_in_types_look_like_cpythons() {
    let ts = ThreadState::new(Interpreter::new(Config::default()));
    gil::take(ts);
    ts.set_stack_size(1 << 20);
    // SAFETY: the GIL was just taken and the state bound; this process has no other thread with it.
    let cx = &mut unsafe { Cx::assume() };
    let found = differences(cx);
    gil::release(ts);

    let path = repository().join("tests/conformance/slots.tsv");
    let listed: BTreeSet<String> = fs::read_to_string(&path).unwrap_or_default().lines().map(String::from).collect();
    let update = std::env::var("UPDATE").unwrap_or_default();
    if !update.is_empty() {
        let keep = found.iter().filter(|line| update == "all" || listed.contains(*line));
        let text: String = keep.map(|line| format!("{line}\n")).collect();
        fs::write(&path, text).expect("the list is written");
        return;
    }
    let new: Vec<&String> = found.difference(&listed).collect();
    assert!(new.is_empty(), "{} differences are not listed:\n{new:#?}", new.len());
    let met = listed.difference(&found).count();
    if met > 0 {
        println!("{met} listed differences are gone: run with UPDATE=1");
    }
}
