//! The table: dunder name, slot, how a wrapper calls the slot, and which dispatcher calls the dunder.

use super::super::SlotId;
use super::buffer::{slot_bf_getbuffer, slot_bf_releasebuffer};
use super::dispatch as d;
use super::wrap::Wrap;

/// One row.
pub struct SlotDef {
    pub name: &'static str,
    pub id: SlotId,
    pub wrap: Wrap,
    /// The dispatcher for Python classes; null when another slot of the same dunder takes it.
    pub dispatch: *const (),
    pub doc: &'static std::ffi::CStr,
}
// SAFETY: constant data.
unsafe impl Sync for SlotDef {}

macro_rules! defs {
    ($($name:literal $id:ident $wrap:ident $disp:tt $doc:literal;)*) => {
        /// All rows, in CPython's order (it decides which slot wins and the order of `__dict__`).
        pub static SLOT_DEFS: &[SlotDef] = &[$(SlotDef {
            name: $name,
            id: SlotId::$id,
            wrap: Wrap::$wrap,
            dispatch: defs!(@d $disp),
            doc: const { match std::ffi::CStr::from_bytes_with_nul(concat!($doc, "\0").as_bytes()) { Ok(s) => s, Err(_) => panic!("nul in doc") } },
        },)*];
    };
    (@d slot_bf_getbuffer) => { slot_bf_getbuffer as *const () };
    (@d slot_bf_releasebuffer) => { slot_bf_releasebuffer as *const () };
    (@d none) => { std::ptr::null() };
    (@d $f:ident) => { d::$f as *const () };
}

