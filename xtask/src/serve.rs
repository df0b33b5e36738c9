//! `cargo xtask serve`: builds the page and serves `dist/` with Vite's preview server.

use std::io::ErrorKind;
use std::net::TcpListener;

use anyhow::{Result, anyhow};
use clap::Args;

use crate::{build, shell};

/// Options of `cargo xtask serve`.
#[derive(Args)]
pub struct Arguments {
    /// Port to listen on; 0 takes any free port
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on; 0.0.0.0 accepts connections from other machines
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
}

/// Builds the page and serves it until the user stops the server.
pub fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { host, port } = arguments;
    // Before the build: a first build takes two minutes, and Vite reports a port in use as a stack trace.
    check_free(host, *port)?;
    build::run(&build::Arguments::default())?;
    println!("\nPress Ctrl-C to stop the server.");
    let mut vite = shell::node("vite/bin/vite.js");
    shell::run(vite.args(["preview", "--strictPort", "--host", host, "--port", &port.to_string()]))
}

/// Fails with advice when nothing can listen on this address.
fn check_free(host: &str, port: u16) -> Result<()> {
    TcpListener::bind((host, port)).map(drop).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!("port {port} of {host} is in use; choose another with --port"),
        ErrorKind::PermissionDenied => {
            anyhow!("port {port} needs administrator rights; choose one above 1023 with --port")
        }
        ErrorKind::AddrNotAvailable => {
            anyhow!("{host} is not an address of this machine; choose another with --host")
        }
        _ => anyhow!(error).context(format!("cannot listen on {host}, port {port}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_an_error_with_advice() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let message = format!("port {port} of 127.0.0.1 is in use; choose another with --port");
        assert_eq!(check_free("127.0.0.1", port).unwrap_err().to_string(), message);
        drop(listener);
        check_free("127.0.0.1", port).unwrap();
    }
}
