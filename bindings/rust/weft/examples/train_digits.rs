//! Trains a small convolutional network on handwritten digits, saves it, loads the file and counts.
//!
//!     gunzip -kc ../../examples/digits/data/digits.csv.gz > digits.csv
//!     cargo run --release --example train_digits digits.csv 12 0.97
//!
//! A line of digits.csv has 64 counts of ink from 0 to 16 and the digit. Every fifth line is held out:
//! prints the accuracy on those, and fails if it is below the last argument.

use std::error::Error;

use weft::nn::{self, Layer};
use weft::{ops, optimizer, Dtype, Model, Tensor, Writer};

const BATCH: usize = 64;

#[derive(Default)]
struct Digits {
    images: Vec<f32>,
    labels: Vec<i64>,
}

fn load(path: &str) -> Result<(Digits, Digits), Box<dyn Error>> {
    let (mut train, mut held_out) = (Digits::default(), Digits::default());
    for (line, text) in std::fs::read_to_string(path)?.lines().enumerate() {
        let digits = if line % 5 == 4 { &mut held_out } else { &mut train };
        let mut numbers = text.split(',').map(str::parse::<i64>).collect::<Result<Vec<_>, _>>()?;
        digits.labels.extend(numbers.pop());
        digits.images.extend(numbers.iter().map(|n| *n as f32 / 16.0));
    }
    Ok((train, held_out))
}

fn network() -> weft::Result<nn::Sequential> {
    let dense = |out, input| Ok(nn::Dense::new(out, input)?.with(nn::relu));
    Ok(nn::Sequential::new()
        .add("conv1", nn::Conv2d::new(16, 1, 3, 1)?.with(nn::relu))
        .add("conv2", nn::Conv2d::new(32, 16, 3, 1)?.with(nn::relu))
        .add("pool", nn::max_pool(2))
        .add("dense1", dense(64, 32 * 16)?)
        .add("dense2", nn::Dense::new(10, 64)?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [path, epochs, wanted] = &given[..] else {
        return Err("usage: train_digits digits.csv epochs wanted".into());
    };
    let (train, held_out) = load(path)?;
    weft::seed(0)?;
    let net = network()?;
    let mut adam = optimizer::Adam::new(&net.parameters(), 0.002)?;

    let images = Tensor::from_slice(&train.images, &[train.labels.len() as i64, 1, 8, 8])?;
    let labels = Tensor::from_slice(&train.labels, &[train.labels.len() as i64])?;
    // A step is one planned graph from images and labels to the loss.
    let example = Tensor::zeros(&[BATCH as i64, 1, 8, 8], Dtype::Float32)?;
    let classes = Tensor::zeros(&[BATCH as i64], Dtype::Int64)?;
    let slopes = weft::trace(
        |inputs| {
            let loss = {
                let _recording = weft::record();
                ops::mean(&ops::softmax_cross_entropy(&net.call(&inputs[0])?, &inputs[1])?)?
            };
            let parameters = net.parameters();
            let weights: Vec<&Tensor> = parameters.iter().map(|(_, weight)| weight).collect();
            let mut outputs = weft::grad(&[&loss], &weights, false)?;
            outputs.push(loss);
            Ok(outputs)
        },
        &[&example, &classes],
    )?;
    for _ in 0..epochs.parse()? {
        let order = ops::permutation(train.labels.len() as i64)?;
        for start in (0..train.labels.len() - BATCH).step_by(BATCH) {
            let rows = order.slice(0, start as i64, (start + BATCH) as i64)?;
            let batch = [rows_of(&images, &rows)?, rows_of(&labels, &rows)?];
            let mut outputs = slopes.call(&[&batch[0], &batch[1]])?;
            outputs.pop();
            adam.step(&outputs)?;
        }
    }

    let count = held_out.labels.len() as i64;
    let example = Tensor::zeros(&[count, 1, 8, 8], Dtype::Float32)?;
    let forward = weft::trace(|inputs| Ok(vec![net.call(&inputs[0])?]), &[&example])?;
    let parameters = net.parameters();
    let names: Vec<(&str, &Tensor)> = parameters.iter().map(|(n, w)| (n.as_str(), w)).collect();
    let mut writer = Writer::new()?;
    writer.add("forward", &forward, &["images"], &["scores"], &names)?;
    writer.save("digits.weft")?;

    let mut context = Model::load("digits.weft")?.context()?;
    context.set_input(0, &held_out.images)?;
    context.run()?;
    let scores = context.output::<f32>(0)?.chunks(10);
    let right = scores.zip(&held_out.labels).filter(|(row, label)| best(row) == **label).count();
    let accuracy = right as f64 / count as f64;
    println!("{accuracy:.4}");
    if accuracy < wanted.parse()? {
        return Err(format!("the accuracy is below {wanted}").into());
    }
    Ok(())
}

fn rows_of(all: &Tensor, rows: &Tensor) -> weft::Result<Tensor> {
    ops::take_with(all, rows, &ops::Take { axis: 0.into(), ..Default::default() })
}

fn best(row: &[f32]) -> i64 {
    let order = (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b]));
    order.map_or(-1, |index| index as i64)
}
