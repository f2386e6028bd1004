//! A failed call of the library as an error with the library's text.

use std::ffi::CStr;
use std::fmt;

include!("status.rs");

/// A failure: its kind, and a text that names operator, argument, what was given and expected.
#[derive(Clone, Debug)]
pub struct Error {
    status: Status,
    message: String,
}

impl Error {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Error {
        Error { status, message: message.into() }
    }
    /// The kind of the failure.
    pub fn status(&self) -> Status {
        self.status
    }
    /// The library's text.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The result of what can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// A status as a result; the text is that of this thread's last failure.
pub(crate) fn check(status: weft_sys::weft_status) -> Result<()> {
    if status == weft_sys::WEFT_OK {
        return Ok(());
    }
    // SAFETY: the text is never NULL and is valid until the thread's next failing call.
    let text = unsafe { CStr::from_ptr(weft_sys::weft_last_error()) };
    Err(Error::new(Status::of(status), text.to_string_lossy()))
}

/// What a call writes: a handle, a number, or a struct of these.
pub(crate) fn made<T: Copy>(call: impl FnOnce(&mut T) -> weft_sys::weft_status) -> Result<T> {
    // SAFETY: handles, numbers and structs of these may be zero.
    let mut out = unsafe { std::mem::zeroed() };
    check(call(&mut out))?;
    Ok(out)
}

/// A failure that the binding finds itself.
pub(crate) fn refuse<T>(status: Status, message: String) -> Result<T> {
    Err(Error::new(status, message))
}
