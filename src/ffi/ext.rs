//! `twExt.h`: what the umbrella header declares itself.
