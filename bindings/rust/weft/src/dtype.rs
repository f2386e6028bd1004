//! The types of elements, and which types of Rust hold them.

use std::ffi::CStr;
use std::fmt;

use crate::Result;

include!("dtype_names.rs");

impl Dtype {
    pub(crate) fn of(code: i32) -> Dtype {
        ALL[code as usize]
    }
    /// The name, such as "float32".
    pub fn name(self) -> &'static str {
        // SAFETY: the number is a dtype, and its name lives as long as the library.
        unsafe { CStr::from_ptr(weft_sys::weft_dtype_name(self as i32)) }.to_str().unwrap_or("")
    }
    /// The dtype of a name such as "float32".
    pub fn named(name: &str) -> Result<Dtype> {
        let mut code = 0;
        let name = crate::tensor::c_text(name)?;
        // SAFETY: the name ends with 0, and the number is written on success.
        crate::error::check(unsafe { weft_sys::weft_dtype_find(name.as_ptr(), &mut code) })?;
        Ok(Dtype::of(code))
    }
    /// Bytes of one element.
    pub fn size(self) -> usize {
        // SAFETY: the call takes a number.
        unsafe { weft_sys::weft_dtype_size(self as i32) }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A type of Rust that elements are copied from and to.
///
/// # Safety
/// The type has the size and the meaning of its dtype, and every pattern of bits that the library
/// writes is valid.
pub unsafe trait Element: Copy + Default + 'static {
    /// The dtype that has these elements.
    const DTYPE: Dtype;
}
