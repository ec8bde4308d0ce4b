//! `member_descriptor`: a field of the instance struct (`Py_T_*` codes); `__slots__` of Python classes are members too.

use super::*;
use crate::typeobj::MemberDef;
use taipan_macros::{pymethods, pytype};

/// `PyMemberDescrObject`. The row is owned: `__slots__` make rows at run time.
#[pytype(name = "member_descriptor", no_clear, gc, export = "PyMemberDescr_Type", doc = "")]
#[repr(C)]
pub struct PyMemberDescr {
    head: ObjHead,
    #[member("__objclass__", readonly)]
    d_type: Field<PyType>,
    #[member("__name__", readonly)]
    d_name: Field<PyStr>,
    d_qualname: FieldCell<Object>,
    d_member: *const MemberDef,
}

/// Codes of `PyMemberDef.type` (Include/descrobject.h).
pub mod code {
    pub const SHORT: i32 = 0;
    pub const INT: i32 = 1;
    pub const LONG: i32 = 2;
    pub const FLOAT: i32 = 3;
    pub const DOUBLE: i32 = 4;
    pub const STRING: i32 = 5;
    pub const OBJECT: i32 = 6;
    pub const CHAR: i32 = 7;
    pub const BYTE: i32 = 8;
    pub const UBYTE: i32 = 9;
    pub const USHORT: i32 = 10;
    pub const UINT: i32 = 11;
    pub const ULONG: i32 = 12;
    pub const STRING_INPLACE: i32 = 13;
    pub const BOOL: i32 = 14;
    pub const OBJECT_EX: i32 = 16;
    pub const LONGLONG: i32 = 17;
    pub const ULONGLONG: i32 = 18;
    pub const SSIZET: i32 = 19;
    pub const NONE: i32 = 20;
    pub const READONLY: i32 = 1;
    pub const AUDIT_READ: i32 = 2;
}

/// The descriptor of a row, which must outlive the type.
pub fn new_member(ty: &PyType, def: *const MemberDef, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: a live row.
    let d_name = Field::new(c_name(unsafe { (*def).name }, cx)?);
    let d = PyMemberDescr { head: Object::placeholder(), d_type: Field::new(ty.new_ref()), d_name, d_qualname: FieldCell::empty(), d_member: def };
    cx.new_object(d).map(Own::into_object)
}

impl PyMemberDescr {
    /// The row.
    pub fn def(&self) -> &MemberDef {
        // SAFETY: rows outlive their type, which the descriptor keeps alive.
        unsafe { &*self.d_member }
    }
    /// What an object field of an instance of the owner holds; none: it is another kind of field, empty, or `obj` is no such instance.
    #[inline(always)]
    pub(crate) fn object_in<'a>(&self, obj: &'a Object) -> Option<&'a Object> {
        let def = self.def();
        if !matches!(def.type_, code::OBJECT | code::OBJECT_EX) || !obj.ty().is_subtype(&self.d_type) {
            return None;
        }
        // SAFETY: an instance of the type that has the field, which is null or an object.
        unsafe { (*((obj.as_ptr() as *const u8).offset(def.offset) as *const *mut Object)).as_ref() }
    }
    /// The class that owns the slot.
    pub fn owner(&self) -> &PyType {
        &self.d_type
    }
}

/// The row's name, for messages.
fn row_name(def: &MemberDef) -> String {
    // SAFETY: a C string of the row.
    unsafe { CStr::from_ptr(def.name) }.to_string_lossy().into_owned()
}

#[cold]
fn unset(obj: &Object, def: &MemberDef, cx: &mut Cx) -> Raised {
    let made = c_name(def.name, cx).and_then(|n| Ok((crate::types::object_::full_name(obj.ty(), cx)?, n)));
    match made {
        Ok((ty, n)) => crate::attr::attribute_error(obj, &n, &format!("'{ty}' object has no attribute '{n}'"), cx),
        Err(r) => r,
    }
}

