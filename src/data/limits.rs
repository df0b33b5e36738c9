//! Every limit of what is read. Each appears in the message of the error that it causes.

/// Most bytes of pixels in one part of a data set, as they are held: 1 GiB, 22 times MNIST.
pub const PIXEL_BYTES: u64 = 1 << 30;
/// Most values that one array may announce.
pub const VALUES: u64 = 1 << 30;
/// Most classes: one-hot targets of more are not this machine's work.
pub const CLASSES: usize = 10_000;
/// Most files that are opened together, or that an archive holds.
pub const FILES: usize = 200_000;
/// Most bytes that the members of an archive are unpacked to, all together, where they cannot be streamed.
pub const UNPACKED_BYTES: u64 = 1 << 30;
/// Most bytes of one encoded picture.
pub const PICTURE_BYTES: u64 = 64 << 20;
/// Most pixels on either side of an encoded picture.
pub const PICTURE_SIDE: u32 = 16_384;
/// Most pixels of an encoded picture.
pub const PICTURE_PIXELS: u64 = 100_000_000;
/// The longest side that pictures are brought to.
pub const SIDE: usize = 256;
/// Longest header of a NumPy array; NumPy writes 128 bytes.
pub const NPY_HEADER: u64 = 1 << 14;
/// Most bytes that one byte of a deflated stream can stand for (RFC 1951: 258 bytes for 2 bits).
pub const DEFLATE_RATIO: u64 = 1032;
/// Most points of a drawing: forty seconds of a pointer that is read 120 times a second.
pub const STROKE_POINTS: usize = 5_000;
