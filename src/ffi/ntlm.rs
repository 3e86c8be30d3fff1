//! `twNtlm.h`: NTLM authentication to a proxy.
