//! `.weft` files: written, loaded and run.

use std::ffi::CString;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

use weft_sys::*;

use crate::error::{check, made, refuse};
use crate::tensor::named;
use crate::wrappers::{borrowed, c_names, c_path, c_text};
use crate::{Dtype, Element, Function, Result, Status, Tensor};

struct Loaded {
    handle: weft_model,
    // The file's bytes, where the caller gave them; the library reads them in place.
    bytes: Option<Vec<u64>>,
}
// SAFETY: a model never changes, and several threads may make contexts of it and run them.
unsafe impl Send for Loaded {}
unsafe impl Sync for Loaded {}
impl Drop for Loaded {
    fn drop(&mut self) {
        // SAFETY: this object owns one reference; contexts keep what they need.
        unsafe { weft_model_release(self.handle) }
    }
}

/// A loaded file. A clone is the same model; several threads may use it.
#[derive(Clone)]
pub struct Model(Arc<Loaded>);

/// What an input, an output or a state is.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    pub name: String,
    pub dtype: Dtype,
    /// -1 where a dimension is open and has no extent yet.
    pub shape: Vec<i64>,
    /// 0 where the shape is open.
    pub bytes: usize,
}

/// An axis of an input whose extent may differ from run to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    pub axis: i32,
    pub name: String,
}

impl Model {
    pub(crate) fn handle(&self) -> weft_model {
        self.0.handle
    }
    /// Maps a file.
    pub fn load(path: impl AsRef<Path>) -> Result<Model> {
        let path = c_path(path.as_ref())?;
        // SAFETY: the path ends with 0, and the handle is written on success.
        let handle = made(|out| unsafe { weft_model_load(path.as_ptr(), out) })?;
        Ok(Model(Arc::new(Loaded { handle, bytes: None })))
    }
    /// Reads a file that is in memory, as [`include_bytes!`] gives it; the bytes are copied. Such a model
    /// has no functions, which could outlive the copy: for these a file is loaded from its path.
    pub fn from_bytes(bytes: &[u8]) -> Result<Model> {
        // Words, because weights in the file are read where they lie.
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        // SAFETY: `words` has room for all bytes.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), words.as_mut_ptr().cast(), bytes.len()) };
        let place = words.as_ptr().cast();
        let handle = made(|out| unsafe { weft_model_load_memory(place, bytes.len(), out) })?;
        Ok(Model(Arc::new(Loaded { handle, bytes: Some(words) })))
    }
    /// The weights by their names; copies, where the file is in memory.
    pub fn weights(&self) -> Result<Vec<(String, Tensor)>> {
        let model = self.0.handle;
        let mut all = named(
            unsafe { weft_model_tensor_count(model) },
            |index| unsafe { weft_model_tensor_name_at(model, index) },
            |index, out| unsafe { weft_model_tensor(model, index, out) },
        )?;
        if self.0.bytes.is_some() {
            for (_, lent) in &mut all {
                *lent = Tensor::from_bytes(lent.dtype(), lent.shape(), &lent.to_bytes()?)?;
            }
        }
        Ok(all)
    }
    /// A context of the entry point "forward".
    pub fn context(&self) -> Result<Context> {
        self.context_of("forward")
    }
    /// A context of an entry point.
    pub fn context_of(&self, entry: &str) -> Result<Context> {
        let entry = c_text(entry)?;
        let (name, arena) = (entry.as_ptr(), ptr::null_mut());
        let handle =
            made(|out| unsafe { weft_context_create(self.0.handle, name, arena, 0, out) })?;
        Ok(Context { handle, inputs: Vec::new(), _model: self.clone() })
    }
    /// An entry point as a function that can be trained; its captures are the model's weights.
    pub fn function(&self, entry: &str) -> Result<Function> {
        if self.0.bytes.is_some() {
            let text = "Model::function: the model is from memory; load it from a path";
            return refuse(Status::Unsupported, text.into());
        }
        let entry = c_text(entry)?;
        made(|out| unsafe { weft_model_function(self.0.handle, entry.as_ptr(), out) })
            .map(Function::owned)
    }
}

/// Memory and bindings to run one entry point. One thread at a time uses it: `&mut self` sees to that.
pub struct Context {
    handle: weft_context,
    // The context reads them; it is released before they are dropped.
    inputs: Vec<Option<Buffer>>,
    _model: Model,
}
/// An input's copy, which the library reads in every run.
type Buffer = Vec<u64>;

// SAFETY: one thread at a time uses a context, whichever it is.
unsafe impl Send for Context {}

pub(crate) type GetPort = unsafe extern "C" fn(weft_context, usize, *mut weft_port) -> weft_status;

