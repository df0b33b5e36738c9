//! Published data sets: class names, origin and licence.

/// A published data set.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Published {
    pub name: &'static str,
    /// Names of the classes in the order of the labels; empty when the files contain them.
    pub classes: &'static [&'static str],
    /// Title and authors.
    pub provenance: &'static str,
    /// The licence that the authors state.
    pub licence: &'static str,
}

impl Published {
    /// Names of the classes in the order of the labels.
    pub fn class_names(&self) -> Vec<String> {
        self.classes.iter().map(|&name| name.into()).collect()
    }
}

const DIGITS: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// LeCun, Cortes, Burges 1998.
pub(super) static MNIST: Published = Published {
    name: "MNIST",
    classes: DIGITS,
    provenance: "MNIST (LeCun, Cortes, Burges)",
    licence: "CC BY-SA 3.0",
};

/// Xiao, Rasul, Vollgraf 2017.
pub(super) static FASHION_MNIST: Published = Published {
    name: "Fashion-MNIST",
    classes: &[
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ],
    provenance: "Fashion-MNIST (Xiao, Rasul, Vollgraf 2017)",
    licence: "MIT, © 2017 Zalando SE",
};

/// Krizhevsky 2009.
pub(super) static CIFAR_10: Published = Published {
    name: "CIFAR-10",
    classes: &["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    provenance: "CIFAR-10 (Krizhevsky 2009)",
    licence: "none stated by its authors",
};

/// Krizhevsky 2009. Its archive contains the names of its 100 classes.
pub(super) static CIFAR_100: Published = Published {
    name: "CIFAR-100",
    classes: &[],
    provenance: "CIFAR-100 (Krizhevsky 2009)",
    licence: "none stated by its authors",
};

/// Netzer et al. 2011.
pub(super) static SVHN: Published = Published {
    name: "SVHN",
    classes: DIGITS,
    provenance: "SVHN, cropped digits (Netzer et al. 2011)",
    licence: "for non-commercial use only",
};

/// The first ten labels of the training and test files. MNIST and Fashion-MNIST have the same file names.
static FIRST_LABELS: [(&Published, [u8; 10]); 4] = [
    (&MNIST, [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]),
    (&MNIST, [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]),
    (&FASHION_MNIST, [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]),
    (&FASHION_MNIST, [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]),
];

/// The published set whose label file begins like `labels`.
pub(super) fn by_labels(labels: &[u8]) -> Option<&'static Published> {
    FIRST_LABELS.iter().find(|(_, first)| labels.starts_with(first)).map(|&(set, _)| set)
}
