//! `crypto_wrapper.h`: DES and MD4 helpers for NTLM.
