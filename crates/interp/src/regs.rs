//! What the loop keeps in machine registers, operand decoding, and reading and writing slots.
//!
//! `Regs` is passed by reference only to inlined handlers, so that it stays in registers. Out-of-line functions get copies of what they need; those that push or pop frames leave the
//! result in the frames (`pc`) and the thread state (`current_frame`), and the loop reloads.

use taipan_object::frame::{Frame, Slot};
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::types::code::{CacheCell, PyCode};
use std::sync::atomic::Ordering::Relaxed;

/// The machine's registers.
#[derive(Clone, Copy)]
pub struct Regs {
    /// Next word.
    pub pc: *const u32,
    /// First temp of the frame.
    pub fp: *mut Slot,
    /// Inline cache cells of the code; in front of them, from the last to the first, the words of its constants.
    pub cells: *mut CacheCell,
    pub frame: *mut Frame,
    pub ts: &'static ThreadState,
}

/// An instruction word with its prefix, if any.
pub trait Word: Copy {
    const WIDE: bool;
    /// Operand a is known to be a temp: one that is written has nothing to release.
    const A_TEMP: bool = false;
    /// The same word, but the compiler does not know: what is computed from it behind a call is not kept in registers across that.
    fn again(self) -> Self;
    /// Signed operands.
    fn a(self) -> isize;
    fn b(self) -> isize;
    fn c(self) -> isize;
    /// Unsigned operands.
    fn au(self) -> usize;
    fn bu(self) -> usize;
    fn cu(self) -> usize;
    /// b and c as one field.
    fn bc(self) -> isize;
    fn bcu(self) -> usize;
    /// a, b and c as one field.
    fn abc(self) -> isize;
}

/// The usual form: the word in the lower half; what the upper half holds does not matter.
///
/// As a 64-bit value, because the handlers' conversions of a 32-bit one to 64 bits are all hoisted into the dispatch block, hundreds of them, and that makes it too large to be duplicated.
#[derive(Clone, Copy)]
pub struct Narrow(pub u64);
/// Prefix and word.
#[derive(Clone, Copy)]
pub struct Wide(pub u32, pub u32);
/// A word whose opcode says of each operand whether it is a temp, a local or either (`taipan_bytecode::running`).
#[derive(Clone, Copy)]
pub struct Shaped<const A: u8, const B: u8, const C: u8>(pub u64);
/// What [`Shaped`] says of an operand.
pub const ANY: u8 = 0;
pub const TEMP: u8 = 1;
pub const LOCAL: u8 = 2;

/// Tell the compiler what is known of a register.
#[inline(always)]
fn known<const AT: u8>(r: isize) -> isize {
    // SAFETY: the opcode was chosen by this very operand.
    unsafe {
        match AT {
            TEMP => std::hint::assert_unchecked(r >= 0),
            LOCAL => std::hint::assert_unchecked(r < 0),
            _ => {}
        }
    }
    r
}

impl<const A: u8, const B: u8, const C: u8> Word for Shaped<A, B, C> {
    const WIDE: bool = false;
    const A_TEMP: bool = A == TEMP;
    #[inline(always)]
    fn again(self) -> Self {
        Shaped(Narrow(self.0).again().0)
    }
    #[inline(always)]
    fn a(self) -> isize {
        known::<A>(Narrow(self.0).a())
    }
    #[inline(always)]
    fn b(self) -> isize {
        known::<B>(Narrow(self.0).b())
    }
    #[inline(always)]
    fn c(self) -> isize {
        known::<C>(Narrow(self.0).c())
    }
    #[inline(always)]
    fn au(self) -> usize {
        Narrow(self.0).au()
    }
    #[inline(always)]
    fn bu(self) -> usize {
        Narrow(self.0).bu()
    }
    #[inline(always)]
    fn cu(self) -> usize {
        Narrow(self.0).cu()
    }
    #[inline(always)]
    fn bc(self) -> isize {
        Narrow(self.0).bc()
    }
    #[inline(always)]
    fn bcu(self) -> usize {
        Narrow(self.0).bcu()
    }
    #[inline(always)]
    fn abc(self) -> isize {
        Narrow(self.0).abc()
    }
}