#[cold]
fn missing(obj: &Object, def: &MemberDef, cx: &mut Cx) -> Raised {
    let _ = obj;
    cx.attribute_error(format_args!("{}", row_name(def)))
}

/// Read the field (`PyMember_GetOne`).
///
/// # Safety
/// `obj` has the field at the row's offset.
pub unsafe fn read_member(obj: &Object, def: &MemberDef, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: the caller's promise.
    unsafe {
        let p = (obj.as_ptr() as *const u8).offset(def.offset);
        macro_rules! int { ($t:ty) => { PyInt::new((p as *const $t).read() as i64, cx).map(Own::into_object) }; }
        match def.type_ {
            code::OBJECT => Ok((*(p as *const *mut Object)).as_ref().unwrap_or(crate::types::none()).own()),
            code::OBJECT_EX => match (*(p as *const *mut Object)).as_ref() {
                Some(o) => Ok(o.own()),
                None => Err(unset(obj, def, cx)),
            },
            code::BOOL => Ok(crate::types::boolean::from_bool(*p != 0)),
            code::BYTE => int!(i8),
            code::UBYTE => int!(u8),
            code::SHORT => int!(i16),
            code::USHORT => int!(u16),
            code::INT => int!(i32),
            code::UINT => int!(u32),
            code::LONG | code::LONGLONG | code::SSIZET => int!(i64),
            code::ULONG | code::ULONGLONG => PyInt::from_u64((p as *const u64).read(), cx).map(Own::into_object),
            code::FLOAT => crate::types::float::PyFloat::new((p as *const f32).read() as f64, cx).map(Own::into_object),
            code::DOUBLE => crate::types::float::PyFloat::new((p as *const f64).read(), cx).map(Own::into_object),
            code::STRING => {
                let s = *(p as *const *const c_char);
                if s.is_null() { Ok(crate::types::none().own()) } else { PyStr::new(&CStr::from_ptr(s).to_string_lossy(), cx).map(Own::into_object) }
            }
            code::STRING_INPLACE => PyStr::new(&CStr::from_ptr(p as *const c_char).to_string_lossy(), cx).map(Own::into_object),
            code::CHAR => PyStr::from_latin1(&[*p], cx).map(Own::into_object),
            code::NONE => Ok(crate::types::none().own()),
            _ => Err(cx.system_error(format_args!("bad memberdescr type for {}", row_name(def)))),
        }
    }
}

/// Write the field (`PyMember_SetOne`); `None` deletes.
///
/// # Safety
/// `obj` has the field at the row's offset.
pub unsafe fn write_member(obj: &Object, def: &MemberDef, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    if def.flags & code::READONLY != 0 {
        return Err(cx.attribute_error(format_args!("readonly attribute")));
    }
    // SAFETY: the caller's promise.
    unsafe {
        let p = (obj.as_ptr() as *mut u8).offset(def.offset);
        match def.type_ {
            code::OBJECT | code::OBJECT_EX => {
                let slot = p as *mut *mut Object;
                if value.is_none() && def.type_ == code::OBJECT_EX && (*slot).is_null() {
                    return Err(missing(obj, def, cx));
                }
                let old = std::mem::replace(&mut *slot, value.map_or(std::ptr::null_mut(), |v| v.own().into_raw()));
                drop(Own::<Object>::from_raw_opt(old));
                return Ok(());
            }
            _ => {}
        }
        let Some(v) = value else {
            return Err(cx.type_error(format_args!("can't delete numeric/char attribute")));
        };
        write_plain(def, p, v, cx)
    }
}

/// The value for an unsigned field. A negative number is written as its two's complement, with a warning.
fn unsigned(v: &Object, cx: &mut Cx) -> PyResult<u64> {
    let i = crate::abstract_::number::index(v, cx)?;
    if i.is_negative() {
        let Some(n) = i.to_i64() else { return Err(cx.overflow_error(format_args!("Python int too large to convert to C long"))) };
        crate::warn::warn(exc::RuntimeWarning(), format_args!("Writing negative value into unsigned field"), 1, cx)?;
        return Ok(n as u64);
    }
    match i.as_ref_int().to_u64() {
        Some(n) => Ok(n),
        None => Err(cx.overflow_error(format_args!("Python int too large to convert to C unsigned long"))),
    }
}

