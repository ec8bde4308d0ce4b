//! The table of instructions: the one place that says what an instruction is.
//!
//! [`for_each_op!`] hands all rows to a macro of the caller's choice; the enum [`Op`], names, operand kinds, cache
//! cells and effects below derive from it, and so do the encoder, decoder, verifier, `dis`, the `.pyc` magic and
//! the interpreter's dispatch. A row is
//!
//! ```text
//! /// Meaning.
//! Variant "name" (operand: Kind, …) cells [effects];
//! ```
//!
//! Notation of the meanings: `R[x]` is the register that operand `x` names, `K[x]` a constant, `N[x]` a name.
//! Operands of kind `Src` are borrowed when they are locals and consumed (emptied) when they are temps; `Keep` never
//! consumes. `run(base, n)` is the n consecutive temps `R[base] … R[base+n-1]`; runs are consumed unless said otherwise.
//! "raises" alone means: whatever the Python operation raises. When an instruction raises, its consumed operands
//! are released all the same (unwinding releases every temp at or above the handler's depth; a handler of an
//! instruction may leave its operands in place for that), and its destination is unchanged.
//! All `Dst` may name the same register as an operand: operands are read before the destination is written.
//!
//! `W` operands name a call window, see `docs/bytecode.md`: `W+0` callable, then the callee's header, then
//! `W+FRAME_HEADER` the first argument.

/// Kind of an operand: how it is encoded and what reading it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Register that is written (one byte, signed). The old value is released after the new one is stored.
    Dst,
    /// Register that is read: a local is borrowed, a temp is consumed.
    Src,
    /// Register that is read and keeps its value.
    Keep,
    /// Temp that is read and written.
    InOut,
    /// Local that is written or tested and may be empty before.
    Local,
    /// Local that holds a cell; the cell is borrowed.
    Cell,
    /// First temp of a run whose length the row gives.
    Run,
    /// First temp of a call window.
    Window,
    /// Small unsigned number (one byte).
    Count,
    /// Index into `names` (one byte).
    Name,
    /// Index into `consts` (one byte).
    Const,
    /// Jump offset in words from the next instruction (one signed byte).
    Jump,
    /// Index into `names` (two bytes, b and c).
    Name16,
    /// Index into `consts` (two bytes, b and c).
    Const16,
    /// Signed number (two bytes, b and c).
    Imm16,
    /// Jump offset (two bytes, b and c).
    Jump16,
    /// Jump offset (three bytes, a, b and c).
    Jump24,
    /// Index into `consts`, in the extra word.
    ExtConst,
    /// Unsigned number, in the extra word.
    ExtCount,
}

/// Where an operand lives in an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One of the bytes a (0), b (1), c (2); a `wide` prefix adds eight higher bits.
    Byte(u8),
    /// The bytes b and c; a `wide` prefix makes it 32 bits.
    Pair,
    /// The bytes a, b and c; a `wide` prefix makes it 48 bits, of which 32 are used.
    Triple,
    /// The extra word after the instruction word.
    Extra,
}

impl Kind {
    /// Is it a register?
    pub const fn is_register(self) -> bool {
        matches!(
            self,
            Kind::Dst
                | Kind::Src
                | Kind::Keep
                | Kind::InOut
                | Kind::Local
                | Kind::Cell
                | Kind::Run
                | Kind::Window
        )
    }

    /// Is the encoded number signed?
    pub const fn is_signed(self) -> bool {
        self.is_register() || matches!(self, Kind::Jump | Kind::Jump16 | Kind::Jump24 | Kind::Imm16)
    }

    /// Is it a jump offset?
    pub const fn is_jump(self) -> bool {
        matches!(self, Kind::Jump | Kind::Jump16 | Kind::Jump24)
    }

    /// Does it live in the extra word?
    pub const fn is_extra(self) -> bool {
        matches!(self, Kind::ExtConst | Kind::ExtCount)
    }
}

/// What an instruction may do besides reading and writing its registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects(u8);

/// One effect, as the rows of the table name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Effect {
    /// May raise an exception.
    Raises = 1,
    /// May run arbitrary Python code (operators, descriptors, calls).
    Runs = 2,
    /// May drop the last reference of an object, so finalisers may run.
    Drops = 4,
    /// Reads objects (attributes, items, cells, globals).
    Reads = 8,
    /// Writes objects.
    Writes = 16,
    /// Control never reaches the next instruction.
    Ends = 32,
    /// May leave the frame and come back (generators).
    Suspends = 64,
}

impl Effects {
    /// The set of the given effects.
    pub const fn of(list: &[Effect]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < list.len() {
            bits |= list[i] as u8;
            i += 1;
        }
        Effects(bits)
    }

    /// Is `effect` in the set?
    pub const fn has(self, effect: Effect) -> bool {
        self.0 & effect as u8 != 0
    }

    /// The set as bits of [`Effect`].
    pub const fn bits(self) -> u8 {
        self.0
    }
}

