//! Layers over operators: enough to build and train networks in Rust. Larger ones are built in Python
//! and exported with their training step.

use crate::{ops, Dtype, Input, Result, Tensor};

/// A part of a network.
pub trait Layer {
    /// The output for an input whose first axis is the batch.
    fn call(&self, x: &Tensor) -> Result<Tensor>;
    /// The weights by their names within the layer.
    fn parameters(&self) -> Vec<(String, Tensor)> {
        Vec::new()
    }
}

/// Weights that are uniform, as wide as keeps the variance of signals and of gradients (Glorot and
/// Bengio, 2010). The first axis counts outputs, the second inputs, others are a window.
pub fn glorot(shape: &[i64]) -> Result<Tensor> {
    let window: i64 = shape.iter().skip(2).product();
    let width = (6.0 / ((shape[0] + shape[1]) * window) as f64).sqrt();
    let options = ops::Uniform { low: (-width).into(), high: width.into() };
    ops::uniform_with(shape, Dtype::Float32, &options)
}

/// A function behind a layer.
pub type Activation = fn(&Tensor) -> Result<Tensor>;

/// The larger of 0 and each element.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    ops::relu(x)
}
fn same(x: &Tensor) -> Result<Tensor> {
    Ok(x.clone())
}

/// What layers of a weight and a bias share.
struct Affine {
    weight: Tensor,
    bias: Tensor,
    activation: Activation,
}

impl Affine {
    /// Weights by Glorot's rule, a bias of zeros; the first extent counts outputs.
    fn new(shape: &[i64]) -> Result<Affine> {
        let bias = Tensor::zeros(&shape[..1], Dtype::Float32)?;
        Ok(Affine { weight: glorot(shape)?, bias, activation: same })
    }
    fn parameters(&self) -> Vec<(String, Tensor)> {
        vec![("weight".into(), self.weight.clone()), ("bias".into(), self.bias.clone())]
    }
}

/// y = activation(x W' + b) for x of shape (N, inputs); further axes of x are flattened.
pub struct Dense(Affine);

impl Dense {
    /// Weights by Glorot's rule, a bias of zeros.
    pub fn new(outputs: i64, inputs: i64) -> Result<Dense> {
        Affine::new(&[outputs, inputs]).map(Dense)
    }
    /// The layer with a function behind it.
    pub fn with(self, activation: Activation) -> Dense {
        Dense(Affine { activation, ..self.0 })
    }
}

impl Layer for Dense {
    fn call(&self, x: &Tensor) -> Result<Tensor> {
        let Affine { weight, bias, activation } = &self.0;
        let options = ops::FullyConnected { bias: Some(bias.into()), ..Default::default() };
        activation(&ops::fully_connected_with(x, weight, &options)?)
    }
    fn parameters(&self) -> Vec<(String, Tensor)> {
        self.0.parameters()
    }
}

/// A convolution of images of shape (N, inputs, H, W) with square windows.
pub struct Conv2d {
    affine: Affine,
    window: [i64; 2],
    pad: [i64; 2],
}

impl Conv2d {
    /// `pad` elements of zeros lie around the image.
    pub fn new(outputs: i64, inputs: i64, window: i64, pad: i64) -> Result<Conv2d> {
        let affine = Affine::new(&[outputs, inputs, window, window])?;
        Ok(Conv2d { affine, window: [window; 2], pad: [pad; 2] })
    }
    /// The layer with a function behind it.
    pub fn with(self, activation: Activation) -> Conv2d {
        Conv2d { affine: Affine { activation, ..self.affine }, ..self }
    }
}

impl Layer for Conv2d {
    fn call(&self, x: &Tensor) -> Result<Tensor> {
        let Affine { weight, bias, activation } = &self.affine;
        let (kernel, pad) = (self.window.into(), self.pad.into());
        let options =
            ops::Convolution { bias: Some(bias.into()), kernel, pad, ..Default::default() };
        activation(&ops::convolution_with(x, weight, &options)?)
    }
    fn parameters(&self) -> Vec<(String, Tensor)> {
        self.affine.parameters()
    }
}

/// A long short-term memory: x of shape (T, N, inputs) to the hidden states (T, N, hidden).
pub struct Lstm {
    hidden: i64,
    weights: [Tensor; 4],
}

impl Lstm {
    /// Weights by Glorot's rule, biases of zeros.
    pub fn new(hidden: i64, inputs: i64) -> Result<Lstm> {
        let bias = || Tensor::zeros(&[4 * hidden], Dtype::Float32);
        let weights =
            [glorot(&[4 * hidden, inputs])?, glorot(&[4 * hidden, hidden])?, bias()?, bias()?];
        Ok(Lstm { hidden, weights })
    }
}

impl Layer for Lstm {
    fn call(&self, x: &Tensor) -> Result<Tensor> {
        let state = Tensor::zeros(&[x.shape()[1], self.hidden], Dtype::Float32)?;
        let [data, recurrent, bias, recurrent_bias] = &self.weights;
        let mut outputs = ops::lstm(x, &state, &state, data, recurrent, bias, recurrent_bias)?;
        Ok(outputs.swap_remove(0))
    }
    fn parameters(&self) -> Vec<(String, Tensor)> {
        let names = ["i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias"];
        names.iter().zip(&self.weights).map(|(n, w)| (n.to_string(), w.clone())).collect()
    }
}

/// A function as a layer without weights.
pub struct Lambda<F>(pub F);

impl<F: Fn(&Tensor) -> Result<Tensor>> Layer for Lambda<F> {
    fn call(&self, x: &Tensor) -> Result<Tensor> {
        self.0(x)
    }
}

/// The largest element of each square window; windows do not overlap.
pub fn max_pool(window: i64) -> impl Layer {
    Lambda(move |x: &Tensor| {
        let options = ops::Pooling {
            kernel: [window; 2].into(),
            stride: [window; 2].into(),
            ..Default::default()
        };
        ops::pooling_with(Input::Array(x), &options)
    })
}

/// Layers one behind the other.
#[derive(Default)]
pub struct Sequential {
    layers: Vec<(String, Box<dyn Layer>)>,
}

impl Sequential {
    /// No layers yet: gives its input back.
    pub fn new() -> Sequential {
        Sequential::default()
    }
    /// Adds a layer behind the others; its weights are named `name.weight` and the like.
    pub fn add(mut self, name: &str, layer: impl Layer + 'static) -> Sequential {
        self.layers.push((name.into(), Box::new(layer)));
        self
    }
}

impl Layer for Sequential {
    fn call(&self, x: &Tensor) -> Result<Tensor> {
        self.layers.iter().try_fold(x.clone(), |x, (_, layer)| layer.call(&x))
    }
    fn parameters(&self) -> Vec<(String, Tensor)> {
        let inside = |(name, layer): &(String, Box<dyn Layer>)| {
            let of_layer = layer.parameters().into_iter();
            of_layer.map(|(part, weight)| (format!("{name}.{part}"), weight)).collect::<Vec<_>>()
        };
        self.layers.iter().flat_map(inside).collect()
    }
}
