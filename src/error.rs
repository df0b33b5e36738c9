//! What can go wrong, as types: each error names the field, what was found and what was expected.

/// Any failure of this crate. Its [`Display`](std::fmt::Display) is one sentence fit for a user.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value, array or setting that cannot be used as given.
    #[error("{field}: found {found}, expected {expected}")]
    Invalid {
        /// The setting or array at fault, as the user knows it.
        field: String,
        /// What was found there.
        found: String,
        /// What would have been accepted.
        expected: String,
    },
    /// A file or byte stream that is not what it should be; `cause` says where and why.
    #[error("{file}: {cause}")]
    Unreadable {
        /// File name as the user gave it.
        file: String,
        /// One clause with the field, what was found and what was expected.
        cause: String,
    },
    /// The regularised kernel matrix is not numerically positive definite, whatever ridge was tried.
    #[error(
        "ridge: the kernel matrix of {n} images is not positive definite at pivot {pivot}, \
         even with the ridge raised to {ridge:.1e}; choose a larger ridge"
    )]
    NotPositiveDefinite {
        /// Zero-based index of the first pivot that was not positive.
        pivot: usize,
        /// Matrix size.
        n: usize,
        /// The largest ridge that was tried.
        ridge: f64,
    },
    /// A computed quantity left the range of single precision, or was NaN.
    #[error("{quantity}: found a value that is not finite; {remedy}")]
    NotFinite {
        /// What was being computed.
        quantity: &'static str,
        /// The way out.
        remedy: &'static str,
    },
    /// More memory would be needed than there is.
    #[error("{what} needs {needed} bytes and {available} are available; at most {largest} images fit")]
    TooLarge {
        /// What would have been allocated.
        what: &'static str,
        /// Bytes needed.
        needed: u64,
        /// Bytes available.
        available: u64,
        /// Largest number of training images that fits.
        largest: usize,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// An engine could not go on (a lost device, say); the round can be run again on another engine.
    #[error("the {engine} engine stopped: {cause}")]
    Engine {
        /// Engine name.
        engine: &'static str,
        /// What it said.
        cause: String,
    },
}

/// Result with this crate's [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An [`Error::Invalid`] from anything printable.
    ///
    /// ```
    /// let e = convrfm::Error::invalid("ridge", -1.0, "a number above 0");
    /// assert_eq!(e.to_string(), "ridge: found -1, expected a number above 0");
    /// ```
    pub fn invalid(field: impl ToString, found: impl ToString, expected: impl ToString) -> Self {
        Error::Invalid { field: field.to_string(), found: found.to_string(), expected: expected.to_string() }
    }

    /// Puts a file's name in front of an error about its content.
    #[must_use]
    pub fn in_file(self, file: impl ToString) -> Self {
        Error::Unreadable { file: file.to_string(), cause: self.to_string() }
    }
}
