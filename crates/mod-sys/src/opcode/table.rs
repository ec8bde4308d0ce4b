//! Facts about the reference's instruction set, for `opcode` and `dis`: a table.

/// How the effect on the stack depends on the operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Fixed,
    Plus,
    Minus,
    MinusTwice,
    PlusBit,
    MinusBit,
    /// Low byte plus the rest.
    Unpack,
}
use Shape::*;

/// Opcode, shape, effect of operand 0 when it jumps (or falls through, whichever is more), and when it does not.
pub static EFFECTS: &[(u16, Shape, i8, i8)] = &[
    (0, Fixed, 0, 0), (1, Fixed, -2, -2), (2, Fixed, -1, -1), (4, Fixed, -3, -3), (5, Fixed, 0, 0), (6, Fixed, 0, 0), (7, Fixed, -1, -1),
    (8, Fixed, -2, -2), (9, Fixed, -1, -1), (10, Fixed, -1, -1), (11, Fixed, -1, -1), (12, Fixed, 0, 0), (13, Fixed, -1, -1), (14, Fixed, 0, 0),
    (15, Fixed, 1, 1), (16, Fixed, 0, 0), (17, Fixed, 0, 0), (18, Fixed, 1, 1), (19, Fixed, 0, 0), (20, Fixed, -1, -1), (21, Fixed, 1, 1),
    (22, Fixed, 1, 1), (23, Fixed, 0, 0), (24, Fixed, 1, 1), (25, Fixed, 1, 1), (26, Fixed, 1, 1), (27, Fixed, 0, 0), (28, Fixed, 0, 0),
    (29, Fixed, -1, -1), (30, Fixed, -1, -1), (31, Fixed, -1, -1), (32, Fixed, 1, 1), (33, Fixed, 1, 1), (34, Fixed, 1, 1), (35, Fixed, 0, 0),
    (36, Fixed, 0, 0), (37, Fixed, -4, -4), (38, Fixed, -3, -3), (39, Fixed, 0, 0), (40, Fixed, 0, 0), (41, Fixed, 0, 0), (42, Fixed, 0, 0),
    (43, Fixed, 1, 1), (44, Fixed, -1, -1), (45, MinusBit, -1, -1), (46, Minus, 1, 1), (47, MinusTwice, 1, 1), (48, Minus, 1, 1), (49, Minus, 1, 1),
    (50, Minus, 1, 1), (51, Minus, 1, 1), (52, Minus, -1, -1), (53, Fixed, 0, 0), (54, Fixed, -1, -1), (55, Minus, -2, -2), (56, Fixed, -1, -1),
    (57, Fixed, -1, -1), (58, Fixed, 0, 0), (59, Fixed, 1, 1), (60, Fixed, 0, 0), (61, Fixed, -1, -1), (62, Fixed, 0, 0), (63, Fixed, 0, 0),
    (64, Fixed, 0, 0), (65, Fixed, 0, 0), (66, Fixed, -1, -1), (67, Fixed, -1, -1), (68, Fixed, -2, -2), (69, Fixed, 0, 0), (70, Fixed, 1, 1),
    (71, Fixed, 0, 0), (72, Fixed, 1, 1), (73, Fixed, -1, -1), (74, Fixed, -1, -1), (75, Fixed, 0, 0), (76, Fixed, 0, 0), (77, Fixed, 0, 0),
    (78, Fixed, -1, -1), (79, Fixed, -1, -1), (80, PlusBit, 0, 0), (81, Fixed, 1, 1), (82, Fixed, 1, 1), (83, Fixed, 1, 1), (84, Fixed, 1, 1),
    (85, Fixed, 1, 1), (86, Fixed, 1, 1), (87, Fixed, 2, 2), (88, Fixed, 1, 1), (89, Fixed, 2, 2), (90, Fixed, 0, 0), (91, Fixed, 0, 0),
    (92, PlusBit, 1, 1), (93, Fixed, 1, 1), (94, Fixed, 1, 1), (95, Fixed, 1, 1), (96, PlusBit, -2, -2), (97, Fixed, 0, 0), (98, Fixed, -2, -2),
    (99, Fixed, -2, -2), (100, Fixed, -1, -1), (101, Fixed, -1, -1), (102, Fixed, -1, -1), (103, Fixed, -1, -1), (104, Minus, 0, 0),
    (105, Fixed, -1, -1), (106, Fixed, 0, 0), (107, Fixed, -1, -1), (108, Fixed, -1, -1), (109, Fixed, -1, -1), (110, Fixed, -2, -2),
    (111, Fixed, -1, -1), (112, Fixed, -1, -1), (113, Fixed, 0, 0), (114, Fixed, -2, -2), (115, Fixed, -1, -1), (116, Fixed, -1, -1),
    (117, Fixed, 0, 0), (118, Unpack, 0, 0), (119, Plus, -1, -1), (120, Fixed, 0, 0), (128, Fixed, 0, 0), (234, Fixed, -1, -1), (235, Fixed, -1, -1),
    (236, Fixed, -1, -1), (237, Fixed, 1, 1), (238, Fixed, 0, 0), (239, Fixed, 0, 0), (240, Fixed, 0, 0), (241, Fixed, -1, -1), (242, Fixed, -1, -1),
    (243, Fixed, -1, -1), (244, Fixed, -1, -1), (245, Fixed, 0, 0), (246, Fixed, 0, 0), (247, Fixed, 0, 0), (248, Fixed, -2, -2),
    (249, PlusBit, -2, -2), (250, Minus, -1, -1), (251, Minus, -2, -2), (252, Fixed, -3, -3), (253, Fixed, 0, 0), (254, Fixed, 0, 0),
    (255, Fixed, 0, 0), (256, Fixed, 0, 0), (257, Fixed, 0, 0), (258, Fixed, 0, 0), (259, Fixed, 0, 0), (260, Fixed, 0, 0), (261, Fixed, 1, 1),
    (262, Fixed, 0, 0), (263, Fixed, 2, 0), (264, Fixed, 1, 0), (265, Fixed, 1, 0), (266, Fixed, -1, -1),
];

