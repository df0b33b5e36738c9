//! Leading filters, and the templates that they match.

use super::arrays::Floats;
use serde::Serialize;

/// The leading eigenvectors of the covariance of training patches.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PatchComponents {
    /// Training images whose patches it is the covariance of.
    pub images: usize,
    /// (count, c, q, q), unit norm.
    pub filters: Floats,
    /// Eigenvalues as shares of the trace, as many as there are filters.
    pub shares: Floats,
}

/// Filters compared with templates and with random filters.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FilterMatches {
    /// One for each filter.
    pub matches: Vec<TemplateMatch>,
    /// Filters that match an edge or a bar better than 95 of 100 random filters.
    pub edges: usize,
    /// The correlation that 95 of 100 random filters stay below.
    pub random95: f64,
}

/// The template that a filter matches best.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TemplateMatch {
    #[cfg_attr(test, ts(type = "\"edge\" | \"bar\" | \"centre-surround\" | \"constant\""))]
    pub family: String,
    /// Absolute correlation, 0 to 1.
    pub correlation: f64,
    /// Share of random filters that match a template at least as well.
    pub chance: f64,
    /// Whether it matches an edge or a bar better than 95 of 100 random filters.
    pub counts: bool,
}
