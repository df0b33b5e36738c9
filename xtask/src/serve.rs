//! `cargo xtask serve`: builds the page and serves `dist/`, and nothing outside it.

use std::fs::File;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use percent_encoding::percent_decode_str;
use tiny_http::{Header, Method, Request, Response, ResponseBox, Server};

use crate::{build, shell};

/// Requests answered at the same time: one slow download must not hold up the page.
const THREADS: usize = 4;

/// What `cargo xtask serve` accepts.
#[derive(Args)]
pub struct Arguments {
    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
}

/// Builds and serves until the user stops it.
pub fn run(arguments: &Arguments) -> Result<()> {
    // Before the build: a port in use is better known now than in two minutes.
    let listener = listen(&arguments.host, arguments.port)?;
    build::run()?;
    let site = Site::serve(listener, &shell::root().join("dist"))?;
    println!("\nConvRFM is at http://{}/ (Ctrl-C stops it)", site.address);
    site.wait();
    Ok(())
}

/// Opens a port; the error says what to do.
pub fn listen(host: &str, port: u16) -> Result<TcpListener> {
    TcpListener::bind((host, port)).map_err(|error| match error.kind() {
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

/// A folder on the web. Dropping it closes the port.
pub struct Site {
    /// Where it listens.
    pub address: SocketAddr,
    server: Arc<Server>,
    threads: Vec<JoinHandle<()>>,
}

impl Site {
    /// Serves `folder` on a port that is open already.
    pub fn serve(listener: TcpListener, folder: &Path) -> Result<Site> {
        // Compared with the real place of every file, so it must be the real place itself.
        let folder = folder.canonicalize().with_context(|| format!("cannot serve {}", folder.display()))?;
        let address = listener.local_addr()?;
        let server =
            Server::from_listener(listener, None).map_err(|error| anyhow!("cannot serve: {error}"))?;
        let server = Arc::new(server);
        let threads = (0..THREADS).map(|_| {
            let (server, folder) = (Arc::clone(&server), folder.clone());
            std::thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    let response = answer(&request, &folder);
                    // The visitor may have gone; the next one has not.
                    let _ = request.respond(response);
                }
            })
        });
        let threads = threads.collect();
        Ok(Site { address, server, threads })
    }

    /// Returns when the site is closed, which takes a signal.
    pub fn wait(mut self) {
        for thread in self.threads.drain(..) {
            // A thread that panicked has printed why.
            let _ = thread.join();
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for thread in self.threads.drain(..) {
            // Each call wakes one waiting thread.
            self.server.unblock();
            drop(thread);
        }
    }
}

fn answer(request: &Request, folder: &Path) -> ResponseBox {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return sentence(405, "This server only answers GET and HEAD.")
            .with_header(header("Allow", "GET, HEAD"));
    }
    let found =
        locate(folder, request.url()).and_then(|path| Some((content_type(&path), File::open(path).ok()?)));
    let Some((kind, file)) = found else {
        return sentence(404, "There is no such page here. The start page is at the address without a path.");
    };
    Response::from_file(file)
        // A stated length lets the page show how much of a download is done.
        .with_chunked_threshold(usize::MAX)
        .with_header(header("Content-Type", &kind))
        .with_header(header("Cache-Control", "no-cache"))
        .with_header(header("X-Content-Type-Options", "nosniff"))
        .boxed()
}

/// The file that a request's target means, if it lies inside `folder` (a canonical path) and exists.
///
/// Links are followed before the comparison, so neither `..`, in whatever spelling, nor an absolute path, nor a
/// symbolic link leads outside.
fn locate(folder: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // Decoded once, as browsers encode once: what is then still encoded is part of a name.
    let ordinary = path.split('/').all(|part| part != ".." && !part.contains(['\\', ':', '\0']));
    if !ordinary || path.starts_with('/') {
        return None;
    }
    let mut file = folder.join(path.as_ref()).canonicalize().ok()?;
    if file.is_dir() {
        file = file.join("index.html").canonicalize().ok()?;
    }
    (file.starts_with(folder) && file.is_file()).then_some(file)
}

fn content_type(path: &Path) -> String {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let text = mime.type_() == mime_guess::mime::TEXT || mime.subtype() == mime_guess::mime::JSON;
    if text { format!("{mime}; charset=utf-8") } else { mime.to_string() }
}

