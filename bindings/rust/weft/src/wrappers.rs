// Written by bindings/generate; do not edit.
//! Methods that are one call of the C interface.

use std::path::Path;

use weft_sys::*;

use crate::error::check;
use crate::tensor::{borrowed, c_path, c_text};
use crate::{Context, Function, Model, Result, Tensor, Writer};

/// Sets the seed of the random operators.
pub fn seed(seed: u64) -> Result<()> {
    // SAFETY: handles are alive, texts end with 0, and a result is written on success.
    check(unsafe { weft_random_seed(seed) })
}

/// Sets how many threads may work on one call; errors for less than 1.
pub fn set_num_threads(count: i32) -> Result<()> {
    // SAFETY: handles are alive, texts end with 0, and a result is written on success.
    check(unsafe { weft_set_num_threads(count) })
}

impl Tensor {
    /// Waits until the content is there; gives the failure of the work that should have made it.
    pub fn wait(&self) -> Result<()> {
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_tensor_wait(self.handle()) })
    }
    /// Is a write through one array seen through the other?
    pub fn is_same(&self, other: &Tensor) -> bool {
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        unsafe { weft_tensor_shares_box(self.handle(), other.handle()) != 0 }
    }
    /// The same content without its history: gradients end there.
    pub fn detach(&self) -> Result<Tensor> {
        let mut out = std::ptr::null_mut();
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_tensor_detach(self.handle(), &mut out) })?;
        Ok(Tensor::owned(out))
    }
    /// Makes the array a leaf with a gradient of zeros, which a backward pass replaces.
    pub fn attach_grad(&self) -> Result<()> {
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_tensor_attach_grad(self.handle(), WEFT_GRAD_WRITE) })
    }
}

impl Function {
    /// A text for people: "graph", "plan" or "arena".
    pub fn text(&self, what: &str) -> Result<String> {
        let what = c_text(what)?;
        let mut out = std::ptr::null();
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_function_get_text(self.handle(), what.as_ptr(), &mut out) })?;
        Ok(borrowed(out))
    }
}

impl Writer {
    /// Sets a text of the file.
    pub fn set_metadata(&mut self, key: &str, value: &str) -> Result<()> {
        let key = c_text(key)?;
        let value = c_text(value)?;
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_writer_set_metadata(self.handle(), key.as_ptr(), value.as_ptr()) })
    }
    /// Writes the file in one step.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = c_path(path.as_ref())?;
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_writer_save(self.handle(), path.as_ptr()) })
    }
}

impl Model {
    /// Limits what plans of later contexts need beside inputs, outputs and states; 0: no limit.
    pub fn set_budget(&self, entry: &str, bytes: i64) -> Result<()> {
        let entry = c_text(entry)?;
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_model_set_budget(self.handle(), entry.as_ptr(), bytes) })
    }
}

impl Context {
    /// Sets all states back to what the file has.
    pub fn reset(&mut self) -> Result<()> {
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_context_reset(self.handle()) })
    }
    /// Writes the model's file with the present states.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = c_path(path.as_ref())?;
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_context_save(self.handle(), path.as_ptr()) })
    }
}
