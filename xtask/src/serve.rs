//! `cargo xtask serve`: builds the page and serves `dist/`, and nothing outside it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use flate2::Compression;
use flate2::read::GzEncoder;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tokio::runtime::Runtime;

use crate::{build, shell};

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
    server: Runtime,
}

impl Site {
    /// Serves `folder` on a port that is open already.
    pub fn serve(listener: TcpListener, folder: &Path) -> Result<Site> {
        // Compared with the real place of every file, so it must be the real place itself.
        let folder = folder.canonicalize().with_context(|| format!("cannot serve {}", folder.display()))?;
        let address = listener.local_addr()?;
        let server = Runtime::new()?;
        listener.set_nonblocking(true)?;
        let listener = {
            let _inside = server.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        server.spawn(accept(listener, Arc::new(Folder { path: folder, packed: Packed::default() })));
        Ok(Site { address, server })
    }

    /// Serves until a signal ends the program.
    pub fn wait(self) {
        self.server.block_on(std::future::pending())
    }
}

/// Answers every connection in a task of its own, so that none waits for another.
async fn accept(listener: tokio::net::TcpListener, folder: Arc<Folder>) {
    loop {
        // A visitor who has gone again; the next one has not.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let folder = Arc::clone(&folder);
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let response = folder.answer(&request);
                async { Ok::<_, Infallible>(response) }
            });
            // An error is a visitor who went away, or who does not speak HTTP and was told so.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// What is served.
struct Folder {
    /// Canonical.
    path: PathBuf,
    packed: Packed,
}

/// Compressed files, as a web host would send them; those that have changed since are compressed anew.
#[derive(Default)]
struct Packed(Mutex<HashMap<PathBuf, Compressed>>);

/// When the file was changed last, and its bytes in gzip's format.
type Compressed = (SystemTime, Bytes);

impl Packed {
    /// The file in gzip's format; none when it cannot be read.
    fn get(&self, path: &Path) -> Option<Bytes> {
        let file = File::open(path).ok()?;
        let changed = file.metadata().and_then(|about| about.modified()).ok()?;
        // A thread that panicked has left the map as it was.
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, bytes)) = files.get(path)
            && *at == changed
        {
            return Some(bytes.clone());
        }
        let mut bytes = Vec::new();
        GzEncoder::new(file, Compression::default()).read_to_end(&mut bytes).ok()?;
        let bytes = Bytes::from(bytes);
        files.insert(path.to_path_buf(), (changed, bytes.clone()));
        Some(bytes)
    }
}

/// Whether the visitor takes gzip: a name in the list, without a weight of zero.
fn takes_gzip<B>(request: &Request<B>) -> bool {
    let codings = request.headers().get(ACCEPT_ENCODING).and_then(|codings| codings.to_str().ok());
    codings.unwrap_or_default().split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|weight| weight > 0.0)
    })
}

type Answer = Response<Full<Bytes>>;

impl Folder {
    /// hyper states the length, which lets the page show how much of a download is done, and leaves out the body when only
    /// the head was asked for.
    fn answer<B>(&self, request: &Request<B>) -> Answer {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refusal =
                sentence(StatusCode::METHOD_NOT_ALLOWED, "This server only answers GET and HEAD.");
            refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return refusal;
        }
        self.file(request).unwrap_or_else(|| {
            let text = "There is no such page here. The start page is at the address without a path.";
            sentence(StatusCode::NOT_FOUND, text)
        })
    }

    fn file<B>(&self, request: &Request<B>) -> Option<Answer> {
        let path = locate(&self.path, request.uri().path())?;
        let kind = content_type(&path);
        let pack = takes_gzip(request) && is_compressible(&kind);
        let bytes = if pack { self.packed.get(&path)? } else { std::fs::read(&path).ok()?.into() };
        let mut answer = Response::new(Full::new(bytes));
        let headers = answer.headers_mut();
        if pack {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        headers.insert(CONTENT_TYPE, HeaderValue::try_from(kind).ok()?);
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Some(answer)
    }
}

