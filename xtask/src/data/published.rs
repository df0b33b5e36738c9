//! Sample packs from published files: checks their checksums and lets `convrfm pack` read them and draw the sample.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use md5::{Digest, Md5};

use super::{SEED, sha256};
use crate::shell;

/// Largest pack in bytes; the page downloads a whole pack before it shows an image.
const MAX_PACK_BYTES: u64 = 6_000_000;

/// Where the files are.
#[derive(clap::Args)]
pub struct Files {
    /// The folder that holds the published files
    #[arg(long, value_name = "PATH", required_unless_present = "download", conflicts_with = "download")]
    from: Option<PathBuf>,
    /// Download the published files with curl
    #[arg(long)]
    download: bool,
    /// Accept files with other checksums, such as the first part of a published file
    #[arg(long, conflicts_with = "download")]
    excerpt: bool,
}

/// A published data set.
pub struct Published {
    /// Name of the pack.
    name: &'static str,
    /// Where the authors publish the files, with a slash at the end.
    address: &'static str,
    /// Names of the files and their MD5 sums, as published by the authors (SVHN: by torchvision).
    files: &'static [(&'static str, &'static str)],
    train: usize,
    test: usize,
}

pub const FASHION_MNIST: Published = Published {
    name: "fashion-mnist",
    address: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    files: &[
        ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ],
    train: 2000,
    test: 1000,
};

pub const CIFAR_10: Published = Published {
    name: "cifar-10",
    address: "https://www.cs.toronto.edu/~kriz/",
    files: &[("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530")],
    train: 1250,
    test: 500,
};

pub const SVHN: Published = Published {
    name: "svhn",
    address: "http://ufldl.stanford.edu/housenumbers/",
    files: &[
        ("train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373"),
        ("test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3"),
    ],
    train: 1250,
    test: 500,
};

impl Published {
    /// Makes `www/data/NAME.npz`.
    pub fn pack(&self, files: &Files) -> Result<()> {
        let folder = match &files.from {
            Some(folder) => folder.clone(),
            None => self.download()?,
        };
        let paths = self.check(&folder, files.excerpt)?;
        // Written elsewhere first, so that www/data never holds half a pack.
        let unfinished = shell::root().join("target/data").join(format!("{}.npz", self.name));
        std::fs::create_dir_all(unfinished.parent().unwrap_or(Path::new(".")))?;
        let mut convrfm = shell::cargo();
        convrfm.args(["run", "--quiet", "--package", "convrfm-cli", "--", "pack"]).args(&paths);
        convrfm.args(["--train", &self.train.to_string(), "--test", &self.test.to_string()]);
        convrfm.args(["--validation", "0", "--seed", &SEED.to_string(), "--out"]).arg(&unfinished);
        shell::run(&mut convrfm)?;
        let pack = shell::read(&unfinished)?;
        let size = pack.len() as u64;
        ensure!(size <= MAX_PACK_BYTES, "the pack has {size} bytes, expected at most {MAX_PACK_BYTES}");
        let path = shell::root().join("www/data").join(format!("{}.npz", self.name));
        shell::write(&path, &pack)?;
        println!("{}: {size} bytes, SHA-256 {}", path.display(), sha256(&pack));
        Ok(())
    }

    /// The paths of the files. A checksum other than the published one is an error unless `excerpt` is set.
    fn check(&self, folder: &Path, excerpt: bool) -> Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for (name, published) in self.files {
            // --from may name the archive itself.
            let path = if folder.is_file() { folder.to_path_buf() } else { folder.join(name) };
            let bytes = shell::read(&path)?;
            let digest: String = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            if excerpt {
                println!("{}: SHA-256 {}", path.display(), sha256(&bytes));
            } else if digest != *published {
                bail!(
                    "{}: the MD5 is {digest}, expected {published}; --excerpt accepts a part of the published file",
                    path.display()
                );
            }
            paths.push(path);
        }
        Ok(paths)
    }

    fn download(&self) -> Result<PathBuf> {
        let folder = shell::root().join("target/data").join(self.name);
        std::fs::create_dir_all(&folder)?;
        for (name, _) in self.files {
            let mut curl = shell::command("curl");
            curl.args(["--fail", "--location", "--continue-at", "-", "--output"]).arg(folder.join(name));
            curl.arg(format!("{}{name}", self.address));
            shell::run(&mut curl).context("cannot download the file; give a copy with --from")?;
        }
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_other_checksums_need_the_option_excerpt() {
        let folder = std::env::temp_dir().join(format!("convrfm-published-{}", std::process::id()));
        for (name, _) in SVHN.files {
            shell::write(&folder.join(name), b"abc").unwrap();
        }
        let message = SVHN.check(&folder, false).unwrap_err().to_string();
        let expected =
            "the MD5 is 900150983cd24fb0d6963f7d28e17f72, expected e26dedcc434d2e4c54c9b2d4a06d8373";
        assert!(message.contains(expected), "{message}");
        assert_eq!(SVHN.check(&folder, true).unwrap().len(), 2);
        assert!(CIFAR_10.check(&folder, true).is_err(), "a missing file was accepted");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
