//! Traced functions: a closure becomes a graph with a plan.

use weft_sys::*;

use crate::error::made;
use crate::tensor::{borrowed, filled, handles};
use crate::{Result, Tensor};

/// A traced graph. Several threads may call it at once.
pub struct Function {
    handle: weft_function,
    captured: Vec<Tensor>,
}

// SAFETY: several threads may call a function at once, as the C interface says.
unsafe impl Send for Function {}
unsafe impl Sync for Function {}

/// Runs `body` once on placeholders for `inputs`, and gives the graph of what it did. Arrays that the
/// body reads from outside (weights) are captured: the function sees later writes to them.
///
/// ```
/// use weft::Tensor;
/// let x = Tensor::from_slice(&[1f32, 2.0], &[2])?;
/// let double = weft::trace(|inputs| Ok(vec![&inputs[0] * 2]), &[&x])?;
/// assert_eq!(double.call(&[&x])?[0].to_vec::<f32>()?, [2.0, 4.0]);
/// # Ok::<(), weft::Error>(())
/// ```
pub fn trace(
    body: impl FnOnce(&[Tensor]) -> Result<Vec<Tensor>>,
    inputs: &[&Tensor],
) -> Result<Function> {
    let given = handles(inputs);
    // SAFETY: both arrays have as many handles as the call is told.
    let begin = |outs| unsafe { weft_trace_begin(given.as_ptr(), given.len(), outs) };
    let placeholders = filled(given.len(), begin)?;
    let mut running = Running(true);
    let outputs = body(&placeholders)?;
    let handles: Vec<_> = outputs.iter().map(|output| output.handle()).collect();
    // SAFETY: the handles are alive.
    let handle = made(|out| unsafe { weft_trace_end(handles.as_ptr(), handles.len(), out) })?;
    running.0 = false;
    Ok(Function::owned(handle))
}

/// Gives a trace up where the body fails or panics.
struct Running(bool);
impl Drop for Running {
    fn drop(&mut self) {
        if self.0 {
            // SAFETY: a trace of this thread runs.
            unsafe { weft_trace_abort() }
        }
    }
}

impl Function {
    pub(crate) fn owned(handle: weft_function) -> Function {
        // SAFETY: captures are lent as long as the function lives, and retained here.
        let captured = unsafe {
            (0..weft_function_captures(handle))
                .map(|index| Tensor::retained(weft_function_capture_at(handle, index)))
                .collect()
        };
        Function { handle, captured }
    }
    pub(crate) fn handle(&self) -> weft_function {
        self.handle
    }
    /// Calls the function through the plan for these shapes; makes the plan where there is none.
    pub fn call(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
        let given = handles(inputs);
        let count = unsafe { weft_function_outputs(self.handle) };
        // SAFETY: the function is alive; the arrays have as many handles as the call is told.
        filled(count, |outs| unsafe {
            weft_function_call(self.handle, given.as_ptr(), given.len(), outs, count)
        })
    }
    /// The arrays that the trace read from outside: weights, states and constants.
    pub fn captures(&self) -> &[Tensor] {
        &self.captured
    }
    /// The name in its file of a capture; "" for a function that is not from a file.
    pub fn capture_name(&self, index: usize) -> String {
        // SAFETY: a wrong index gives NULL.
        borrowed(unsafe { weft_function_capture_name_at(self.handle, index) })
    }
}
