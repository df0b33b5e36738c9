//! CIFAR-10 and CIFAR-100, binary version (Krizhevsky 2009), as `.bin` files or in the official tar archive. A record is a
//! label (in CIFAR-100 after a coarse one) and 1,024 red, green and blue bytes; there is no header.

use super::collection::{Collection, Labelled};
use super::input::Input;
use super::limits::{self, out_of_memory};
use super::numbers::numbered;
use super::paths::{check_member, is_class_names};
use super::published::{CIFAR_10, CIFAR_100, Published};
use super::stream::{Stream, one_line};
use crate::error::{Error, Result};
use crate::images::Shape;

const SHAPE: Shape = Shape { channels: 3, height: 32, width: 32 };
const PIXELS: u64 = 3072;
/// Longest list of class names, in bytes.
const NAMES: u64 = 1 << 16;

/// One of the two sets.
#[derive(Debug, PartialEq, Eq)]
struct Variant {
    published: &'static Published,
    /// Label bytes before an image; the last one counts.
    labels: u64,
    classes: u8,
}

static TEN: Variant = Variant { published: &CIFAR_10, labels: 1, classes: 10 };
static HUNDRED: Variant = Variant { published: &CIFAR_100, labels: 2, classes: 100 };

impl Variant {
    fn record(&self) -> u64 {
        self.labels + PIXELS
    }

    /// The variant of a file, by its size, and by its name if both sizes fit. The format has no magic number.
    fn of(name: &str, len: u64) -> Result<&'static Variant> {
        let fits = |variant: &Variant| len > 0 && len.is_multiple_of(variant.record());
        match (fits(&TEN), fits(&HUNDRED)) {
            (true, true) if matches!(&name.to_ascii_lowercase()[..], "train.bin" | "test.bin") => {
                Ok(&HUNDRED)
            }
            (true, _) => Ok(&TEN),
            (false, true) => Ok(&HUNDRED),
            (false, false) => {
                let expected = "a multiple of 3073 (CIFAR-10) or 3074 (CIFAR-100)";
                Err(Error::invalid("size", format!("{len} bytes"), expected))
            }
        }
    }
}

/// Reads `.bin` files in the order of their names, and files of class names.
pub(super) fn read(mut files: Vec<Input>, names: Vec<Input>) -> Result<Collection> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut reader = Reader::default();
    for input in files {
        let (path, len) = (input.path.clone(), input.len);
        let mut stream = input.into_stream()?;
        if stream.is_compressed() {
            let expected = "the .bin file itself, or the official .tar.gz";
            return Err(Error::invalid("content", "a gzip of a .bin file", expected).in_file(path));
        }
        reader.file(&path, &mut stream, len).map_err(|e| e.in_file(path))?;
    }
    for mut input in names {
        reader.class_names(&input.beginning(NAMES)?);
    }
    reader.finish()
}

/// Reads the official archive, gzipped or not, from front to back.
pub(super) fn read_archive(input: Input) -> Result<Collection> {
    let broken = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            Error::invalid("archive", "the end of the file", "the rest of a tar archive")
        }
        _ => Error::invalid("archive", one_line(&e), "a tar archive"),
    };
    let mut archive = tar::Archive::new(input.into_stream()?);
    let mut reader = Reader::default();
    let mut others = 0_usize;
    // Raw: the extension for long names would allocate a length that the file announces. The official names are short.
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let entry = entry.map_err(broken)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        check_member(&path)?;
        let size = entry.size();
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = path.rsplit('/').next().unwrap_or(&path);
        if name.ends_with(".bin") {
            if size > limits::PIXEL_BYTES {
                let expected = format!("at most {}", limits::PIXEL_BYTES);
                return Err(Error::invalid(path, format!("{size} bytes"), expected));
            }
            reader.file(&path, &mut Stream::compressed(entry, size), size).map_err(|e| e.in_file(path))?;
        } else if is_class_names(name) && size <= NAMES {
            reader.class_names(&Stream::compressed(entry, size).block("class names", size)?);
        } else {
            others += 1;
        }
    }
    if reader.variant.is_none() {
        let found = format!("no .bin file among {others} files");
        return Err(Error::invalid("archive", found, "the binary version of CIFAR-10 or CIFAR-100"));
    }
    reader.finish()
}

/// The content of the files read so far.
#[derive(Default)]
struct Reader {
    variant: Option<&'static Variant>,
    train: Labelled,
    test: Labelled,
    names: Vec<String>,
}

impl Reader {
    /// Reads a `.bin` file of `len` bytes.
    fn file(&mut self, path: &str, stream: &mut Stream, len: u64) -> Result<()> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let variant = Variant::of(name, len)?;
        if let Some(other) = self.variant.replace(variant).filter(|other| *other != variant) {
            let expected = format!("{}, as in the files before", other.published.name);
            return Err(Error::invalid("records", variant.published.name, expected));
        }
        let (pixels, labels) = if name.contains("test") { &mut self.test } else { &mut self.train };
        let count = len / variant.record();
        let total = pixels.len() as u64 + count.saturating_mul(PIXELS);
        if total > limits::PIXEL_BYTES {
            let expected = format!("at most {} bytes of pixels", limits::PIXEL_BYTES);
            return Err(Error::invalid("images", format!("{total} bytes"), expected));
        }
        // Reserves the 10,000 images of an official file at once; memory for more grows as they arrive.
        let reserved = (count.min(10_000) * PIXELS) as usize;
        pixels.try_reserve_exact(reserved).map_err(|_| out_of_memory("images", total))?;
        for record in 0..count {
            let label = match variant.labels {
                1 => stream.array::<1>("label")?[0],
                _ => stream.array::<2>("labels")?[1],
            };
            if label >= variant.classes {
                let at = record * variant.record() + variant.labels - 1;
                let field = format!("label of image {record}, byte {at}");
                return Err(Error::invalid(field, label, format!("0 to {}", variant.classes - 1)));
            }
            stream.append("pixels", PIXELS, pixels)?;
            labels.push(u16::from(label));
        }
        Ok(())
    }

    /// Takes the class names from a text with one per line.
    fn class_names(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        self.names = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from).collect();
    }

    fn finish(self) -> Result<Collection> {
        let none = || Error::invalid("CIFAR files", "none", "at least one .bin file");
        let Variant { published, classes, .. } = self.variant.ok_or_else(none)?;
        let classes = usize::from(*classes);
        let names = [self.names, published.class_names(), numbered(classes)];
        let names = names.into_iter().find(|names| names.len() == classes).unwrap_or_default();
        let set = Collection::of_bytes(SHAPE, self.train, self.test, names, String::new())?;
        Ok(set.published(published))
    }
}
