//! Token kinds. The first 68 have the numbers of CPython's `token` module; keywords follow from 100.

macro_rules! kinds {
    ($($name:ident = $value:literal $text:literal)*) => {
        /// What a token is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum Tok { $($name = $value,)* }

        impl Tok {
            /// The spelling of an operator or keyword, else the name in CPython's `token` module.
            pub const fn text(self) -> &'static str {
                match self { $(Tok::$name => $text,)* }
            }
        }
    };
}

kinds! {
    EndMarker = 0 "ENDMARKER" Name = 1 "NAME" Number = 2 "NUMBER" String = 3 "STRING" Newline = 4 "NEWLINE"
    Indent = 5 "INDENT" Dedent = 6 "DEDENT" LPar = 7 "(" RPar = 8 ")" LSqb = 9 "[" RSqb = 10 "]" Colon = 11 ":"
    Comma = 12 "," Semi = 13 ";" Plus = 14 "+" Minus = 15 "-" Star = 16 "*" Slash = 17 "/" VBar = 18 "|"
    Amper = 19 "&" Less = 20 "<" Greater = 21 ">" Equal = 22 "=" Dot = 23 "." Percent = 24 "%" LBrace = 25 "{"
    RBrace = 26 "}" EqEqual = 27 "==" NotEqual = 28 "!=" LessEqual = 29 "<=" GreaterEqual = 30 ">=" Tilde = 31 "~"
    Circumflex = 32 "^" LeftShift = 33 "<<" RightShift = 34 ">>" DoubleStar = 35 "**" PlusEqual = 36 "+="
    MinEqual = 37 "-=" StarEqual = 38 "*=" SlashEqual = 39 "/=" PercentEqual = 40 "%=" AmperEqual = 41 "&="
    VBarEqual = 42 "|=" CircumflexEqual = 43 "^=" LeftShiftEqual = 44 "<<=" RightShiftEqual = 45 ">>="
    DoubleStarEqual = 46 "**=" DoubleSlash = 47 "//" DoubleSlashEqual = 48 "//=" At = 49 "@" AtEqual = 50 "@="
    RArrow = 51 "->" Ellipsis = 52 "..." ColonEqual = 53 ":=" Exclamation = 54 "!" Op = 55 "OP"
    TypeIgnore = 56 "TYPE_IGNORE" TypeComment = 57 "TYPE_COMMENT" SoftKeyword = 58 "SOFT_KEYWORD"
    FStringStart = 59 "FSTRING_START" FStringMiddle = 60 "FSTRING_MIDDLE" FStringEnd = 61 "FSTRING_END"
    TStringStart = 62 "TSTRING_START" TStringMiddle = 63 "TSTRING_MIDDLE" TStringEnd = 64 "TSTRING_END"
    Comment = 65 "COMMENT" Nl = 66 "NL" Error = 67 "ERRORTOKEN"
    False = 100 "False" None = 101 "None" True = 102 "True" And = 103 "and" As = 104 "as" Assert = 105 "assert"
    Async = 106 "async" Await = 107 "await" Break = 108 "break" Class = 109 "class" Continue = 110 "continue"
    Def = 111 "def" Del = 112 "del" Elif = 113 "elif" Else = 114 "else" Except = 115 "except"
    Finally = 116 "finally" For = 117 "for" From = 118 "from" Global = 119 "global" If = 120 "if"
    Import = 121 "import" In = 122 "in" Is = 123 "is" Lambda = 124 "lambda" Nonlocal = 125 "nonlocal"
    Not = 126 "not" Or = 127 "or" Pass = 128 "pass" Raise = 129 "raise" Return = 130 "return" Try = 131 "try"
    While = 132 "while" With = 133 "with" Yield = 134 "yield"
}

