//! Published data sets: what their classes are called, where they come from, under which licence.

/// What is known of a published set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// Names of the classes, in the order of the labels.
    pub classes: &'static [&'static str],
    /// Who made it.
    pub provenance: &'static str,
    /// As its authors state it.
    pub licence: &'static str,
}

const DIGITS: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// LeCun, Cortes, Burges 1998.
pub const MNIST: Known = Known {
    name: "MNIST",
    classes: DIGITS,
    provenance: "MNIST (LeCun, Cortes, Burges)",
    licence: "CC BY-SA 3.0",
};

/// Xiao, Rasul, Vollgraf 2017.
pub const FASHION_MNIST: Known = Known {
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
pub const CIFAR_10: Known = Known {
    name: "CIFAR-10",
    classes: &["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    provenance: "CIFAR-10 (Krizhevsky 2009)",
    licence: "none stated by its authors",
};

/// Krizhevsky 2009; the names of its hundred classes come with its files.
pub const CIFAR_100: Known = Known {
    name: "CIFAR-100",
    classes: &[],
    provenance: "CIFAR-100 (Krizhevsky 2009)",
    licence: "none stated by its authors",
};

/// Netzer et al. 2011.
pub const SVHN: Known = Known {
    name: "SVHN",
    classes: DIGITS,
    provenance: "SVHN, cropped digits (Netzer et al. 2011)",
    licence: "for non-commercial use only",
};

/// The first ten labels of the files that share their names.
const BEGINNINGS: [(&Known, [u8; 10]); 4] = [
    (&MNIST, [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]),
    (&MNIST, [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]),
    (&FASHION_MNIST, [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]),
    (&FASHION_MNIST, [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]),
];

/// MNIST and Fashion-MNIST have the same file names; their labels begin differently.
pub(super) fn by_labels(labels: &[u8]) -> Option<&'static Known> {
    BEGINNINGS.iter().find(|(_, beginning)| labels.starts_with(beginning)).map(|(known, _)| *known)
}
