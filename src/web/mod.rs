//! The page's view of the crate: the only room that knows JavaScript.
//!
//! One [`Session`](session::Session) lives in a web worker. Large arrays cross as typed arrays, small records as plain objects.
//!
//! | file | content |
//! |---|---|
//! | `session` | the state: data set, run, what was opened and drawn |
//! | `run` | load data, start, advance, filters and filtered images |
//! | `inspect`, `explain`, `metrics` | one image in one round; the arithmetic of one number; confusion matrices |
//! | `filters` | shuffled labels, the components of patches, the templates that filters match |
//! | `deep` | what a deeper level has learned |
//! | `probe` | the image that the user draws |
//! | `data`, `blob` | the user's own images; a browser file as a reader |
//! | `results` | results as JSON and `.npz` |
//! | `network` | a network that is trained on the session's images, and its epochs |
//! | `pretrained` | a network that others have trained, and photographs |
//! | `gpu`, `pool` | opening the GPU engine; the workers of the CPU engine and of networks |
//! | `js` | conversions of the records of `crate::records` and of errors |

mod blob;
mod data;
mod deep;
mod explain;
mod filters;
mod gpu;
mod inspect;
mod js;
mod metrics;
mod network;
mod pool;
mod pretrained;
mod probe;
mod results;
mod run;
mod session;
