//! Which engine to use when the user does not say.

use super::{Cpu, Engine};

/// An engine, and why it is this one.
pub struct Choice {
    /// The engine.
    pub engine: Box<dyn Engine>,
    /// One clause for people, such as "no graphics adapter: ...".
    pub reason: String,
}

impl Choice {
    /// The CPU engine, for `reason`.
    pub fn cpu(reason: impl ToString) -> Choice {
        Choice { engine: Box::new(Cpu::default()), reason: reason.to_string() }
    }
}

/// The GPU engine where opening it gave one on real hardware, the CPU engine otherwise: a software adapter computes on
/// the same processor, 10 to 100 times slower than the CPU engine (measured with lavapipe and SwiftShader).
#[cfg(feature = "gpu")]
pub fn choose(opened: Result<super::Gpu, super::gpu::OpenError>) -> Choice {
    match opened {
        Err(error) => Choice::cpu(error),
        Ok(gpu) if gpu.is_software() => Choice::cpu(format!("{} is no graphics hardware", gpu.describe())),
        Ok(gpu) => Choice { engine: Box::new(gpu), reason: "it passed its self-test".into() },
    }
}

/// Opens the best engine of this machine.
///
/// ```no_run
/// let choice = pollster::block_on(convrfm::engine::auto());
/// println!("{}: {}", choice.engine.describe(), choice.reason);
/// ```
#[cfg(not(target_arch = "wasm32"))]
pub async fn auto() -> Choice {
    #[cfg(feature = "gpu")]
    return choose(super::Gpu::open(super::gpu::Options::default()).await);
    #[cfg(not(feature = "gpu"))]
    Choice::cpu("this build has no GPU engine")
}
