//! The engines by the names of `--engine`.

use convrfm::engine::gpu::Options;
use convrfm::{Cpu, Engine, Error, Gpu, Naive, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum EngineName {
    /// The CPU engine on all cores.
    Cpu,
    /// The GPU engine: Vulkan, Metal or DirectX 12.
    Gpu,
    /// The GPU engine if there is graphics hardware, else the CPU engine.
    Auto,
    /// The reference in double precision; slow.
    Naive,
}

impl EngineName {
    /// Opens the engine. The second value is the reason why `auto` does not use a GPU.
    ///
    /// # Errors
    /// When `gpu` finds no device that works.
    pub fn open(self) -> Result<(Box<dyn Engine>, Option<String>)> {
        let engine: Box<dyn Engine> = match self {
            EngineName::Cpu => Box::new(Cpu::default()),
            EngineName::Naive => Box::new(Naive::<f64>::default()),
            EngineName::Gpu => {
                let refused = |cause| Error::invalid("engine gpu", cause, "a graphics device");
                pollster::block_on(open_gpu()).map_err(refused)?
            }
            EngineName::Auto => match pollster::block_on(Gpu::open_hardware(Options::default())) {
                Ok(gpu) => Box::new(gpu),
                Err(reason) => return Ok((Box::new(Cpu::default()), Some(reason))),
            },
        };
        Ok((engine, None))
    }
}

/// Opens any graphics device, software included.
pub async fn open_gpu() -> Result<Box<dyn Engine>, String> {
    match Gpu::open(Options::default()).await {
        Ok(gpu) => Ok(Box::new(gpu)),
        Err(e) => Err(e.to_string()),
    }
}