/// Everything the table says of one instruction.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// Name in `dis`.
    pub name: &'static str,
    /// Operand names and kinds, in order.
    pub operands: &'static [(&'static str, Kind)],
    /// Number of 16-byte cache cells; not zero means that a word with the index of the first one follows.
    pub cells: u8,
    /// What it may do.
    pub effects: Effects,
    /// Its meaning, from the table.
    pub meaning: &'static str,
}

impl OpInfo {
    /// Does the instruction have an extra operand word?
    pub const fn has_extra(&self) -> bool {
        let mut i = 0;
        while i < self.operands.len() {
            if self.operands[i].1.is_extra() {
                return true;
            }
            i += 1;
        }
        false
    }

    /// Length in words without a `wide` prefix.
    pub const fn words(&self) -> usize {
        1 + self.has_extra() as usize + (self.cells != 0) as usize
    }

    /// Where operand number `index` lives.
    pub const fn place(&self, index: usize) -> Place {
        match self.operands[index].1 {
            Kind::Name16 | Kind::Const16 | Kind::Imm16 | Kind::Jump16 => Place::Pair,
            Kind::Jump24 => Place::Triple,
            Kind::ExtConst | Kind::ExtCount => Place::Extra,
            _ => Place::Byte(index as u8),
        }
    }
}