/// Numbers that are opcodes.
pub static VALID: &[u16] = &[
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
    39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74,
    75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108,
    109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144,
    145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173,
    174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 200, 201, 202,
    203, 204, 205, 206, 207, 208, 209, 210, 211, 234, 235, 236, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253,
    254, 255, 256, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266,
];

/// Opcodes that `has_arg` is about.
pub static HAS_ARG: &[u16] = &[
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79,
    80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112,
    113, 114, 115, 116, 117, 118, 119, 120, 128, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 155, 156, 157, 158, 159, 160, 161, 162, 163,
    164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192,
    193, 194, 195, 197, 200, 209, 210, 211, 237, 239, 241, 242, 243, 244, 245, 247, 248, 249, 250, 251, 253, 255, 257, 258, 259, 260, 261, 263, 264,
    265, 266,
];

/// Opcodes that `has_const` is about.
pub static HAS_CONST: &[u16] = &[
    82, 190, 191,
];

/// Opcodes that `has_name` is about.
pub static HAS_NAME: &[u16] = &[
    61, 64, 65, 72, 73, 80, 91, 92, 93, 96, 110, 115, 116, 179, 189, 194, 195, 200, 249,
];

/// Opcodes that `has_jump` is about.
pub static HAS_JUMP: &[u16] = &[
    68, 70, 75, 76, 77, 100, 101, 102, 103, 106, 172, 173, 174, 175, 176, 237, 248, 257, 258, 259, 260,
];

/// Opcodes that `has_free` is about.
pub static HAS_FREE: &[u16] = &[
    62, 90, 97, 111,
];

/// Opcodes that `has_local` is about.
pub static HAS_LOCAL: &[u16] = &[
    3, 63, 83, 84, 85, 86, 87, 88, 89, 112, 113, 114, 261, 266,
];

/// Opcodes that `has_exc` is about.
pub static HAS_EXC: &[u16] = &[
    263, 264, 265,
];

/// Unary intrinsics.
pub static INTRINSICS_1: &[&str] = &["INTRINSIC_1_INVALID", "INTRINSIC_PRINT", "INTRINSIC_IMPORT_STAR", "INTRINSIC_STOPITERATION_ERROR", "INTRINSIC_ASYNC_GEN_WRAP", "INTRINSIC_UNARY_POSITIVE", "INTRINSIC_LIST_TO_TUPLE", "INTRINSIC_TYPEVAR", "INTRINSIC_PARAMSPEC", "INTRINSIC_TYPEVARTUPLE", "INTRINSIC_SUBSCRIPT_GENERIC", "INTRINSIC_TYPEALIAS"];

/// Binary intrinsics.
pub static INTRINSICS_2: &[&str] = &["INTRINSIC_2_INVALID", "INTRINSIC_PREP_RERAISE_STAR", "INTRINSIC_TYPEVAR_WITH_BOUND", "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS", "INTRINSIC_SET_FUNCTION_TYPE_PARAMS", "INTRINSIC_SET_TYPEPARAM_DEFAULT"];

/// Operands of LOAD_SPECIAL.
pub static SPECIAL_METHODS: &[&str] = &["__enter__", "__exit__", "__aenter__", "__aexit__"];

/// Operands of BINARY_OP.
pub static NB_OPS: &[(&str, &str)] = &[("NB_ADD", "+"), ("NB_AND", "&"), ("NB_FLOOR_DIVIDE", "//"), ("NB_LSHIFT", "<<"), ("NB_MATRIX_MULTIPLY", "@"), ("NB_MULTIPLY", "*"), ("NB_REMAINDER", "%"), ("NB_OR", "|"), ("NB_POWER", "**"), ("NB_RSHIFT", ">>"), ("NB_SUBTRACT", "-"), ("NB_TRUE_DIVIDE", "/"), ("NB_XOR", "^"), ("NB_INPLACE_ADD", "+="), ("NB_INPLACE_AND", "&="), ("NB_INPLACE_FLOOR_DIVIDE", "//="), ("NB_INPLACE_LSHIFT", "<<="), ("NB_INPLACE_MATRIX_MULTIPLY", "@="), ("NB_INPLACE_MULTIPLY", "*="), ("NB_INPLACE_REMAINDER", "%="), ("NB_INPLACE_OR", "|="), ("NB_INPLACE_POWER", "**="), ("NB_INPLACE_RSHIFT", ">>="), ("NB_INPLACE_SUBTRACT", "-="), ("NB_INPLACE_TRUE_DIVIDE", "/="), ("NB_INPLACE_XOR", "^="), ("NB_SUBSCR", "[]")];
