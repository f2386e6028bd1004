//! Arrays from and to other libraries by DLPack 1, without a copy.

use std::ffi::c_void;
use std::ops::Deref;

use weft_sys::*;

use crate::error::check;
use crate::{Result, Tensor};

/// `DLTensor`: element i lies at data + byte_offset + (i · strides) times the size of an element.
#[repr(C)]
pub struct DlTensor {
    pub data: *mut c_void,
    /// 1: memory of the host.
    pub device_type: i32,
    pub device_id: i32,
    pub ndim: i32,
    /// 0: signed, 1: unsigned, 2: floating, 4: bfloat, 5: complex, 6: bool.
    pub code: u8,
    pub bits: u8,
    pub lanes: u16,
    pub shape: *mut i64,
    /// In elements; null: dense.
    pub strides: *mut i64,
    pub byte_offset: u64,
}

/// `DLManagedTensorVersioned`: an array with its owner.
#[repr(C)]
pub struct DlManaged {
    pub major: u32,
    pub minor: u32,
    pub context: *mut c_void,
    pub deleter: Option<unsafe extern "C" fn(*mut DlManaged)>,
    /// Bit 0: the memory is read-only.
    pub flags: u64,
    pub tensor: DlTensor,
}

/// An exchanged array that this program has to give back, which dropping it does.
pub struct Dlpack(*mut DlManaged);

impl Dlpack {
    /// Takes an array of another library.
    ///
    /// # Safety
    /// `managed` is as DLPack wants it, and nobody else gives it back.
    pub unsafe fn from_raw(managed: *mut DlManaged) -> Dlpack {
        Dlpack(managed)
    }
    /// For another library, which calls `deleter` when it is done.
    pub fn into_raw(self) -> *mut DlManaged {
        let managed = self.0;
        std::mem::forget(self);
        managed
    }
}

impl Deref for Dlpack {
    type Target = DlManaged;
    fn deref(&self) -> &DlManaged {
        // SAFETY: the array lives until it is dropped.
        unsafe { &*self.0 }
    }
}

impl Drop for Dlpack {
    fn drop(&mut self) {
        if let Some(deleter) = self.deleter {
            // SAFETY: it is called once, by the only owner.
            unsafe { deleter(self.0) }
        }
    }
}

impl Tensor {
    /// The array for another library. It stays where it is, and alive, until that is given back.
    pub fn to_dlpack(&self) -> Result<Dlpack> {
        let mut out = std::ptr::null_mut();
        // SAFETY: the handle is alive.
        check(unsafe { weft_tensor_to_dlpack(self.handle(), &mut out) })?;
        Ok(Dlpack(out.cast()))
    }
    /// An array on the memory of another library, which gets it back when the last array on it is gone.
    pub fn from_dlpack(given: Dlpack) -> Result<Tensor> {
        let mut out = std::ptr::null_mut();
        // SAFETY: the library takes `given` if it succeeds, and leaves it as it is otherwise.
        check(unsafe { weft_tensor_from_dlpack(given.0.cast(), None, &mut out) })?;
        given.into_raw();
        Ok(Tensor::owned(out))
    }
}