/// Hand the rows of the table to `$callback!`; `$extra` tokens, if any, come first in square brackets.
#[macro_export]
macro_rules! for_each_op {
    ($callback:ident $([$($extra:tt)*])?) => {
        $callback! { $([$($extra)*])?
            // ---- moves and constants ----
            /// Nothing; carries a line for tracing.
            Nop "nop" () 0 [];
            /// Prefix: a, b, c are bits 8–15 of the next instruction's a, b, c (for registers and other signed fields the sign is the top bit of the widened field).
            Wide "wide" (a: Count, b: Count, c: Count) 0 [];
            /// R[dst] = R[src].
            Move "move" (dst: Dst, src: Src) 0 [Drops];
            /// R[dst] = R[src]; a temp source keeps its value.
            Copy "copy" (dst: Dst, src: Keep) 0 [Drops];
            /// Release R[src], which may be empty.
            Pop "pop" (src: Src) 0 [Drops];
            /// R[dst] = K[value].
            LoadConst "load_const" (dst: Dst, value: Const16) 0 [Drops];
            /// R[dst] = the int `value`.
            LoadInt "load_int" (dst: Dst, value: Imm16) 0 [Drops];
            /// R[dst] = common constant number `which`, see `CommonConst`.
            LoadCommonConst "load_common_const" (dst: Dst, which: Count) 0 [Drops];
            /// UnboundLocalError if R[local] is empty ("cannot access local variable 'x' where it is not associated with a value").
            CheckLocal "check_local" (local: Local) 0 [Raises];
            /// Empty R[local], which may be empty already.
            ClearLocal "clear_local" (local: Local) 0 [Drops];

            // ---- cells ----
            /// R[local] = a new cell that holds what R[local] held (nothing, if it was empty).
            MakeCell "make_cell" (local: Local) 0 [];
            /// Copy the `count` cells of the function's closure to the last `count` locals (the free variables). First instruction of a closure.
            CopyFreeVars "copy_free_vars" (count: Count) 0 [];
            /// R[dst] = contents of the cell R[cell]. Empty: UnboundLocalError for a cell variable, NameError for a free one ("cannot access free variable 'x' where it is not associated with a value in enclosing scope").
            LoadDeref "load_deref" (dst: Dst, cell: Cell) 0 [Raises Drops Reads];
            /// Contents of the cell R[cell] = R[src].
            StoreDeref "store_deref" (cell: Cell, src: Src) 0 [Drops Writes];
            /// Empty the cell R[cell]; raises as `load_deref` when it is empty.
            DeleteDeref "delete_deref" (cell: Cell) 0 [Raises Drops Writes];
            /// R[dst] = R[dict][name of the local `cell`] if there (any mapping; KeyError means absent), else as `load_deref`.
            LoadFromDictOrDeref "load_from_dict_or_deref" (dst: Dst, dict: Src, cell: Cell) 0 [Raises Runs Drops Reads];

            // ---- names ----
            /// R[dst] = locals[N[name]], else globals, else builtins, else NameError "name 'x' is not defined".
            LoadName "load_name" (dst: Dst, name: Name16) 1 [Raises Runs Drops Reads];
            /// locals[N[name]] = R[src].
            StoreName "store_name" (src: Src, name: Name16) 1 [Raises Runs Drops Writes];
            /// del locals[N[name]]; NameError when absent.
            DeleteName "delete_name" (name: Name16) 0 [Raises Runs Drops Writes];
            /// R[dst] = globals[N[name]], else builtins, else NameError.
            LoadGlobal "load_global" (dst: Dst, name: Name16) 1 [Raises Runs Drops Reads];
            /// globals[N[name]] = R[src].
            StoreGlobal "store_global" (src: Src, name: Name16) 1 [Raises Runs Drops Writes];
            /// del globals[N[name]]; NameError when absent.
            DeleteGlobal "delete_global" (name: Name16) 0 [Raises Drops Writes];
            /// R[dst] = R[dict][N[name]] if there (any mapping), else as `load_global`.
            LoadFromDictOrGlobals "load_from_dict_or_globals" (dst: Dst, dict: Src, name: Name) 0 [Raises Runs Drops Reads];
            /// R[dst] = the frame's locals mapping (class and module bodies).
            LoadLocals "load_locals" (dst: Dst) 0 [Raises Drops];
            /// locals['__annotations__'] = {} unless it is there.
            SetupAnnotations "setup_annotations" () 0 [Raises Runs Writes];
            /// R[dst] = builtins.__build_class__; NameError "__build_class__ not found".
            LoadBuildClass "load_build_class" (dst: Dst) 0 [Raises Runs Drops Reads];

            // ---- attributes ----
            /// R[dst] = getattr(R[obj], N[name]).
            LoadAttr "load_attr" (dst: Dst, obj: Src, name: Name) 1 [Raises Runs Drops Reads];
            /// setattr(R[obj], N[name], R[value]).
            StoreAttr "store_attr" (obj: Src, value: Src, name: Name) 1 [Raises Runs Drops Writes];
            /// delattr(R[obj], N[name]).
            DeleteAttr "delete_attr" (obj: Src, name: Name) 0 [Raises Runs Drops Writes];
            /// Look N[name] up on R[obj] for a call: R[W] = the function and R[W+FRAME_HEADER] = R[obj] when it is a method that takes self, else R[W] = the attribute and R[W+FRAME_HEADER] is empty. For `call_method`.
            LoadMethod "load_method" (w: Window, obj: Src, name: Name) 1 [Raises Runs Drops Reads];
            /// R[dst] = super(cls, self).N[name]; run(base, 3) = the global `super`, the class, self. `two` = 1: the source had two arguments, 0: none (then a replaced `super` is called without arguments).
            LoadSuperAttr "load_super_attr" (dst: Dst, base: Run, name: Name, two: ExtCount) 1 [Raises Runs Drops Reads];
            /// As `load_super_attr`, with the result of `load_method` in the window W.
            LoadSuperMethod "load_super_method" (w: Window, base: Run, name: Name, two: ExtCount) 1 [Raises Runs Drops Reads];

            // ---- arithmetic ----
            /// R[dst] = R[lhs] + R[rhs].
            Add "add" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] - R[rhs].
            Sub "sub" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] * R[rhs].
            Mul "mul" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] / R[rhs].
            TrueDiv "truediv" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] // R[rhs].
            FloorDiv "floordiv" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] % R[rhs].
            Mod "mod" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] ** R[rhs].
            Pow "pow" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] @ R[rhs].
            MatMul "matmul" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] & R[rhs].
            And "and" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] | R[rhs].
            Or "or" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] ^ R[rhs].
            Xor "xor" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] << R[rhs].
            LShift "lshift" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] >> R[rhs].
            RShift "rshift" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = (R[lhs] += R[rhs]).
            InplaceAdd "inplace_add" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] -= R[rhs]).
            InplaceSub "inplace_sub" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] *= R[rhs]).
            InplaceMul "inplace_mul" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] /= R[rhs]).
            InplaceTrueDiv "inplace_truediv" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] //= R[rhs]).
            InplaceFloorDiv "inplace_floordiv" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] %= R[rhs]).
            InplaceMod "inplace_mod" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] **= R[rhs]).
            InplacePow "inplace_pow" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] @= R[rhs]).
            InplaceMatMul "inplace_matmul" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] &= R[rhs]).
            InplaceAnd "inplace_and" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] |= R[rhs]).
            InplaceOr "inplace_or" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] ^= R[rhs]).
            InplaceXor "inplace_xor" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] <<= R[rhs]).
            InplaceLShift "inplace_lshift" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] >>= R[rhs]).
            InplaceRShift "inplace_rshift" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = R[lhs] + K[rhs].
            AddK "add_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] - K[rhs].
            SubK "sub_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] * K[rhs].
            MulK "mul_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] / K[rhs].
            TrueDivK "truediv_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] // K[rhs].
            FloorDivK "floordiv_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] % K[rhs].
            ModK "mod_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] ** K[rhs].
            PowK "pow_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] & K[rhs].
            AndK "and_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] << K[rhs].
            LShiftK "lshift_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] >> K[rhs].
            RShiftK "rshift_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads];
            /// R[dst] = (R[lhs] += K[rhs]).
            InplaceAddK "inplace_add_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = (R[lhs] -= K[rhs]).
            InplaceSubK "inplace_sub_k" (dst: Dst, lhs: Src, rhs: Const) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = -R[src].
            Neg "neg" (dst: Dst, src: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = +R[src].
            Pos "pos" (dst: Dst, src: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = ~R[src].
            Invert "invert" (dst: Dst, src: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = not R[src].
            Not "not" (dst: Dst, src: Src) 0 [Raises Runs Drops Reads];

            // ---- comparisons as values ----
            /// R[dst] = R[lhs] < R[rhs] (whatever object the comparison returns).
            Lt "lt" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] <= R[rhs].
            Le "le" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] == R[rhs].
            Eq "eq" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] != R[rhs].
            Ne "ne" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] > R[rhs].
            Gt "gt" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] >= R[rhs].
            Ge "ge" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] is R[rhs].
            Is "is" (dst: Dst, lhs: Src, rhs: Src) 0 [Drops];
            /// R[dst] = R[lhs] is not R[rhs].
            IsNot "is_not" (dst: Dst, lhs: Src, rhs: Src) 0 [Drops];
            /// R[dst] = R[lhs] in R[rhs].
            In "in" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[lhs] not in R[rhs].
            NotIn "not_in" (dst: Dst, lhs: Src, rhs: Src) 0 [Raises Runs Drops Reads];

            // ---- jumps; any jump with a negative offset checks the eval breaker first ----
            /// Jump forward.
            Jump "jump" (target: Jump24) 0 [Ends];
            /// Jump back to a loop head; checks the eval breaker.
            JumpBackward "jump_backward" (target: Jump24) 0 [Raises Runs Ends];
            /// Jump on behalf of the conditional jump in front, whose offset does not reach; checks the eval breaker.
            JumpFar "jump_far" (target: Jump24) 0 [Raises Runs Ends];
            /// Jump if R[cond] is true.
            JumpIfTrue "jump_if_true" (cond: Src, target: Jump16) 0 [Raises Runs Drops Reads];
            /// Jump if R[cond] is false.
            JumpIfFalse "jump_if_false" (cond: Src, target: Jump16) 0 [Raises Runs Drops Reads];
            /// If the temp R[cond] is true, keep it and jump; else release it.
            JumpIfTrueOrPop "jump_if_true_or_pop" (cond: InOut, target: Jump16) 0 [Raises Runs Drops Reads];
            /// If the temp R[cond] is false, keep it and jump; else release it.
            JumpIfFalseOrPop "jump_if_false_or_pop" (cond: InOut, target: Jump16) 0 [Raises Runs Drops Reads];
            /// Jump if R[cond] is None.
            JumpIfNone "jump_if_none" (cond: Src, target: Jump16) 0 [Drops];
            /// Jump if R[cond] is not None.
            JumpIfNotNone "jump_if_not_none" (cond: Src, target: Jump16) 0 [Drops];
            /// Jump if R[lhs] is R[rhs].
            JumpIfIs "jump_if_is" (lhs: Src, rhs: Src, target: Jump) 0 [Drops];
            /// Jump if R[lhs] is not R[rhs].
            JumpIfIsNot "jump_if_is_not" (lhs: Src, rhs: Src, target: Jump) 0 [Drops];
            /// Jump if R[lhs] in R[rhs].
            JumpIfIn "jump_if_in" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if R[lhs] not in R[rhs].
            JumpIfNotIn "jump_if_not_in" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] < R[rhs]).
            JumpIfLt "jump_if_lt" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] <= R[rhs]).
            JumpIfLe "jump_if_le" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] == R[rhs]).
            JumpIfEq "jump_if_eq" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] != R[rhs]).
            JumpIfNe "jump_if_ne" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] > R[rhs]).
            JumpIfGt "jump_if_gt" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] >= R[rhs]).
            JumpIfGe "jump_if_ge" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] < R[rhs]).
            JumpIfNotLt "jump_if_not_lt" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] <= R[rhs]).
            JumpIfNotLe "jump_if_not_le" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] == R[rhs]).
            JumpIfNotEq "jump_if_not_eq" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] != R[rhs]).
            JumpIfNotNe "jump_if_not_ne" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] > R[rhs]).
            JumpIfNotGt "jump_if_not_gt" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] >= R[rhs]).
            JumpIfNotGe "jump_if_not_ge" (lhs: Src, rhs: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] < K[rhs]).
            JumpIfLtK "jump_if_lt_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] <= K[rhs]).
            JumpIfLeK "jump_if_le_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] == K[rhs]).
            JumpIfEqK "jump_if_eq_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] != K[rhs]).
            JumpIfNeK "jump_if_ne_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] > K[rhs]).
            JumpIfGtK "jump_if_gt_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump if bool(R[lhs] >= K[rhs]).
            JumpIfGeK "jump_if_ge_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] < K[rhs]).
            JumpIfNotLtK "jump_if_not_lt_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] <= K[rhs]).
            JumpIfNotLeK "jump_if_not_le_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] == K[rhs]).
            JumpIfNotEqK "jump_if_not_eq_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] != K[rhs]).
            JumpIfNotNeK "jump_if_not_ne_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] > K[rhs]).
            JumpIfNotGtK "jump_if_not_gt_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];
            /// Jump unless bool(R[lhs] >= K[rhs]).
            JumpIfNotGeK "jump_if_not_ge_k" (lhs: Src, rhs: Const, target: Jump) 0 [Raises Runs Drops Reads];

            // ---- items ----
            /// R[dst] = R[obj][R[index]].
            LoadSubscr "load_subscr" (dst: Dst, obj: Src, index: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[obj][K[index]].
            LoadSubscrK "load_subscr_k" (dst: Dst, obj: Src, index: Const) 0 [Raises Runs Drops Reads];
            /// R[obj][R[index]] = R[value].
            StoreSubscr "store_subscr" (obj: Src, index: Src, value: Src) 0 [Raises Runs Drops Writes];
            /// del R[obj][R[index]].
            DeleteSubscr "delete_subscr" (obj: Src, index: Src) 0 [Raises Runs Drops Writes];
            /// R[dst] = R[obj][start:stop]; run(base, 2) = start, stop.
            LoadSlice "load_slice" (dst: Dst, obj: Src, base: Run) 0 [Raises Runs Drops Reads];
            /// R[obj][start:stop] = R[value]; run(base, 2) = start, stop.
            StoreSlice "store_slice" (obj: Src, base: Run, value: Src) 0 [Raises Runs Drops Writes];

            // ---- building ----
            /// R[dst] = tuple of run(base, n).
            BuildTuple "build_tuple" (dst: Dst, base: Run, n: Count) 0 [Raises Drops];
            /// R[dst] = list of run(base, n).
            BuildList "build_list" (dst: Dst, base: Run, n: Count) 0 [Raises Drops];
            /// R[dst] = set of run(base, n).
            BuildSet "build_set" (dst: Dst, base: Run, n: Count) 0 [Raises Runs Drops];
            /// R[dst] = dict of run(base, 2*n): key, value, key, value …
            BuildMap "build_map" (dst: Dst, base: Run, n: Count) 0 [Raises Runs Drops];
            /// R[dst] = the strings run(base, n), joined.
            BuildString "build_string" (dst: Dst, base: Run, n: Count) 0 [Raises Drops];
            /// R[dst] = slice of run(base, n): start, stop and, if n = 3, step.
            BuildSlice "build_slice" (dst: Dst, base: Run, n: Count) 0 [Raises Drops];
            /// R[dst] = Interpolation; run(base, 2 + (flags & 1)) = value, expression text, format spec (if flags & 1, else ""). flags >> 1: conversion, 0 none, 1 str, 2 repr, 3 ascii.
            BuildInterpolation "build_interpolation" (dst: Dst, base: Run, flags: Count) 0 [Raises Drops];
            /// R[dst] = Template; run(base, 2) = tuple of strings, tuple of interpolations.
            BuildTemplate "build_template" (dst: Dst, base: Run) 0 [Raises Drops];
            /// Append R[value] to the list R[list].
            ListAppend "list_append" (list: Keep, value: Src) 0 [Raises Writes];
            /// Add R[value] to the set R[set].
            SetAdd "set_add" (set: Keep, value: Src) 0 [Raises Runs Drops Writes];
            /// R[map][R[key]] = R[value]; R[map] is an exact dict.
            MapAdd "map_add" (map: Keep, key: Src, value: Src) 0 [Raises Runs Drops Writes];
            /// Extend the list R[list]. Not iterable: TypeError "Value after * must be an iterable, not X".
            ListExtend "list_extend" (list: Keep, iterable: Src) 0 [Raises Runs Drops Writes];
            /// Update the set R[set] from an iterable.
            SetUpdate "set_update" (set: Keep, iterable: Src) 0 [Raises Runs Drops Writes];
            /// Update the dict R[dict] from a mapping. TypeError "'X' object is not a mapping".
            DictUpdate "dict_update" (dict: Keep, mapping: Src) 0 [Raises Runs Drops Writes];
            /// Update the dict R[dict] of keyword arguments; a key that is there already is a TypeError which names R[callable] ("f() got multiple values for keyword argument 'x'", "f() argument after ** must be a mapping, not X").
            DictMerge "dict_merge" (dict: Keep, mapping: Src, callable: Keep) 0 [Raises Runs Drops Writes];

            // ---- formatting ----
            /// R[dst] = str, repr or ascii (kind 1, 2, 3) of R[src].
            ConvertValue "convert_value" (dst: Dst, src: Src, kind: Count) 0 [Raises Runs Drops Reads];
            /// R[dst] = format(x) where x is R[src] converted by kind (0 none, 1 str, 2 repr, 3 ascii).
            FormatSimple "format_simple" (dst: Dst, src: Src, kind: Count) 0 [Raises Runs Drops Reads];
            /// R[dst] = format(R[src], R[spec]).
            FormatWithSpec "format_with_spec" (dst: Dst, src: Src, spec: Src) 0 [Raises Runs Drops Reads];

            // ---- unpacking and iteration ----
            /// Unpack R[src] into exactly n registers R[base] … (temps or consecutive locals). ValueError "too many values to unpack (expected n, got m)" and its relatives; nothing is written when it raises.
            UnpackSequence "unpack_sequence" (src: Src, base: Run, n: Count) 0 [Raises Runs Drops Reads];
            /// Unpack R[src] into `before` temps, a list, `after` temps, from R[base] up.
            UnpackEx "unpack_ex" (src: Src, base: Run, before: Count, after: ExtCount) 0 [Raises Runs Drops Reads];
            /// R[dst] = iter(R[src]).
            GetIter "get_iter" (dst: Dst, src: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = iter(R[src]) for `yield from`: a coroutine is taken as it is in a coroutine (else TypeError "cannot 'yield from' a coroutine object in a non-coroutine generator"), a generator is its own iterator.
            GetYieldFromIter "get_yield_from_iter" (dst: Dst, src: Src) 0 [Raises Runs Drops Reads];
            /// If the iterator R[iter] (a temp) has a next item: R[dst] = item, jump to `target` (the loop body; checks the eval breaker). Else release R[iter], empty it and go on.
            ForIter "for_iter" (dst: Dst, iter: InOut, target: Jump) 0 [Raises Runs Drops Reads Writes];

            // ---- generators and coroutines ----
            /// Make a generator, coroutine or async generator (by the code's flags) of this frame and return it to the caller; its first resumption goes on with the next instruction. No temp is live.
            ReturnGenerator "return_generator" () 0 [Raises Suspends];
            /// Suspend, handing out R[src]. Resumed with a value: R[dst] = it. Resumed with an exception: it is raised here.
            YieldValue "yield_value" (dst: Dst, src: Src) 0 [Raises Runs Drops Suspends];
            /// Delegate to the iterator R[iter] (a temp): send R[value] (a temp, consumed) to it. If it yields, suspend handing out what it yielded; resumed with a value: R[value] = it, and this instruction runs again. Resumed with an exception: throw (or close) goes to R[iter] first, as PEP 380 says. If it returns: R[value] = its result, R[iter] is released, go on. `gi_yieldfrom` is R[iter] while suspended here.
            YieldFrom "yield_from" (value: InOut, iter: InOut) 0 [Raises Runs Drops Reads Writes Suspends];
            /// R[dst] = awaitable iterator of R[src]; whence for the message: 0 `await`, 1 "'async with' received an object from __aenter__ that does not implement __await__: X", 2 the same for __aexit__.
            GetAwaitable "get_awaitable" (dst: Dst, src: Src, whence: Count) 0 [Raises Runs Drops Reads];
            /// R[dst] = R[src].__aiter__(), checked to have __anext__.
            GetAiter "get_aiter" (dst: Dst, src: Src) 0 [Raises Runs Drops Reads];
            /// R[dst] = awaitable iterator of R[aiter].__anext__().
            GetAnext "get_anext" (dst: Dst, aiter: Keep) 0 [Raises Runs Drops Reads];
            /// If R[exc] is a StopAsyncIteration, release both and go on; else raise it again (no traceback entry), after releasing R[aiter].
            EndAsyncFor "end_async_for" (aiter: Src, exc: Src) 0 [Raises Drops];

            // ---- with ----
            /// Enter the context manager R[src]: R[base] = its type's __exit__ and R[base+1] = self (as `load_method` would; empty when not needed), R[base+2] = result of __enter__. W: a free window for the call, with room for one argument. TypeError "'X' object does not support the context manager protocol" (see CPython for the variants).
            WithEnter "with_enter" (base: Run, src: Src, w: Window) 0 [Raises Runs Drops Reads];
            /// As `with_enter` for __aenter__ and __aexit__; R[base+2] is what __aenter__ returned, to be awaited.
            AsyncWithEnter "async_with_enter" (base: Run, src: Src, w: Window) 0 [Raises Runs Drops Reads];
            /// R[dst] = exit(None, None, None) with the pair run(base, 2). W: a free window with room for four arguments.
            WithExit "with_exit" (dst: Dst, base: Run, w: Window) 0 [Raises Runs Drops Reads];
            /// R[dst] = exit(type(e), e, e.__traceback__) with the pair R[base], R[base+1] and e = R[base+4]; all three keep their values. W as in `with_exit`.
            WithExceptStart "with_except_start" (dst: Dst, base: Run, w: Window) 0 [Raises Runs Drops Reads];

            // ---- exceptions ----
            /// `raise`: raise the handled exception again; RuntimeError "No active exception to reraise".
            RaiseCurrent "raise_current" () 0 [Raises Ends];
            /// `raise R[exc]` (a class is called; else TypeError "exceptions must derive from BaseException").
            RaiseExc "raise_exc" (exc: Src) 0 [Raises Runs Ends];
            /// `raise R[exc] from R[cause]`.
            RaiseFrom "raise_from" (exc: Src, cause: Src) 0 [Raises Runs Ends];
            /// Raise R[exc] again without a new traceback entry for this frame. lasti = n > 0: R[exc-n] is the saved position, which the frame's position becomes (it stays in its place).
            Reraise "reraise" (exc: Src, lasti: Count) 0 [Raises Ends];
            /// Handler entry. R[base] holds the exception: R[base+1] = it; R[base] = the exception handled until now (None if none); the handled exception is now R[base+1].
            PushExc "push_exc" (base: Run) 0 [];
            /// The handled exception is R[prev] again (None: none).
            PopExc "pop_exc" (prev: Src) 0 [Drops];
            /// Jump unless R[exc] matches the class or tuple of classes R[class]. TypeError "catching classes that do not inherit from BaseException is not allowed".
            JumpIfNotExcMatch "jump_if_not_exc_match" (exc: Keep, class: Src, target: Jump) 0 [Raises Runs Drops Reads];
            /// except*: split R[rest] (a temp: an exception or None) by R[class]. R[dst] = the matching group, or None; R[rest] = what is left, or None. A naked exception that matches is wrapped in a group. The match, if any, becomes the handled exception.
            CheckEgMatch "check_eg_match" (dst: Dst, rest: InOut, class: Src) 0 [Raises Runs Drops Reads];

            // ---- calls ----
            /// R[dst] = R[W](args); n arguments from W+FRAME_HEADER up. The window is consumed.
            Call "call" (dst: Dst, w: Window, n: Count) 1 [Raises Runs Drops Reads Writes];
            /// As `call`; the last len(K[names]) of the n arguments are keyword arguments with these names (a tuple).
            CallKw "call_kw" (dst: Dst, w: Window, n: Count, names: ExtConst) 1 [Raises Runs Drops Reads Writes];
            /// Call what `load_method` or `load_super_method` put in W: n counts the self position W+FRAME_HEADER; when it is empty the arguments are the n-1 after it.
            CallMethod "call_method" (dst: Dst, w: Window, n: Count) 1 [Raises Runs Drops Reads Writes];
            /// As `call_method` with keyword names.
            CallMethodKw "call_method_kw" (dst: Dst, w: Window, n: Count, names: ExtConst) 1 [Raises Runs Drops Reads Writes];
            /// R[dst] = R[W](*args, **kwargs): R[W+FRAME_HEADER] = args (a tuple or any iterable, TypeError "f() argument after * must be an iterable, not X"), R[W+FRAME_HEADER+1] = kwargs (a dict or any mapping), present if has_kwargs = 1.
            CallEx "call_ex" (dst: Dst, w: Window, has_kwargs: Count) 1 [Raises Runs Drops Reads Writes];
            /// Return R[src]: a temp is consumed, a local moved out.
            Return "return" (src: Src) 0 [Ends Drops];
            /// Return None.
            ReturnNone "return_none" () 0 [Ends Drops];
            /// R[dst] = a function of the code K[code]. `flags`: which attributes follow in the run from base, in this order: 1 defaults (tuple), 2 keyword-only defaults (dict), 4 annotations (tuple of names and strings, or dict), 16 __annotate__ function, 8 closure (tuple of cells).
            MakeFunction "make_function" (dst: Dst, base: Run, flags: Count, code: ExtConst) 0 [Raises Drops];

            // ---- imports ----
            /// R[dst] = __import__(N[name], globals, locals, fromlist, level); run(base, 2) = level, fromlist.
            ImportName "import_name" (dst: Dst, base: Run, name: Name) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = R[module].N[name], else sys.modules["module.name"], else ImportError "cannot import name …".
            ImportFrom "import_from" (dst: Dst, module: Keep, name: Name) 0 [Raises Runs Drops Reads];

            // ---- pattern matching ----
            /// R[dst] = True if R[subject] is a mapping (Py_TPFLAGS_MAPPING).
            MatchMapping "match_mapping" (dst: Dst, subject: Keep) 0 [Drops];
            /// R[dst] = True if R[subject] is a sequence (Py_TPFLAGS_SEQUENCE).
            MatchSequence "match_sequence" (dst: Dst, subject: Keep) 0 [Drops];
            /// R[dst] = tuple of the values of the mapping R[subject] for the tuple of keys R[keys], or None.
            MatchKeys "match_keys" (dst: Dst, subject: Keep, keys: Keep) 0 [Raises Runs Drops Reads];
            /// R[dst] = tuple of attributes or None; run(base, 3) = subject, class, tuple of keyword names; npos positional patterns.
            MatchClass "match_class" (dst: Dst, base: Run, npos: Count) 0 [Raises Runs Drops Reads];
            /// R[dst] = len(R[subject]).
            GetLen "get_len" (dst: Dst, subject: Keep) 0 [Raises Runs Drops Reads];

            // ---- rare operations ----
            /// R[dst] = Intrinsic1 number `which` of R[src].
            CallIntrinsic1 "call_intrinsic_1" (dst: Dst, src: Src, which: Count) 0 [Raises Runs Drops Reads Writes];
            /// R[dst] = Intrinsic2 number `which` of R[lhs], R[rhs].
            CallIntrinsic2 "call_intrinsic_2" (dst: Dst, lhs: Src, rhs: Src, which: ExtCount) 0 [Raises Runs Drops Reads Writes];
        }
    };
}

