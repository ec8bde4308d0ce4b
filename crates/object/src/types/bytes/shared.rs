//! The methods that `bytes` and `bytearray` share, written once as a macro over both types.
//!
//! Each type has `data()` (its bytes, valid until Python code runs), `wrap` (a new object of the plain type) and `same` (itself if immutable and exact, else a copy).

macro_rules! shared_methods {
    ($t:ident, $part:ident) => {
        fn list_of(parts: Vec<&[u8]>, cx: &mut Cx) -> PyResult<Own<PyList>> {
            let mut out = Vec::with_capacity(parts.len());
            for p in parts {
                out.push($t::wrap(p, cx)?);
            }
            PyList::from_vec(out, cx)
        }
        fn separator(sep: &Object, cx: &mut Cx) -> PyResult<Option<Vec<u8>>> {
            if sep.is_none() {
                return Ok(None);
            }
            let b = Buffer::get(sep, SIMPLE, cx)?.bytes().to_vec();
            if b.is_empty() {
                return Err(cx.value_error(format_args!("empty separator")));
            }
            Ok(Some(b))
        }
        fn limit(max: isize) -> usize {
            if max < 0 { usize::MAX } else { max as usize }
        }
        fn pad(h: &[u8], width: isize, fill: u8, left: impl Fn(usize) -> usize, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
            let extra = (width.max(0) as usize).saturating_sub(h.len());
            if extra == 0 {
                return Ok(None);
            }
            let mut v = Vec::new();
            if v.try_reserve_exact(h.len() + extra).is_err() {
                return Err(cx.memory_error());
            }
            let l = left(extra);
            v.resize(l, fill);
            v.extend_from_slice(h);
            v.resize(h.len() + extra, fill);
            $t::wrap(&v, cx).map(Some)
        }
        fn too_long(_: ops::TooLong, cx: &mut Cx) -> Raised {
            cx.overflow_error(format_args!("result too long"))
        }

        impl $t {
            fn section(&self, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>) -> Option<(usize, usize)> {
                ops::bounds(self.data().len(), start.0.map(|s| s.0), end.0.map(|s| s.0))
            }
            fn found(&self, sub: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, last: bool, cx: &mut Cx) -> PyResult<Option<usize>> {
                let h = self.lend();
                let sub = Sub::of(sub, cx)?;
                let Some((a, b)) = self.section(start, end) else { return Ok(None) };
                let h = &h[a..b];
                let i = if last { ops::rfind(h, sub.bytes()) } else { ops::find(h, sub.bytes()) };
                Ok(i.map(|i| a + i))
            }
            fn stripped(&self, what: &Object, front: bool, back: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
                let set = if what.is_none() { None } else { Some(Buffer::get(what, SIMPLE, cx)?) };
                let f = |b: u8| match &set {
                    Some(s) => s.bytes().contains(&b),
                    None => ops::is_space(b),
                };
                let mut h = self.data();
                if front {
                    h = h.trim_start_by(f);
                }
                if back {
                    h = h.trim_end_by(f);
                }
                if h.len() == self.data().len() { self.same(cx) } else { $t::wrap(h, cx) }
            }
            fn parted(&self, sep: &Object, last: bool, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
                let sep = Buffer::get(sep, SIMPLE, cx)?;
                if sep.bytes().is_empty() {
                    return Err(cx.value_error(format_args!("empty separator")));
                }
                let h = self.data();
                let i = if last { ops::rfind(h, sep.bytes()) } else { ops::find(h, sep.bytes()) };
                let empty = &h[..0];
                let (a, b, c) = match i {
                    Some(i) => (&h[..i], sep.bytes(), &h[i + sep.bytes().len()..]),
                    None if last => (empty, empty, h),
                    None => (h, empty, empty),
                };
                let v = vec![$t::wrap(a, cx)?, $t::wrap(b, cx)?, $t::wrap(c, cx)?];
                PyTuple::from_vec(v, cx)
            }
            fn mapped(&self, f: impl Fn(&u8) -> u8, cx: &mut Cx) -> PyResult<Own<Object>> {
                let v: Vec<u8> = self.data().iter().map(f).collect();
                $t::wrap(&v, cx)
            }
            fn all(&self, f: impl Fn(u8) -> bool) -> bool {
                !self.data().is_empty() && self.data().iter().all(|&b| f(b))
            }
        }

        #[pymethods($part)]
        impl $t {
            /// B.capitalize() -> copy of B
            ///
            /// Return a copy of B with only its first character capitalized (ASCII)
            /// and the rest lower-cased.
            #[method("capitalize()")]
            fn capitalize(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                let mut v = self.data().to_ascii_lowercase();
                if let Some(b) = v.first_mut() {
                    *b = b.to_ascii_uppercase();
                }
                $t::wrap(&v, cx)
            }
            /// Return a centered string of length width.
            ///
            /// Padding is done using the specified fill character.
            #[method("center(width, fillchar=b' ', /)")]
            fn center(&self, width: isize, fillchar: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
                let fill = fill_byte(fillchar, "center", cx)?;
                match pad(self.data(), width, fill, |n| n / 2 + (n & width as usize & 1), cx)? {
                    Some(o) => Ok(o),
                    None => self.same(cx),
                }
            }
            /// Return a left-justified string of length width.
            ///
            /// Padding is done using the specified fill character.
            #[method("ljust(width, fillchar=b' ', /)")]
            fn ljust(&self, width: isize, fillchar: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
                let fill = fill_byte(fillchar, "ljust", cx)?;
                match pad(self.data(), width, fill, |_| 0, cx)? {
                    Some(o) => Ok(o),
                    None => self.same(cx),
                }
            }
            /// Return a right-justified string of length width.
            ///
            /// Padding is done using the specified fill character.
            #[method("rjust(width, fillchar=b' ', /)")]
            fn rjust(&self, width: isize, fillchar: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
                let fill = fill_byte(fillchar, "rjust", cx)?;
                match pad(self.data(), width, fill, |n| n, cx)? {
                    Some(o) => Ok(o),
                    None => self.same(cx),
                }
            }
            /// Pad a numeric string with zeros on the left, to fill a field of the given width.
            ///
            /// The original string is never truncated.
            #[method("zfill(width, /)")]
            fn zfill(&self, width: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
                let h = self.data();
                let extra = (width.max(0) as usize).saturating_sub(h.len());
                if extra == 0 {
                    return self.same(cx);
                }
                let sign = matches!(h.first(), Some(b'+' | b'-')) as usize;
                let mut v = Vec::new();
                if v.try_reserve_exact(h.len() + extra).is_err() {
                    return Err(cx.memory_error());
                }
                v.extend_from_slice(&h[..sign]);
                v.resize(sign + extra, b'0');
                v.extend_from_slice(&h[sign..]);
                $t::wrap(&v, cx)
            }
            /// count($self, sub[, start[, end]], /)
            /// --
            ///
            /// Return the number of non-overlapping occurrences of subsection 'sub' in bytes B[start:end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            #[method("count(sub, start=None, end=None, /)", nosig)]
            fn count(&self, sub: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<usize> {
                let h = self.lend();
                let sub = Sub::of(sub, cx)?;
                Ok(match self.section(start, end) {
                    Some((a, b)) => ops::count(&h[a..b], sub.bytes()),
                    None => 0,
                })
            }
            /// find($self, sub[, start[, end]], /)
            /// --
            ///
            /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            ///
            /// Return -1 on failure.
            #[method("find(sub, start=None, end=None, /)", nosig)]
            fn find(&self, sub: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<isize> {
                Ok(self.found(sub, start, end, false, cx)?.map_or(-1, |i| i as isize))
            }
            /// rfind($self, sub[, start[, end]], /)
            /// --
            ///
            /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            ///
            /// Return -1 on failure.
            #[method("rfind(sub, start=None, end=None, /)", nosig)]
            fn rfind(&self, sub: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<isize> {
                Ok(self.found(sub, start, end, true, cx)?.map_or(-1, |i| i as isize))
            }
            /// index($self, sub[, start[, end]], /)
            /// --
            ///
            /// Return the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            ///
            /// Raise ValueError if the subsection is not found.
            #[method("index(sub, start=None, end=None, /)", nosig)]
            fn index(&self, sub: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<usize> {
                match self.found(sub, start, end, false, cx)? {
                    Some(i) => Ok(i),
                    None => Err(cx.value_error(format_args!("subsection not found"))),
                }
            }
            /// rindex($self, sub[, start[, end]], /)
            /// --
            ///
            /// Return the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].
            ///
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            ///
            /// Raise ValueError if the subsection is not found.
            #[method("rindex(sub, start=None, end=None, /)", nosig)]
            fn rindex(&self, sub: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<usize> {
                match self.found(sub, start, end, true, cx)? {
                    Some(i) => Ok(i),
                    None => Err(cx.value_error(format_args!("subsection not found"))),
                }
            }
            /// startswith($self, prefix[, start[, end]], /)
            /// --
            ///
            /// Return True if the bytes starts with the specified prefix, False otherwise.
            ///
            ///   prefix
            ///     A bytes or a tuple of bytes to try.
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            #[method("startswith(prefix, start=None, end=None, /)", nosig)]
            fn startswith(&self, prefix: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<bool> {
                affix(&self.lend(), prefix, self.section(start, end), "startswith", false, cx)
            }
            /// endswith($self, suffix[, start[, end]], /)
            /// --
            ///
            /// Return True if the bytes ends with the specified suffix, False otherwise.
            ///
            ///   suffix
            ///     A bytes or a tuple of bytes to try.
            ///   start
            ///     Optional start position. Default: start of the bytes.
            ///   end
            ///     Optional stop position. Default: end of the bytes.
            #[method("endswith(suffix, start=None, end=None, /)", nosig)]
            fn endswith(&self, suffix: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<bool> {
                affix(&self.lend(), suffix, self.section(start, end), "endswith", true, cx)
            }
            /// Decode the bytes using the codec registered for encoding.
            ///
            ///   encoding
            ///     The encoding with which to decode the bytes.
            ///   errors
            ///     The error handling scheme to use for the handling of decoding
            ///     errors.  The default is 'strict' meaning that decoding errors
            ///     raise a UnicodeDecodeError.  Other possible values are 'ignore'
            ///     and 'replace' as well as any other name registered with
            ///     codecs.register_error that can handle UnicodeDecodeErrors.
            #[method("decode(encoding='utf-8', errors='strict')")]
            fn decode(&self, encoding: Option<&PyStr>, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
                let enc = encoding.map_or("utf-8".to_owned(), |e| e.to_string_lossy());
                let err = errors.map_or("strict".to_owned(), |e| e.to_string_lossy());
                crate::types::str::codec::decode(&self.lend(), &enc, &err, cx)
            }
            /// Return a copy where all tab characters are expanded using spaces.
            ///
            /// If tabsize is not given, a tab size of 8 characters is assumed.
            #[method("expandtabs(tabsize=8)")]
            fn expandtabs(&self, tabsize: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
                match ops::expand_tabs(self.data(), tabsize as isize) {
                    Ok(v) => $t::wrap(&v, cx),
                    Err(e) => Err(too_long(e, cx)),
                }
            }
            /// Create a bytes object from a string of hexadecimal numbers.
            ///
            /// Spaces between two numbers are accepted.
            /// Example: bytes.fromhex('B9 01EF') -> b'\\xb9\\x01\\xef'.
            #[classmethod("fromhex(string, /)")]
            fn fromhex(cls: &PyType, string: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
                let v = from_hex(string, cx)?;
                let b = $t::wrap(&v, cx)?;
                if std::ptr::eq(cls, $t::ty()) { Ok(b) } else { crate::call::call(cls.as_object(), &[&b], cx) }
            }
            /// Create a string of hexadecimal numbers from a bytes object.
            ///
            ///   sep
            ///     An optional single character or byte to separate hex bytes.
            ///   bytes_per_sep
            ///     How many bytes between separators.  Positive values count from
            ///     the right, negative values count from the left.
            ///
            /// Example:
            /// >>> value = b'\xb9\x01\xef'
            /// >>> value.hex()
            /// 'b901ef'
            /// >>> value.hex(':')
            /// 'b9:01:ef'
            /// >>> value.hex(':', 2)
            /// 'b9:01ef'
            /// >>> value.hex(':', -2)
            /// 'b901:ef'
            #[method("hex(sep=<unrepresentable>, bytes_per_sep=1)")]
            fn hex(&self, sep: Option<&Object>, bytes_per_sep: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
                to_hex(&self.lend(), sep, bytes_per_sep, cx)
            }
            /// B.isalnum() -> bool
            ///
            /// Return True if all characters in B are alphanumeric
            /// and there is at least one character in B, False otherwise.
            #[method("isalnum()")]
            fn isalnum(&self) -> bool {
                self.all(|b| b.is_ascii_alphanumeric())
            }
            /// B.isalpha() -> bool
            ///
            /// Return True if all characters in B are alphabetic
            /// and there is at least one character in B, False otherwise.
            #[method("isalpha()")]
            fn isalpha(&self) -> bool {
                self.all(|b| b.is_ascii_alphabetic())
            }
            /// B.isascii() -> bool
            ///
            /// Return True if B is empty or all characters in B are ASCII,
            /// False otherwise.
            #[method("isascii()")]
            fn isascii(&self) -> bool {
                self.data().is_ascii()
            }
            /// B.isdigit() -> bool
            ///
            /// Return True if all characters in B are digits
            /// and there is at least one character in B, False otherwise.
            #[method("isdigit()")]
            fn isdigit(&self) -> bool {
                self.all(|b| b.is_ascii_digit())
            }
            /// B.islower() -> bool
            ///
            /// Return True if all cased characters in B are lowercase and there is
            /// at least one cased character in B, False otherwise.
            #[method("islower()")]
            fn islower(&self) -> bool {
                self.data().iter().any(u8::is_ascii_lowercase) && !self.data().iter().any(u8::is_ascii_uppercase)
            }
            /// B.isspace() -> bool
            ///
            /// Return True if all characters in B are whitespace
            /// and there is at least one character in B, False otherwise.
            #[method("isspace()")]
            fn isspace(&self) -> bool {
                self.all(ops::is_space)
            }
            /// B.istitle() -> bool
            ///
            /// Return True if B is a titlecased string and there is at least one
            /// character in B, i.e. uppercase characters may only follow uncased
            /// characters and lowercase characters only cased ones. Return False
            /// otherwise.
            #[method("istitle()")]
            fn istitle(&self) -> bool {
                ops::is_title(self.data())
            }
            /// B.isupper() -> bool
            ///
            /// Return True if all cased characters in B are uppercase and there is
            /// at least one cased character in B, False otherwise.
            #[method("isupper()")]
            fn isupper(&self) -> bool {
                self.data().iter().any(u8::is_ascii_uppercase) && !self.data().iter().any(u8::is_ascii_lowercase)
            }
            /// Concatenate any number of bytes objects.
            ///
            /// The bytes whose method is called is inserted in between each pair.
            ///
            /// The result is returned as a new bytes object.
            ///
            /// Example: b'.'.join([b'ab', b'pq', b'rs']) -> b'ab.pq.rs'.
            #[method("join(iterable_of_bytes, /)")]
            fn join(&self, iterable_of_bytes: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
                let v = join(&self.lend(), iterable_of_bytes, cx)?;
                $t::wrap(&v, cx)
            }
            /// B.lower() -> copy of B
            ///
            /// Return a copy of B with all ASCII characters converted to lowercase.
            #[method("lower()")]
            fn lower(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.mapped(u8::to_ascii_lowercase, cx)
            }
            /// B.upper() -> copy of B
            ///
            /// Return a copy of B with all ASCII characters converted to uppercase.
            #[method("upper()")]
            fn upper(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.mapped(u8::to_ascii_uppercase, cx)
            }
            /// B.swapcase() -> copy of B
            ///
            /// Return a copy of B with uppercase ASCII characters converted
            /// to lowercase ASCII and vice versa.
            #[method("swapcase()")]
            fn swapcase(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.mapped(|b| if b.is_ascii_alphabetic() { b ^ 0x20 } else { *b }, cx)
            }
            /// B.title() -> copy of B
            ///
            /// Return a titlecased version of B, i.e. ASCII words start with
            /// uppercase characters, all remaining cased characters have lowercase.
            #[method("title()")]
            fn title(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                $t::wrap(&ops::title(self.data()), cx)
            }
            /// Strip leading bytes contained in the argument.
            ///
            /// If the argument is omitted or None, strip leading  ASCII whitespace.
            #[method("lstrip(bytes=None, /)")]
            fn lstrip(&self, bytes: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.stripped(bytes, true, false, cx)
            }
            /// Strip trailing bytes contained in the argument.
            ///
            /// If the argument is omitted or None, strip trailing ASCII whitespace.
            #[method("rstrip(bytes=None, /)")]
            fn rstrip(&self, bytes: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.stripped(bytes, false, true, cx)
            }
            /// Strip leading and trailing bytes contained in the argument.
            ///
            /// If the argument is omitted or None, strip leading and trailing ASCII
            /// whitespace.
            #[method("strip(bytes=None, /)")]
            fn strip(&self, bytes: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
                self.stripped(bytes, true, true, cx)
            }
            /// Return a translation table usable for the bytes or bytearray translate method.
            ///
            /// The returned table will be one where each byte in frm is mapped to the byte at
            /// the same position in to.
            ///
            /// The bytes objects frm and to must be of the same length.
            #[staticmethod("maketrans(frm, to, /)")]
            fn maketrans(frm: Buffer, to: Buffer, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
                make_table(frm.bytes(), to.bytes(), cx)
            }
            /// Partition the bytes into three parts using the given separator.
            ///
            /// This will search for the separator sep in the bytes.  If the
            /// separator is found, returns a 3-tuple containing the part before the
            /// separator, the separator itself, and the part after it.
            ///
            /// If the separator is not found, returns a 3-tuple containing the
            /// original bytes object and two empty bytes objects.
            #[method("partition(sep, /)")]
            fn partition(&self, sep: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
                self.parted(sep, false, cx)
            }
            /// Partition the bytes into three parts using the given separator.
            ///
            /// This will search for the separator sep in the bytes, starting at the
            /// end.  If the separator is found, returns a 3-tuple containing the
            /// part before the separator, the separator itself, and the part after
            /// it.
            ///
            /// If the separator is not found, returns a 3-tuple containing two
            /// empty bytes objects and the original bytes object.
            #[method("rpartition(sep, /)")]
            fn rpartition(&self, sep: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
                self.parted(sep, true, cx)
            }
            /// Return a copy with all occurrences of substring old replaced by new.
            ///
            ///   count
            ///     Maximum number of occurrences to replace.
            ///     -1 (the default value) means replace all occurrences.
            ///
            /// If the optional argument count is given, only the first count occurrences are
            /// replaced.
            #[method("replace(old, new, count=-1, /)")]
            fn replace(&self, old: Buffer, new: Buffer, count: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
                match ops::replace(self.data(), old.bytes(), new.bytes(), limit(count)) {
                    Ok(Some(v)) => $t::wrap(&v, cx),
                    Ok(None) => self.same(cx),
                    Err(_) => Err(cx.overflow_error(format_args!("replace bytes is too long"))),
                }
            }
            /// Return a bytes object with the given prefix string removed if present.
            ///
            /// If the bytes starts with the prefix string, return
            /// bytes[len(prefix):].  Otherwise, return a copy of the original
            /// bytes.
            #[method("removeprefix(prefix, /)")]
            fn removeprefix(&self, prefix: Buffer, cx: &mut Cx) -> PyResult<Own<Object>> {
                match self.data().strip_prefix(prefix.bytes()) {
                    Some(h) if !prefix.bytes().is_empty() => $t::wrap(h, cx),
                    _ => self.same(cx),
                }
            }
            /// Return a bytes object with the given suffix string removed if present.
            ///
            /// If the bytes ends with the suffix string and that suffix is not
            /// empty, return bytes[:-len(prefix)].  Otherwise, return a copy of the
            /// original bytes.
            #[method("removesuffix(suffix, /)")]
            fn removesuffix(&self, suffix: Buffer, cx: &mut Cx) -> PyResult<Own<Object>> {
                match self.data().strip_suffix(suffix.bytes()) {
                    Some(h) if !suffix.bytes().is_empty() => $t::wrap(h, cx),
                    _ => self.same(cx),
                }
            }
            /// Return a list of the sections in the bytes, using sep as the delimiter.
            ///
            ///   sep
            ///     The delimiter according which to split the bytes.
            ///     None (the default value) means split on ASCII whitespace
            ///     characters (space, tab, return, newline, formfeed, vertical tab).
            ///   maxsplit
            ///     Maximum number of splits to do.
            ///     -1 (the default value) means no limit.
            #[method("split(sep=None, maxsplit=-1)")]
            fn split(&self, sep: &Object, maxsplit: isize, cx: &mut Cx) -> PyResult<Own<PyList>> {
                let h = self.lend();
                match separator(sep, cx)? {
                    Some(s) => list_of(ops::split(&h, &s, limit(maxsplit)), cx),
                    None => list_of(ops::split_space(&h, limit(maxsplit)), cx),
                }
            }
            /// Return a list of the sections in the bytes, using sep as the delimiter.
            ///
            ///   sep
            ///     The delimiter according which to split the bytes.
            ///     None (the default value) means split on ASCII whitespace
            ///     characters (space, tab, return, newline, formfeed, vertical tab).
            ///   maxsplit
            ///     Maximum number of splits to do.
            ///     -1 (the default value) means no limit.
            ///
            /// Splitting is done starting at the end of the bytes and working to
            /// the front.
            #[method("rsplit(sep=None, maxsplit=-1)")]
            fn rsplit(&self, sep: &Object, maxsplit: isize, cx: &mut Cx) -> PyResult<Own<PyList>> {
                let h = self.lend();
                match separator(sep, cx)? {
                    Some(s) => list_of(ops::rsplit(&h, &s, limit(maxsplit)), cx),
                    None => list_of(ops::rsplit_space(&h, limit(maxsplit)), cx),
                }
            }
            /// Return a list of the lines in the bytes, breaking at line boundaries.
            ///
            /// Line breaks are not included in the resulting list unless keepends
            /// is given and true.
            #[method("splitlines(keepends=False)")]
            fn splitlines(&self, keepends: bool, cx: &mut Cx) -> PyResult<Own<PyList>> {
                list_of(ops::split_lines(self.data(), keepends), cx)
            }
            /// Return a copy with each character mapped by the given translation table.
            ///
            ///   table
            ///     Translation table, which must be a bytes object of length 256.
            ///
            /// All characters occurring in the optional argument delete are
            /// removed.  The remaining characters are mapped through the given
            /// translation table.
            #[method("translate(table, /, delete=b'')")]
            fn translate(&self, table: &Object, delete: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
                let v = translate(&self.lend(), table, delete, cx)?;
                $t::wrap(&v, cx)
            }
        }
    };
}
pub(crate) use shared_methods;