impl Word for Narrow {
    const WIDE: bool = false;
    #[inline(always)]
    fn again(self) -> Self {
        let mut word = self.0;
        // SAFETY: no instruction at all.
        unsafe { std::arch::asm!("/* {0} */", inout(reg) word, options(pure, nomem, nostack, preserves_flags)) };
        Narrow(word)
    }
    #[inline(always)]
    fn a(self) -> isize {
        (self.0 >> 8) as i8 as isize
    }
    #[inline(always)]
    fn b(self) -> isize {
        (self.0 >> 16) as i8 as isize
    }
    #[inline(always)]
    fn c(self) -> isize {
        (self.0 >> 24) as i8 as isize
    }
    #[inline(always)]
    fn au(self) -> usize {
        (self.0 >> 8) as u8 as usize
    }
    #[inline(always)]
    fn bu(self) -> usize {
        (self.0 >> 16) as u8 as usize
    }
    #[inline(always)]
    fn cu(self) -> usize {
        (self.0 >> 24) as u8 as usize
    }
    #[inline(always)]
    fn bc(self) -> isize {
        (self.0 >> 16) as i16 as isize
    }
    #[inline(always)]
    fn bcu(self) -> usize {
        (self.0 >> 16) as u16 as usize
    }
    #[inline(always)]
    fn abc(self) -> isize {
        (self.0 as i32 >> 8) as isize
    }
}

impl Wide {
    #[inline(always)]
    fn field(self, shift: u32) -> u32 {
        (self.1 >> shift & 0xff) | (self.0 >> shift & 0xff) << 8
    }
}

impl Word for Wide {
    const WIDE: bool = true;
    fn again(self) -> Self {
        self
    }
    fn a(self) -> isize {
        self.field(8) as i16 as isize
    }
    fn b(self) -> isize {
        self.field(16) as i16 as isize
    }
    fn c(self) -> isize {
        self.field(24) as i16 as isize
    }
    fn au(self) -> usize {
        self.field(8) as usize
    }
    fn bu(self) -> usize {
        self.field(16) as usize
    }
    fn cu(self) -> usize {
        self.field(24) as usize
    }
    fn bc(self) -> isize {
        self.bcu() as u32 as i32 as isize
    }
    fn bcu(self) -> usize {
        (self.1 >> 16 | (self.0 >> 16) << 16) as usize
    }
    fn abc(self) -> isize {
        (self.1 >> 8 | (self.0 >> 8) << 24) as i32 as isize
    }
}

/// An operand for an out-of-line function: where it is, and whether reading consumes it.
#[derive(Clone, Copy)]
pub struct Opd {
    pub at: *mut Slot,
    pub owned: bool,
}

/// An operand that was read: borrowed from a local or constant, or owned.
pub struct Val {
    obj: *mut Object,
    owned: bool,
}

impl std::ops::Deref for Val {
    type Target = Object;
    #[inline(always)]
    fn deref(&self) -> &Object {
        // SAFETY: alive: owned, or borrowed from a slot that keeps it for the instruction.
        unsafe { &*self.obj }
    }
}
impl Drop for Val {
    #[inline(always)]
    fn drop(&mut self) {
        if self.owned {
            // SAFETY: the count is ours.
            unsafe { Object::decref(self.obj) }
        }
    }
}
impl Val {
    /// An owned reference.
    #[inline(always)]
    pub fn into_own(self) -> Own<Object> {
        let v = std::mem::ManuallyDrop::new(self);
        if !v.owned {
            v.incref();
        }
        // SAFETY: one count is ours now.
        unsafe { Own::from_raw(v.obj) }
    }
}

impl Opd {
    /// The word, without consuming it.
    #[inline(always)]
    pub unsafe fn peek(self) -> Slot {
        *self.at
    }
    /// Read the operand as an object; a temp is emptied.
    #[inline(always)]
    pub unsafe fn take(self, cx: &mut Cx) -> PyResult<Val> {
        if self.owned {
            let s = std::mem::replace(&mut *self.at, Slot::EMPTY);
            return Ok(Val { obj: s.into_own(cx)?.into_raw(), owned: true });
        }
        Ok(Val { obj: Slot::boxed(self.at, cx)?.as_ptr(), owned: false })
    }
    /// Read the operand as an owned word; a temp is emptied.
    #[inline(always)]
    pub unsafe fn take_slot(self) -> Slot {
        if self.owned { std::mem::replace(&mut *self.at, Slot::EMPTY) } else { (*self.at).duplicate() }
    }
    /// The operand has been read: release it if it is a temp.
    #[inline(always)]
    pub unsafe fn consume(self) {
        // An int may stay in a temp.
        if self.owned && (*self.at).is_object() {
            std::mem::replace(&mut *self.at, Slot::EMPTY).release();
        }
    }
}

