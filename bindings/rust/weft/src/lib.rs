//! Weft in Rust: arrays, operators, gradients, traced functions, and `.weft` files.
//!
//! ```
//! use weft::{ops, Tensor};
//!
//! let x = Tensor::from_slice(&[1f32, 4.0, 9.0], &[3])?;
//! assert_eq!(ops::sqrt(&x)?.to_vec::<f32>()?, [1.0, 2.0, 3.0]);
//! # Ok::<(), weft::Error>(())
//! ```
//!
//! A [`Tensor`] is a reference to an array: a clone is the same array. Every operator of the engine is
//! a function in [`ops`]; what may be left out is a struct, as in
//! `ops::softmax_with(&x, &ops::Softmax { axis: 0.into(), ..Default::default() })`. `&a + &b` and its
//! like panic with Weft's message; the functions of [`ops`] return it as an [`Error`].

mod autograd;
mod call;
pub mod dlpack;
mod dtype;
mod error;
mod function;
mod model;
pub mod nn;
#[rustfmt::skip]
pub mod ops;
pub mod optimizer;
mod tensor;
#[rustfmt::skip]
mod wrappers;

pub use autograd::{backward, grad, pause, record, train, Mode};
pub use call::{Arguments, Call, Given, Input, Operator};
pub use dtype::{Dtype, Element};
pub use error::{Error, Result, Status};
pub use function::{trace, Function};
pub use model::{Context, Dimension, Model, Port, Writer};
pub use ops::Attribute;
pub use tensor::Tensor;
pub use wrappers::{seed, set_num_threads};

use std::ffi::CStr;

/// The version of the library, such as "0.1.0".
pub fn version() -> &'static str {
    // SAFETY: the text lives as long as the library.
    unsafe { CStr::from_ptr(weft_sys::weft_version()) }.to_str().unwrap_or("")
}

/// Bytes of arrays and of the library's objects that are in use.
pub fn live_bytes() -> Result<i64> {
    let mut figures: weft_sys::weft_memory = unsafe { std::mem::zeroed() };
    figures.struct_size = std::mem::size_of::<weft_sys::weft_memory>();
    // SAFETY: the struct has the size that it says.
    error::check(unsafe { weft_sys::weft_memory_stats(&mut figures, 0) })?;
    Ok(figures.live)
}
