//! Names: globals and builtins by keys version, namespaces of module and class bodies.
//!
//! Cache cell of `load_global`: `a` = keys version of the globals, `b` = keys version of the builtins (0: the name is a global), `c` = where the value lies. While a keys version stays, every
//! entry keeps its place (and absent keys stay absent), so a hit is one or two compares and a load.

use crate::cells::name_error;
use crate::regs::*;
use taipan_object::abstract_;
use taipan_object::frame::Slot;
use taipan_object::name;
use taipan_object::prelude::*;

/// `mapping[name]`, where KeyError means absent.
pub fn mapping_get(d: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    if let Some(d) = d.exact::<PyDict>() {
        return d.get(name, cx);
    }
    match abstract_::get_item(d, name, cx) {
        Ok(v) => Ok(Some(v)),
        Err(r) => cx.catch(r, exc::KeyError()).map(|()| None),
    }
}

/// An attribute of the `builtins` module.
pub fn builtin(name: &str, cx: &mut Cx) -> PyResult {
    let n = PyStr::new_interned(name, cx)?;
    let b = cx.interp().builtins.own();
    match b.as_ref().and_then(|b| b.get_str(&n, cx)) {
        Some(v) => Ok(v.own()),
        None => Err(name_error(format_args!("name '{name}' is not defined"), &n, cx)),
    }
}

#[cold]
fn not_defined(name: &PyStr, cx: &mut Cx) -> Raised {
    name_error(format_args!("name '{name}' is not defined"), name, cx)
}

/// Globals, then builtins, then NameError.
pub unsafe fn global(m: &Regs, name: &PyStr, cx: &mut Cx) -> PyResult {
    if let Some(v) = (*m.frame).globals().get(name, cx)? {
        return Ok(v);
    }
    match mapping_get((*m.frame).func().builtins(), name, cx)? {
        Some(v) => Ok(v),
        None => Err(not_defined(name, cx)),
    }
}

/// As `global`, but globals of a dict's subtype are asked as a mapping (`__getitem__`, `__missing__`).
unsafe fn global_mapped(m: &Regs, name: &PyStr, cx: &mut Cx) -> PyResult {
    let g = (*m.frame).globals();
    if !g.is_exact::<PyDict>() {
        if let Some(v) = mapping_get(g, name, cx)? {
            return Ok(v);
        }
    }
    global(m, name, cx)
}

#[inline(always)]
pub unsafe fn load_global<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = &*m.cell();
    let g = (*m.frame).globals();
    let keys = g.keys();
    if cell.a != 0 && keys.current_version() == cell.a {
        if cell.b != 0 {
            let b = (*m.frame).func().builtins().cast_unchecked::<PyDict>();
            if b.keys().current_version() != cell.b {
                return load_global_slow(*m, w.a(), w.bcu());
            }
        }
        let v = Slot::loaded(&**(cell.c as *const *const Object));
        m.put(w, v);
        return Ok(());
    }
    load_global_slow(*m, w.a(), w.bcu())
}

#[cold]
#[inline(never)]
unsafe fn load_global_slow(m: Regs, dst: isize, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    m.save();
    let name = m.name(name);
    let cell = &mut *m.cells.add(*m.pc.sub(1) as usize);
    cell.a = 0;
    let g = (*m.frame).globals();
    let b = (*m.frame).func().builtins();
    if g.is_exact::<PyDict>() && g.is_str_only() && g.split_values().is_none() {
        if let Some(ix) = g.lookup_index_str(name) {
            cell.b = 0;
            cell.c = g.value_place(ix) as u64;
            cell.a = g.keys_version();
        } else if let Some(b) = b.exact::<PyDict>().filter(|b| b.is_str_only()) {
            if let Some(ix) = b.lookup_index_str(name) {
                cell.b = b.keys_version();
                cell.c = b.value_place(ix) as u64;
                cell.a = if cell.b != 0 { g.keys_version() } else { 0 };
            }
        }
    }
    let v = global_mapped(&m, name, cx)?;
    m.set(dst, Slot::object(v));
    Ok(())
}

#[inline(always)]
pub unsafe fn store_global<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = &*m.cell();
    let g = (*m.frame).globals();
    let v = m.src(w.a()).take_slot().into_own(&mut cx())?;
    m.save();
    if cell.a != 0 && g.keys().current_version() == cell.a {
        drop(g.set_value_at_unchecked(cell.c as u32, v));
        return Ok(());
    }
    store_global_slow(*m, v, w.bcu())
}

