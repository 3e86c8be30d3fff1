//! `twSig.h`: File digests and RSA signature recovery.
