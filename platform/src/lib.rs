//! A local AlwaysOn platform.
