//! The modules: `_multibytecodec` with the classes, and one per region with `getcodec`.

use super::PyCodec;
use super::incremental::{PyIncrementalDecoder, PyIncrementalEncoder};
use super::streams::{PyStreamReader, PyStreamWriter};
use taipan_algo_codec::cjk;
use taipan_object::prelude::*;

/// `getcodec(name)` of a module.
fn get(module: &str, name: &Object, cx: &mut Cx) -> PyResult<Own<PyCodec>> {
    let Some(s) = name.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("encoding name must be a string.")));
    };
    let name = s.to_string_lossy();
    let known = cjk::NAMES.iter().any(|(m, names)| *m == module && names.contains(&name.as_str()));
    match cjk::find(&name).filter(|_| known) {
        Some(codec) => {
            taipan_object::typeobj::ready_static(PyCodec::SPEC, cx)?;
            cx.new_object(PyCodec { head: Object::placeholder(), codec })
        }
        None => Err(cx.lookup_error(format_args!("no such codec is supported."))),
    }
}

#[pymodule(name = "_multibytecodec", types(PyIncrementalEncoder, PyIncrementalDecoder, PyStreamReader, PyStreamWriter))]
mod multibytecodec {
    use super::*;

    #[exec]
    fn exec(_m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PyCodec::SPEC, cx)
    }
}
pub use multibytecodec::MODULE as MULTIBYTE;

macro_rules! region {
    ($m:ident, $public:ident, $name:literal) => {
        #[pymodule(name = $name)]
        mod $m {
            use super::*;

            #[function("getcodec(encoding, /)", nosig)]
            fn getcodec(encoding: &Object, cx: &mut Cx) -> PyResult<Own<PyCodec>> {
                get($name, encoding, cx)
            }
        }
        pub use $m::MODULE as $public;
    };
}
region!(cn, CN, "_codecs_cn");
region!(hk, HK, "_codecs_hk");
region!(iso2022, ISO2022, "_codecs_iso2022");
region!(jp, JP, "_codecs_jp");
region!(kr, KR, "_codecs_kr");
region!(tw, TW, "_codecs_tw");
