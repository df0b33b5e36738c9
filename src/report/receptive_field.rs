//! Filters of deeper levels as pictures over the pixels: the receptive field, and the training patches with the strongest response.
//!
//! A patch of level `l` depends on a square of pixels of the original images, its receptive field: `q + l (q - 1)` rows and columns
//! without pooling. Without a ReLU the lower levels are linear, and a filter of level `l` equals one filter over the field, its
//! convolution with the lower filters:
//!
//! ```text
//! v_l = v        v_{k-1}[c, y + a, x + b] = sum_f v_k[f, y, x] F_{k-1}[f, c, a, b]        v . u_p = v_0 . (field at p)
//! ```
//!
//! Pooling over windows of `s x s` first replaces each `v_k[f, y, x]` by a window of `s x s` values `v_k[f, y, x] / s^2`.
//!
//! With a ReLU this is the filter for inputs on which every ReLU is active.

use crate::error::{Error, Result};
use crate::images::Shape;
use crate::linalg::Matrix;
use crate::math::FilterBank;
use crate::rfm::{ConvRfm, Level, Settings};

/// Side of the receptive field of a patch of `level` (from 0) in pixels: `r_0 = q` and `r_l = s r_{l-1} + q - 1` with windows of
/// `pooling` = s rows and columns.
pub fn side(patch: usize, pooling: usize, level: usize) -> usize {
    (0..level).fold(patch, |side, _| pooling * side + patch - 1)
}

/// The filter over pixels that equals `filter` applied to images convolved with `banks` (first level first) and pooled: `c x r x r`
/// values with `c` the channels of the original images and `r` the [`side`].
///
/// ```
/// use convrfm::{FilterBank, Matrix};
/// use convrfm::report::receptive_field;
/// // A difference of neighbours, twice, is a second difference.
/// let difference = [-1.0, 1.0, 0.0, 0.0];
/// let bank = FilterBank::new(1, 2, Matrix::from_row_slice(1, 4, &difference))?;
/// let field = receptive_field::field(&[&bank], 2, 1, &difference);
/// assert_eq!(field, [1.0, -2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
/// # Ok::<(), convrfm::Error>(())
/// ```
///
/// # Panics
/// When `filter` does not have the channels of the last bank's output, or another patch size.
pub fn field(banks: &[&FilterBank], patch: usize, pooling: usize, filter: &[f32]) -> Vec<f32> {
    let mut size = patch;
    let mut seen: Vec<f64> = filter.iter().map(|&v| f64::from(v)).collect();
    for bank in banks.iter().rev() {
        let (channels, q) = (bank.channels(), bank.patch());
        assert_eq!(seen.len(), bank.width() * size * size, "a filter of the images that the bank makes");
        let unpooled = size * pooling;
        let larger = unpooled + q - 1;
        let mut below = vec![0.0; channels * larger * larger];
        for (f, map) in seen.chunks_exact(size * size).enumerate() {
            let weights = bank.filter(f);
            for (c, kernel) in weights.chunks_exact(q * q).enumerate() {
                let out = &mut below[c * larger * larger..(c + 1) * larger * larger];
                for at in 0..unpooled * unpooled {
                    let (y, x) = (at / unpooled, at % unpooled);
                    let value = map[y / pooling * size + x / pooling] / (pooling * pooling) as f64;
                    for (tap, weight) in kernel.iter().enumerate() {
                        out[(y + tap / q) * larger + x + tap % q] += value * f64::from(*weight);
                    }
                }
            }
        }
        (seen, size) = (below, larger);
    }
    seen.iter().map(|&v| v as f32).collect()
}

/// A place in an original image, and the response of a filter there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Index of the training image.
    pub image: usize,
    /// Upper edge of the field.
    pub row: usize,
    /// Left edge of the field.
    pub column: usize,
    /// `v . u_p` at the level of the filter.
    pub response: f32,
}

/// The pixels of a field of `side` rows and columns, `c x side x side`.
///
/// # Panics
/// When the field extends beyond the image.
pub fn cut(shape: Shape, image: &[f32], place: Place, side: usize) -> Vec<f32> {
    let mut pixels = Vec::with_capacity(shape.channels * side * side);
    for channel in 0..shape.channels {
        for row in place.row..place.row + side {
            let start = (channel * shape.height + row) * shape.width + place.column;
            pixels.extend_from_slice(&image[start..start + side]);
        }
    }
    pixels
}

/// For each filter of `bank` the `count` training images of `level`, among the first `searched`, with the largest absolute response,
/// the largest first; each image with the place of its largest response.
///
/// # Errors
/// When the filters do not have the size of the level's patches.
pub fn strongest(level: &Level, bank: &FilterBank, searched: usize, count: usize) -> Result<Vec<Vec<Place>>> {
    let images = level.train();
    let shape = images.shape();
    let columns = bank.shape(shape, 1)?.width;
    // Pixels of the original images between two positions.
    let Settings { pooling, depth, .. } = *level.settings();
    let stride = pooling.pow((depth - level.geometry().depth()) as u32);
    let mut found = vec![Vec::new(); bank.width()];
    for image in 0..searched.min(images.count()) {
        let maps = bank.apply(shape, images.image(image), false, 1)?;
        for (map, places) in maps.chunks_exact(maps.len() / bank.width()).zip(&mut found) {
            let best = map.iter().enumerate().max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()));
            if let Some((at, &response)) = best {
                places.push(Place {
                    image,
                    row: stride * (at / columns),
                    column: stride * (at % columns),
                    response,
                });
            }
        }
    }
    for places in &mut found {
        // The sort is stable: of equals the first image comes first.
        places.sort_by(|a, b| b.response.abs().total_cmp(&a.response.abs()));
        places.truncate(count);
    }
    Ok(found)
}

/// The leading `count` eigenvectors of the M that the best round of `level` uses, else of the latest M, as filters; and the round that
/// uses this M.
///
/// # Errors
/// When the level has not started, or has no AGOP yet.
pub fn leading(run: &ConvRfm, level: usize, count: usize) -> Result<(FilterBank, usize)> {
    let none = || Error::invalid("level", level, "one with features");
    let level = run.levels().get(level).ok_or_else(none)?;
    let has_matrix = |round: &usize| level.feature_matrix(*round).is_some();
    let round = level.best_round().filter(has_matrix).or((1..=level.rounds().len()).rev().find(has_matrix));
    let round = round.ok_or_else(none)?;
    let m = level.feature_matrix(round).ok_or_else(none)?;
    let (geometry, d) = (level.geometry(), m.dimension());
    let count = count.min(d);
    let mut weights = Matrix::zeros(count, d);
    for (index, mut row) in weights.row_iter_mut().enumerate() {
        row.iter_mut().zip(m.filter(index)).for_each(|(w, v)| *w = v);
    }
    Ok((FilterBank::new(geometry.shape().channels, geometry.patch(), weights)?, round))
}
