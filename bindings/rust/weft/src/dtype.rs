//! The types of elements, and which types of Rust hold them.

include!("dtype_names.rs");

/// A type of Rust that elements are copied from and to.
///
/// # Safety
/// The type has the size and the meaning of its dtype, and every pattern of bits that the library
/// writes is valid.
pub unsafe trait Element: Copy + Default + 'static {
    /// The dtype that has these elements.
    const DTYPE: Dtype;
}
