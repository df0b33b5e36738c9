//! Messages to whoever runs the jobs of an engine: what to compute, and changes of the problem that it is computed from.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A part of a stage. Ranges count panels of sixteen images unless stated otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Job {
    /// Transformed training patches. The range counts rows of positions through all panels.
    Rows(Range<usize>),
    /// K of the training images of the first range with those of the second.
    Tiles(Range<usize>, Range<usize>),
    /// K of the test images of the first range with the training images of the second.
    TestTiles(Range<usize>, Range<usize>),
    /// Terms of the AGOP. The range counts training images, all of the same panel.
    Samples(Range<usize>),
}

/// A change of a problem; its values travel beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Update {
    /// A new problem. The values are its training images.
    Load {
        /// Channels, height, width.
        shape: [usize; 3],
        /// Patch size q.
        patch: usize,
        /// Layers L.
        depth: usize,
    },
    /// A new patch transform; drops the panels. The values are its root (`d x d`, by columns), or none for the identity.
    Transform,
    /// The values are the test images.
    TestImages,
    /// The values are the transformed patches of all training panels that are held in memory.
    Panels,
    /// Transforms the patches of the first training panels and holds them in memory.
    MakePanels {
        /// Number of panels.
        panels: usize,
    },
    /// The values are the coefficients over the scale of K (`n x k`, by rows).
    Alpha {
        /// Number of columns k.
        outputs: usize,
    },
    /// The engine no longer needs the problem.
    Unload,
}