impl Context {
    pub(crate) fn handle(&self) -> weft_context {
        self.handle
    }
    pub(crate) fn port(&self, get: GetPort, index: usize) -> Result<Port> {
        let mut port: weft_port = unsafe { std::mem::zeroed() };
        port.struct_size = std::mem::size_of::<weft_port>();
        // SAFETY: the struct has the size that it says; name and shape are copied at once.
        check(unsafe { get(self.handle, index, &mut port) })?;
        let shape = (0..port.rank as usize).map(|axis| unsafe { *port.shape.add(axis) }).collect();
        let (name, dtype) = (borrowed(port.name), Dtype::of(port.dtype));
        Ok(Port { name, dtype, shape, bytes: port.bytes })
    }
    /// The open dimensions of an input.
    pub fn dimensions(&self, input: usize) -> Result<Vec<Dimension>> {
        let rank = self.port(weft_context_get_input, input)?.shape.len() as i32;
        let name = |axis| unsafe { weft_context_dimension_at(self.handle, input, axis) };
        let open = (0..rank).filter(|axis| !name(*axis).is_null());
        Ok(open.map(|axis| Dimension { axis, name: borrowed(name(axis)) }).collect())
    }
    /// Sets the shape of an input with open dimensions.
    pub fn set_input_shape(&mut self, index: usize, shape: &[i64]) -> Result<()> {
        let rank = shape.len() as i32;
        check(unsafe { weft_context_set_input_shape(self.handle, index, shape.as_ptr(), rank) })
    }
    /// Copies elements to an input, for all runs until the next call of this function. If only the first
    /// dimension of the input is open, their number sets it.
    pub fn set_input<T: Element>(&mut self, index: usize, elements: &[T]) -> Result<()> {
        let port = self.typed("set_input", weft_context_get_input, index, T::DTYPE)?;
        if let Some(shape) = self.shape_of_flat(index, &port, elements.len()) {
            self.set_input_shape(index, &shape)?;
        }
        let bytes = std::mem::size_of_val(elements);
        // SAFETY: elements are plain numbers, whose bytes may be read.
        self.bind(index, unsafe { std::slice::from_raw_parts(elements.as_ptr().cast(), bytes) })
    }
    /// The input's shape for elements that have none themselves, if it is another one than now.
    fn shape_of_flat(&self, index: usize, port: &Port, count: usize) -> Option<Vec<i64>> {
        let (bytes, count) = (count * port.dtype.size(), count as i64);
        if port.shape.is_empty() || (bytes > 0 && bytes == port.bytes) {
            return None;
        }
        let name = |axis| unsafe { weft_context_dimension_at(self.handle, index, axis as i32) };
        let is_open = |axis: usize| port.shape[axis] < 0 || !name(axis).is_null();
        if (0..port.shape.len()).any(|axis| is_open(axis) != (axis == 0)) {
            return None;
        }
        let mut shape = port.shape.clone();
        let row: i64 = shape[1..].iter().product();
        shape[0] = count.checked_div(row).filter(|rows| rows * row == count)?;
        Some(shape)
    }
    fn bind(&mut self, index: usize, bytes: &[u8]) -> Result<()> {
        let mut copy = vec![0u64; bytes.len().div_ceil(8).max(1)];
        // SAFETY: `copy` has room for all bytes, and lives until another one is bound.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), copy.as_mut_ptr().cast(), bytes.len());
            check(weft_context_bind_input(self.handle, index, copy.as_ptr().cast(), bytes.len()))?;
        }
        if self.inputs.len() <= index {
            self.inputs.resize_with(index + 1, || None);
        }
        self.inputs[index] = Some(copy);
        Ok(())
    }
    /// Copies elements of an array to an input; it must have the input's dtype and shape. Its extents set
    /// open dimensions.
    pub fn set_input_array(&mut self, index: usize, array: &Tensor) -> Result<()> {
        let port = self.typed("set_input_array", weft_context_get_input, index, array.dtype())?;
        if array.shape() != port.shape {
            self.set_input_shape(index, array.shape())?; // refuses another shape than the input's
        }
        self.bind(index, &array.to_bytes()?)
    }
    /// The elements of an output after a run, where they lie.
    pub fn output<T: Element>(&self, index: usize) -> Result<&[T]> {
        let port = self.typed("output", weft_context_get_output, index, T::DTYPE)?;
        self.elements(index, &port)
    }
    /// An output after a run as an array.
    pub fn output_array(&self, index: usize) -> Result<Tensor> {
        let port = self.port(weft_context_get_output, index)?;
        Tensor::from_bytes(port.dtype, &port.shape, self.elements(index, &port)?)
    }
    fn elements<T>(&self, index: usize, port: &Port) -> Result<&[T]> {
        let data = made(|out| unsafe { weft_context_output_data(self.handle, index, out) })?;
        let count = port.bytes / std::mem::size_of::<T>();
        if count == 0 {
            return Ok(&[]);
        }
        // SAFETY: the address has the port's bytes until the next run, which needs `&mut self`.
        Ok(unsafe { std::slice::from_raw_parts(data.cast(), count) })
    }
    /// A state as an array.
    pub fn state_array(&self, index: usize) -> Result<Tensor> {
        let port = self.port(weft_context_get_state, index)?;
        Tensor::from_bytes(port.dtype, &port.shape, &self.copied(index, &port)?)
    }
    /// Copies a state.
    pub fn state<T: Element>(&self, index: usize) -> Result<Vec<T>> {
        let port = self.typed("state", weft_context_get_state, index, T::DTYPE)?;
        self.copied(index, &port)
    }
    fn copied<T: Default + Copy>(&self, index: usize, port: &Port) -> Result<Vec<T>> {
        let mut out = vec![T::default(); port.bytes / std::mem::size_of::<T>()];
        let place = out.as_mut_ptr().cast();
        check(unsafe { weft_context_read_state(self.handle, index, place, port.bytes) })?;
        Ok(out)
    }
    /// Writes a state.
    pub fn set_state<T: Element>(&mut self, index: usize, elements: &[T]) -> Result<()> {
        self.typed("set_state", weft_context_get_state, index, T::DTYPE)?;
        let (data, bytes) = (elements.as_ptr().cast(), std::mem::size_of_val(elements));
        check(unsafe { weft_context_write_state(self.handle, index, data, bytes) })
    }
    /// A port whose elements have the given dtype.
    fn typed(&self, function: &str, get: GetPort, index: usize, given: Dtype) -> Result<Port> {
        let port = self.port(get, index)?;
        if port.dtype == given {
            return Ok(port);
        }
        let (name, has) = (&port.name, port.dtype);
        let text = format!("Context::{function}: `{name}` is {has}; got elements of {given}");
        refuse(Status::InvalidType, text)
    }
}

