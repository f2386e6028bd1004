// Written by bindings/generate; do not edit.
//! Methods that are one call of the C interface, and texts for all calls.

use std::ffi::CString;
use std::os::raw::c_char;
use std::path::Path;

use weft_sys::*;

use crate::error::{check, made, refuse};
use crate::{Context, Function, Input, Model, Port, Result, Status, Tensor, Writer};

/// A path as C takes it.
pub(crate) fn c_path(path: &Path) -> Result<CString> {
    match path.to_str() {
        Some(text) => c_text(text),
        None => refuse(Status::InvalidValue, format!("a path must be UTF-8; got {path:?}")),
    }
}

/// A text as C takes it.
pub(crate) fn c_text(text: &str) -> Result<CString> {
    let rule = "a text must not have NUL characters";
    let refused = || refuse(Status::InvalidValue, format!("{rule}; got {text:?}"));
    CString::new(text).or_else(|_| refused())
}

/// Names as C takes them.
pub(crate) fn c_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<CString>> {
    names.map(c_text).collect()
}

/// A copy of a text that the library lends; "" for NULL.
pub(crate) fn borrowed(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the library's texts end with 0 and are valid here.
    unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// The version of the library, such as "0.1.0".
pub fn version() -> &'static str {
    // SAFETY: the text lives as long as the library.
    unsafe { std::ffi::CStr::from_ptr(weft_version()) }.to_str().unwrap_or("")
}

/// Bytes of arrays and of the library's objects that are in use.
pub fn live_bytes() -> Result<i64> {
    let mut figures: weft_memory = unsafe { std::mem::zeroed() };
    figures.struct_size = std::mem::size_of::<weft_memory>();
    // SAFETY: the struct has the size that it says.
    check(unsafe { weft_memory_stats(&mut figures, 0) })?;
    Ok(figures.live)
}

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
    /// Waits until the content is there; gives the failure of the work that makes it.
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
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        let out = made(|out| unsafe { weft_tensor_detach(self.handle(), out) })?;
        Ok(Tensor::owned(out))
    }
    /// Makes the array a leaf with a gradient of zeros, which a backward pass replaces.
    pub fn attach_grad(&self) -> Result<()> {
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_tensor_attach_grad(self.handle(), WEFT_GRAD_WRITE) })
    }
    /// The gradient; none where none is attached.
    pub fn grad(&self) -> Result<Option<Tensor>> {
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        let out = made(|out| unsafe { weft_tensor_grad(self.handle(), out) })?;
        Ok((!out.is_null()).then(|| Tensor::owned(out)))
    }
}

impl Function {
    /// A text for people: "graph", "plan" or "arena".
    pub fn text(&self, what: &str) -> Result<String> {
        let what = c_text(what)?;
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        let out = made(|out| unsafe { weft_function_get_text(self.handle(), what.as_ptr(), out) })?;
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
    /// A text of the file, such as the classes of a classifier; none for an unknown key.
    pub fn metadata(&self, key: &str) -> Result<Option<String>> {
        let key = c_text(key)?;
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        let out = unsafe { weft_model_metadata(self.handle(), key.as_ptr()) };
        Ok((!out.is_null()).then(|| borrowed(out)))
    }
    /// Limits what later plans need beside inputs, outputs and states; 0: no limit.
    pub fn set_budget(&self, entry: &str, bytes: i64) -> Result<()> {
        let entry = c_text(entry)?;
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_model_set_budget(self.handle(), entry.as_ptr(), bytes) })
    }
    /// The names of the entry points.
    pub fn entries(&self) -> Vec<String> {
        // SAFETY: the handle is alive, and lends the texts.
        let count = unsafe { weft_model_entry_count(self.handle()) };
        let name = |index| borrowed(unsafe { weft_model_entry_name_at(self.handle(), index) });
        (0..count).map(name).collect()
    }
}

