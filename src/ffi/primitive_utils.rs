//! `twPrimitiveUtils.h`: Variadic builders of data shapes, rows and info tables.
