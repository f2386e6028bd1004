// Written by bindings/generate; do not edit.
// error.rs includes this file.

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
        match self {
            Status::InvalidValue => 1,
            Status::OutOfMemory => 2,
            Status::Unsupported => 3,
            Status::NotFound => 4,
            Status::Internal => 5,
            Status::InvalidType => 6,
            Status::IndexOutOfRange => 7,
            Status::Overflow => 8,
            Status::Io => 9,
            Status::InvalidState => 10,
            Status::Interrupted => 11,
            Status::CheckFailed => 12,
            Status::NoFactorization => 13,
            Status::Disconnected => 14,
            Status::Unknown(code) => code,
        }
    }
    pub(crate) fn of(code: i32) -> Status {
        match code {
            1 => Status::InvalidValue,
            2 => Status::OutOfMemory,
            3 => Status::Unsupported,
            4 => Status::NotFound,
            5 => Status::Internal,
            6 => Status::InvalidType,
            7 => Status::IndexOutOfRange,
            8 => Status::Overflow,
            9 => Status::Io,
            10 => Status::InvalidState,
            11 => Status::Interrupted,
            12 => Status::CheckFailed,
            13 => Status::NoFactorization,
            14 => Status::Disconnected,
            other => Status::Unknown(other),
        }
    }
}