impl Context {
    /// Runs the entry point.
    pub fn run(&mut self) -> Result<()> {
        // SAFETY: handles are alive, texts end with 0, and a result is written on success.
        check(unsafe { weft_context_run(self.handle()) })
    }
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
    /// The inputs.
    pub fn inputs(&self) -> Result<Vec<Port>> {
        let count = unsafe { weft_context_inputs(self.handle()) };
        (0..count).map(|index| self.port(weft_context_get_input, index)).collect()
    }
    /// The outputs.
    pub fn outputs(&self) -> Result<Vec<Port>> {
        let count = unsafe { weft_context_outputs(self.handle()) };
        (0..count).map(|index| self.port(weft_context_get_output, index)).collect()
    }
    /// The states, which runs change.
    pub fn states(&self) -> Result<Vec<Port>> {
        let count = unsafe { weft_context_states(self.handle()) };
        (0..count).map(|index| self.port(weft_context_get_state, index)).collect()
    }
}

impl Drop for Tensor {
    fn drop(&mut self) {
        // SAFETY: this object owns one reference.
        unsafe { weft_tensor_release(self.handle()) }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // SAFETY: this object owns one reference.
        unsafe { weft_function_release(self.handle()) }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // SAFETY: this object owns one reference.
        unsafe { weft_writer_release(self.handle()) }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: this object owns one reference.
        unsafe { weft_context_release(self.handle()) }
    }
}

impl<'a, T: Into<Input<'a>>> std::ops::Add<T> for &'a Tensor {
    type Output = Tensor;
    /// Panics with the library's text where the operator refuses.
    #[track_caller]
    fn add(self, other: T) -> Tensor {
        crate::ops::add(self, other.into()).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl<'a, T: Into<Input<'a>>> std::ops::Add<T> for Tensor {
    type Output = Tensor;
    /// Panics with the library's text where the operator refuses.
    #[track_caller]
    fn add(self, other: T) -> Tensor {
        crate::ops::add(Input::Array(&self), other.into()).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl<'a, T: Into<Input<'a>>> std::ops::Sub<T> for &'a Tensor {
    type Output = Tensor;
    /// Panics with the library's text where the operator refuses.
    #[track_caller]
    fn sub(self, other: T) -> Tensor {
        crate::ops::subtract(self, other.into()).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl<'a, T: Into<Input<'a>>> std::ops::Sub<T> for Tensor {
    type Output = Tensor;
    /// Panics with the library's text where the operator refuses.
    #[track_caller]
    fn sub(self, other: T) -> Tensor {
        crate::ops::subtract(Input::Array(&self), other.into()).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl<'a, T: Into<Input<'a>>> std::ops::Mul<T> for &'a Tensor {
    type Output = Tensor;
    /// Panics with the library's text where the operator refuses.
    #[track_caller]
    fn mul(self, other: T) -> Tensor {
        crate::ops::multiply(self, other.into()).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl<'a, T: Into<Input<'a>>> std::ops::Mul<T> for Tensor {
    type Output = Tensor;
    /// Panics with the library's text where the operator refuses.
    #[track_caller]
    fn mul(self, other: T) -> Tensor {
        crate::ops::multiply(Input::Array(&self), other.into()).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl<'a, T: Into<Input<'a>>> std::ops::Div<T> for &'a Tensor {
    type Output = Tensor;
    /// Panics with the library's text where the operator refuses.
    #[track_caller]
    fn div(self, other: T) -> Tensor {
        crate::ops::divide(self, other.into()).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl<'a, T: Into<Input<'a>>> std::ops::Div<T> for Tensor {
    type Output = Tensor;
    /// Panics with the library's text where the operator refuses.
    #[track_caller]
    fn div(self, other: T) -> Tensor {
        crate::ops::divide(Input::Array(&self), other.into()).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl std::ops::Neg for &Tensor {
    type Output = Tensor;
    /// Panics with the library's text where the operator refuses.
    #[track_caller]
    fn neg(self) -> Tensor {
        crate::ops::negative(self).unwrap_or_else(|error| panic!("{error}"))
    }
}
