//! The arithmetic of one number, written out in double precision.
//!
//! | number | sum |
//! |---|---|
//! | [`kernel`] | `K(x, x_i) / s`: the values of every layer at one position |
//! | [`answer`] | `f_o(x) = sum_i K(x, x_i) / s alpha_io` |
//! | [`gradient`] | `\|g_p\|^2 = sum_j g_pj^2` |
//! | [`matrix`] | `M_ij = (1/m) sum over images of sum_{p,o} g_i g_j` |
//! | [`seen`] | `\|sqrt(M / trace M) u_p\|^2 = sum_r share_r (v_r . u_p)^2` |

use crate::error::{Error, Result};
use crate::images::PatchGeometry;
use crate::linalg::Matrix;
use crate::linalg::sort::descending;
use crate::math::ntk::{arc_cosine, layers};
use crate::rfm::Predictor;
use nalgebra::DMatrix;
use serde::Serialize;

/// Terms of a sum that are listed one by one.
const LISTED_TERMS: usize = 8;

/// A term of a sum.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Term {
    /// Index of its training image, patch entry or eigenvector.
    pub index: usize,
    /// Its factors; empty for a term that is a sum itself.
    pub factors: Vec<f64>,
    /// The product of the factors.
    pub product: f64,
}

/// A sum written out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Sum {
    /// The sum.
    pub value: f64,
    /// The listed terms.
    pub terms: Vec<Term>,
    /// Number of terms that are not listed.
    pub others: usize,
    /// The sum of the terms that are not listed.
    pub rest: f64,
}

impl Sum {
    /// A sum that lists its largest terms, the largest first.
    fn of_largest(terms: Vec<Term>) -> Sum {
        let sizes: Vec<f64> = terms.iter().map(|term| term.product.abs()).collect();
        Sum::of_first(descending(&sizes).into_iter().map(|index| terms[index].clone()).collect())
    }

    fn of_first(mut terms: Vec<Term>) -> Sum {
        let value = terms.iter().map(|term| term.product).sum();
        let others = terms.split_off(LISTED_TERMS.min(terms.len()));
        Sum { value, others: others.len(), rest: others.iter().map(|term| term.product).sum(), terms }
    }
}

/// The values of one layer at one position, for the image x and a training image x'.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LayerValues {
    /// Position in the layer's map.
    pub position: usize,
    /// S before the layer.
    pub s: f64,
    /// T before it.
    pub t: f64,
    /// N, of x.
    pub n: f64,
    /// N', of x'.
    pub m: f64,
    /// `sqrt(N N')`.
    pub r: f64,
    /// `S / r`.
    pub rho: f64,
    /// Arc-cosine kernel of degree 0 at rho.
    pub k0: f64,
    /// Arc-cosine kernel of degree 1 at rho.
    pub k1: f64,
    /// `r k1`: S after the layer.
    pub s_out: f64,
    /// `T k0`: T after it.
    pub t_out: f64,
}

/// A kernel value and its computation at one position.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KernelValue {
    /// The training image x'.
    pub train: usize,
    /// The position of the patches.
    pub position: usize,
    /// Channels c of the images.
    pub channels: usize,
    /// `<z_p(x), z_p(x')>`; S of the first layer is that over c.
    pub inner: f64,
    /// `K(x, x') / s`.
    pub value: f64,
    /// `K(x, x')`, the mean of S + T over the positions after the last layer.
    pub whole: f64,
    /// `s = max |K(train, train)|`.
    pub scale: f64,
    /// Positions after the last layer.
    pub positions: usize,
    /// The layers, from the first to the last.
    pub layers: Vec<LayerValues>,
}

/// An entry of M.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Entry {
    /// Its row.
    pub row: usize,
    /// Its column.
    pub column: usize,
    /// `M_ij`.
    pub value: f64,
    /// Trace of M, by which the page divides M.
    pub trace: f64,
    /// The contributions of the first images, in order.
    pub terms: Vec<Term>,
    /// Number of further images.
    pub others: usize,
    /// Their contribution.
    pub rest: f64,
}

/// The arithmetic of any number.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase", tag = "what")]
pub enum Explained {
    /// See [`kernel`].
    Kernel(KernelValue),
    /// See [`answer`].
    Answer(Sum),
    /// See [`gradient`].
    Gradient(Sum),
    /// See [`seen`].
    Seen(Sum),
    /// See [`matrix`].
    Matrix(Entry),
}

