//! Arrays.

use std::ffi::c_void;
use std::fmt;
use std::os::raw::c_char;
use std::path::Path;

use weft_sys::*;

use crate::call::{Arguments, Input};
use crate::error::{check, made, refuse};
use crate::wrappers::{borrowed, c_names, c_path};
use crate::{ops, Dtype, Element, Result, Status};

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
        let count = product(1, shape);
        if count != elements.len() as i128 {
            let (what, got) = ("Tensor::from_slice: `shape`", elements.len());
            let text = format!("{what} {shape:?} has {count} elements; got {got}");
            return refuse(Status::InvalidValue, text);
        }
        Tensor::create(T::DTYPE, shape, elements.as_ptr().cast())
    }
    /// An array of zeros.
    pub fn zeros(shape: &[i64], dtype: Dtype) -> Result<Tensor> {
        Tensor::create(dtype, shape, std::ptr::null())
    }
    /// Copies the bytes of elements in row-major order, for dtypes that Rust has no type for.
    pub fn from_bytes(dtype: Dtype, shape: &[i64], bytes: &[u8]) -> Result<Tensor> {
        let wanted = product(dtype.size(), shape);
        if wanted != bytes.len() as i128 {
            let (what, got) = ("Tensor::from_bytes:", bytes.len());
            let text = format!("{what} {dtype} of `shape` {shape:?} has {wanted} bytes; got {got}");
            return refuse(Status::InvalidValue, text);
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
        let (code, rank) = (dtype as i32, shape.len() as i32);
        // SAFETY: `data` has as many elements as the shape, or is NULL.
        made(|out| unsafe { weft_tensor_create(code, rank, shape.as_ptr(), data, out) }).map(Tensor)
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
            let (wanted, has) = (T::DTYPE, self.dtype());
            let text =
                format!("Tensor::read: elements are wanted as {wanted}; the array has {has}");
            return refuse(Status::InvalidType, text);
        }
        let bytes = std::mem::size_of_val(out);
        check(unsafe { weft_tensor_read(self.0, out.as_mut_ptr().cast(), bytes) })
    }
    /// The only element as a number; an error where that may have more digits than an `f64`.
    pub fn item(&self) -> Result<f64> {
        let value: weft_value = made(|out| unsafe { weft_tensor_item(self.0, out) })?;
        // SAFETY: eight bytes of any content are a number of both kinds; the tag says which was written.
        let (real, whole) = unsafe { (value.r#as.real, value.r#as.integer) };
        let is_wide = value.tag == WEFT_TAG_UNSIGNED as u32 || whole.unsigned_abs() > 1 << 53;
        match value.tag == WEFT_TAG_FLOAT as u32 {
            true => Ok(real),
            false if is_wide => {
                let rule = "an f64 has whole numbers up to 2^53; take to_vec";
                refuse(Status::InvalidValue, format!("Tensor::item: {rule}; got {self:?}"))
            }
            false => Ok(whole as f64),
        }
    }
    /// Writes an array that broadcasts to this one, or a number, to all elements.
    pub fn write<'a>(&self, value: impl Into<Input<'a>>) -> Result<()> {
        let mut what = Arguments::new();
        what.input(value.into());
        check(unsafe { weft_tensor_write(self.0, what.first()) })
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
            return refuse(Status::IndexOutOfRange, text);
        }
        let (mut begin, mut size) = (vec![0; shape.len()], shape.to_vec());
        (begin[axis], size[axis]) = (start, end - start);
        ops::slice(self, &begin, &size, &vec![1; shape.len()])
    }
    /// The same elements in another shape; one extent may be -1.
    pub fn reshape(&self, shape: &[i64]) -> Result<Tensor> {
        ops::reshape(self, shape)
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
        let archive = made(|out| unsafe { weft_archive_load(path.as_ptr(), out) })?;
        let arrays = named(
            unsafe { weft_archive_count(archive) },
            |index| unsafe { weft_archive_name_at(archive, index) },
            |index, out| unsafe { weft_archive_tensor(archive, index, out) },
        );
        unsafe { weft_archive_release(archive) };
        arrays
    }
}

impl Clone for Tensor {
    fn clone(&self) -> Tensor {
        Tensor::retained(self.0)
    }
}

impl fmt::Debug for Tensor {
    /// Dtype, shape and up to 100 elements.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = if self.len() > 100 { None } else { self.values() };
        let values = values.map(|text| format!(", {text}")).unwrap_or_default();
        write!(out, "Tensor({}, {:?}{values})", self.dtype(), self.shape())
    }
}

/// The product of extents, which may be any numbers.
fn product(size: usize, shape: &[i64]) -> i128 {
    shape.iter().fold(size as i128, |all, extent| all.saturating_mul((*extent).into()))
}

/// The handles of arrays, which the caller keeps alive.
pub(crate) fn handles(arrays: &[&Tensor]) -> Vec<weft_tensor> {
    arrays.iter().map(|array| array.0).collect()
}

/// As many arrays as a call writes.
pub(crate) fn filled(
    count: usize,
    call: impl FnOnce(*mut weft_tensor) -> weft_status,
) -> Result<Vec<Tensor>> {
    let mut outs = vec![std::ptr::null_mut(); count];
    check(call(outs.as_mut_ptr()))?;
    Ok(outs.into_iter().map(Tensor).collect())
}

/// The arrays of a file with their names.
pub(crate) fn named(
    count: usize,
    name_at: impl Fn(usize) -> *const c_char,
    get: impl Fn(usize, *mut weft_tensor) -> weft_status,
) -> Result<Vec<(String, Tensor)>> {
    let read = |index| Ok((borrowed(name_at(index)), Tensor(made(|out| get(index, out))?)));
    (0..count).map(read).collect()
}
