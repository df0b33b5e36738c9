//! Drawings: digits are normalised like MNIST, independently of unit and position; stars; errors.

use convrfm::data::limits::STROKE_POINTS;
use convrfm::data::{Drawing, Source, digit, draw, star_pool};
use convrfm::{Error, Images, Shape};
use proptest::prelude::*;

type Strokes = Vec<Vec<[f32; 2]>>;

/// (x, y); pixel edges are at whole numbers.
fn centre_of_mass(image: &[f32]) -> [f64; 2] {
    let mut sums = [0.0; 3];
    for (i, &ink) in image.iter().enumerate() {
        let (x, y, ink) = ((i % 28) as f64 + 0.5, (i / 28) as f64 + 0.5, f64::from(ink));
        sums = [sums[0] + ink * x, sums[1] + ink * y, sums[2] + ink];
    }
    [sums[0] / sums[2], sums[1] / sums[2]]
}

/// Number of rows and of columns with ink.
fn extent(image: &[f32]) -> (usize, usize) {
    let inked = |line: &dyn Fn(usize, usize) -> usize| {
        (0..28).filter(|&i| (0..28).any(|j| image[line(i, j)] > 0.0)).count()
    };
    (inked(&|i, j| i * 28 + j), inked(&|i, j| j * 28 + i))
}

