//! `CField`: the descriptor of a field of a structure or union. `ctypes._layout` computes where fields lie; a field only moves values.

use crate::codec::{self, Code};
use crate::data::{self, CData, Place};
use crate::info::{Kind, StgInfo, is_simple_subclass};
use std::cell::Cell;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;

/// Structure/Union member
#[pytype(name = "ctypes.CField", heap, gc, doc = "Structure/Union member", flags(IMMUTABLETYPE))]
#[repr(C)]
pub struct CField {
    head: ObjHead,
    #[member("offset", readonly, ty = Py_T_PYSSIZET, doc = "offset in bytes of this field (same as byte_offset)")]
    #[member("byte_offset", readonly, ty = Py_T_PYSSIZET, doc = "offset in bytes of this field. For bitfields: excludes bit_offset.")]
    offset: Cell<isize>,
    #[member("byte_size", readonly, ty = Py_T_PYSSIZET, doc = "size of this field in bytes")]
    size: Cell<isize>,
    index: Cell<isize>,
    #[member("type", readonly, doc = "type of this field")]
    proto: Field<Object>,
    #[member("name", readonly, doc = "name of this field")]
    name: Field<PyStr>,
    #[gc(skip)]
    code: Option<Code>,
    /// The code of a simple value that is read as Python's own; setting goes by the type, which takes instances too.
    #[gc(skip)]
    read_as: Option<Code>,
    #[gc(skip)]
    bits: Option<Bits>,
    #[gc(skip)]
    pub anonymous: Cell<bool>,
}

/// Where a bit field lies in its integer.
#[derive(Clone, Copy)]
struct Bits {
    offset: u32,
    size: u32,
}

impl CField {
    pub fn proto(&self) -> &Object {
        &self.proto
    }
    pub fn offset(&self) -> isize {
        self.offset.get()
    }
    pub fn index(&self) -> isize {
        self.index.get()
    }
    pub fn name(&self) -> &PyStr {
        &self.name
    }
    /// The same field as part of an enclosing structure.
    pub fn moved(&self, index: isize, offset: isize, cx: &mut Cx) -> PyResult<Own<CField>> {
        cx.new_object(CField {
            head: Object::placeholder(),
            offset: Cell::new(self.offset.get() + offset),
            size: Cell::new(self.size.get()),
            index: Cell::new(self.index.get() + index),
            proto: Field::new(self.proto.own()),
            name: Field::new(self.name.new_ref()),
            code: self.code,
            read_as: self.read_as,
            bits: self.bits,
            anonymous: Cell::new(false),
        })
    }

    fn ty(&self) -> &PyType {
        match self.proto.downcast::<PyType>() {
            Some(t) => t,
            None => Object::ty(&self.proto),
        }
    }

    fn get_bits(&self, p: *const u8, bits: Bits, cx: &mut Cx) -> PyResult {
        let (code, (n, signed)) = self.integer();
        // SAFETY: the field lies in its object's memory.
        let all = unsafe { codec::read_bits(p, n, code.swapped) };
        let v = codec::extend(all >> bits.offset, bits.size, signed);
        if code.ch == b'?' {
            return Ok(from_bool(v != 0));
        }
        codec::int_object(v as u64, signed, cx)
    }

    fn set_bits(&self, p: *mut u8, bits: Bits, value: &Object, cx: &mut Cx) -> PyResult<()> {
        let (code, (n, _)) = self.integer();
        let v = if code.ch == b'?' { u64::from(taipan_object::abstract_::is_true(value, cx)?) } else { codec::int_bits(value, cx)? };
        let mask = if bits.size >= 64 { u64::MAX } else { (1 << bits.size) - 1 };
        // SAFETY: as in `get_bits`.
        unsafe {
            let old = codec::read_bits(p, n, code.swapped);
            let new = (old & !(mask << bits.offset)) | (v & mask) << bits.offset;
            codec::write_bits(p, n, code.swapped, new);
        }
        Ok(())
    }

    fn integer(&self) -> (Code, (usize, bool)) {
        let code = self.code.unwrap_or(Code::native(b'B'));
        (code, code.integer().unwrap_or((1, false)))
    }
}

/// What the constructor was given.
struct Given<'a> {
    name: &'a PyStr,
    proto: &'a PyType,
    byte_size: isize,
    byte_offset: isize,
    index: isize,
    bits: Option<(isize, isize)>,
}

fn make(g: Given<'_>, cx: &mut Cx) -> PyResult<Own<CField>> {
    if g.byte_size < 0 {
        let shown = taipan_object::abstract_::repr(g.name, cx)?;
        return Err(cx.value_error(format_args!("byte size of field {} must not be negative, got {}", shown, g.byte_size)));
    }
    let Some(info) = StgInfo::of(g.proto) else {
        let shown = taipan_object::abstract_::repr(g.name, cx)?;
        return Err(cx.type_error(format_args!("type of field {shown} must be a C type")));
    };
    if info.size.get() != g.byte_size {
        let name = taipan_object::abstract_::repr(g.name, cx)?;
        return Err(cx.value_error(format_args!("byte size of field {name} ({}) does not match type size ({})", g.byte_size, info.size.get())));
    }
    let mut code = None;
    let mut bits = None;
    if let Some((size, offset)) = g.bits {
        let whole = info.code.get().filter(|c| info.kind == Kind::Simple && c.integer().is_some());
        let Some(whole) = whole else {
            return Err(cx.type_error(format_args!("bit fields not allowed for type {}", g.proto.name())));
        };
        if g.byte_size > 100 || size <= 0 || size > g.byte_size * 8 {
            let shown = taipan_object::abstract_::repr(g.name, cx)?;
            return Err(cx.value_error(format_args!("number of bits invalid for bit field {shown}")));
        }
        if offset < 0 || offset + size > g.byte_size * 8 {
            let name = taipan_object::abstract_::repr(g.name, cx)?;
            return Err(cx.value_error(format_args!("bit field {name} overflows its type ({offset} + {size} > {})", g.byte_size * 8)));
        }
        code = Some(whole);
        bits = Some(Bits { offset: offset as u32, size: size as u32 });
    } else if info.kind == Kind::Array {
        // Arrays of characters are read and written as text.
        code = match info.element_code() {
            Some(b'c') => Some(Code::native(b's')),
            Some(b'u') => Some(Code::native(b'U')),
            _ => None,
        };
    }
    cx.new_object(CField {
        head: Object::placeholder(),
        offset: Cell::new(g.byte_offset),
        size: Cell::new(g.byte_size),
        index: Cell::new(g.index),
        proto: Field::new(g.proto.as_object().own()),
        name: Field::new(g.name.new_ref()),
        code,
        read_as: code.or(info.code.get().filter(|_| !is_simple_subclass(g.proto))),
        bits,
        anonymous: Cell::new(false),
    })
}

