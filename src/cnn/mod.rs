//! Small convolutional networks: forward and backward passes, training, weights, and the ansatz that compares filters with
//! gradients (CNFA).
//!
//! | file | content |
//! |---|---|
//! | `steps` | a network as a list of steps, and its text |
//! | `parameters` | the arrays that the steps name, as one vector |
//! | `plan` | the steps on images of one shape, with all sizes checked |
//! | `convolution`, `products`, `pooling` | patches times weights, windows, and their gradients |
//! | `pass` | forward and backward passes of one image |
//! | `network`, `weights`, `initialization` | a network, from and to arrays by name, with random weights |
//! | `architectures` | the steps and the names of arrays of networks that other projects publish |
//! | `ansatz`, `covariance`, `correlation` | NFM, AGOP, how similar they are, baselines |
//! | `responses` | one image in one layer: the lengths of its patches under NFM and AGOP |
//! | `loss`, `optimizer`, `training` | training as a resumable value |
//! | `job` | the jobs of a network, for threads and for the workers of a page |
//! | `memory` | the bytes that a training or an ansatz needs |

mod ansatz;
mod architectures;
mod convolution;
mod correlation;
mod covariance;
mod initialization;
pub mod job;
mod loss;
mod memory;
mod network;
mod optimizer;
mod parameters;
mod pass;
mod plan;
mod pooling;
mod products;
mod responses;
mod steps;
mod training;
mod weights;

pub use ansatz::{Ansatz, Baselines, CovarianceView, LayerAnsatz};
pub use architectures::Architecture;
pub use correlation::Correlation;
pub use covariance::Probes;
pub use initialization::{Initialization, MAX_LAYERS, MAX_WIDTH};
pub use loss::Loss;
pub use network::Network;
pub use optimizer::Optimizer;
pub use parameters::Parameter;
pub use responses::Responses;
pub use training::{Epoch, Training, TrainingSettings};
