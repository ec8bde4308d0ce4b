//! The loop: one `match` over the opcodes. Handlers are inlined; whatever is long is called out of line with copies of the registers.
//!
//! The arms are written once, in `execute!`, and built for plain and for prefixed instructions. Handlers give `PyResult<()>`; an error leads to `unwind` with `m` at the instruction.

#![allow(non_upper_case_globals)]

use crate::arith::{self, BinaryOp as B, Unary};
use crate::compare;
use crate::frames::{self, Returned};
use crate::regs::{ANY, apart, LOCAL, Narrow, Regs, Shaped, TEMP, Wide as WideWord, Word};
use crate::traced::{self, Entry};
use crate::{attr, build, call, cells, driven, exc, format, generator, import, intrinsics, iter, make, names, pattern, spec, subscr, unwind, with_};
use taipan_bytecode::for_each_op;
use taipan_object::abstract_::CmpOp as C;
use taipan_object::frame::Slot;
use taipan_object::monitoring::is_traced;
use taipan_object::thread::ThreadState;
use taipan_object::types::list::PyList;
use taipan_object::types::none;
use taipan_object::types::tuple::PyTuple;

macro_rules! numbers {
    ($( $(#[doc = $doc:literal])+ $variant:ident $name:literal ( $($operand:ident : $kind:ident),* ) $cells:literal [ $($effect:ident)* ]; )*) => {
        /// Opcode numbers as patterns.
        #[allow(non_upper_case_globals, missing_docs, dead_code)]
        pub mod op {
            $(pub const $variant: u8 = taipan_bytecode::Op::$variant as u8;)*
        }
    };
}
for_each_op!(numbers);
use taipan_bytecode::sop;
use op::*;

/// How an out-of-line step ended.
pub enum Flow {
    Next,
    Raise { entry: bool },
    Exit(Slot),
}

/// The arms. `$m` registers, `$w` operands, `$word` the instruction word, `$next` label to go on, `$raise` macro for errors, `$exit` macro for leaving, `$wide` what to do with a prefix.
macro_rules! execute {
    ($m:ident, $w:ident, $word:expr, $raise:ident, $exit:ident, $wide:expr) => {{
        macro_rules! ok {
            ($e:expr) => {
                if $e.is_err() {
                    $raise!(true)
                }
            };
        }
        macro_rules! called {
            // An out-of-line function. Its good end is a block of its own, which gets a dispatch of its own; all of them would go through one with other registers.
            ($e:expr) => {{
                $m.save();
                if $e.is_err() {
                    $raise!(true)
                } else {
                    apart()
                }
            }};
        }
        macro_rules! to {
            // An out-of-line function that may push a frame.
            ($e:expr) => {
                match $e {
                    Ok(()) => ok!($m.settle()),
                    Err(_) => $raise!(true),
                }
            };
        }
        macro_rules! cond {
            // An out-of-line condition, then a jump.
            ($e:expr, $want:expr, $off:expr) => {
                match $e {
                    Ok(b) if b == $want => ok!($m.jump($off)),
                    Ok(_) => {}
                    Err(_) => $raise!(true),
                }
            };
        }
        macro_rules! returned {
            ($e:expr) => {
                match $e {
                    Returned::Resume => $m.reload(),
                    Returned::Exit(v) => $exit!(v),
                    Returned::Raise => {
                        $m.reload();
                        $raise!(true)
                    }
                }
            };
        }
        macro_rules! at {
            ($r:expr) => {
                $m.at($r)
            };
        }
        macro_rules! src {
            ($r:expr) => {
                $m.src($r)
            };
        }
        match $word as u8 {
            // An empty arm would make the dispatch block its own successor, and such a block LLVM does not duplicate into the others: all dispatch would be one indirect jump.
            Nop => std::arch::asm!("", options(nomem, nostack, preserves_flags)),
            Wide => $wide,
            Move => cells::move_(&mut $m, $w),
            Copy => cells::copy(&mut $m, $w),
            Pop => cells::pop(&mut $m, $w),
            LoadConst => cells::load_const(&mut $m, $w),
            LoadInt => cells::load_int(&mut $m, $w),
            LoadCommonConst => ok!(cells::load_common(at!($w.a()), $w.bu())),
            CheckLocal => ok!(cells::check_local(&mut $m, $w)),
            ClearLocal => {
                $m.save();
                $m.set($w.a(), Slot::EMPTY)
            }
            MakeCell => ok!(cells::make_cell(at!($w.a()))),
            CopyFreeVars => ok!(cells::copy_free_vars($m, $w.au())),
            LoadDeref => ok!(cells::load_deref(&mut $m, $w)),
            StoreDeref => ok!(cells::store_deref(&mut $m, $w)),
            DeleteDeref => ok!(cells::delete_deref(&mut $m, $w)),
            LoadFromDictOrDeref => {
                $m.save();
                ok!(cells::load_from_dict_or_deref($m, $w.a(), src!($w.b()), $w.c()))
            }
            LoadName => {
                $m.pc = $m.pc.add(1);
                $m.save();
                ok!(names::load_name($m, $w.a(), $w.bcu()))
            }
            StoreName => {
                $m.pc = $m.pc.add(1);
                $m.save();
                ok!(names::store_name($m, src!($w.a()), $w.bcu()))
            }
            DeleteName => {
                $m.save();
                ok!(names::delete_name($m, $w.bcu()))
            }
            LoadGlobal => ok!(names::load_global(&mut $m, $w)),
            StoreGlobal => ok!(names::store_global(&mut $m, $w)),
            DeleteGlobal => {
                $m.save();
                ok!(names::delete_global($m, $w.bcu()))
            }
            LoadFromDictOrGlobals => {
                $m.save();
                ok!(names::load_from_dict_or_globals($m, $w.a(), src!($w.b()), $w.cu()))
            }
            LoadLocals => ok!(names::load_locals($m, $w.a())),
            SetupAnnotations => {
                $m.save();
                ok!(names::setup_annotations($m))
            }
            LoadBuildClass => {
                $m.save();
                ok!(names::load_build_class($m, $w.a()))
            }
            LoadAttr => ok!(spec::load_attr(&mut $m, $w)),
            StoreAttr => ok!(spec::store_attr(&mut $m, $w)),
            DeleteAttr => {
                $m.save();
                ok!(attr::delete(src!($w.a()), $m.name($w.bu())))
            }
            LoadMethod => ok!(spec::load_method(&mut $m, $w)),
            LoadSuperAttr => ok!(call::load_super_attr(&mut $m, $w)),
            LoadSuperMethod => ok!(call::load_super_method(&mut $m, $w)),
            Add => ok!(arith::add(&mut $m, $w, B::Add)),
            Sub => ok!(arith::sub(&mut $m, $w, B::Sub)),
            Mul => ok!(arith::mul(&mut $m, $w, B::Mul)),
            TrueDiv => ok!(arith::truediv(&mut $m, $w, B::TrueDiv)),
            FloorDiv => ok!(arith::floordiv(&mut $m, $w, B::FloorDiv)),
            Mod => ok!(arith::modulo(&mut $m, $w, B::Mod)),
            Pow => ok!(arith::other(&mut $m, $w, B::Pow)),
            MatMul => ok!(arith::other(&mut $m, $w, B::MatMul)),
            And => ok!(arith::and(&mut $m, $w, B::And)),
            Or => ok!(arith::or(&mut $m, $w, B::Or)),
            Xor => ok!(arith::xor(&mut $m, $w, B::Xor)),
            LShift => ok!(arith::lshift(&mut $m, $w, B::LShift)),
            RShift => ok!(arith::rshift(&mut $m, $w, B::RShift)),
            InplaceAdd => ok!(arith::add(&mut $m, $w, B::InplaceAdd)),
            InplaceSub => ok!(arith::sub(&mut $m, $w, B::InplaceSub)),
            InplaceMul => ok!(arith::mul(&mut $m, $w, B::InplaceMul)),
            InplaceTrueDiv => ok!(arith::truediv(&mut $m, $w, B::InplaceTrueDiv)),
            InplaceFloorDiv => ok!(arith::floordiv(&mut $m, $w, B::InplaceFloorDiv)),
            InplaceMod => ok!(arith::modulo(&mut $m, $w, B::InplaceMod)),
            InplacePow => ok!(arith::other(&mut $m, $w, B::InplacePow)),
            InplaceMatMul => ok!(arith::other(&mut $m, $w, B::InplaceMatMul)),
            InplaceAnd => ok!(arith::and(&mut $m, $w, B::InplaceAnd)),
            InplaceOr => ok!(arith::or(&mut $m, $w, B::InplaceOr)),
            InplaceXor => ok!(arith::xor(&mut $m, $w, B::InplaceXor)),
            InplaceLShift => ok!(arith::lshift(&mut $m, $w, B::InplaceLShift)),
            InplaceRShift => ok!(arith::rshift(&mut $m, $w, B::InplaceRShift)),
            AddK => ok!(arith::add_k(&mut $m, $w, B::Add)),
            SubK => ok!(arith::sub_k(&mut $m, $w, B::Sub)),
            MulK => ok!(arith::mul_k(&mut $m, $w, B::Mul)),
            TrueDivK => ok!(arith::truediv_k(&mut $m, $w, B::TrueDiv)),
            FloorDivK => ok!(arith::floordiv_k(&mut $m, $w, B::FloorDiv)),
            ModK => ok!(arith::modulo_k(&mut $m, $w, B::Mod)),
            PowK => ok!(arith::other_k(&mut $m, $w, B::Pow)),
            AndK => ok!(arith::and_k(&mut $m, $w, B::And)),
            LShiftK => ok!(arith::lshift_k(&mut $m, $w, B::LShift)),
            RShiftK => ok!(arith::rshift_k(&mut $m, $w, B::RShift)),
            InplaceAddK => ok!(arith::add_k(&mut $m, $w, B::InplaceAdd)),
            InplaceSubK => ok!(arith::sub_k(&mut $m, $w, B::InplaceSub)),
            Neg => ok!(arith::unary(&mut $m, $w, Unary::Neg)),
            Pos => ok!(arith::unary(&mut $m, $w, Unary::Pos)),
            Invert => ok!(arith::unary(&mut $m, $w, Unary::Invert)),
            Not => ok!(compare::not(&mut $m, $w)),
            Lt => ok!(compare::value(&mut $m, $w, C::Lt)),
            Le => ok!(compare::value(&mut $m, $w, C::Le)),
            Eq => ok!(compare::value(&mut $m, $w, C::Eq)),
            Ne => ok!(compare::value(&mut $m, $w, C::Ne)),
            Gt => ok!(compare::value(&mut $m, $w, C::Gt)),
            Ge => ok!(compare::value(&mut $m, $w, C::Ge)),
            Is => ok!(compare::is(&mut $m, $w, true)),
            IsNot => ok!(compare::is(&mut $m, $w, false)),
            In => ok!(compare::in_(&mut $m, $w, true)),
            NotIn => ok!(compare::in_(&mut $m, $w, false)),
            Jump => $m.pc = $m.pc.offset($w.abc()),
            JumpBackward | JumpFar => ok!($m.jump($w.abc())),
            JumpIfTrue => ok!(compare::jump_truth(&mut $m, $w, true)),
            JumpIfFalse => ok!(compare::jump_truth(&mut $m, $w, false)),
            JumpIfTrueOrPop => ok!(compare::jump_truth_or_pop(&mut $m, $w, true)),
            JumpIfFalseOrPop => ok!(compare::jump_truth_or_pop(&mut $m, $w, false)),
            JumpIfNone => ok!(compare::jump_none(&mut $m, $w, true)),
            JumpIfNotNone => ok!(compare::jump_none(&mut $m, $w, false)),
            JumpIfIs => ok!(compare::jump_is(&mut $m, $w, true)),
            JumpIfIsNot => ok!(compare::jump_is(&mut $m, $w, false)),
            JumpIfIn => ok!(compare::jump_in(&mut $m, $w, true)),
            JumpIfNotIn => ok!(compare::jump_in(&mut $m, $w, false)),
            JumpIfLt => ok!(compare::jump(&mut $m, $w, C::Lt, true)),
            JumpIfLe => ok!(compare::jump(&mut $m, $w, C::Le, true)),
            JumpIfEq => ok!(compare::jump(&mut $m, $w, C::Eq, true)),
            JumpIfNe => ok!(compare::jump(&mut $m, $w, C::Ne, true)),
            JumpIfGt => ok!(compare::jump(&mut $m, $w, C::Gt, true)),
            JumpIfGe => ok!(compare::jump(&mut $m, $w, C::Ge, true)),
            JumpIfNotLt => ok!(compare::jump(&mut $m, $w, C::Lt, false)),
            JumpIfNotLe => ok!(compare::jump(&mut $m, $w, C::Le, false)),
            JumpIfNotEq => ok!(compare::jump(&mut $m, $w, C::Eq, false)),
            JumpIfNotNe => ok!(compare::jump(&mut $m, $w, C::Ne, false)),
            JumpIfNotGt => ok!(compare::jump(&mut $m, $w, C::Gt, false)),
            JumpIfNotGe => ok!(compare::jump(&mut $m, $w, C::Ge, false)),
            JumpIfLtK => ok!(compare::jump_k(&mut $m, $w, C::Lt, true)),
            JumpIfLeK => ok!(compare::jump_k(&mut $m, $w, C::Le, true)),
            JumpIfEqK => ok!(compare::jump_k(&mut $m, $w, C::Eq, true)),
            JumpIfNeK => ok!(compare::jump_k(&mut $m, $w, C::Ne, true)),
            JumpIfGtK => ok!(compare::jump_k(&mut $m, $w, C::Gt, true)),
            JumpIfGeK => ok!(compare::jump_k(&mut $m, $w, C::Ge, true)),
            JumpIfNotLtK => ok!(compare::jump_k(&mut $m, $w, C::Lt, false)),
            JumpIfNotLeK => ok!(compare::jump_k(&mut $m, $w, C::Le, false)),
            JumpIfNotEqK => ok!(compare::jump_k(&mut $m, $w, C::Eq, false)),
            JumpIfNotNeK => ok!(compare::jump_k(&mut $m, $w, C::Ne, false)),
            JumpIfNotGtK => ok!(compare::jump_k(&mut $m, $w, C::Gt, false)),
            JumpIfNotGeK => ok!(compare::jump_k(&mut $m, $w, C::Ge, false)),
            LoadSubscr => ok!(subscr::load(&mut $m, $w)),
            LoadSubscrK => ok!(subscr::load_k(&mut $m, $w)),
            StoreSubscr => ok!(subscr::store_item(&mut $m, $w)),
            DeleteSubscr => called!(subscr::delete(src!($w.a()), src!($w.b()))),
            LoadSlice => called!(subscr::load_slice(at!($w.a()), src!($w.b()), at!($w.c()))),
            StoreSlice => called!(subscr::store_slice(src!($w.a()), at!($w.b()), src!($w.c()))),
            BuildTuple => called!(PyTuple::display(at!($w.a()), at!($w.b()), $w.cu())),
            BuildList => called!(PyList::display(at!($w.a()), at!($w.b()), $w.cu())),
            BuildSet => called!(build::set(at!($w.a()), at!($w.b()), $w.cu())),
            BuildMap => called!(build::map(at!($w.a()), at!($w.b()), $w.cu())),
            BuildString => {
                $m.save();
                ok!(build::string(at!($w.a()), at!($w.b()), $w.cu()))
            }
            BuildSlice => {
                $m.save();
                ok!(build::slice(at!($w.a()), at!($w.b()), $w.cu()))
            }
            BuildInterpolation => {
                $m.save();
                ok!(build::interpolation(at!($w.a()), at!($w.b()), $w.cu()))
            }
            BuildTemplate => {
                $m.save();
                ok!(build::template(at!($w.a()), at!($w.b())))
            }
            ListAppend => ok!(build::list_append(&mut $m, $w)),
            SetAdd => called!(build::set_add($m.keep($w.a()), src!($w.b()))),
            MapAdd => called!(build::map_add(&mut $m, $w, $word as u64)),
            ListExtend => called!(build::list_extend($m.keep($w.a()), src!($w.b()))),
            SetUpdate => called!(build::set_update($m.keep($w.a()), src!($w.b()))),
            DictUpdate => called!(build::dict_update($m.keep($w.a()), src!($w.b()))),
            DictMerge => {
                $m.save();
                ok!(build::dict_merge($m.keep($w.a()), src!($w.b()), $m.keep($w.c())))
            }
            ConvertValue => {
                $m.save();
                ok!(format::convert_value(at!($w.a()), src!($w.b()), $w.cu()))
            }
            FormatSimple => {
                $m.save();
                ok!(format::simple(at!($w.a()), src!($w.b()), $w.cu()))
            }
            FormatWithSpec => {
                $m.save();
                ok!(format::with_spec(at!($w.a()), src!($w.b()), src!($w.c())))
            }
            UnpackSequence => ok!(iter::unpack_sequence(&mut $m, $w)),
            UnpackEx => {
                let after = $m.fetch() as usize;
                $m.save();
                ok!(iter::unpack_ex(src!($w.a()), at!($w.b()), $w.cu(), after))
            }
            GetIter => called!(iter::get_iter(at!($w.a()), src!($w.b()))),
            GetYieldFromIter => {
                $m.save();
                ok!(generator::get_yield_from_iter($m, $w.a(), src!($w.b())))
            }
            ForIter => ok!(iter::for_iter(&mut $m, $w)),
            ReturnGenerator => match generator::return_generator($m) {
                Ok(r) => returned!(r),
                Err(_) => $raise!(true),
            },
            YieldValue => {
                let v = src!($w.b()).take_slot();
                if $m.ts.in_traced.get() {
                    match generator::suspend($m, v, taipan_object::types::generator::NO_DELEGATE) {
                        generator::Suspended::Exit(v) => $exit!(v),
                        generator::Suspended::Resume => $m.reload(),
                        generator::Suspended::Raise => $raise!(true),
                    }
                } else if driven::is_driven($m.frame) {
                    if driven::quietly($m.frame, v) {
                        $m.put($w, Slot(none().as_ptr() as usize))
                    } else {
                        match driven::give($m.ts, $m.frame, $m.pc, v) {
                            Slot::EMPTY => $m.reload(),
                            v => $exit!(v),
                        }
                    }
                } else {
                    match generator::yield_value($m.ts, $m.frame, $m.pc, v) {
                        Slot::EMPTY => $m.reload(),
                        v => $exit!(v),
                    }
                }
            }
            YieldFrom => match generator::yield_from($m.ts, $m.frame, $m.pc, $w.a(), $w.b()) {
                Ok(None) => $m.reload(),
                Ok(Some(v)) => $exit!(v),
                Err(_) => $raise!(true),
            },
            GetAwaitable => ok!(generator::get_awaitable(&mut $m, $w)),
            GetAiter => {
                $m.save();
                ok!(generator::get_aiter($m, $w.a(), src!($w.b())))
            }
            GetAnext => {
                $m.save();
                ok!(generator::get_anext($m, $w.a(), $m.keep($w.b())))
            }
            EndAsyncFor => {
                $m.save();
                match generator::end_async_for(src!($w.a()), src!($w.b())) {
                    Ok(true) => {}
                    Ok(false) => $raise!(false),
                    Err(_) => $raise!(true),
                }
            }
            WithEnter => {
                $m.save();
                to!(with_::enter($m, $w.a(), src!($w.b()), at!($w.c()), false))
            }
            AsyncWithEnter => {
                $m.save();
                to!(with_::enter($m, $w.a(), src!($w.b()), at!($w.c()), true))
            }
            WithExit => {
                $m.save();
                to!(with_::exit($m, $w.a(), $w.b(), at!($w.c())))
            }
            WithExceptStart => {
                $m.save();
                to!(with_::except_start($m, $w.a(), $w.b(), at!($w.c())))
            }
            RaiseCurrent => {
                $m.save();
                let new = exc::raise_current($m);
                $raise!(new)
            }
            RaiseExc => {
                $m.save();
                drop(exc::raise(src!($w.a()), None));
                $raise!(true)
            }
            RaiseFrom => {
                $m.save();
                drop(exc::raise(src!($w.a()), Some(src!($w.b()))));
                $raise!(true)
            }
            Reraise => {
                $m.save();
                exc::reraise($m, $w.a(), $w.bu());
                $raise!(false)
            }
            PushExc => exc::push_exc(&mut $m, $w),
            PopExc => exc::pop_exc(&mut $m, $w),
            JumpIfNotExcMatch => {
                $m.save();
                cond!(exc::exc_match($m.keep($w.a()), src!($w.b())), false, $w.c())
            }
            CheckEgMatch => {
                $m.save();
                ok!(exc::eg_match($m, $w.a(), $w.b(), src!($w.c())))
            }
            Call => ok!(call::call(&mut $m, $w)),
            CallKw => ok!(call::call_kw(&mut $m, $w)),
            CallMethod => ok!(call::call_method(&mut $m, $w)),
            CallMethodKw => ok!(call::call_method_kw(&mut $m, $w)),
            CallEx => ok!(call::call_ex(&mut $m, $w)),
            Return => {
                let v = std::mem::replace(&mut *at!($w.a()), Slot::EMPTY);
                if let Some(r) = frames::leave(&mut $m, v) {
                    returned!(r)
                }
            }
            ReturnNone => {
                if let Some(r) = frames::leave(&mut $m, Slot(none().as_ptr() as usize)) {
                    returned!(r)
                }
            }
            MakeFunction => {
                let code = $m.fetch() as usize;
                $m.save();
                ok!(make::make_function($m, $w.a(), at!($w.b()), $w.cu(), code))
            }
            ImportName => {
                $m.save();
                ok!(import::import_name($m, $w.a(), at!($w.b()), $w.cu()))
            }
            ImportFrom => {
                $m.save();
                ok!(import::import_from($m, $w.a(), $m.keep($w.b()), $w.cu()))
            }
            MatchMapping => ok!(pattern::has_flag(at!($w.a()), $m.keep($w.b()), true)),
            MatchSequence => ok!(pattern::has_flag(at!($w.a()), $m.keep($w.b()), false)),
            MatchKeys => {
                $m.save();
                ok!(pattern::keys(at!($w.a()), $m.keep($w.b()), $m.keep($w.c())))
            }
            MatchClass => {
                $m.save();
                ok!(pattern::class(at!($w.a()), at!($w.b()), $w.cu()))
            }
            GetLen => {
                $m.save();
                ok!(pattern::get_len(at!($w.a()), $m.keep($w.b())))
            }
            CallIntrinsic1 => {
                $m.save();
                if $w.cu() == taipan_bytecode::Intrinsic1::AsyncGenWrap as usize {
                    match generator::yield_item($m.ts, $m.frame, $m.pc, $w.a(), src!($w.b())) {
                        Ok(true) => $m.reload(),
                        Ok(false) => ok!(intrinsics::one($m, $w.a(), src!($w.b()), $w.cu())),
                        Err(_) => $raise!(true),
                    }
                } else {
                    ok!(intrinsics::one($m, $w.a(), src!($w.b()), $w.cu()))
                }
            }
            CallIntrinsic2 => {
                let which = $m.fetch() as usize;
                $m.save();
                ok!(intrinsics::two($m, $w.a(), src!($w.b()), src!($w.c()), which))
            }
            sop::LoadAttrInline => ok!(spec::load_attr_inline(&mut $m, Narrow($word))),
            sop::LoadAttrSlot => ok!(spec::load_attr_slot(&mut $m, Narrow($word))),
            sop::LoadAttrModule => ok!(spec::load_attr_module(&mut $m, Narrow($word))),
            sop::LoadAttrClass => ok!(spec::load_attr_class(&mut $m, Narrow($word))),
            sop::LoadAttrClassVar => ok!(spec::load_attr_class_var(&mut $m, Narrow($word))),
            sop::StoreAttrInline => ok!(spec::store_attr_inline(&mut $m, Narrow($word))),
            sop::StoreAttrSlot => ok!(spec::store_attr_slot(&mut $m, Narrow($word))),
            sop::LoadMethodInstance => ok!(spec::load_method_instance(&mut $m, Narrow($word))),
            sop::LoadMethodInline => ok!(spec::load_method_inline(&mut $m, Narrow($word))),
            sop::LoadMethodPlain => ok!(spec::load_method_plain(&mut $m, Narrow($word))),
            sop::LoadMethodModule => ok!(spec::load_method_module(&mut $m, Narrow($word))),
            sop::LoadMethodClass => ok!(spec::load_method_class(&mut $m, Narrow($word))),
            sop::LoadAttrAny => ok!(spec::load_attr_any(&mut $m, Narrow($word))),
            sop::LoadMethodAny => ok!(spec::load_method_any(&mut $m, Narrow($word))),
            sop::StoreAttrAny => ok!(spec::store_attr_any(&mut $m, Narrow($word))),
            sop::LoadAttrProperty => ok!(spec::load_attr_property(&mut $m, Narrow($word))),
            sop::LoadAttrHook => ok!(spec::load_attr_hook(&mut $m, Narrow($word))),
            sop::LoadMethodClassMethod => ok!(spec::load_method_class_method(&mut $m, Narrow($word))),
            sop::LoadMethodStatic => ok!(spec::load_method_static(&mut $m, Narrow($word))),
            sop::MoveTL => cells::move_(&mut $m, Shaped::<TEMP, LOCAL, ANY>($word)),
            sop::MoveLT => cells::move_(&mut $m, Shaped::<LOCAL, TEMP, ANY>($word)),
            sop::MoveLL => cells::move_(&mut $m, Shaped::<LOCAL, LOCAL, ANY>($word)),
            sop::Swap => cells::swap(&mut $m, Narrow($word)),
            sop::PopT => cells::pop(&mut $m, Shaped::<TEMP, ANY, ANY>($word)),
            sop::LoadConstT => cells::load_const(&mut $m, Shaped::<TEMP, ANY, ANY>($word)),
            sop::LoadIntT => cells::load_int(&mut $m, Shaped::<TEMP, ANY, ANY>($word)),
            sop::LoadGlobalT => ok!(names::load_global(&mut $m, Shaped::<TEMP, ANY, ANY>($word))),
            sop::LoadDerefT => ok!(cells::load_deref(&mut $m, Shaped::<TEMP, ANY, ANY>($word))),
            sop::LoadAttrInlineTL => ok!(spec::load_attr_inline(&mut $m, Shaped::<TEMP, LOCAL, ANY>($word))),
            sop::LoadAttrInlineTT => ok!(spec::load_attr_inline(&mut $m, Shaped::<TEMP, TEMP, ANY>($word))),
            sop::LoadAttrSlotTL => ok!(spec::load_attr_slot(&mut $m, Shaped::<TEMP, LOCAL, ANY>($word))),
            sop::LoadAttrModuleTT => ok!(spec::load_attr_module(&mut $m, Shaped::<TEMP, TEMP, ANY>($word))),
            sop::LoadAttrClassVarTL => ok!(spec::load_attr_class_var(&mut $m, Shaped::<TEMP, LOCAL, ANY>($word))),
            sop::StoreAttrInlineLT => ok!(spec::store_attr_inline(&mut $m, Shaped::<LOCAL, TEMP, ANY>($word))),
            sop::StoreAttrInlineLL => ok!(spec::store_attr_inline(&mut $m, Shaped::<LOCAL, LOCAL, ANY>($word))),
            sop::StoreAttrSlotLT => ok!(spec::store_attr_slot(&mut $m, Shaped::<LOCAL, TEMP, ANY>($word))),
            sop::StoreAttrSlotLL => ok!(spec::store_attr_slot(&mut $m, Shaped::<LOCAL, LOCAL, ANY>($word))),
            sop::LoadMethodInstanceL => ok!(spec::load_method_instance(&mut $m, Shaped::<ANY, LOCAL, ANY>($word))),
            sop::LoadMethodInlineL => ok!(spec::load_method_inline(&mut $m, Shaped::<ANY, LOCAL, ANY>($word))),
            sop::LoadMethodPlainL => ok!(spec::load_method_plain(&mut $m, Shaped::<ANY, LOCAL, ANY>($word))),
            sop::LoadAttrAnyTL => ok!(spec::load_attr_any(&mut $m, Shaped::<TEMP, LOCAL, ANY>($word))),
            sop::LoadMethodAnyL => ok!(spec::load_method_any(&mut $m, Shaped::<ANY, LOCAL, ANY>($word))),
            sop::LoadSubscrTL => ok!(subscr::load(&mut $m, Shaped::<TEMP, LOCAL, ANY>($word))),
            sop::LoadSubscrTT => ok!(subscr::load(&mut $m, Shaped::<TEMP, TEMP, ANY>($word))),
            sop::LoadSubscrKT => ok!(subscr::load_k(&mut $m, Shaped::<TEMP, ANY, ANY>($word))),
            sop::AddT => ok!(arith::add(&mut $m, Shaped::<TEMP, ANY, ANY>($word), B::Add)),
            sop::AddKT => ok!(arith::add_k(&mut $m, Shaped::<TEMP, ANY, ANY>($word), B::Add)),
            sop::SubT => ok!(arith::sub(&mut $m, Shaped::<TEMP, ANY, ANY>($word), B::Sub)),
            sop::SubKT => ok!(arith::sub_k(&mut $m, Shaped::<TEMP, ANY, ANY>($word), B::Sub)),
            sop::MulT => ok!(arith::mul(&mut $m, Shaped::<TEMP, ANY, ANY>($word), B::Mul)),
            sop::CallBorrowed => ok!(call::known::borrowed::call(&mut $m, Narrow($word))),
            sop::AppendNext => ok!(build::append_next(&mut $m, Narrow($word))),
            sop::ForIterSlot => ok!(iter::for_iter_slot(&mut $m, Narrow($word))),
            sop::ForIterList => ok!(iter::for_iter_list(&mut $m, Narrow($word))),
            sop::ForIterRange => ok!(iter::for_iter_range(&mut $m, Narrow($word))),
            sop::LoadMethodClassDescr => ok!(spec::load_method_class_descr(&mut $m, Narrow($word))),
            sop::LoadMethodNoDict => ok!(spec::load_method_no_dict(&mut $m, Narrow($word))),
            sop::LoadAttrGetSet => ok!(spec::load_attr_getset(&mut $m, Narrow($word))),
            sop::StoreAttrGetSet => ok!(spec::store_attr_getset(&mut $m, Narrow($word))),
            sop::LoadAttrMember => ok!(spec::load_attr_member(&mut $m, Narrow($word))),
            sop::StoreAttrMember => ok!(spec::store_attr_member(&mut $m, Narrow($word))),
            sop::CallKnown => ok!(call::known::call(&mut $m, Narrow($word), taipan_bytecode::Op::Call)),
            sop::CallMethodKnown => ok!(call::known::call(&mut $m, Narrow($word), taipan_bytecode::Op::CallMethod)),
            sop::CallKnownT => ok!(call::known::call(&mut $m, Shaped::<TEMP, ANY, ANY>($word), taipan_bytecode::Op::Call)),
            sop::CallMethodKnownT => ok!(call::known::call(&mut $m, Shaped::<TEMP, ANY, ANY>($word), taipan_bytecode::Op::CallMethod)),
            // SAFETY: code objects contain known instructions only.
            _ => std::hint::unreachable_unchecked(),
        }
    }};
}

/// Run from `m` until the innermost frame that Rust entered returns, suspends (its value) or raises (`None`). `how`: what `m` is the beginning of.
pub unsafe fn run(m: Regs, how: Entry) -> Option<Slot> {
    let ts = m.ts;
    if is_traced(ts) {
        return traced::run(m, how);
    }
    m.save();
    let v = plain(ts);
    if v.is_none() && ts.switching.take() {
        return traced::run(Regs::of(ts.current_frame.get(), ts), Entry::Middle);
    }
    v
}

/// As [`run`], from the saved position of the innermost frame on.
#[inline(always)]
pub unsafe fn go_on(ts: &'static ThreadState, how: Entry) -> Option<Slot> {
    if is_traced(ts) {
        return traced::run(Regs::of(ts.current_frame.get(), ts), how);
    }
    let v = plain(ts);
    if v.is_none() && ts.switching.take() {
        return traced::run(Regs::of(ts.current_frame.get(), ts), Entry::Middle);
    }
    v
}

/// The loop that tells nobody. `None` with `ThreadState::switching` set: somebody listens now, the traced loop is to go on with the innermost frame.
///
/// The registers must stay in machine registers, so `m` never leaves this function by reference: as a parameter (or handed to a function that gives it back) it would live in memory.
#[inline(never)]
pub unsafe fn plain(ts: &'static ThreadState) -> Option<Slot> {
    let mut m = Regs::of(ts.current_frame.get(), ts);
    let mut entry;
    loop {
        'raise: {
            loop {
                let word = m.fetch_instruction();
                let w = Narrow(word);
                macro_rules! raise {
                    ($entry:expr) => {{
                        entry = $entry;
                        break 'raise;
                    }};
                }
                macro_rules! exit {
                    ($v:expr) => {
                        return Some($v)
                    };
                }
                execute!(m, w, word, raise, exit, {
                    let second = m.fetch();
                    m.save();
                    match step_wide(m.ts, word as u32, second) {
                        Flow::Next => m.reload(),
                        Flow::Raise { entry } => {
                            m.reload();
                            m.pc = m.ts.raised_at.get();
                            raise!(entry)
                        }
                        Flow::Exit(v) => exit!(v),
                    }
                });
            }
        }
        if m.ts.switching.get() {
            return None;
        }
        if entry {
            m.save();
        }
        if !unwind::unwind_innermost(m.ts, m.pc, entry) {
            return None;
        }
        m.reload();
    }
}

/// A prefixed instruction of the plain loop; the innermost frame says where. Where it raised is left in the thread state.
#[inline(never)]
unsafe fn step_wide(ts: &'static ThreadState, word: u32, second: u32) -> Flow {
    let (m, flow) = step(Regs::of(ts.current_frame.get(), ts), WideWord(word, second), second as u64);
    match flow {
        Flow::Next => m.save(),
        Flow::Raise { .. } => ts.raised_at.set(m.pc),
        Flow::Exit(_) => {}
    }
    flow
}

/// One instruction, whose words with opcode and prefix have been fetched.
#[inline(never)]
pub unsafe fn step<W: Word>(mut m: Regs, w: W, word: u64) -> (Regs, Flow) {
    macro_rules! raise {
        ($entry:expr) => {
            return (m, Flow::Raise { entry: $entry })
        };
    }
    macro_rules! exit {
        ($v:expr) => {
            return (m, Flow::Exit($v))
        };
    }
    execute!(m, w, word, raise, exit, {});
    (m, Flow::Next)
}