fn sentence(status: u16, text: &str) -> ResponseBox {
    let page = format!("<!doctype html><html lang=\"en\"><title>{status}</title><p>{text}</p></html>\n");
    Response::from_string(page)
        .with_status_code(status)
        .with_header(header("Content-Type", "text/html; charset=utf-8"))
        .boxed()
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values of headers are ASCII: constants and media types")
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// A site with a start page, a wasm file, and a secret file next to its folder.
    struct Fixture {
        site: Site,
        folder: tempfile::TempDir,
    }

    impl Fixture {
        fn new() -> Fixture {
            let folder = tempfile::tempdir().unwrap();
            let dist = folder.path().join("dist");
            std::fs::create_dir_all(dist.join("assets")).unwrap();
            std::fs::write(dist.join("index.html"), "<p>start</p>").unwrap();
            std::fs::write(dist.join("assets/app.js"), "export {};").unwrap();
            std::fs::write(dist.join("assets/core.wasm"), vec![7; 100_000]).unwrap();
            std::fs::write(dist.join("assets/a b.txt"), "named with a space").unwrap();
            std::fs::write(folder.path().join("secret"), "TOP SECRET").unwrap();
            let site = Site::serve(listen("127.0.0.1", 0).unwrap(), &dist).unwrap();
            Fixture { site, folder }
        }

        /// Sends the target as it is: an HTTP library would tidy it up first.
        fn request(&self, method: &str, target: &str) -> (u16, String, Vec<u8>) {
            let mut stream = TcpStream::connect(self.site.address).unwrap();
            write!(stream, "{method} {target} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
            let head = String::from_utf8(answer[..end].to_vec()).unwrap();
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            (status, head.to_lowercase(), answer[end + 4..].to_vec())
        }
    }

    #[test]
    fn files_come_with_their_type_and_length() {
        let site = Fixture::new();
        for (target, kind, length) in [
            ("/", "text/html; charset=utf-8", 12),
            ("/index.html?seed=1#x", "text/html; charset=utf-8", 12),
            ("/assets/app.js", "text/javascript; charset=utf-8", 10),
            ("/assets/core.wasm", "application/wasm", 100_000),
            ("/assets/a%20b.txt", "text/plain; charset=utf-8", 18),
        ] {
            let (status, head, body) = site.request("GET", target);
            assert_eq!((status, body.len()), (200, length), "{target}");
            assert!(head.contains(&format!("content-type: {kind}\r\n")), "{target}: {head}");
            assert!(head.contains(&format!("content-length: {length}")), "{target}: {head}");
        }
        let (status, head, body) = site.request("HEAD", "/assets/core.wasm");
        assert_eq!((status, body.len()), (200, 0));
        assert!(head.contains("content-length: 100000"), "{head}");
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let site = Fixture::new();
        let absolute = site.folder.path().join("secret");
        #[cfg(unix)]
        {
            let dist = site.folder.path().join("dist");
            std::os::unix::fs::symlink(&absolute, dist.join("link")).unwrap();
            std::os::unix::fs::symlink(site.folder.path(), dist.join("up")).unwrap();
            std::os::unix::fs::symlink(dist.join("index.html"), dist.join("inside")).unwrap();
            assert_eq!(
                site.request("GET", "/inside").0,
                200,
                "a link that stays inside is a file like any other"
            );
        }
        let absolute = absolute.to_str().unwrap();
        for target in [
            "/../secret",
            "/assets/../../secret",
            "/%2e%2e/secret",
            "/%2E%2E%2Fsecret",
            "/..%2fsecret",
            "/%252e%252e/secret",
            "/..%5csecret",
            "/..\\secret",
            "//../secret",
            "/link",
            "/up/secret",
            "/secret%00.html",
            "../secret",
            absolute,
            &format!("/{absolute}"),
            &format!("/{}", absolute.replace('/', "%2f")),
            "/etc/passwd",
            "//etc/passwd",
            "/%2fetc/passwd",
            "/%ff%fe",
        ] {
            let (status, _, body) = site.request("GET", target);
            let body = String::from_utf8(body).unwrap();
            assert_eq!(status, 404, "{target}");
            assert!(body.contains("There is no such page here."), "{target}: {body}");
            assert!(!body.contains("SECRET") && !body.contains("root:"), "{target}: {body}");
        }
    }

    #[test]
    fn other_methods_and_missing_pages_are_answered_in_words() {
        let site = Fixture::new();
        let (status, head, _) = site.request("POST", "/");
        assert_eq!(status, 405);
        assert!(head.contains("allow: get, head"), "{head}");
        assert_eq!(site.request("GET", "/assets/").0, 404, "folders are not listed");
        assert_eq!(site.request("GET", "/no-such-page").0, 404);
    }

    #[test]
    fn port_in_use_is_said_so() {
        let taken = listen("127.0.0.1", 0).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = listen("127.0.0.1", port).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("port {port} of 127.0.0.1 is in use; choose another with --port")
        );
    }
}
