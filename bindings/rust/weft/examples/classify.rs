//! Classifies an image by a `.weft` file: `classify digits.weft < 64 numbers`.
//!
//!     cargo run --release --example classify digits.weft < image.txt
//!
//! The file's only input is an image of 8 x 8 with one channel, as train_digits writes it; the numbers
//! are counts of ink from 0 to 16, separated by commas or spaces.

use std::error::Error;
use std::io::Read;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: classify digits.weft < 64 numbers")?;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let words = text.split([',', ' ', '\n']).filter(|word| !word.is_empty());
    let ink = words.take(64).map(str::parse::<f32>).collect::<Result<Vec<_>, _>>()?;

    let mut context = weft::Model::load(path)?.context()?;
    let rows = context.inputs()?[0].shape[0] as usize;
    // The file was made for a batch; the image is its first row.
    let mut images = vec![0f32; rows * 64];
    images.iter_mut().zip(&ink).for_each(|(pixel, ink)| *pixel = ink / 16.0);
    context.set_input(0, &images)?;
    context.run()?;
    let scores = &context.output::<f32>(0)?[..10];
    let best = (0..10).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0);
    println!("{best}");
    Ok(())
}