/// A file that is being put together.
pub struct Writer {
    handle: weft_writer,
    // Constants that entry points captured; those that share one have one name.
    unnamed: Vec<Tensor>,
}

impl Writer {
    /// An empty file.
    pub fn new() -> Result<Writer> {
        let handle = made(|out| unsafe { weft_writer_create(out) })?;
        Ok(Writer { handle, unnamed: Vec::new() })
    }
    /// Adds an entry point, with names for inputs, outputs and the arrays that the function captured;
    /// captures that `weights` does not name are called `constant0` and so on.
    pub fn add(
        &mut self,
        entry: &str,
        function: &Function,
        inputs: &[&str],
        outputs: &[&str],
        weights: &[(&str, &Tensor)],
    ) -> Result<()> {
        let graph = function.handle();
        let wanted = unsafe { (weft_function_inputs(graph), weft_function_outputs(graph)) };
        let given = (inputs.len(), outputs.len());
        if given != wanted {
            let text = format!(
                "Writer::add: the function has {} inputs and {} outputs; got {} and {} names",
                wanted.0, wanted.1, given.0, given.1
            );
            return refuse(Status::InvalidValue, text);
        }
        let entry = c_text(entry)?;
        let names = [
            c_names(inputs.iter().copied())?,
            c_names(outputs.iter().copied())?,
            self.names_of(function, weights)?,
        ];
        let lists = names.each_ref().map(|n| n.iter().map(|t| t.as_ptr()).collect::<Vec<_>>());
        let [inputs, outputs, captures] = lists.each_ref().map(|list| list.as_ptr());
        let name = entry.as_ptr();
        check(unsafe { weft_writer_add_entry(self.handle, name, graph, inputs, outputs, captures) })
    }
    fn names_of(&mut self, function: &Function, known: &[(&str, &Tensor)]) -> Result<Vec<CString>> {
        let name = |capture: &Tensor| {
            if let Some((name, _)) = known.iter().find(|(_, array)| array.is_same(capture)) {
                return c_text(name);
            }
            let place = self.unnamed.iter().position(|array| array.is_same(capture));
            let place = place.unwrap_or_else(|| {
                self.unnamed.push(capture.clone());
                self.unnamed.len() - 1
            });
            c_text(&format!("constant{place}"))
        };
        function.captures().iter().map(name).collect()
    }
    pub(crate) fn handle(&self) -> weft_writer {
        self.handle
    }
}