/// Store an owned word and release the old one.
#[inline(always)]
pub unsafe fn store(at: *mut Slot, v: Slot) {
    let old = std::mem::replace(&mut *at, v);
    old.release();
}

/// Store an object.
#[inline(always)]
pub unsafe fn store_own<T: PyLayout>(at: *mut Slot, v: Own<T>) {
    store(at, Slot::object(v));
}

impl Regs {
    /// The registers for a frame, to go on at its saved `pc`.
    #[inline(always)]
    pub unsafe fn of(frame: *mut Frame, ts: &'static ThreadState) -> Regs {
        let code: &PyCode = &*((*frame).code.get().get() as *const PyCode);
        Regs {
            pc: (*frame).pc.get().get(),
            fp: (frame as *mut Slot).add(8 + code.nlocals()),
            cells: code.cells_ptr(),
            frame,
            ts,
        }
    }
    /// Describe the thread's innermost frame again, after something that may have pushed or popped frames.
    #[inline(always)]
    pub unsafe fn reload(&mut self) {
        *self = Regs::of(self.ts.current_frame.get(), self.ts);
    }
    #[inline(always)]
    pub unsafe fn code(&self) -> &'static PyCode {
        &*((*self.frame).code.get().get() as *const PyCode)
    }
    /// The slot of a register.
    #[inline(always)]
    pub unsafe fn at(&self, r: isize) -> *mut Slot {
        self.fp.offset(r)
    }
    #[inline(always)]
    pub unsafe fn get(&self, r: isize) -> Slot {
        *self.fp.offset(r)
    }
    /// Store an owned word and release the old one.
    #[inline(always)]
    pub unsafe fn set(&self, r: isize, v: Slot) {
        store(self.at(r), v)
    }
    /// Store an owned word in register a and release the old one. A temp that is written is empty or holds an int.
    #[inline(always)]
    pub unsafe fn put<W: Word>(&self, w: W, v: Slot) {
        if W::A_TEMP {
            debug_assert!(!self.get(w.a()).is_object(), "a temp was overwritten");
            *self.at(w.a()) = v;
        } else {
            let old = std::mem::replace(&mut *self.at(w.a()), v);
            self.release(old);
        }
    }
    /// Release an owned word that was taken out of its slot.
    #[inline(always)]
    pub unsafe fn release(&self, old: Slot) {
        if old.is_object() {
            // Its finaliser may look where we are.
            let last = || dealloc_at(self.frame, self.pc, old.as_ptr());
            Object::decref_or(old.as_ptr(), last, apart);
        } else {
            apart();
        }
    }
    /// The operand in register r has been read: release it if it is a temp.
    #[inline(always)]
    pub unsafe fn consume(&self, r: isize) {
        if r >= 0 {
            let s = self.get(r);
            // An int may stay in a temp.
            if s.is_object() {
                *self.at(r) = Slot::EMPTY;
                self.release(s);
            } else {
                apart();
            }
        }
    }
    /// An operand of kind `Src`.
    #[inline(always)]
    pub unsafe fn src(&self, r: isize) -> Opd {
        Opd { at: self.at(r), owned: r >= 0 }
    }
    /// An operand that is never consumed.
    #[inline(always)]
    pub unsafe fn keep(&self, r: isize) -> Opd {
        Opd { at: self.at(r), owned: false }
    }
    /// A constant as an operand for out-of-line functions: its object.
    #[inline(always)]
    pub unsafe fn konst(&self, i: usize) -> Opd {
        Opd { at: self.code().consts().as_slice().as_ptr().add(i) as *mut Slot, owned: false }
    }
    /// Constant `i` as an operand where it lies in front of the cells: for what does not box it.
    #[inline(always)]
    pub unsafe fn konst_word(&self, i: usize) -> Opd {
        Opd { at: (self.cells as *mut Slot).offset(!(i as isize)), owned: false }
    }
    /// Constant `i` as a borrowed word.
    #[inline(always)]
    pub unsafe fn const_slot(&self, i: usize) -> Slot {
        *(self.cells as *const Slot).offset(!(i as isize))
    }
    /// Constant `i` as an object.
    #[inline(always)]
    pub unsafe fn const_obj(&self, i: usize) -> &'static Object {
        *(self.code().consts().as_slice().as_ptr().add(i))
    }
    /// Name `i`.
    #[inline(always)]
    pub unsafe fn name(&self, i: usize) -> &'static PyStr {
        let names = self.code().names();
        (*names.as_slice().as_ptr().add(i)).cast_unchecked::<PyStr>()
    }
    /// Note where we are: before anything that may raise or look at the frame.
    #[inline(always)]
    pub unsafe fn save(&self) {
        (*self.frame).pc.set(taipan_object::frame::Tagged::new(self.pc));
    }
    /// The next word (an extra operand or a cache index).
    #[inline(always)]
    pub unsafe fn fetch(&mut self) -> u32 {
        let w = *self.pc;
        self.pc = self.pc.add(1);
        w
    }
    /// The next instruction word.
    #[inline(always)]
    pub unsafe fn fetch_instruction(&mut self) -> u64 {
        self.pc = opaque(self.pc.add(1), self.fp, self.frame);
        *self.pc.sub(1) as u64
    }
    /// The instruction's cache cell; steps over the word with its index.
    #[inline(always)]
    pub unsafe fn cell(&mut self) -> *mut CacheCell {
        let i = self.pc.read_volatile() as usize;
        self.pc = self.pc.add(1);
        self.cells.add(i)
    }
    /// Whether somebody wants attention.
    #[inline(always)]
    pub fn breaker(&self) -> bool {
        self.ts.eval_breaker.load(Relaxed) != 0
    }
    /// Take a jump that may be a back edge.
    #[inline(always)]
    pub unsafe fn jump(&mut self, offset: isize) -> PyResult<()> {
        if self.breaker() {
            crate::breaker::at_jump(*self, offset)?;
        }
        self.pc = self.pc.offset(offset);
        Ok(())
    }
    /// The last step of a `for_iter`: store the item in register a, and go on with the loop's body.
    #[inline(always)]
    pub unsafe fn give<W: Word>(&mut self, w: W, v: Slot) -> PyResult<()> {
        // Before the store: what comes behind it is laid behind each of its ends.
        if self.breaker() {
            crate::breaker::give(*self, self.at(w.a()), v, w.c())?;
        } else {
            self.put(w, v);
        }
        self.pc = self.pc.offset(w.c());
        Ok(())
    }
    /// Take a jump, or go on.
    #[inline(always)]
    pub unsafe fn jump_when(&mut self, taken: bool, offset: isize) -> PyResult<()> {
        if taken {
            return self.jump(offset);
        }
        apart();
        Ok(())
    }
    /// After an out-of-line call: describe the innermost frame again, and leave the plain loop if somebody listens by now.
    #[inline(always)]
    pub unsafe fn settle(&mut self) -> PyResult<()> {
        self.reload();
        self.settled()
    }
    /// After an out-of-line call that left the frames alone: leave the plain loop if somebody listens by now.
    #[inline(always)]
    pub unsafe fn settled(&self) -> PyResult<()> {
        if self.breaker() {
            return crate::breaker::after_call(*self);
        }
        Ok(())
    }
    /// Rewrite the opcode of the instruction whose (only) word has just been fetched, `back` words before `pc`.
    #[inline(always)]
    pub unsafe fn respecialise(&self, back: usize, op: u8) {
        let at = self.pc.sub(back) as *mut u32;
        *at = *at & !0xff | taipan_bytecode::running::shaped(op, *at) as u32;
    }
}

