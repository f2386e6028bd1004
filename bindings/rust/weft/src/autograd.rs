//! Gradients: recording, and backward passes.

use weft_sys::*;

use crate::error::check;
use crate::tensor::{filled, handles};
use crate::{Result, Tensor};

/// The modes of this thread until the value is dropped; then those from before are back.
pub struct Mode {
    before: u32,
    changed: u32,
    // A mode belongs to its thread.
    _here: std::marker::PhantomData<*const ()>,
}

impl Mode {
    fn new(set: i32, clear: i32) -> Mode {
        // SAFETY: the call takes numbers.
        let before = unsafe { weft_set_modes(set as u32, clear as u32) };
        Mode { before, changed: (set | clear) as u32, _here: std::marker::PhantomData }
    }
}

impl Drop for Mode {
    fn drop(&mut self) {
        let set = self.before & self.changed;
        // SAFETY: the call takes numbers.
        unsafe { weft_set_modes(set, self.changed & !set) };
    }
}

/// Operators are recorded, in training mode, as long as the value lives.
///
/// ```
/// use weft::{ops, Tensor};
/// let x = Tensor::from_slice(&[3f32], &[1])?;
/// x.attach_grad()?;
/// let y = {
///     let _recording = weft::record();
///     &x * &x
/// };
/// weft::backward(&[&y])?;
/// assert_eq!(x.grad()?.unwrap().to_vec::<f32>()?, [6.0]);
/// # Ok::<(), weft::Error>(())
/// ```
#[must_use = "recording ends when the value is dropped"]
pub fn record() -> Mode {
    Mode::new(WEFT_MODE_RECORDING | WEFT_MODE_TRAINING, 0)
}

/// Operators are not recorded as long as the value lives: for updates of weights.
#[must_use = "the pause ends when the value is dropped"]
pub fn pause() -> Mode {
    Mode::new(0, WEFT_MODE_RECORDING | WEFT_MODE_TRAINING)
}

/// Dropout and batch statistics work as in training, or as in use, as long as the value lives.
#[must_use = "the mode ends when the value is dropped"]
pub fn train(training: bool) -> Mode {
    let (set, clear) = if training { (WEFT_MODE_TRAINING, 0) } else { (0, WEFT_MODE_TRAINING) };
    Mode::new(set, clear)
}

/// Computes the gradients of the heads into the leaves, whose gradients they replace.
pub fn backward(heads: &[&Tensor]) -> Result<()> {
    let handles = handles(heads);
    // SAFETY: there are as many handles as the call is told, all alive.
    check(unsafe { weft_backward(handles.as_ptr(), std::ptr::null(), handles.len(), 0) })
}

/// The gradients of the sum of `heads` with respect to `variables`, as new arrays.
///
/// With `create_graph` they are recorded, so that they have gradients in their turn.
pub fn grad(heads: &[&Tensor], variables: &[&Tensor], create_graph: bool) -> Result<Vec<Tensor>> {
    let (from, to) = (handles(heads), handles(variables));
    let (again, slopes) = (create_graph.into(), std::ptr::null());
    // SAFETY: there are as many handles as the call is told, all alive.
    filled(to.len(), |out| unsafe {
        let (heads, wanted) = (from.len(), to.len());
        weft_grad(from.as_ptr(), slopes, heads, to.as_ptr(), wanted, again, again, out)
    })
}
