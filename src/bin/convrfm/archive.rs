//! Writing `.npz` archives.

use convrfm::Matrix;
use npyz::{AutoSerialize, DType, Serialize, WriterBuilder};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// An archive under way, in memory. The same arrays make the same bytes on every day.
pub struct Archive {
    zip: zip::ZipWriter<Cursor<Vec<u8>>>,
    options: SimpleFileOptions,
}

impl Archive {
    /// An empty archive; `level` is how hard to compress, 9 the most, or the library's own choice.
    pub fn new(level: Option<i64>) -> Archive {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(level)
            .last_modified_time(zip::DateTime::default());
        Archive { zip: zip::ZipWriter::new(Cursor::new(Vec::new())), options }
    }

    /// The bytes of the file.
    pub fn finish(self) -> std::io::Result<Vec<u8>> {
        Ok(self.zip.finish()?.into_inner())
    }

    /// In one piece: how an array is packed depends on the pieces in which it comes.
    fn entry(&mut self, name: &str, array: &[u8]) -> std::io::Result<()> {
        self.zip.start_file(format!("{name}.npy"), self.options)?;
        self.zip.write_all(array)
    }

    /// An array of numbers, in C order.
    pub fn array<T: Serialize + AutoSerialize>(
        &mut self,
        name: &str,
        shape: &[u64],
        values: impl IntoIterator<Item = T>,
    ) -> std::io::Result<()> {
        let mut array = Vec::new();
        let mut writer =
            npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut array).begin_nd()?;
        writer.extend(values)?;
        writer.finish()?;
        self.entry(name, &array)
    }

    /// A stack of `rows x cols` matrices, in C order.
    pub fn matrices(
        &mut self,
        name: &str,
        (rows, cols): (usize, usize),
        stack: Vec<&Matrix>,
    ) -> std::io::Result<()> {
        let row_major =
            stack.iter().flat_map(|m| m.row_iter().flat_map(|r| r.iter().copied().collect::<Vec<_>>()));
        self.array::<f32>(name, &[stack.len() as u64, rows as u64, cols as u64], row_major)
    }

    /// A scalar of NumPy's unicode type.
    pub fn text(&mut self, name: &str, text: &str) -> std::io::Result<()> {
        let kind = format!("<U{}", text.chars().count().max(1));
        let kind = kind.parse().map_err(|_| std::io::Error::other("a text's type"))?;
        let options = npyz::WriteOptions::<str>::new().dtype(DType::Plain(kind));
        let mut array = Vec::new();
        let mut writer = options.shape(&[]).writer(&mut array).begin_nd()?;
        writer.push(text)?;
        writer.finish()?;
        self.entry(name, &array)
    }
}