/// Fields without references.
unsafe fn write_plain(def: &MemberDef, p: *mut u8, v: &Object, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the caller of `write` promises the field.
    unsafe {
        macro_rules! int { ($t:ty, $c:literal) => {{
            let n = crate::abstract_::number::index_as_isize(v, exc::OverflowError(), cx)?;
            (p as *mut $t).write(n as $t);
            if n as $t as isize != n {
                crate::warn::warn(exc::RuntimeWarning(), format_args!("Truncation of value to {}", $c), 1, cx)?;
            }
            Ok(())
        }}; }
        match def.type_ {
            code::BOOL => {
                if !std::ptr::eq(v.ty(), crate::types::boolean::bool_type()) {
                    return Err(cx.type_error(format_args!("attribute value type must be bool")));
                }
                *p = v.is(crate::types::boolean::true_()) as u8;
                Ok(())
            }
            code::BYTE => int!(i8, "char"),
            code::UBYTE => int!(u8, "unsigned char"),
            code::SHORT => int!(i16, "short"),
            code::USHORT => int!(u16, "unsigned short"),
            code::INT => int!(i32, "int"),
            code::UINT => {
                let negative = crate::abstract_::number::index(v, cx)?.is_negative();
                let n = unsigned(v, cx)?;
                (p as *mut u32).write(n as u32);
                if n > u32::MAX.into() && !negative {
                    crate::warn::warn(exc::RuntimeWarning(), format_args!("Truncation of value to unsigned int"), 1, cx)?;
                }
                Ok(())
            }
            code::SSIZET if !v.is_a::<PyInt>() => Err(cx.type_error(format_args!("an integer is required"))),
            code::LONG | code::LONGLONG | code::SSIZET => int!(i64, "long"),
            code::ULONG | code::ULONGLONG => {
                (p as *mut u64).write(unsigned(v, cx)?);
                Ok(())
            }
            code::FLOAT => {
                (p as *mut f32).write(crate::abstract_::number::as_f64(v, cx)? as f32);
                Ok(())
            }
            code::DOUBLE => {
                (p as *mut f64).write(crate::abstract_::number::as_f64(v, cx)?);
                Ok(())
            }
            code::CHAR => match v.downcast::<PyStr>().and_then(|s| s.as_ascii()).map(|s| s.as_bytes()) {
                Some([b]) => {
                    *p = *b;
                    Ok(())
                }
                _ => Err(cx.type_error(format_args!("bad argument type for built-in operation"))),
            },
            code::STRING | code::STRING_INPLACE => Err(cx.type_error(format_args!("readonly attribute"))),
            _ => Err(cx.system_error(format_args!("bad memberdescr type for {}", row_name(def)))),
        }
    }
}

#[pymethods]
impl PyMemberDescr {
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(obj) = obj else { return Ok(self.own()) };
        check_instance(obj, &self.d_type, &self.d_name, cx)?;
        // SAFETY: an instance of the type that has the field.
        unsafe { read_member(obj, self.def(), cx) }
    }
    #[slot(tp_descr_set)]
    fn set(&self, obj: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        check_instance(obj, &self.d_type, &self.d_name, cx)?;
        // SAFETY: an instance of the type that has the field.
        unsafe { write_member(obj, self.def(), value, cx) }
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<member '{}' of '{}' objects>", &*self.d_name, self.d_type.tp_name_str())
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        doc_object("", self.def().doc, cx)
    }
    #[getter("__qualname__")]
    fn get_qualname(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        qualname(&self.d_type, &self.d_name, cx)
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        super::reduce(&self.d_type, &self.d_name, cx)
    }
}