fn strokes() -> impl Strategy<Value = Strokes> {
    let point = [0.0_f32..200.0, 0.0_f32..200.0];
    prop::collection::vec(prop::collection::vec(point, 1..12), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn ink_is_centred_and_fits_in_its_box(strokes in strokes(), pen in 3.0_f32..14.0) {
        let drawn = digit(&strokes, pen).unwrap();
        let image = drawn.image(0);
        prop_assert!(image.iter().all(|v| (0.0..=1.0).contains(v)));
        let [x, y] = centre_of_mass(image);
        prop_assert!((x - 14.0).abs() < 0.5 && (y - 14.0).abs() < 0.5, "centre {x:.2}, {y:.2}");
        // A box of 20 touches at most 21 rows, and anti-aliasing adds half a sample on either side.
        let (rows, columns) = extent(image);
        prop_assert!(rows.max(columns) <= 22, "{rows} x {columns}");
    }

    #[test]
    fn unit_and_position_of_a_drawing_do_not_matter(
        strokes in strokes(), pen in 3.0_f32..14.0, scale in 0.5_f32..4.0, shift in [-300.0_f32..300.0, -300.0_f32..300.0]
    ) {
        // Multiples of powers of two, which single precision represents exactly.
        let round = |v: f32| (v * 16.0).round() / 16.0;
        let (scale, shift, pen) = ((scale * 4.0).round() / 4.0, shift.map(round), round(pen));
        let strokes: Strokes = strokes.iter().map(|s| s.iter().map(|p| p.map(round)).collect()).collect();
        let moved = |p: &[f32; 2]| [p[0] * scale + shift[0], p[1] * scale + shift[1]];
        let moved: Strokes = strokes.iter().map(|s| s.iter().map(moved).collect()).collect();
        let (one, other) = (digit(&strokes, pen).unwrap(), digit(&moved, pen * scale).unwrap());
        let error = one.as_slice().iter().zip(other.as_slice()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        prop_assert!(error < 1e-5, "{error:.1e}");
    }
}

#[test]
fn the_longer_side_of_a_drawing_becomes_twenty_pixels_at_the_same_aspect_ratio() {
    for (width, height) in [(90.0_f32, 40.0_f32), (40.0, 90.0)] {
        let corners = vec![[0.0, 0.0], [width, 0.0], [width, height], [0.0, height], [0.0, 0.0]];
        let frame = digit(&[corners], 5.0).unwrap();
        // The outer edges of a line of radius 5 are 100 by 50 units: 20 by 10 pixels around the centre.
        let (x, y) = if width > height { (10.0, 5.0) } else { (5.0, 10.0) };
        let ink: f32 = frame.as_slice().iter().sum();
        let expected = 20.0 * 10.0 - 16.0 * 6.0 - (4.0 - std::f32::consts::PI);
        assert!((ink - expected).abs() < 0.02 * expected, "{ink}, expected {expected}");
        for (i, &v) in frame.as_slice().iter().enumerate() {
            let from = [(i % 28) as f32 + 0.5 - 14.0, (i / 28) as f32 + 0.5 - 14.0].map(f32::abs);
            let outside = from[0] > x || from[1] > y;
            let inside = from[0] < x - 2.0 && from[1] < y - 2.0;
            assert!(!(outside || inside) || v < 1e-6, "pixel {i}: {v}");
        }
    }
}

/// One point becomes a disc of 20 pixels, several points several discs.
#[test]
fn a_point_is_a_dot() {
    let dot = digit(&[vec![[7.0, 9.0]]], 3.0).unwrap();
    let ink: f32 = dot.as_slice().iter().sum();
    assert!((ink - 100.0 * std::f32::consts::PI).abs() < 1.0, "{ink}");
    let colon = digit(&[vec![[0.0, 0.0]], vec![[0.0, 80.0]], vec![]], 10.0).unwrap();
    let row = |r: usize| colon.image(0)[28 * r..28 * (r + 1)].iter().sum::<f32>();
    assert!(row(5) > 1.0 && row(14) == 0.0 && row(22) > 1.0);
}

/// If the centre of mass is far from the centre of the box, the drawing becomes smaller instead of being cut off.
#[test]
fn ink_is_never_moved_out_of_the_image() {
    let scribble = (0..60).map(|i| [(i % 2) as f32 * 40.0, i as f32 / 1.5]).collect();
    let tail = vec![[20.0, 20.0], [100.0, 20.0]];
    let drawn = digit(&[scribble, tail], 1.0).unwrap();
    let image = drawn.image(0);
    let [x, y] = centre_of_mass(image);
    assert!((x - 14.0).abs() < 0.2 && (y - 14.0).abs() < 0.2, "{x:.2}, {y:.2}");
    // The tail ends at the edge.
    let edge: f32 = (0..28).map(|r| image[r * 28 + 27]).sum();
    assert!(edge > 0.1, "{edge}");
}

/// The field of an error.
fn field(error: Error) -> String {
    match error {
        Error::Invalid { field, .. } => field,
        other => other.to_string(),
    }
}

#[test]
fn unusable_drawings_are_refused() {
    let line = vec![[0.0, 0.0], [1.0, 1.0]];
    let many = vec![[0.0, 0.0]; STROKE_POINTS + 1];
    let cases: [(Strokes, f32, &str); 8] = [
        (vec![], 1.0, "points of the drawing"),
        (vec![vec![], vec![]], 1.0, "points of the drawing"),
        (vec![many], 1.0, "points of the drawing"),
        (vec![vec![[0.0, f32::NAN]]], 1.0, "coordinate of the drawing"),
        (vec![line.clone(), vec![[f32::INFINITY, 0.0]]], 1.0, "coordinate of the drawing"),
        (vec![line.clone()], 0.0, "pen of the drawing"),
        (vec![line.clone()], f32::NAN, "pen of the drawing"),
        (vec![line.clone()], f32::INFINITY, "pen of the drawing"),
    ];
    for (strokes, pen, wrong) in cases {
        assert_eq!(digit(&strokes, pen).map_err(field), Err(wrong.to_string()));
    }
    // The largest numbers, and the thinnest lines.
    for (strokes, pen) in [
        (vec![vec![[f32::MIN, f32::MIN], [f32::MAX, f32::MAX]]], 1.0),
        (vec![line], f32::MIN_POSITIVE),
        (vec![vec![[0.0, 0.0], [1e6, 0.0]]], f32::MIN_POSITIVE),
        (vec![vec![[3e38, 3e38]; 5]], f32::MAX),
    ] {
        let drawn = digit(&strokes, pen).unwrap();
        assert!(drawn.as_slice().iter().all(|v| (0.0..=1.0).contains(v)));
        assert!(drawn.as_slice().iter().sum::<f32>() > 1.0, "{strokes:?}");
    }
}

#[test]
fn drawings_become_images_of_their_data_set() {
    let line = Drawing::Digit { strokes: vec![vec![[0.0, 0.0], [0.0, 9.0]]], pen: 1.0 };
    let plain = draw(Source::Mnist, &line, false, 1.0, 3).unwrap();
    assert_eq!(plain.shape(), Shape { channels: 1, height: 28, width: 28 });
    for (source, frame) in [(Source::NoisyMnist, false), (Source::Mnist, true)] {
        let framed = draw(source, &line, frame, 1.0, 3).unwrap();
        assert_eq!(framed.shape(), Shape { channels: 1, height: 42, width: 42 });
        let (mut noise, mut count) = (0.0, 0.0);
        for (i, &v) in framed.as_slice().iter().enumerate() {
            let (r, c) = (i / 42, i % 42);
            if (7..35).contains(&r) && (7..35).contains(&c) {
                assert_eq!(v, plain.as_slice()[(r - 7) * 28 + c - 7]);
            } else {
                (noise, count) = (noise + v * v, count + 1.0);
            }
        }
        assert!((noise / count - 0.25_f32).abs() < 0.05, "variance {}", noise / count);
        assert_ne!(framed, draw(source, &line, frame, 1.0, 4).unwrap(), "another seed must give other noise");
    }
    let star = Drawing::Star { row: 21, column: 0 };
    let drawn = draw(Source::Star, &star, false, 1.0, 3).unwrap();
    let pool = star_pool(2, 3).unwrap().images;
    assert_eq!(drawn.shape(), pool.shape());
    // The pixels of the star are 1 in two channels; the noise differs from that of the data set.
    let solid = |images: &Images, index: usize| images.image(index).iter().filter(|v| **v == 1.0).count();
    assert_eq!(solid(&drawn, 0), solid(&pool, 1));
    assert!((0..1024).all(|i| drawn.image(0)[i] != pool.image(0)[i]));
    // The fifth row of the stamp is seven pixels wide.
    assert!((2..9).all(|c| drawn.image(0)[(21 + 4) * 32 + c] == 1.0));

    let outside = Drawing::Star { row: 3, column: 22 };
    for (source, drawing, wrong) in [
        (Source::Star, &line, "drawing"),
        (Source::Mnist, &star, "drawing"),
        (Source::Svhn, &line, "data set"),
        (Source::Star, &outside, "column of the star"),
    ] {
        assert_eq!(draw(source, drawing, false, 1.0, 0).map_err(field), Err(wrong.to_string()));
    }
}
