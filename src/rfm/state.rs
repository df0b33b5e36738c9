//! The state of a run between two stages, so that another process can continue it.
//!
//! Stored are the results of every finished stage but K, which may be as large as the memory: a run that stopped between its kernel
//! stage and its ridge regression computes K again. The images are not stored either. They are read or made anew, and those of deeper
//! levels convolved anew with the stored filters.

use super::round::Round;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::images::{Dataset, Split};
use crate::linalg::{Matrix, simd};
use crate::math::{FeatureMatrix, Stage};
use flate2::Crc;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The state of a run, made by [`ConvRfm::state`](crate::ConvRfm::state). It can be written with any format that serde
/// knows, and belongs to one version of this crate.
///
/// ```
/// use convrfm::{RunState, ConvRfm, Cpu, NoMonitor, Settings, Sizes, star};
/// let data = star(Sizes { train: 12, validation: 6, test: 6 }, 1)?;
/// let mut settings = Settings::default();
/// (settings.depth, settings.rounds) = (1, 2);
/// let mut run = ConvRfm::new(settings.clone(), data.clone(), Box::new(Cpu::default()))?;
/// pollster::block_on(run.advance(&NoMonitor))?;
/// let text = serde_json::to_string(&run.state()).unwrap();
/// // Later, in another process, with the same settings and images:
/// let mut run = ConvRfm::new(settings, data, Box::new(Cpu::default()))?;
/// let state: RunState = serde_json::from_str(&text).unwrap();
/// pollster::block_on(run.restore(state, &NoMonitor))?;
/// while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
/// assert!(run.finished());
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// What the state belongs to: version of the crate, engine, settings and images.
    pub(super) of: Origin,
    pub(super) levels: Vec<LevelState>,
    /// The filters after each level but the last, and the seconds of their convolution.
    pub(super) filters: Vec<(Table, f64)>,
}

/// The rounds of a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct LevelState {
    pub rounds: Vec<RoundState>,
    pub next: Option<Stage>,
    /// Validation predictions of the chosen ridge, between the stages `Solve` and `Predict`.
    pub ridge_predictions: Option<Table>,
    pub seconds: f64,
}

/// The results of a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RoundState {
    scale: f32,
    ridge: f64,
    retries: usize,
    residual: f64,
    trace_residual: Option<f64>,
    alpha: Option<Table>,
    /// On the validation and on the test images.
    predictions: Option<[Table; 2]>,
    agop: Option<Table>,
    seconds: [f64; 4],
}

/// A matrix by columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Table {
    rows: usize,
    columns: usize,
    values: Vec<f32>,
}

/// What a state belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Origin {
    version: String,
    engine: String,
    settings: String,
    /// Shape and numbers of the images, and the checksum of their pixels and labels.
    images: String,
}

impl Origin {
    pub fn of(settings: &Settings, data: &Split, engine: &str) -> Origin {
        let mut crc = Crc::new();
        let parts = [&data.train, &data.validation, &data.test];
        for part in parts {
            crc.update(bytemuck::cast_slice(part.images.as_slice()));
            part.labels.iter().for_each(|label| crc.update(&(*label as u64).to_le_bytes()));
        }
        let [train, validation, test] = parts.map(Dataset::len);
        let shape = data.train.images.shape();
        let images = format!("{train} + {validation} + {test} of {shape}, {:08x}", crc.sum());
        let (version, settings) = (env!("CARGO_PKG_VERSION").into(), format!("{settings:?}"));
        let rounding = if engine == "cpu" && !simd::is_fused() { " without fused multiply-adds" } else { "" };
        Origin { version, engine: format!("{engine}{rounding}"), settings, images }
    }

    /// Fails with what differs.
    pub fn check(&self, other: &Origin) -> Result<()> {
        let pairs = [
            ("version", &self.version, &other.version),
            ("engine", &self.engine, &other.engine),
            ("settings", &self.settings, &other.settings),
            ("images", &self.images, &other.images),
        ];
        match pairs.into_iter().find(|(_, own, found)| own != found) {
            Some((what, own, found)) => {
                Err(Error::invalid("state", format!("that of {what} {found}"), format!("{what} {own}")))
            }
            None => Ok(()),
        }
    }
}

/// The error for a damaged state.
pub(super) fn unusable(found: impl std::fmt::Display) -> Error {
    Error::invalid("state", found, "what a run has between two stages")
}

/// Fails with a negative number, or one that is not finite.
pub(super) fn check_numbers(numbers: &[f64]) -> Result<()> {
    let wrong = numbers.iter().find(|v| !(**v >= 0.0 && v.is_finite()));
    wrong.map_or(Ok(()), |v| Err(unusable(v)))
}

impl Table {
    pub fn of(matrix: &Matrix) -> Table {
        Table { rows: matrix.nrows(), columns: matrix.ncols(), values: matrix.as_slice().to_vec() }
    }

    /// The matrix, if it has this shape and is finite.
    pub fn matrix(self, rows: usize, columns: usize) -> Result<Matrix> {
        let Table { rows: r, columns: c, values } = self;
        if (r, c) != (rows, columns) || values.len() != rows * columns {
            return Err(unusable(format!("{r} x {c} numbers for {rows} x {columns}")));
        }
        if !values.iter().all(|v| v.is_finite()) {
            return Err(unusable("a number that is not finite"));
        }
        Ok(Matrix::from_vec(rows, columns, values))
    }
}

impl RoundState {
    pub fn of(round: &Round) -> RoundState {
        let predictions = round.validation_predictions.as_ref().zip(round.test_predictions.as_ref());
        RoundState {
            scale: round.scale,
            ridge: round.ridge,
            retries: round.retries,
            residual: round.residual,
            trace_residual: round.trace_residual,
            alpha: round.alpha.as_deref().map(Table::of),
            predictions: predictions.map(|(v, t)| [v, t].map(Table::of)),
            agop: round.agop.as_ref().map(|m| Table::of(m.matrix())),
            seconds: round.seconds,
        }
    }

    /// The round, whose accuracies follow from its predictions. Its alpha has `rank` rows.
    pub fn round(self, data: &Split, rank: usize, dimension: usize) -> Result<Round> {
        let RoundState { scale, ridge, retries, residual, trace_residual, alpha, predictions, agop, seconds } =
            self;
        check_numbers(&[f64::from(scale), ridge, residual, trace_residual.unwrap_or(0.0)])?;
        check_numbers(&seconds)?;
        let outputs = data.train.classes.len();
        let mut round =
            Round { scale, ridge, retries, residual, trace_residual, seconds, ..Round::default() };
        round.alpha = alpha.map(|alpha| alpha.matrix(rank, outputs)).transpose()?.map(Arc::new);
        if let Some([validation, test]) = predictions {
            let validation = validation.matrix(data.validation.len(), outputs)?;
            round.set_predictions(data, validation, test.matrix(data.test.len(), outputs)?);
        }
        if let Some(agop) = agop {
            round.agop = Some(Arc::new(FeatureMatrix::new(agop.matrix(dimension, dimension)?)?));
        }
        Ok(round)
    }
}