/// `K(x, x_i) / s` of an image and training image `train`, with the values of the layers at `position`; in later layers at the
/// position whose window is centred on it, or the nearest one.
///
/// # Errors
/// When there is no such position or training image, or the round has no kernel yet.
pub fn kernel(predictor: &Predictor, image: &[f32], train: usize, position: usize) -> Result<Explained> {
    predictor.check(image)?;
    predictor.check_position(position)?;
    let images = predictor.train();
    if train >= images.count() {
        return Err(Error::invalid("training image", train, format!("less than {}", images.count())));
    }
    let scale = f64::from(predictor.scale().ok_or_else(|| not_yet("a round whose kernel is computed"))?);
    let geometry = predictor.geometry();
    let (d, channels) = (geometry.patch_len(), geometry.shape().channels);
    let transformed = |image: &[f32]| -> DMatrix<f64> {
        let patches = geometry.patches(image).into_iter().map(f64::from);
        let patches = DMatrix::from_iterator(d, geometry.positions(0), patches);
        match predictor.root() {
            Some(root) => root.map(f64::from) * patches,
            None => patches,
        }
    };
    let (z, other) = (transformed(image), transformed(images.image(train)));
    let (whole, maps) = layers(geometry, z.as_slice(), other.as_slice());
    let mut at = position;
    let values = maps.iter().enumerate().map(|(layer, maps)| {
        if layer > 0 {
            at = next_position(geometry, layer, at);
        }
        let (k0, k1) = arc_cosine(maps.rho[at]);
        LayerValues {
            position: at,
            s: maps.s[at],
            t: maps.t[at],
            n: maps.n_first[at],
            m: maps.n_second[at],
            r: maps.r[at],
            rho: maps.rho[at],
            k0,
            k1,
            s_out: maps.r[at] * k1,
            t_out: maps.t[at] * k0,
        }
    });
    let layers = values.collect();
    Ok(Explained::Kernel(KernelValue {
        train,
        position,
        channels,
        inner: z.column(position).dot(&other.column(position)),
        value: whole / scale,
        whole,
        scale,
        positions: geometry.positions(geometry.depth() - 1),
        layers,
    }))
}

/// The position of `layer` whose window is centred on `before`, a position of the layer before; at the margin the nearest one.
fn next_position(geometry: PatchGeometry, layer: usize, before: usize) -> usize {
    let ((_, width), (rows, columns)) = (geometry.grid(layer - 1), geometry.grid(layer));
    let middle = geometry.patch() / 2;
    let row = (before / width).saturating_sub(middle).min(rows - 1);
    let column = (before % width).saturating_sub(middle).min(columns - 1);
    row * columns + column
}

/// `f_o(x) = sum_i K(x, x_i) / s alpha_io`, with its largest terms; factors `K / s` and alpha.
///
/// # Errors
/// When there is no such output, or the round has no coefficients yet.
pub fn answer(predictor: &Predictor, image: &[f32], output: usize) -> Result<Explained> {
    let (row, weights) = (predictor.kernel_row(image)?, predictor.alpha(output)?);
    let (Some(row), Some(weights)) = (row, weights) else {
        return Err(not_yet("a round whose ridge regression is solved"));
    };
    let term = |(index, (k, alpha)): (usize, (f32, f32))| {
        let factors = [k, alpha].map(f64::from);
        Term { index, factors: factors.to_vec(), product: factors[0] * factors[1] }
    };
    let terms = row.into_iter().zip(weights).enumerate().map(term);
    Ok(Explained::Answer(Sum::of_largest(terms.collect())))
}

/// `|g_p|^2` of the gradient at one position (`d` values, a column of [`Predictor::gradient`]), with its largest terms;
/// the factor is `g_pj`.
pub fn gradient(gradient: &[f32]) -> Explained {
    let term = |(index, g): (usize, &f32)| {
        let g = f64::from(*g);
        Term { index, factors: vec![g], product: g * g }
    };
    Explained::Gradient(Sum::of_largest(gradient.iter().enumerate().map(term).collect()))
}

/// `|sqrt(M / trace M) u|^2 = sum_r share_r (v_r . u)^2` of one patch, with its largest terms; factors `share_r` and `v_r . u`.
/// In round 0, where M is the identity and nothing is divided by its trace, shares are 1 and `v_r . u` is entry r of u.
pub fn seen(predictor: &Predictor, patch: &[f32]) -> Explained {
    let term = |index: usize, share: f64, response: f64| Term {
        index,
        factors: vec![share, response],
        product: share * response * response,
    };
    let terms = match predictor.feature_matrix() {
        Some(features) => {
            let responses = features.project(patch);
            let pairs = features.eigenvalue_shares().iter().zip(&responses).enumerate();
            pairs.map(|(r, (share, response))| term(r, *share, *response)).collect()
        }
        None => patch.iter().enumerate().map(|(r, &u)| term(r, 1.0, f64::from(u))).collect(),
    };
    Explained::Seen(Sum::of_largest(terms))
}

/// `M_ij` as the mean of the contributions of the m sample images ([`Predictor::outer_product`]), listing the first images; `m` is
/// their AGOP.
pub fn matrix(m: &Matrix, row: usize, column: usize, outer_products: &[f64]) -> Explained {
    let share = 1.0 / outer_products.len() as f64;
    let term =
        |(index, product): (usize, &f64)| Term { index, factors: Vec::new(), product: product * share };
    let Sum { value, terms, others, rest } =
        Sum::of_first(outer_products.iter().enumerate().map(term).collect());
    let trace = m.diagonal().iter().map(|&v| f64::from(v)).sum();
    Explained::Matrix(Entry { row, column, value, trace, terms, others, rest })
}

fn not_yet(expected: &str) -> Error {
    Error::invalid("round", "an earlier stage", expected)
}
