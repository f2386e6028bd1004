// Written by bindings/generate; do not edit.

/// The type of the elements of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Dtype {
    Bool = 0,
    Uint8 = 1,
    Uint16 = 2,
    Uint32 = 3,
    Uint64 = 4,
    Int8 = 5,
    Int16 = 6,
    Int32 = 7,
    Int64 = 8,
    Float16 = 9,
    Bfloat16 = 10,
    Float32 = 11,
    Float64 = 12,
    Complex64 = 13,
    Complex128 = 14,
    Float8E4m3fn = 15,
    Float8E5m2 = 16,
    Int4 = 17,
    Uint4 = 18,
    Float8E4m3fnuz = 19,
    Float8E5m2fnuz = 20,
}

pub(crate) const ALL: &[Dtype] = &[
    Dtype::Bool,
    Dtype::Uint8,
    Dtype::Uint16,
    Dtype::Uint32,
    Dtype::Uint64,
    Dtype::Int8,
    Dtype::Int16,
    Dtype::Int32,
    Dtype::Int64,
    Dtype::Float16,
    Dtype::Bfloat16,
    Dtype::Float32,
    Dtype::Float64,
    Dtype::Complex64,
    Dtype::Complex128,
    Dtype::Float8E4m3fn,
    Dtype::Float8E5m2,
    Dtype::Int4,
    Dtype::Uint4,
    Dtype::Float8E4m3fnuz,
    Dtype::Float8E5m2fnuz,
];
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for bool {
    const DTYPE: Dtype = Dtype::Bool;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for f32 {
    const DTYPE: Dtype = Dtype::Float32;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for f64 {
    const DTYPE: Dtype = Dtype::Float64;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for u8 {
    const DTYPE: Dtype = Dtype::Uint8;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for u16 {
    const DTYPE: Dtype = Dtype::Uint16;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for u32 {
    const DTYPE: Dtype = Dtype::Uint32;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for u64 {
    const DTYPE: Dtype = Dtype::Uint64;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for i8 {
    const DTYPE: Dtype = Dtype::Int8;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for i16 {
    const DTYPE: Dtype = Dtype::Int16;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for i32 {
    const DTYPE: Dtype = Dtype::Int32;
}
// SAFETY: the same numbers in the same bytes; bools are 0 and 1.
unsafe impl Element for i64 {
    const DTYPE: Dtype = Dtype::Int64;
}
impl crate::Tensor {
    /// The elements as text, where Rust has a type for them.
    pub(crate) fn values(&self) -> Option<String> {
        match self.dtype() {
            Dtype::Bool => self.to_vec::<bool>().ok().map(|all| format!("{all:?}")),
            Dtype::Float32 => self.to_vec::<f32>().ok().map(|all| format!("{all:?}")),
            Dtype::Float64 => self.to_vec::<f64>().ok().map(|all| format!("{all:?}")),
            Dtype::Uint8 => self.to_vec::<u8>().ok().map(|all| format!("{all:?}")),
            Dtype::Uint16 => self.to_vec::<u16>().ok().map(|all| format!("{all:?}")),
            Dtype::Uint32 => self.to_vec::<u32>().ok().map(|all| format!("{all:?}")),
            Dtype::Uint64 => self.to_vec::<u64>().ok().map(|all| format!("{all:?}")),
            Dtype::Int8 => self.to_vec::<i8>().ok().map(|all| format!("{all:?}")),
            Dtype::Int16 => self.to_vec::<i16>().ok().map(|all| format!("{all:?}")),
            Dtype::Int32 => self.to_vec::<i32>().ok().map(|all| format!("{all:?}")),
            Dtype::Int64 => self.to_vec::<i64>().ok().map(|all| format!("{all:?}")),
            _ => None,
        }
    }
}

impl Dtype {
    pub(crate) fn of(code: i32) -> Dtype {
        ALL[code as usize]
    }
    /// The name, such as "float32".
    pub fn name(self) -> &'static str {
        // SAFETY: the number is a dtype, and its name lives as long as the library.
        let name = unsafe { std::ffi::CStr::from_ptr(weft_sys::weft_dtype_name(self as i32)) };
        name.to_str().unwrap_or("")
    }
    /// The dtype of a name such as "float32".
    pub fn named(name: &str) -> crate::Result<Dtype> {
        let name = crate::wrappers::c_text(name)?;
        // SAFETY: the name ends with 0, and the number is written on success.
        let find = |code: &mut i32| unsafe { weft_sys::weft_dtype_find(name.as_ptr(), code) };
        crate::error::made(find).map(Dtype::of)
    }
    /// Bytes of one element.
    pub fn size(self) -> usize {
        // SAFETY: the call takes a number.
        unsafe { weft_sys::weft_dtype_size(self as i32) }
    }
}

impl std::fmt::Display for Dtype {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}