macro_rules! define_ops {
    ($( $(#[doc = $doc:literal])+ $variant:ident $name:literal ( $($operand:ident : $kind:ident),* ) $cells:literal [ $($effect:ident)* ]; )*) => {
        /// An instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Op { $( $(#[doc = $doc])+ $variant, )* }

        impl Op {
            /// All instructions, by number.
            pub const ALL: &'static [Op] = &[$(Op::$variant),*];

            const INFO: &'static [OpInfo] = &[$(
                OpInfo {
                    name: $name,
                    operands: &[$((stringify!($operand), Kind::$kind)),*],
                    cells: $cells,
                    effects: Effects::of(&[$(Effect::$effect),*]),
                    meaning: concat!($($doc),+),
                },
            )*];
        }
    };
}

for_each_op!(define_ops);

impl Op {
    /// How many instructions there are. Numbers from here to 255 are free for the interpreter's specialised forms.
    pub const COUNT: usize = Op::ALL.len();

    /// The table's row.
    #[inline]
    pub const fn info(self) -> &'static OpInfo {
        &Op::INFO[self as usize]
    }

    /// The instruction with number `byte`, if there is one.
    #[inline]
    pub const fn from_u8(byte: u8) -> Option<Op> {
        if (byte as usize) < Op::COUNT { Some(Op::ALL[byte as usize]) } else { None }
    }

    /// The name in `dis`.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// Does control never reach the next instruction?
    pub const fn ends(self) -> bool {
        self.info().effects.has(Effect::Ends)
    }
}

