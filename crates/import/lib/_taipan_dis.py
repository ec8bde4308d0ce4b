"""How Lib's dis reads Taipan's bytecode.

Instructions are words of four bytes, with up to four operands each, of which most are registers: `t0`, `t1`, ... or a
local variable. Offsets count as in CPython two for a unit, here a word. Taipan's own module.
"""

from _opcode import _instructions

_ROW = 16


class _Code(bytes):
    """The bytes of co_code, which know their code object."""

    code = None


def _of(code):
    data = _Code(code.co_code)
    data.code = code
    return data


def _register(code, value):
    if value >= 0:
        return f"t{value}"
    if code is None:
        return f"local{value}"
    names = code.co_varnames
    names += tuple(n for n in code.co_cellvars if n not in names) + code.co_freevars
    at = len(names) + value
    return names[at] if 0 <= at < len(names) else f"local{value}"


def _operands(code, operands, labels):
    """Number, value and text of the operand that counts most, and the text of all."""
    arg = value = None
    found = False
    shown = []
    for kind, number in operands:
        if kind == "register":
            text = _register(code, number)
            item = text
        elif kind == "name" and code is not None:
            item = text = code.co_names[number]
        elif kind == "const" and code is not None:
            item = code.co_consts[number]
            text = repr(item)
        elif kind == "target":
            item = 2 * number
            label = labels.get(item)
            text = f"to L{label}" if label else f"to {item}"
        else:
            item = number
            text = str(number)
        shown.append(text)
        # Names, constants and targets say more than registers and counts.
        if not found and kind in ("name", "const", "target"):
            arg, value, found = number, item, True
        elif arg is None:
            arg, value = number, item
    return arg, value, ", ".join(shown)


def adapt(dis):
    """Replace the functions of dis (its globals) that take instructions apart."""
    Instruction, Positions, entry = dis["Instruction"], dis["Positions"], dis["_ExceptionTableEntry"]

    def _get_code_array(co, adaptive):
        return _of(co)

    def _get_instructions_bytes(code, linestarts=None, line_offset=0, co_positions=None,
                                original_code=None, arg_resolver=None):
        co = getattr(code, "code", None)
        places = list(co_positions) if co_positions is not None else []
        labels = arg_resolver.labels_map if arg_resolver else {}
        line = None
        for start, end, opcode, name, operands in _instructions(bytes(code)):
            offset = 2 * start
            starts_line = linestarts is not None and offset in linestarts
            if starts_line:
                line = linestarts[offset]
            shown_line = line + line_offset if line is not None else None
            arg, argval, argrepr = _operands(co, operands, labels)
            positions = Positions(*places[start]) if start < len(places) else Positions()
            if start == 0 and name == "nop":
                name = "resume"  # It stands for entering the code.
            # The words behind the first one count as a cache of that size.
            cache = [("words", end - start - 1, bytes(code[4 * start + 4:4 * end]))] if end > start + 1 else None
            yield Instruction(name.upper(), opcode, arg, argval, argrepr, offset, offset, starts_line, shown_line,
                              labels.get(offset), positions, cache)

    def _targets(code):
        for start, end, opcode, name, operands in _instructions(bytes(code)):
            for kind, value in operands:
                if kind == "target":
                    yield 2 * value

    def findlabels(code):
        """Detect all offsets in a byte code which are jump targets.

        Return the list of offsets.

        """
        return list(dict.fromkeys(_targets(code)))

    def _unpack_opargs(code):
        for start, end, opcode, name, operands in _instructions(bytes(code)):
            yield 2 * start, 2 * start, opcode, _operands(None, operands, {})[0]

    def _parse_exception_table(code):
        table = code.co_exceptiontable
        rows = []
        for at in range(0, len(table), _ROW):
            row = table[at:at + _ROW]
            start, end, target, rest = (int.from_bytes(row[n:n + 4], "little") for n in range(0, _ROW, 4))
            rows.append(entry(2 * start, 2 * end, 2 * target, rest >> 1, bool(rest & 1)))
        return rows

    def _find_imports(co):
        known = {}
        for start, end, opcode, name, operands in _instructions(co.co_code):
            if name in ("load_const", "load_int"):
                (_, register), (kind, value) = operands
                known[register] = co.co_consts[value] if kind == "const" else value
            elif name == "import_name":
                (_, _), (_, base), (_, index) = operands
                yield co.co_names[index], known.get(base, 0), known.get(base + 1)

    def _find_store_names(co):
        for start, end, opcode, name, operands in _instructions(co.co_code):
            if name in ("store_name", "store_global"):
                yield from (co.co_names[value] for kind, value in operands if kind == "name")

    def _get_cache_size(opname):
        return 0

    functions = (_get_code_array, _get_instructions_bytes, findlabels, _unpack_opargs, _parse_exception_table,
                 _find_imports, _find_store_names, _get_cache_size)
    dis.update((f.__name__, f) for f in functions)
    Instruction.end_offset = property(lambda self: self.cache_offset + 2 * sum(size for _, size, _ in self.cache_info or ()))
    Instruction.baseopcode = property(lambda self: self.opcode)
    Instruction.baseopname = property(lambda self: self.opname)
    Instruction.jump_target = property(lambda self: self.argval if self.argrepr.rpartition(", ")[2].startswith("to ") else None)
