//! `stringUtils.h`: String copies, case change and concatenation.
