//! `twHttpProxy.h`: HTTP proxy connection.
