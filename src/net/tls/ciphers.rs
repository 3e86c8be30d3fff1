//! Cipher texts in the style of OpenSSL, as far as they are understood here.

/// Words of the cipher list language that stand for at least one suite of the original's TLS library.
const GROUPS: &[&str] = &[
    "3DES",
    "ADH",
    "ADSS",
    "AECDH",
    "AECDSA",
    "AES",
    "AES128",
    "AES256",
    "AESCCM",
    "AESCCM8",
    "AESGCM",
    "ALL",
    "ANULL",
    "APSK",
    "ARIA",
    "ARIA128",
    "ARIA256",
    "ARIAGCM",
    "ARSA",
    "ASRP",
    "CAMELLIA",
    "CAMELLIA128",
    "CAMELLIA256",
    "CBC",
    "CHACHA20",
    "COMPLEMENTOFALL",
    "COMPLEMENTOFDEFAULT",
    "DEFAULT",
    "DH",
    "DHE",
    "DSS",
    "ECDH",
    "ECDHE",
    "ECDSA",
    "EDH",
    "EECDH",
    "ENULL",
    "FIPS",
    "HIGH",
    "KDHE",
    "KDHEPSK",
    "KECDHE",
    "KECDHEPSK",
    "KEDH",
    "KEECDH",
    "KPSK",
    "KRSA",
    "KRSAPSK",
    "KSRP",
    "MEDIUM",
    "NULL",
    "PSK",
    "RSA",
    "SHA",
    "SHA1",
    "SHA256",
    "SHA384",
    "SRP",
    "SSLV3",
    "SUITEB128",
    "SUITEB128C2",
    "SUITEB128ONLY",
    "SUITEB192",
    "TLSV1",
    "TLSV1.0",
    "TLSV1.2",
];

/// Authentications and key exchanges that names of suites begin with.
const SUITE_STARTS: &[&str] = &[
    "ADH",
    "AECDH",
    "AES128",
    "AES256",
    "ARIA128",
    "ARIA256",
    "CAMELLIA128",
    "CAMELLIA256",
    "DHE",
    "ECDHE",
    "NULL",
    "PSK",
    "RSA",
    "SRP",
];

/// True if `text`, a cipher list as OpenSSL takes it, selects no suite, so that setting up TLS with it has to fail. The
/// suites in use do not depend on the text: they are the few that TLS 1.2 and 1.3 still recommend.
pub fn cipher_text_selects_nothing(text: &str) -> bool {
    let mut elements = text.split([':', ',', ' ', ';']).filter(|element| !element.is_empty());
    !elements.any(selects)
}

/// True if one element of the list adds suites. `!`, `-` and `+` only remove or reorder, `@` is a command.
fn selects(element: &str) -> bool {
    if element.starts_with(['!', '-', '+', '@']) {
        return false;
    }
    let element = element.to_ascii_uppercase();
    if element.split('+').all(|part| GROUPS.contains(&part)) {
        return true;
    }
    element.split_once('-').is_some_and(|(start, rest)| SUITE_STARTS.contains(&start) && ends_like_a_suite(rest))
}

/// Suites end with their digest, or with a mode that includes one.
fn ends_like_a_suite(rest: &str) -> bool {
    ["SHA", "SHA256", "SHA384", "MD5", "CCM", "CCM8", "POLY1305"].iter().any(|end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::cipher_text_selects_nothing;

    #[test]
    fn texts_that_select_something() {
        for text in [
            "DEFAULT",
            "ALL:!aNULL:!eNULL:!LOW:!3DES:!RC4:!MD5",
            "TLSv1.2+FIPS:kRSA+FIPS:!eNULL:!aNULL",
            "nonsense:HIGH",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-CHACHA20-POLY1305, AES256-SHA",
        ] {
            assert!(!cipher_text_selects_nothing(text), "{text}");
        }
    }

    #[test]
    fn texts_that_select_nothing() {
        for text in ["", ":", "NONSENSE", "!ALL", "-DEFAULT:+HIGH", "@STRENGTH", "NOT-A-CIPHER", "AES128-NOTHING"] {
            assert!(cipher_text_selects_nothing(text), "{text}");
        }
    }
}
