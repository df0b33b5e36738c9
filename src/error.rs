//! What can go wrong, as types: each error names the field, what was found and what was expected.

/// Any failure of this crate. Its [`Display`](std::fmt::Display) is one sentence for a user.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value, array or setting that cannot be used as given.
    #[error("{field}: found {found}, expected {expected}")]
    Invalid {
        /// The setting or array at fault, as the user knows it.
        field: String,
        /// The value that was found.
        found: String,
        /// What would be accepted.
        expected: String,
    },
    /// A file or byte stream that cannot be read or written; `cause` says where and why.
    #[error("{file}: {cause}")]
    Unreadable {
        /// File name as the user gave it.
        file: String,
        /// One clause with the field, what was found and what was expected.
        cause: String,
    },
    /// The regularised kernel matrix is not numerically positive definite with any ridge that was tried.
    #[error(
        "ridge: the kernel matrix of {n} images is not positive definite at pivot {pivot}, \
         even with ridge {ridge:.1e}; choose a larger ridge"
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
        /// What to do about it.
        remedy: &'static str,
    },
    /// More memory is needed than is available.
    #[error("{what} needs {needed} bytes and {available} are available; at most {largest} images fit")]
    TooLarge {
        /// What needs the memory.
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
    /// An engine failed, for example because its device was lost. The round can be repeated on another engine.
    #[error("the {engine} engine stopped: {cause}")]
    Engine {
        /// Engine name.
        engine: &'static str,
        /// The reason it gave.
        cause: String,
    },
    /// A stage of an engine was called before the stage that it needs: an error of the calling program.
    #[error("the {engine} engine needs `{needs}` to be called first")]
    OutOfOrder {
        /// Engine name.
        engine: &'static str,
        /// The call that has to come first.
        needs: &'static str,
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

    /// An [`Error::OutOfOrder`]: `engine` needs the call `needs` first.
    pub(crate) fn out_of_order(engine: &'static str, needs: &'static str) -> Self {
        Error::OutOfOrder { engine, needs }
    }

    /// This error with the name of the file in front.
    #[must_use]
    pub fn in_file(self, file: impl ToString) -> Self {
        Error::Unreadable { file: file.to_string(), cause: self.to_string() }
    }
}
