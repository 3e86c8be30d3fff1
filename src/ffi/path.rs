//! `twPath.h`: Absolute path of a relative one.
