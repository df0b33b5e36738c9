//! NumPy arrays as files of their own: `x_train.npy` and its relatives, or one array of images and one of labels.

use super::input::Stream;
use super::npy::Array;
use super::{Collection, Input, Pool, npz};
use crate::error::{Error, Result};

/// Reads arrays that belong together.
pub(super) fn read(inputs: Vec<Input>) -> Result<Collection> {
    let names: Vec<String> = inputs.iter().map(|input| stem(input.name()).to_string()).collect();
    if let [Some(x_train), Some(y_train), Some(x_test), Some(y_test)] =
        ["x_train", "y_train", "x_test", "y_test"].map(|wanted| names.iter().position(|name| name == wanted))
    {
        let mut inputs: Vec<Option<Input>> = inputs.into_iter().map(Some).collect();
        let mut take =
            |at: usize| inputs[at].take().ok_or_else(|| Error::invalid("arrays", "one twice", "each once"));
        let images = [open(take(x_train)?, Array::images)?, open(take(x_test)?, Array::images)?];
        let labels = [open(take(y_train)?, Array::labels)?, open(take(y_test)?, Array::labels)?];
        return npz::collection(npz::pools(images, labels)?);
    }
    let (mut images, mut labels) = (None, None);
    for input in inputs {
        let path = input.path.clone();
        let array = open(input, Ok)?;
        let twice = if array.shape().len() == 1 {
            labels
                .replace((path.clone(), array.labels().map_err(|e| e.in_file(&path))?))
                .map(|(other, _)| other)
        } else {
            images
                .replace((path.clone(), array.images().map_err(|e| e.in_file(&path))?))
                .map(|(other, _)| other)
        };
        if let Some(other) = twice {
            let expected = "one of images and one of labels, or x_train, y_train, x_test and y_test";
            return Err(Error::invalid("arrays", format!("{other} and {path}"), expected));
        }
    }
    match (images, labels) {
        (Some((_, (shape, pixels))), Some((path, labels))) => {
            let count = pixels.len() / shape.len();
            if labels.len() != count {
                let found = format!("{} labels", labels.len());
                return Err(Error::invalid("array", found, format!("{count}, one per image")).in_file(path));
            }
            let classes = labels.iter().max().map_or(0, |&label| label + 1);
            let pool = Pool::new(shape, pixels, labels)?;
            let names = (0..classes).map(|class| class.to_string()).collect();
            Collection::new(pool, None, names, "NumPy arrays".into())
        }
        (None, Some((path, _))) => {
            Err(Error::invalid("array", "labels without images", "an array of images beside it")
                .in_file(path))
        }
        (Some((path, _)), None) => {
            Err(Error::invalid("array", "images without labels", "an array of their labels beside it")
                .in_file(path))
        }
        (None, None) => Err(Error::invalid("arrays", "none", "images and labels")),
    }
}

fn open<T>(input: Input, take: impl FnOnce(Array<'static>) -> Result<T>) -> Result<T> {
    let name = stem(input.name()).to_string();
    let array = Array::open(&name, Stream::plain(input.reader, input.len));
    array.and_then(take).map_err(|e| e.in_file(input.path))
}

fn stem(name: &str) -> &str {
    name.strip_suffix(".npy").unwrap_or(name)
}
