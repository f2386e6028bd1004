//! Weft's C interface (`weft.h`) as it is: types, numbers and functions, all unsafe. The crate `weft`
//! is what programs use.
#![allow(non_camel_case_types, non_upper_case_globals)]

include!("interface.rs");