/// Text and code; packs and pictures are compressed already.
fn is_compressible(kind: &str) -> bool {
    kind.starts_with("text/")
        || kind.starts_with("application/wasm")
        || kind.contains("json")
        || kind.contains("svg")
}

/// The file that a request's path means, if it lies inside `folder` (a canonical path) and exists.
///
/// Links are followed before the comparison, so neither `..`, in whatever spelling, nor an absolute path, nor a
/// symbolic link leads outside.
fn locate(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = percent_decode_str(path.strip_prefix('/')?).decode_utf8().ok()?;
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

fn sentence(status: StatusCode, text: &str) -> Answer {
    let title = status.as_u16();
    let page = format!("<!doctype html><html lang=\"en\"><title>{title}</title><p>{text}</p></html>\n");
    let mut answer = Response::new(Full::from(page));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    answer
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
            self.request_with(method, target, "")
        }

        fn request_with(&self, method: &str, target: &str, headers: &str) -> (u16, String, Vec<u8>) {
            let mut stream = TcpStream::connect(self.site.address).unwrap();
            write!(stream, "{method} {target} HTTP/1.1\r\nHost: here\r\n{headers}Connection: close\r\n\r\n")
                .unwrap();
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
    fn code_and_text_come_compressed_to_those_who_take_it() {
        let site = Fixture::new();
        let unpacked = |bytes: &[u8]| {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(bytes).read_to_end(&mut text).unwrap();
            text
        };
        for accepts in ["gzip", "deflate, GZIP;q=0.5, br", "br, gzip"] {
            let headers = format!("Accept-Encoding: {accepts}\r\n");
            let (status, head, body) = site.request_with("GET", "/assets/core.wasm", &headers);
            assert_eq!(status, 200);
            assert!(
                head.contains("content-encoding: gzip\r\n") && head.contains("vary: accept-encoding"),
                "{head}"
            );
            assert!(head.contains(&format!("content-length: {}", body.len())) && body.len() < 1000, "{head}");
            assert_eq!(unpacked(&body), vec![7; 100_000]);
        }
        for accepts in ["br", "gzip;q=0", "identity"] {
            let headers = format!("Accept-Encoding: {accepts}\r\n");
            let (_, head, body) = site.request_with("GET", "/assets/core.wasm", &headers);
            assert!(!head.contains("content-encoding") && body.len() == 100_000, "{accepts}: {head}");
        }
        // What is rebuilt under a server that goes on is served anew.
        let app = site.folder.path().join("dist/assets/app.js");
        let headers = "Accept-Encoding: gzip\r\n";
        assert_eq!(unpacked(&site.request_with("GET", "/assets/app.js", headers).2), b"export {};");
        std::fs::write(&app, "export { a };").unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        File::options().write(true).open(&app).unwrap().set_modified(later).unwrap();
        assert_eq!(unpacked(&site.request_with("GET", "/assets/app.js", headers).2), b"export { a };");
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
        let (status, _, body) = site.request("GET", "../secret");
        assert_eq!((status, body.len()), (400, 0), "what is no target is not looked up");
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

    /// A browser opens connections ahead of its requests and keeps them. A server that gave waiting connections to threads
    /// by the number of those that seemed free left one of several unanswered as long as the others stayed open: the page
    /// did not load, once in some hundred visits.
    #[test]
    fn connections_that_are_kept_open_hold_up_no_other() {
        let site = Fixture::new();
        for _ in 0..20 {
            let mut streams: Vec<_> =
                (0..16).map(|_| TcpStream::connect(site.site.address).unwrap()).collect();
            for stream in &mut streams {
                stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
                write!(stream, "GET / HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
            }
            for mut stream in &streams {
                let mut start = [0; 12];
                stream.read_exact(&mut start).expect("an answer while the other connections stay open");
                assert_eq!(&start, b"HTTP/1.1 200");
            }
        }
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
