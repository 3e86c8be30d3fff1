//! The C facade: one file per C header, thin. The only place where `unsafe` is allowed.
