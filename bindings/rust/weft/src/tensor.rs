//! Arrays.

use std::ffi::{c_void, CString};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::path::Path;

use weft_sys::*;

use crate::call::Input;
use crate::error::check;
use crate::{ops, Dtype, Element, Error, Result, Status};

/// An array. It is a reference: a clone is the same array, and a write is seen through all of them.
///
/// An array may be given to another thread. While one thread writes an array, no other may use it or a
/// clone of it.
pub struct Tensor(weft_tensor);

// SAFETY: the library counts references atomically, and its functions may be called from any thread.
unsafe impl Send for Tensor {}

impl Tensor {
    pub(crate) fn owned(handle: weft_tensor) -> Tensor {
        Tensor(handle)
    }
    pub(crate) fn handle(&self) -> weft_tensor {
        self.0
    }
    /// A second reference to an array that is lent.
    pub(crate) fn retained(handle: weft_tensor) -> Tensor {
        // SAFETY: the handle is alive.
        Tensor(unsafe { weft_tensor_retain(handle) })
    }

    /// Copies elements in row-major order. Errors where `shape` has another number of elements.
    pub fn from_slice<T: Element>(elements: &[T], shape: &[i64]) -> Result<Tensor> {
        let count: i64 = shape.iter().product();
        if count != elements.len() as i64 {
            let text = format!(
                "Tensor::from_slice: `shape` {shape:?} has {count} elements; got {}",
                elements.len()
            );
            return Err(Error::new(Status::InvalidValue, text));
        }
        Tensor::create(T::DTYPE, shape, elements.as_ptr().cast())
    }
    /// An array of zeros.
    pub fn zeros(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
        Tensor::create(dtype, shape, std::ptr::null())
    }
    /// Copies the bytes of elements in row-major order, for dtypes that Rust has no type for.
    pub fn from_bytes(dtype: Dtype, shape: &[i64], bytes: &[u8]) -> Result<Tensor> {
        let wanted = shape.iter().product::<i64>() as usize * dtype.size();
        if wanted != bytes.len() {
            let text = format!(
                "Tensor::from_bytes: {dtype} of `shape` {shape:?} has {wanted} bytes; got {}",
                bytes.len()
            );
            return Err(Error::new(Status::InvalidValue, text));
        }
        Tensor::create(dtype, shape, bytes.as_ptr().cast())
    }
    /// The bytes of the elements in row-major order.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut out = vec![0; self.len() * self.dtype().size()];
        check(unsafe { weft_tensor_read(self.0, out.as_mut_ptr().cast(), out.len()) })?;
        Ok(out)
    }
    fn create(dtype: Dtype, shape: &[i64], data: *const c_void) -> Result<Tensor> {
        let mut out = std::ptr::null_mut();
        let rank = shape.len() as i32;
        // SAFETY: `data` has as many elements as the shape, or is NULL.
        check(unsafe { weft_tensor_create(dtype as i32, rank, shape.as_ptr(), data, &mut out) })?;
        Ok(Tensor(out))
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        // SAFETY: the handle is alive; so in all functions below.
        Dtype::of(unsafe { weft_tensor_dtype(self.0) })
    }
    /// The extents.
    pub fn shape(&self) -> &[i64] {
        // SAFETY: the extents are lent as long as the array lives.
        unsafe {
            let rank = weft_tensor_rank(self.0) as usize;
            if rank == 0 {
                return &[];
            }
            std::slice::from_raw_parts(weft_tensor_shape(self.0), rank)
        }
    }
    /// The number of elements.
    pub fn len(&self) -> usize {
        unsafe { weft_tensor_elements(self.0) as usize }
    }
    /// Has the array no elements?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The elements in row-major order. `T` must be the array's type.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        let mut out = vec![T::default(); self.len()];
        self.read(&mut out)?;
        Ok(out)
    }
    /// Copies the elements in row-major order to `out`, which has as many.
    pub fn read<T: Element>(&self, out: &mut [T]) -> Result<()> {
        if self.dtype() != T::DTYPE {
            let text = format!(
                "Tensor::read: elements are wanted as {}; the array has {}",
                T::DTYPE,
                self.dtype()
            );
            return Err(Error::new(Status::InvalidType, text));
        }
        let bytes = std::mem::size_of_val(out);
        check(unsafe { weft_tensor_read(self.0, out.as_mut_ptr().cast(), bytes) })
    }
    /// The only element as a number.
    pub fn item(&self) -> Result<f64> {
        let mut value: weft_value = unsafe { std::mem::zeroed() };
        check(unsafe { weft_tensor_item(self.0, &mut value) })?;
        // SAFETY: the tag says which member was written.
        Ok(unsafe {
            if value.tag == WEFT_TAG_FLOAT as u32 {
                value.r#as.real
            } else {
                value.r#as.integer as f64
            }
        })
    }
    /// Writes an array that broadcasts to this one, or a number, to all elements.
    pub fn write<'a>(&self, value: impl Into<Input<'a>>) -> Result<()> {
        let mut what: weft_value = unsafe { std::mem::zeroed() };
        let (tag, content) = match value.into() {
            Input::Array(x) => (WEFT_TAG_TENSOR, weft_value_as { tensor: x.0 }),
            Input::Int(number) => (WEFT_TAG_INT, weft_value_as { integer: number }),
            Input::Float(number) => (WEFT_TAG_FLOAT, weft_value_as { real: number }),
            Input::Bool(choice) => (WEFT_TAG_BOOL, weft_value_as { integer: choice.into() }),
        };
        (what.tag, what.r#as) = (tag as u32, content);
        check(unsafe { weft_tensor_write(self.0, &what) })
    }
    /// The part `start..end` along an axis, which is counted from 0.
    pub fn slice(&self, axis: usize, start: i64, end: i64) -> Result<Tensor> {
        let shape = self.shape();
        let extent = shape.get(axis).copied().unwrap_or(0);
        if axis >= shape.len() || start < 0 || end < start || end > extent {
            let text = format!(
                "Tensor::slice: axis {axis} of {shape:?} has no part {start}..{end}; expected \
                 0 <= start <= end <= {extent}"
            );
            return Err(Error::new(Status::IndexOutOfRange, text));
        }
        let (mut begin, mut size) = (vec![0; shape.len()], shape.to_vec());
        (begin[axis], size[axis]) = (start, end - start);
        ops::slice(self, &begin, &size, &vec![1; shape.len()])
    }
    /// The same elements in another shape; one extent may be -1.
    pub fn reshape(&self, shape: &[i64]) -> Result<Tensor> {
        ops::reshape(self, shape)
    }
    /// The gradient; None where none is attached.
    pub fn grad(&self) -> Result<Option<Tensor>> {
        let mut out = std::ptr::null_mut();
        check(unsafe { weft_tensor_grad(self.0, &mut out) })?;
        Ok((!out.is_null()).then_some(Tensor(out)))
    }

    /// Writes named arrays to a safetensors file in one step.
    pub fn save(path: impl AsRef<Path>, arrays: &[(&str, &Tensor)]) -> Result<()> {
        let path = c_path(path.as_ref())?;
        let names = c_names(arrays.iter().map(|(name, _)| *name))?;
        let names: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
        let handles: Vec<_> = arrays.iter().map(|(_, array)| array.0).collect();
        let (count, nothing) = (arrays.len(), std::ptr::null());
        check(unsafe {
            weft_tensors_save(path.as_ptr(), names.as_ptr(), handles.as_ptr(), count, nothing)
        })
    }
    /// Reads the arrays of a safetensors file, in its order.
    pub fn load(path: impl AsRef<Path>) -> Result<Vec<(String, Tensor)>> {
        let path = c_path(path.as_ref())?;
        let mut archive: weft_archive = std::ptr::null_mut();
        check(unsafe { weft_archive_load(path.as_ptr(), &mut archive) })?;
        let count = unsafe { weft_archive_count(archive) };
        let read = (0..count).map(|index| {
            let mut out = std::ptr::null_mut();
            let name = borrowed(unsafe { weft_archive_name_at(archive, index) });
            check(unsafe { weft_archive_tensor(archive, index, &mut out) })?;
            Ok((name, Tensor(out)))
        });
        let arrays = read.collect();
        unsafe { weft_archive_release(archive) };
        arrays
    }
}