#[inline(never)]
unsafe fn store_global_slow(m: Regs, v: Own<Object>, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let name = m.name(name);
    let g = (*m.frame).globals();
    g.set_own(name, v, cx)?;
    let cell = &mut *m.cells.add(*m.pc.sub(1) as usize);
    cell.a = 0;
    if g.is_exact::<PyDict>() && g.is_str_only() {
        if let Some(ix) = g.lookup_index_str(name) {
            cell.c = ix as u64;
            cell.a = g.keys_version();
        }
    }
    Ok(())
}

#[inline(never)]
pub unsafe fn delete_global(m: Regs, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let name = m.name(name);
    match (*m.frame).globals().remove(name, cx)? {
        Some(_) => Ok(()),
        None => Err(not_defined(name, cx)),
    }
}

/// The frame's namespace mapping.
#[inline(always)]
unsafe fn namespace(m: &Regs, cx: &mut Cx) -> PyResult<&'static Object> {
    match (*m.frame).namespace() {
        Some(o) => Ok(&*o.as_ptr()),
        // Code without a namespace of its own, made into a function: it works on the globals.
        None => {
            let _ = cx;
            Ok(&*(*m.frame).globals().as_object().as_ptr())
        }
    }
}

#[inline(never)]
pub unsafe fn load_name(m: Regs, dst: isize, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let name = m.name(name);
    let ns = namespace(&m, cx)?;
    let v = match mapping_get(ns, name, cx)? {
        Some(v) => v,
        None => global(&m, name, cx)?,
    };
    m.set(dst, Slot::object(v));
    Ok(())
}

#[inline(never)]
pub unsafe fn store_name(m: Regs, src: Opd, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let name = m.name(name);
    let ns = namespace(&m, cx)?;
    let v = src.take_slot().into_own(cx)?;
    match ns.exact::<PyDict>() {
        Some(d) => d.set_own(name, v, cx),
        None => abstract_::set_item(ns, name, Some(&v), cx),
    }
}

#[inline(never)]
pub unsafe fn delete_name(m: Regs, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let name = m.name(name);
    let ns = namespace(&m, cx)?;
    if let Some(d) = ns.exact::<PyDict>() {
        return match d.remove(name, cx)? {
            Some(_) => Ok(()),
            None => Err(not_defined(name, cx)),
        };
    }
    match abstract_::set_item(ns, name, None, cx) {
        Ok(()) => Ok(()),
        Err(r) => {
            cx.catch(r, exc::KeyError())?;
            Err(not_defined(name, cx))
        }
    }
}

#[inline(never)]
pub unsafe fn load_from_dict_or_globals(m: Regs, dst: isize, dict: Opd, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let name = m.name(name);
    let d = dict.take(cx)?;
    let v = match mapping_get(&d, name, cx)? {
        Some(v) => v,
        None => global_mapped(&m, name, cx)?,
    };
    drop(d);
    m.set(dst, Slot::object(v));
    Ok(())
}

#[inline(never)]
pub unsafe fn load_locals(m: Regs, dst: isize) -> PyResult<()> {
    let ns = namespace(&m, &mut cx())?;
    m.set(dst, Slot::new_ref(ns));
    Ok(())
}

#[inline(never)]
pub unsafe fn setup_annotations(m: Regs) -> PyResult<()> {
    let cx = &mut cx();
    let ns = namespace(&m, cx)?;
    let key = name!(cx, "__annotations__");
    if mapping_get(ns, key, cx)?.is_some() {
        return Ok(());
    }
    let d = PyDict::new(cx)?;
    abstract_::set_item(ns, key, Some(&d), cx)
}

#[inline(never)]
pub unsafe fn load_build_class(m: Regs, dst: isize) -> PyResult<()> {
    let cx = &mut cx();
    let key = name!(cx, "__build_class__");
    match mapping_get((*m.frame).func().builtins(), key, cx)? {
        Some(v) => {
            m.set(dst, Slot::object(v));
            Ok(())
        }
        None => Err(name_error(format_args!("__build_class__ not found"), key, cx)),
    }
}
