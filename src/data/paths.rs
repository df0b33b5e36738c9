//! Files that are ignored or recognised by their path, and paths that are refused.

use crate::error::{Error, Result};

/// Hidden files, and files that operating systems leave in folders and archives. Only the name of an absolute path counts,
/// because the user may work in a hidden folder.
pub(super) fn is_clutter(path: &str) -> bool {
    let relative = if path.starts_with('/') { path.rsplit('/').next().unwrap_or_default() } else { path };
    relative.split('/').any(|part| {
        part == "__MACOSX"
            || matches!(&part.to_ascii_lowercase()[..], "thumbs.db" | "desktop.ini")
            || (part.starts_with('.') && !matches!(part, "." | ".."))
    })
}

/// Whether a path has the extension of a picture.
pub(super) fn is_picture(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".png", ".jpg", ".jpeg", ".webp"].iter().any(|extension| path.ends_with(extension))
}

/// Whether a file name is that of a CIFAR file with the names of the classes, one per line.
pub(super) fn is_class_names(name: &str) -> bool {
    matches!(name, "batches.meta.txt" | "fine_label_names.txt")
}

/// Refuses members of an archive whose path leads out of it.
pub(super) fn check_member(path: &str) -> Result<()> {
    let outside = path.starts_with(['/', '\\'])
        || path.split(['/', '\\']).any(|part| part == "..")
        || path.get(1..2) == Some(":");
    let expected = if outside {
        "paths that stay within the archive"
    } else if path.chars().any(char::is_control) {
        "names without control characters"
    } else {
        return Ok(());
    };
    Err(Error::invalid("archive", format!("the path {path:?}"), expected))
}
