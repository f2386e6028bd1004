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
pub use function::{trace, trace_dynamic, Dim, Function};
pub use model::{Context, Dimension, Model, Port, Writer};
pub use ops::Attribute;
pub use tensor::Tensor;
pub use wrappers::{live_bytes, seed, set_num_threads, version};