#[pymethods]
impl CField {
    #[new("CField(*, name, type, byte_size, byte_offset, index, _internal_use, bit_size=None, bit_offset=None)")]
    #[allow(clippy::too_many_arguments)]
    fn new(
        _cls: &PyType,
        name: &PyStr,
        r#type: &Object,
        byte_size: isize,
        byte_offset: isize,
        index: isize,
        internal: bool,
        bit_size: NoneOr<isize>,
        bit_offset: NoneOr<isize>,
        cx: &mut Cx,
    ) -> PyResult<Own<CField>> {
        if !internal {
            return Err(cx.type_error(format_args!("CField is not intended to be used directly")));
        }
        let Some(proto) = r#type.downcast::<PyType>() else {
            let shown = taipan_object::abstract_::repr(name, cx)?;
            return Err(cx.type_error(format_args!("type of field {shown} must be a C type")));
        };
        let bits = match (bit_size.0, bit_offset.0) {
            (Some(s), o) => Some((s, o.unwrap_or(0))),
            (None, Some(_)) => {
                let shown = taipan_object::abstract_::repr(name, cx)?;
                return Err(cx.value_error(format_args!("field {shown}: bit_offset and bit_size must be both given or omitted")));
            }
            (None, None) => None,
        };
        make(Given { name, proto, byte_size, byte_offset, index, bits }, cx)
    }

    #[slot(tp_descr_get)]
    fn get(&self, inst: Option<&Object>, _owner: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(inst) = inst.filter(|i| !i.is_none()) else { return Ok(self.as_object().own()) };
        let Some(src) = inst.downcast::<CData>() else {
            return Err(cx.type_error(format_args!("not a ctype instance")));
        };
        let p = src.ptr.get().wrapping_offset(self.offset.get());
        match self.bits {
            Some(bits) => self.get_bits(p, bits, cx),
            None => data::get_value(self.ty(), self.read_as, Some(src), self.index.get(), self.size.get(), p, cx),
        }
    }

    #[slot(tp_descr_set)]
    fn set(&self, inst: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(dst) = inst.downcast::<CData>() else {
            return Err(cx.type_error(format_args!("not a ctype instance")));
        };
        let Some(value) = value else {
            return Err(cx.type_error(format_args!("can't delete attribute")));
        };
        let at = dst.ptr.get().wrapping_offset(self.offset.get());
        match self.bits {
            Some(bits) => self.set_bits(at, bits, value, cx),
            None => data::set_value(dst, self.ty(), self.code, value, Place { index: self.index.get(), size: self.size.get(), at }, cx),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let name = taipan_object::abstract_::repr(self.name(), cx)?;
        let (shown, ty, offset) = (Object::ty(self.as_object()).tp_name_str(), self.ty().name(), self.offset.get());
        Ok(match self.bits {
            Some(b) => format!("<{shown} {name} type={ty}, ofs={offset}, bit_size={}, bit_offset={}>", b.size, b.offset),
            None => format!("<{shown} {name} type={ty}, ofs={offset}, size={}>", self.size.get()),
        })
    }

    /// size in bytes of this field. For bitfields, this is a legacy packed value; use byte_size instead
    #[getter("size")]
    fn get_size(&self) -> isize {
        match self.bits {
            Some(b) => (b.size as isize) << 16 | b.offset as isize,
            None => self.size.get(),
        }
    }

    /// size of this field in bits
    #[getter("bit_size")]
    fn get_bit_size(&self, cx: &mut Cx) -> PyResult {
        if let Some(b) = self.bits {
            return PyInt::new(i64::from(b.size), cx).map(Own::into_object);
        }
        // May need more than a machine word.
        let (bytes, eight) = (PyInt::new(self.size.get() as i64, cx)?, PyInt::new(8, cx)?);
        number::binary(&number::MUL, &bytes, &eight, cx)
    }

    /// additional offset in bits (relative to byte_offset); zero for non-bitfields
    #[getter("bit_offset")]
    fn get_bit_offset(&self) -> isize {
        self.bits.map_or(0, |b| b.offset as isize)
    }

    /// true if this is a bitfield
    #[getter("is_bitfield")]
    fn get_is_bitfield(&self) -> bool {
        self.bits.is_some()
    }

    /// true if this field is anonymous
    #[getter("is_anonymous")]
    fn get_is_anonymous(&self) -> bool {
        self.anonymous.get()
    }
}