defs! {
    "__getattribute__" tp_getattr None none "";
    "__getattr__" tp_getattr None none "";
    "__setattr__" tp_setattr None none "";
    "__delattr__" tp_setattr None none "";
    "__repr__" tp_repr Unary slot_tp_repr "__repr__($self, /)\n--\n\nReturn repr(self).";
    "__hash__" tp_hash Hash slot_tp_hash "__hash__($self, /)\n--\n\nReturn hash(self).";
    "__call__" tp_call Call slot_tp_call "__call__($self, /, *args, **kwargs)\n--\n\nCall self as a function.";
    "__str__" tp_str Unary slot_tp_str "__str__($self, /)\n--\n\nReturn str(self).";
    "__getattribute__" tp_getattro Binary slot_tp_getattr_hook "__getattribute__($self, name, /)\n--\n\nReturn getattr(self, name).";
    "__getattr__" tp_getattro None slot_tp_getattr_hook "__getattr__($self, name, /)\n--\n\nImplement getattr(self, name).";
    "__setattr__" tp_setattro SetAttr slot_tp_setattro "__setattr__($self, name, value, /)\n--\n\nImplement setattr(self, name, value).";
    "__delattr__" tp_setattro DelAttr slot_tp_setattro "__delattr__($self, name, /)\n--\n\nImplement delattr(self, name).";
    "__lt__" tp_richcompare Lt slot_tp_richcompare "__lt__($self, value, /)\n--\n\nReturn self<value.";
    "__le__" tp_richcompare Le slot_tp_richcompare "__le__($self, value, /)\n--\n\nReturn self<=value.";
    "__eq__" tp_richcompare Eq slot_tp_richcompare "__eq__($self, value, /)\n--\n\nReturn self==value.";
    "__ne__" tp_richcompare Ne slot_tp_richcompare "__ne__($self, value, /)\n--\n\nReturn self!=value.";
    "__gt__" tp_richcompare Gt slot_tp_richcompare "__gt__($self, value, /)\n--\n\nReturn self>value.";
    "__ge__" tp_richcompare Ge slot_tp_richcompare "__ge__($self, value, /)\n--\n\nReturn self>=value.";
    "__iter__" tp_iter Unary slot_tp_iter "__iter__($self, /)\n--\n\nImplement iter(self).";
    "__next__" tp_iternext Next slot_tp_iternext "__next__($self, /)\n--\n\nImplement next(self).";
    "__get__" tp_descr_get DescrGet slot_tp_descr_get "__get__($self, instance, owner=None, /)\n--\n\nReturn an attribute of instance, which is of type owner.";
    "__set__" tp_descr_set DescrSet slot_tp_descr_set "__set__($self, instance, value, /)\n--\n\nSet an attribute of instance to value.";
    "__delete__" tp_descr_set DescrDelete slot_tp_descr_set "__delete__($self, instance, /)\n--\n\nDelete an attribute of instance.";
    "__init__" tp_init Init slot_tp_init "__init__($self, /, *args, **kwargs)\n--\n\nInitialize self.  See help(type(self)) for accurate signature.";
    "__new__" tp_new None slot_tp_new "__new__(type, /, *args, **kwargs)\n--\n\nCreate and return new object.";
    "__del__" tp_finalize Del slot_tp_finalize "__del__($self, /)\n--\n\nCalled when the instance is about to be destroyed.";
    "__buffer__" bf_getbuffer Buffer slot_bf_getbuffer "__buffer__($self, flags, /)\n--\n\nReturn a buffer object that exposes the underlying memory of the object.";
    "__release_buffer__" bf_releasebuffer ReleaseBuffer slot_bf_releasebuffer "__release_buffer__($self, buffer, /)\n--\n\nRelease the buffer object that exposes the underlying memory of the object.";
    "__await__" am_await Unary slot_am_await "__await__($self, /)\n--\n\nReturn an iterator to be used in await expression.";
    "__aiter__" am_aiter Unary slot_am_aiter "__aiter__($self, /)\n--\n\nReturn an awaitable, that resolves in asynchronous iterator.";
    "__anext__" am_anext Unary slot_am_anext "__anext__($self, /)\n--\n\nReturn a value or raise StopAsyncIteration.";
    "__add__" nb_add BinaryL slot_nb_add "__add__($self, value, /)\n--\n\nReturn self+value.";
    "__radd__" nb_add BinaryR slot_nb_add "__radd__($self, value, /)\n--\n\nReturn value+self.";
    "__sub__" nb_subtract BinaryL slot_nb_subtract "__sub__($self, value, /)\n--\n\nReturn self-value.";
    "__rsub__" nb_subtract BinaryR slot_nb_subtract "__rsub__($self, value, /)\n--\n\nReturn value-self.";
    "__mul__" nb_multiply BinaryL slot_nb_multiply "__mul__($self, value, /)\n--\n\nReturn self*value.";
    "__rmul__" nb_multiply BinaryR slot_nb_multiply "__rmul__($self, value, /)\n--\n\nReturn value*self.";
    "__mod__" nb_remainder BinaryL slot_nb_remainder "__mod__($self, value, /)\n--\n\nReturn self%value.";
    "__rmod__" nb_remainder BinaryR slot_nb_remainder "__rmod__($self, value, /)\n--\n\nReturn value%self.";
    "__divmod__" nb_divmod BinaryL slot_nb_divmod "__divmod__($self, value, /)\n--\n\nReturn divmod(self, value).";
    "__rdivmod__" nb_divmod BinaryR slot_nb_divmod "__rdivmod__($self, value, /)\n--\n\nReturn divmod(value, self).";
    "__pow__" nb_power Ternary slot_nb_power "__pow__($self, value, mod=None, /)\n--\n\nReturn pow(self, value, mod).";
    "__rpow__" nb_power TernaryR slot_nb_power "__rpow__($self, value, mod=None, /)\n--\n\nReturn pow(value, self, mod).";
    "__neg__" nb_negative Unary slot_nb_negative "__neg__($self, /)\n--\n\n-self";
    "__pos__" nb_positive Unary slot_nb_positive "__pos__($self, /)\n--\n\n+self";
    "__abs__" nb_absolute Unary slot_nb_absolute "__abs__($self, /)\n--\n\nabs(self)";
    "__bool__" nb_bool InquiryPred slot_nb_bool "__bool__($self, /)\n--\n\nTrue if self else False";
    "__invert__" nb_invert Unary slot_nb_invert "__invert__($self, /)\n--\n\n~self";
    "__lshift__" nb_lshift BinaryL slot_nb_lshift "__lshift__($self, value, /)\n--\n\nReturn self<<value.";
    "__rlshift__" nb_lshift BinaryR slot_nb_lshift "__rlshift__($self, value, /)\n--\n\nReturn value<<self.";
    "__rshift__" nb_rshift BinaryL slot_nb_rshift "__rshift__($self, value, /)\n--\n\nReturn self>>value.";
    "__rrshift__" nb_rshift BinaryR slot_nb_rshift "__rrshift__($self, value, /)\n--\n\nReturn value>>self.";
    "__and__" nb_and BinaryL slot_nb_and "__and__($self, value, /)\n--\n\nReturn self&value.";
    "__rand__" nb_and BinaryR slot_nb_and "__rand__($self, value, /)\n--\n\nReturn value&self.";
    "__xor__" nb_xor BinaryL slot_nb_xor "__xor__($self, value, /)\n--\n\nReturn self^value.";
    "__rxor__" nb_xor BinaryR slot_nb_xor "__rxor__($self, value, /)\n--\n\nReturn value^self.";
    "__or__" nb_or BinaryL slot_nb_or "__or__($self, value, /)\n--\n\nReturn self|value.";
    "__ror__" nb_or BinaryR slot_nb_or "__ror__($self, value, /)\n--\n\nReturn value|self.";
    "__int__" nb_int Unary slot_nb_int "__int__($self, /)\n--\n\nint(self)";
    "__float__" nb_float Unary slot_nb_float "__float__($self, /)\n--\n\nfloat(self)";
    "__iadd__" nb_inplace_add Binary slot_nb_inplace_add "__iadd__($self, value, /)\n--\n\nReturn self+=value.";
    "__isub__" nb_inplace_subtract Binary slot_nb_inplace_subtract "__isub__($self, value, /)\n--\n\nReturn self-=value.";
    "__imul__" nb_inplace_multiply Binary slot_nb_inplace_multiply "__imul__($self, value, /)\n--\n\nReturn self*=value.";
    "__imod__" nb_inplace_remainder Binary slot_nb_inplace_remainder "__imod__($self, value, /)\n--\n\nReturn self%=value.";
    "__ipow__" nb_inplace_power Ternary slot_nb_inplace_power "__ipow__($self, value, /)\n--\n\nReturn self**=value.";
    "__ilshift__" nb_inplace_lshift Binary slot_nb_inplace_lshift "__ilshift__($self, value, /)\n--\n\nReturn self<<=value.";
    "__irshift__" nb_inplace_rshift Binary slot_nb_inplace_rshift "__irshift__($self, value, /)\n--\n\nReturn self>>=value.";
    "__iand__" nb_inplace_and Binary slot_nb_inplace_and "__iand__($self, value, /)\n--\n\nReturn self&=value.";
    "__ixor__" nb_inplace_xor Binary slot_nb_inplace_xor "__ixor__($self, value, /)\n--\n\nReturn self^=value.";
    "__ior__" nb_inplace_or Binary slot_nb_inplace_or "__ior__($self, value, /)\n--\n\nReturn self|=value.";
    "__floordiv__" nb_floor_divide BinaryL slot_nb_floor_divide "__floordiv__($self, value, /)\n--\n\nReturn self//value.";
    "__rfloordiv__" nb_floor_divide BinaryR slot_nb_floor_divide "__rfloordiv__($self, value, /)\n--\n\nReturn value//self.";
    "__truediv__" nb_true_divide BinaryL slot_nb_true_divide "__truediv__($self, value, /)\n--\n\nReturn self/value.";
    "__rtruediv__" nb_true_divide BinaryR slot_nb_true_divide "__rtruediv__($self, value, /)\n--\n\nReturn value/self.";
    "__ifloordiv__" nb_inplace_floor_divide Binary slot_nb_inplace_floor_divide "__ifloordiv__($self, value, /)\n--\n\nReturn self//=value.";
    "__itruediv__" nb_inplace_true_divide Binary slot_nb_inplace_true_divide "__itruediv__($self, value, /)\n--\n\nReturn self/=value.";
    "__index__" nb_index Unary slot_nb_index "__index__($self, /)\n--\n\nReturn self converted to an integer, if self is suitable for use as an index into a list.";
    "__matmul__" nb_matrix_multiply BinaryL slot_nb_matrix_multiply "__matmul__($self, value, /)\n--\n\nReturn self@value.";
    "__rmatmul__" nb_matrix_multiply BinaryR slot_nb_matrix_multiply "__rmatmul__($self, value, /)\n--\n\nReturn value@self.";
    "__imatmul__" nb_inplace_matrix_multiply Binary slot_nb_inplace_matrix_multiply "__imatmul__($self, value, /)\n--\n\nReturn self@=value.";
    "__len__" mp_length Len slot_mp_length "__len__($self, /)\n--\n\nReturn len(self).";
    "__getitem__" mp_subscript Binary slot_mp_subscript "__getitem__($self, key, /)\n--\n\nReturn self[key].";
    "__setitem__" mp_ass_subscript SetItem slot_mp_ass_subscript "__setitem__($self, key, value, /)\n--\n\nSet self[key] to value.";
    "__delitem__" mp_ass_subscript DelItem slot_mp_ass_subscript "__delitem__($self, key, /)\n--\n\nDelete self[key].";
    "__len__" sq_length Len slot_mp_length "__len__($self, /)\n--\n\nReturn len(self).";
    "__add__" sq_concat Binary none "__add__($self, value, /)\n--\n\nReturn self+value.";
    "__mul__" sq_repeat IndexArg none "__mul__($self, value, /)\n--\n\nReturn self*value.";
    "__rmul__" sq_repeat IndexArg none "__rmul__($self, value, /)\n--\n\nReturn value*self.";
    "__getitem__" sq_item SqItem slot_sq_item "__getitem__($self, key, /)\n--\n\nReturn self[key].";
    "__setitem__" sq_ass_item SqSetItem slot_sq_ass_item "__setitem__($self, key, value, /)\n--\n\nSet self[key] to value.";
    "__delitem__" sq_ass_item SqDelItem slot_sq_ass_item "__delitem__($self, key, /)\n--\n\nDelete self[key].";
    "__contains__" sq_contains ObjObj slot_sq_contains "__contains__($self, key, /)\n--\n\nReturn bool(key in self).";
    "__iadd__" sq_inplace_concat Binary none "__iadd__($self, value, /)\n--\n\nImplement self+=value.";
    "__imul__" sq_inplace_repeat IndexArg none "__imul__($self, value, /)\n--\n\nImplement self*=value.";
}