impl Clone for Tensor {
    fn clone(&self) -> Tensor {
        Tensor::retained(self.0)
    }
}

impl Drop for Tensor {
    fn drop(&mut self) {
        // SAFETY: this object owns one reference.
        unsafe { weft_tensor_release(self.0) }
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Tensor({}, {:?})", self.dtype(), self.shape())
    }
}

/// A path as C takes it.
pub(crate) fn c_path(path: &Path) -> Result<CString> {
    let text = path.to_str().ok_or_else(|| {
        Error::new(Status::InvalidValue, format!("the path {path:?} is no UTF-8 text"))
    })?;
    c_text(text)
}

/// A text as C takes it.
pub(crate) fn c_text(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| {
        Error::new(Status::InvalidValue, format!("the text {text:?} has a zero inside"))
    })
}

/// Names as C takes them.
pub(crate) fn c_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<CString>> {
    names.map(c_text).collect()
}

/// A copy of a text that the library lends; "" for NULL.
pub(crate) fn borrowed(text: *const std::os::raw::c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the library's texts end with 0 and are valid here.
    unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

macro_rules! operators {
    ($($class:ident $method:ident $op:ident),*) => {
        $(
            impl<'a, T: Into<Input<'a>>> $class<T> for &'a Tensor {
                type Output = Tensor;
                /// Panics with the library's text where the operator refuses.
                #[track_caller]
                fn $method(self, other: T) -> Tensor {
                    ops::$op(self, other).unwrap_or_else(|error| panic!("{error}"))
                }
            }
            impl<'a, T: Into<Input<'a>>> $class<T> for Tensor {
                type Output = Tensor;
                #[track_caller]
                fn $method(self, other: T) -> Tensor {
                    ops::$op(Input::Array(&self), other.into()).unwrap_or_else(|error| panic!("{error}"))
                }
            }
        )*
    };
}
operators! { Add add add, Sub sub subtract, Mul mul multiply, Div div divide }

impl Neg for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        ops::negative(self).unwrap_or_else(|error| panic!("{error}"))
    }
}