/// The last count of an object was given up at an instruction. Cold, as LLVM's layout has it: what calls it goes out of the handlers' way.
#[cold]
#[inline(never)]
unsafe fn dealloc_at(frame: *mut Frame, pc: *const u32, o: *mut Object) {
    (*frame).pc.set(taipan_object::frame::Tagged::new(pc));
    taipan_object::dealloc::dealloc(o);
}

/// Marks a way through a handler that is to end with a dispatch of its own: a block with nothing in it would be an edge to a dispatch elsewhere, one more jump that is taken.
#[inline(always)]
pub fn apart() {
    // SAFETY: no instruction at all.
    unsafe { std::arch::asm!("", options(nomem, nostack, preserves_flags)) };
}

/// The same address, but the compiler does not know how it came about: else it keeps the address before the addition in a register of its own, next to the one behind it.
#[inline(always)]
fn opaque(mut p: *const u32, fp: *mut Slot, frame: *mut Frame) -> *const u32 {
    // SAFETY: no instruction at all.
    unsafe { std::arch::asm!("/* {0} {1} {2} */", inout(reg) p, in(reg) fp, in(reg) frame, options(pure, nomem, nostack, preserves_flags)) };
    p
}

/// The token, for handlers (the loop holds the GIL).
#[inline(always)]
pub fn cx() -> Cx {
    // SAFETY: see the crate's first page.
    unsafe { Cx::assume() }
}
