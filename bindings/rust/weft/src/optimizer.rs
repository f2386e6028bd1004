//! Updates of weights by their gradients.

use crate::error::refuse;
use crate::{Arguments, Operator, Result, Status, Tensor};

/// Gradient descent with momentum.
pub struct Sgd {
    weights: Vec<(Tensor, Tensor)>,
    rate: f64,
    momentum: f64,
}

impl Sgd {
    /// For these weights, with their names as a network gives them.
    pub fn new(parameters: &[(String, Tensor)], rate: f64, momentum: f64) -> Result<Sgd> {
        let with_state = |(_, weight): &(String, Tensor)| Ok((weight.clone(), zeros_like(weight)?));
        let weights = parameters.iter().map(with_state).collect::<Result<_>>()?;
        Ok(Sgd { weights, rate, momentum })
    }
    /// Updates the weights by gradients in the same order.
    pub fn step(&mut self, gradients: &[Tensor]) -> Result<()> {
        static UPDATE: Operator = Operator::new(c"sgd_mom_update");
        expect(gradients, self.weights.len())?;
        for ((weight, momentum), gradient) in self.weights.iter().zip(gradients) {
            let mut arguments = Arguments::new();
            [weight, gradient, momentum].into_iter().for_each(|x| arguments.input(x.into()));
            arguments.float(self.rate);
            // Weight decay, rescaling and clipping stay at their defaults.
            (0..3).for_each(|_| arguments.left_out());
            arguments.float(self.momentum);
            arguments.write_into(&UPDATE, &[weight, momentum])?;
        }
        Ok(())
    }
}

/// Adam (Kingma and Ba, 2015).
pub struct Adam {
    weights: Vec<(Tensor, Tensor, Tensor)>,
    rate: f64,
    steps: i32,
}

impl Adam {
    /// For these weights, with their names as a network gives them.
    pub fn new(parameters: &[(String, Tensor)], rate: f64) -> Result<Adam> {
        let with_states = |(_, weight): &(String, Tensor)| {
            Ok((weight.clone(), zeros_like(weight)?, zeros_like(weight)?))
        };
        let weights = parameters.iter().map(with_states).collect::<Result<_>>()?;
        Ok(Adam { weights, rate, steps: 0 })
    }
    /// Updates the weights by gradients in the same order.
    pub fn step(&mut self, gradients: &[Tensor]) -> Result<()> {
        static UPDATE: Operator = Operator::new(c"adam_update");
        expect(gradients, self.weights.len())?;
        self.steps += 1;
        // The operator leaves the correction of the running means' bias to the rate.
        let corrected = (1.0 - 0.999f64.powi(self.steps)).sqrt() / (1.0 - 0.9f64.powi(self.steps));
        for ((weight, mean, variance), gradient) in self.weights.iter().zip(gradients) {
            let mut arguments = Arguments::new();
            let arrays = [weight, gradient, mean, variance];
            arrays.into_iter().for_each(|x| arguments.input(x.into()));
            arguments.float(self.rate * corrected);
            arguments.write_into(&UPDATE, &[weight, mean, variance])?;
        }
        Ok(())
    }
}

fn zeros_like(weight: &Tensor) -> Result<Tensor> {
    Tensor::zeros(weight.shape(), weight.dtype())
}

fn expect(gradients: &[Tensor], count: usize) -> Result<()> {
    if gradients.len() == count {
        return Ok(());
    }
    let text = format!("step: there are {count} weights; got {} gradients", gradients.len());
    refuse(Status::InvalidValue, text)
}