macro_rules! define_numbers {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[doc = $doc])+ $variant,)* }

        impl $name {
            /// All of them, by number.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The one with this number.
            pub const fn from_u32(number: u32) -> Option<$name> {
                if (number as usize) < $name::ALL.len() { Some($name::ALL[number as usize]) } else { None }
            }

            /// Name in `dis`.
            pub const fn name(self) -> &'static str {
                [$($text),*][self as usize]
            }
        }
    };
}

define_numbers! {
    /// The operand of `load_common_const`.
    CommonConst {
        /// `AssertionError`
        AssertionError "AssertionError",
        /// `NotImplementedError`
        NotImplementedError "NotImplementedError",
        /// `tuple`
        Tuple "tuple",
        /// `all`
        All "all",
        /// `any`
        Any "any",
    }
}

define_numbers! {
    /// The operand of `call_intrinsic_1`.
    Intrinsic1 {
        /// Print through sys.displayhook (interactive); result None.
        Print "print",
        /// `from module import *` into locals; result None.
        ImportStar "import_star",
        /// Wrap a value that an async generator yields.
        AsyncGenWrap "async_gen_wrap",
        /// A tuple of an exact list's items (the list is unshared).
        ListToTuple "list_to_tuple",
        /// `TypeVar(name)` with inferred variance.
        TypeVar "typevar",
        /// `ParamSpec(name)` with inferred variance.
        ParamSpec "paramspec",
        /// `TypeVarTuple(name)`.
        TypeVarTuple "typevartuple",
        /// `Generic[*params]` from a tuple of type parameters (type variable tuples are unpacked).
        SubscriptGeneric "subscript_generic",
        /// `TypeAliasType` from the tuple (name, type params or None, function that computes the value).
        TypeAlias "typealias",
        /// Raise `SystemError`: stands for code that was refused; the value is the opcode where it makes no sense.
        Refused "refused",
    }
}

define_numbers! {
    /// The operand of `call_intrinsic_2`.
    Intrinsic2 {
        /// except*: (original exception, list of raised and unhandled exceptions) → exception to raise, or None.
        PrepReraiseStar "prep_reraise_star",
        /// (name, function that computes the bound) → TypeVar.
        TypeVarWithBound "typevar_with_bound",
        /// (name, function that computes the constraints) → TypeVar.
        TypeVarWithConstraints "typevar_with_constraints",
        /// (function, tuple) → the function, its `__type_params__` set.
        SetFunctionTypeParams "set_function_type_params",
        /// (type parameter, function that computes the default) → the type parameter.
        SetTypeparamDefault "set_typeparam_default",
    }
}
