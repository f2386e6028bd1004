//! A failed call of the library as an error with the library's text.

use std::ffi::CStr;
use std::fmt;

/// What kind of failure it was: the status codes of the C interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    InvalidValue,
    OutOfMemory,
    Unsupported,
    NotFound,
    Internal,
    InvalidType,
    IndexOutOfRange,
    Overflow,
    Io,
    InvalidState,
    Interrupted,
    CheckFailed,
    NoFactorization,
    Disconnected,
    Unknown(i32),
}

impl Status {
    /// The number of `weft.h`.
    pub fn code(self) -> i32 {
        (1..=13).find(|code| Status::of(*code) == self).unwrap_or(match self {
            Status::Unknown(code) => code,
            _ => 0,
        })
    }
    fn of(code: i32) -> Status {
        use weft_sys::*;
        match code {
            WEFT_INVALID_VALUE => Status::InvalidValue,
            WEFT_OUT_OF_MEMORY => Status::OutOfMemory,
            WEFT_UNSUPPORTED => Status::Unsupported,
            WEFT_NOT_FOUND => Status::NotFound,
            WEFT_INTERNAL => Status::Internal,
            WEFT_INVALID_TYPE => Status::InvalidType,
            WEFT_INDEX_OUT_OF_RANGE => Status::IndexOutOfRange,
            WEFT_OVERFLOW => Status::Overflow,
            WEFT_IO => Status::Io,
            WEFT_INVALID_STATE => Status::InvalidState,
            WEFT_INTERRUPTED => Status::Interrupted,
            WEFT_CHECK_FAILED => Status::CheckFailed,
            WEFT_NO_FACTORIZATION => Status::NoFactorization,
            WEFT_DISCONNECTED => Status::Disconnected,
            other => Status::Unknown(other),
        }
    }
}

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
