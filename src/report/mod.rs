//! What a run leaves behind: results under their names, NumPy archives, and the arithmetic behind single numbers.

pub mod explain;
pub mod filter_matches;
pub mod network_npz;
pub mod npz;
pub mod receptive_field;
pub mod results;
pub mod templates;

pub use network_npz::{ansatz_npz, network_npz};
pub use results::{DataOrigin, Results};
