//! `binascii` against the reference.

use crate::{Lcg, compare, hex};
use taipan_algo_codec::binascii::*;

fn show<E: ToString>(result: Result<Vec<u8>, E>) -> String {
    result.map_or_else(|e| e.to_string(), |bytes| hex(&bytes))
}

fn lines() -> Vec<String> {
    let mut rng = Lcg(1);
    let mut out = Vec::new();
    for _ in 0..6000 {
        let data = rng.pick(b"ABab09+/===\n- z", 12);
        out.push(format!("{} {}", show(decode_base64(&data, false)), show(decode_base64(&data, true))));
        let len = rng.below(50);
        let data: Vec<u8> = (0..len).map(|_| rng.below(256) as u8).collect();
        let mut coded = Vec::new();
        encode_base64(&data, &mut coded);
        out.push(format!("{} {} {}", hex(&coded), show(encode_uu(&data, false)), show(encode_uu(&data, true))));
        out.push(format!("{:x} {:x}", crc32(&data, len as u32), crc_hqx(&data, len as u16)));
        let group = rng.below(13) as isize - 6;
        let mut grouped = Vec::new();
        if group != 0 {
            encode_hex_grouped(&data, b':', group, &mut grouped);
        }
        out.push(format!("{} {}", hex(&data), hex(&grouped)));
        out.push(show(decode_hex(&rng.pick(b"0123456789abcdefABCDEF0123456789g", 6))));
        out.push(show(decode_uu(&rng.pick(b" !#%)3AZ`_\n\rz", 14))));
        let most = if rng.below(4) != 0 { 30 } else { 250 };
        let data = rng.pick(b"a=\n\r\t _.3Df\x00~\x7f\xe9z", most);
        out.push(format!("{} {}", hex(&decode_quoted(&data, false)), hex(&decode_quoted(&data, true))));
        for flags in 0..8 {
            let options = QuotedOptions { quote_tabs: flags & 1 != 0, is_text: flags & 2 != 0, header: flags & 4 != 0 };
            out.push(hex(&encode_quoted(&data, options)));
        }
    }
    out
}

#[test]
fn binascii_equals_the_reference() {
    compare("binascii", include_str!("binascii.txt"), lines());
}