impl Tok {
    /// The keyword a name spells, or [`Tok::Name`].
    #[inline]
    pub fn of_name(name: &[u8]) -> Tok {
        match name.len() {
            2 => match name {
                b"if" => Tok::If,
                b"in" => Tok::In,
                b"is" => Tok::Is,
                b"or" => Tok::Or,
                b"as" => Tok::As,
                _ => Tok::Name,
            },
            3 => match name {
                b"def" => Tok::Def,
                b"for" => Tok::For,
                b"not" => Tok::Not,
                b"and" => Tok::And,
                b"try" => Tok::Try,
                b"del" => Tok::Del,
                _ => Tok::Name,
            },
            4 => match name {
                b"None" => Tok::None,
                b"True" => Tok::True,
                b"else" => Tok::Else,
                b"elif" => Tok::Elif,
                b"from" => Tok::From,
                b"with" => Tok::With,
                b"pass" => Tok::Pass,
                _ => Tok::Name,
            },
            5 => match name {
                b"False" => Tok::False,
                b"class" => Tok::Class,
                b"raise" => Tok::Raise,
                b"while" => Tok::While,
                b"yield" => Tok::Yield,
                b"async" => Tok::Async,
                b"await" => Tok::Await,
                b"break" => Tok::Break,
                _ => Tok::Name,
            },
            6 => match name {
                b"return" => Tok::Return,
                b"import" => Tok::Import,
                b"except" => Tok::Except,
                b"assert" => Tok::Assert,
                b"lambda" => Tok::Lambda,
                b"global" => Tok::Global,
                _ => Tok::Name,
            },
            7 if name == b"finally" => Tok::Finally,
            8 => match name {
                b"continue" => Tok::Continue,
                b"nonlocal" => Tok::Nonlocal,
                _ => Tok::Name,
            },
            _ => Tok::Name,
        }
    }

    /// True for a reserved word.
    pub const fn is_keyword(self) -> bool {
        self as u8 >= 100
    }

    /// The number in CPython's `token` module.
    pub const fn number(self) -> u8 {
        if self.is_keyword() { Tok::Name as u8 } else { self as u8 }
    }

    /// The operator of one character.
    pub const fn one_char(c: u8) -> Tok {
        match c {
            b'!' => Tok::Exclamation,
            b'%' => Tok::Percent,
            b'&' => Tok::Amper,
            b'(' => Tok::LPar,
            b')' => Tok::RPar,
            b'*' => Tok::Star,
            b'+' => Tok::Plus,
            b',' => Tok::Comma,
            b'-' => Tok::Minus,
            b'.' => Tok::Dot,
            b'/' => Tok::Slash,
            b':' => Tok::Colon,
            b';' => Tok::Semi,
            b'<' => Tok::Less,
            b'=' => Tok::Equal,
            b'>' => Tok::Greater,
            b'@' => Tok::At,
            b'[' => Tok::LSqb,
            b']' => Tok::RSqb,
            b'^' => Tok::Circumflex,
            b'{' => Tok::LBrace,
            b'|' => Tok::VBar,
            b'}' => Tok::RBrace,
            b'~' => Tok::Tilde,
            _ => Tok::Op,
        }
    }

    /// The operator of two characters, if they are one.
    pub const fn two_chars(a: u8, b: u8) -> Option<Tok> {
        Some(match (a, b) {
            (b'!', b'=') => Tok::NotEqual,
            (b'%', b'=') => Tok::PercentEqual,
            (b'&', b'=') => Tok::AmperEqual,
            (b'*', b'*') => Tok::DoubleStar,
            (b'*', b'=') => Tok::StarEqual,
            (b'+', b'=') => Tok::PlusEqual,
            (b'-', b'=') => Tok::MinEqual,
            (b'-', b'>') => Tok::RArrow,
            (b'/', b'/') => Tok::DoubleSlash,
            (b'/', b'=') => Tok::SlashEqual,
            (b':', b'=') => Tok::ColonEqual,
            (b'<', b'<') => Tok::LeftShift,
            (b'<', b'=') => Tok::LessEqual,
            (b'=', b'=') => Tok::EqEqual,
            (b'>', b'=') => Tok::GreaterEqual,
            (b'>', b'>') => Tok::RightShift,
            (b'@', b'=') => Tok::AtEqual,
            (b'^', b'=') => Tok::CircumflexEqual,
            (b'|', b'=') => Tok::VBarEqual,
            _ => return None,
        })
    }

    /// The operator of three characters, given the one of its first two.
    pub const fn three_chars(two: Tok, c: u8) -> Option<Tok> {
        Some(match (two, c) {
            (Tok::DoubleStar, b'=') => Tok::DoubleStarEqual,
            (Tok::DoubleSlash, b'=') => Tok::DoubleSlashEqual,
            (Tok::LeftShift, b'=') => Tok::LeftShiftEqual,
            (Tok::RightShift, b'=') => Tok::RightShiftEqual,
            _ => return None,
        })
    }
}
