//! CIFAR-10 and CIFAR-100, binary version (Krizhevsky 2009): a label (CIFAR-100: a coarse one before it), then 1,024 red,
//! green and blue bytes, and so on without a header.

use super::collection::Labelled;
use super::input::Stream;
use super::{Collection, Known, known, limits};
use crate::error::{Error, Result};
use crate::images::Shape;

const SHAPE: Shape = Shape { channels: 3, height: 32, width: 32 };
const PIXELS: u64 = 3072;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ten,
    Hundred,
}

impl Kind {
    const ALL: [Kind; 2] = [Kind::Ten, Kind::Hundred];

    /// Label bytes before an image.
    fn labels(self) -> u64 {
        match self {
            Kind::Ten => 1,
            Kind::Hundred => 2,
        }
    }

    fn classes(self) -> u8 {
        match self {
            Kind::Ten => 10,
            Kind::Hundred => 100,
        }
    }

    fn record(self) -> u64 {
        self.labels() + PIXELS
    }

    fn known(self) -> &'static Known {
        match self {
            Kind::Ten => &known::CIFAR_10,
            Kind::Hundred => &known::CIFAR_100,
        }
    }

    /// By size, and by name where the size allows both. There is nothing else to go by.
    pub fn of(name: &str, len: u64) -> Option<Kind> {
        let name = name.to_lowercase();
        let mut fitting = Kind::ALL.into_iter().filter(|kind| len > 0 && len.is_multiple_of(kind.record()));
        match (fitting.next(), fitting.next()) {
            (Some(_), Some(_)) if matches!(&name[..], "train.bin" | "test.bin") => Some(Kind::Hundred),
            (first, _) => first,
        }
    }
}

/// Files read one after the other.
#[derive(Default)]
pub(super) struct Reader {
    kind: Option<Kind>,
    train: Labelled,
    test: Labelled,
    names: Vec<String>,
}

impl Reader {
    /// Whether no images were read.
    pub fn is_empty(&self) -> bool {
        self.kind.is_none()
    }

    /// Reads a `.bin` file of `len` bytes.
    pub fn file(&mut self, path: &str, stream: &mut Stream, len: u64) -> Result<()> {
        self.records(path, stream, len).map_err(|e| e.in_file(path))
    }

    fn records(&mut self, path: &str, stream: &mut Stream, len: u64) -> Result<()> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let kind = Kind::of(name, len).ok_or_else(|| {
            Error::invalid(
                "size",
                format!("{len} bytes"),
                "a multiple of 3073 (CIFAR-10) or 3074 (CIFAR-100)",
            )
        })?;
        if let Some(other) = self.kind.replace(kind)
            && other != kind
        {
            let expected = format!("{}, as in the files before", other.known().name);
            return Err(Error::invalid("records", kind.known().name, expected));
        }
        let (pixels, labels) = if name.contains("test") { &mut self.test } else { &mut self.train };
        let count = len / kind.record();
        let total = pixels.len() as u64 + count.saturating_mul(PIXELS);
        if total > limits::PIXEL_BYTES {
            let expected = format!("at most {} bytes of pixels", limits::PIXEL_BYTES);
            return Err(Error::invalid("images", format!("{total} bytes"), expected));
        }
        // A file of the official size is believed; a longer one has to come first.
        let believed = (count.min(10_000) * PIXELS) as usize;
        pixels.try_reserve_exact(believed).map_err(|_| Error::invalid("images", total, "memory for them"))?;
        for record in 0..count {
            let label = match kind {
                Kind::Ten => stream.array::<1>("label")?[0],
                Kind::Hundred => stream.array::<2>("labels")?[1],
            };
            if label >= kind.classes() {
                let field =
                    format!("label of image {record}, byte {}", record * kind.record() + kind.labels() - 1);
                return Err(Error::invalid(field, label, format!("0 to {}", kind.classes() - 1)));
            }
            stream.append("pixels", PIXELS, pixels)?;
            labels.push(u16::from(label));
        }
        Ok(())
    }

    /// Takes class names, a line each, when the file is one of `batches.meta.txt` and `fine_label_names.txt`.
    pub fn text(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        self.names = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from).collect();
    }

    /// The data set.
    pub fn finish(self) -> Result<Collection> {
        let kind =
            self.kind.ok_or_else(|| Error::invalid("CIFAR files", "none", "at least one .bin file"))?;
        let classes = usize::from(kind.classes());
        let names = if self.names.len() == classes {
            self.names
        } else if kind.known().classes.len() == classes {
            kind.known().classes.iter().map(|&name| name.into()).collect()
        } else {
            (0..classes).map(|class| class.to_string()).collect()
        };
        let set = Collection::of_bytes(SHAPE, self.train, self.test, names, String::new())?;
        Ok(set.published(kind.known()))
    }
}

/// Whether a file is the list of class names.
pub(super) fn names_classes(name: &str) -> bool {
    matches!(name, "batches.meta.txt" | "fine_label_names.txt")
}
