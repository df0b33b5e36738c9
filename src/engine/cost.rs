//! How the arithmetic of the kernel stage is counted, so that its time can be held against a machine's peak.

use crate::Geometry;

/// Operations of the maps at one position of one layer, as `kernel::pair` writes them and the CPU engine computes them:
/// r = sqrt(N N') 2, rho = S / r clamped 3, acos 10 (a polynomial of degree 7, a root), sin theta 3, k0 and k1 4, and the
/// two products that S and T leave as, 2.
const MAPS: usize = 24;

/// Multiply-adds of one entry of K: `P_0 d` of inner products, 24 for the maps of each position of each layer, and for
/// each position of the layers after the first `4 (q - 1)` additions of box sums (S and T, across and down) and one more.
///
/// A unit is what takes one slot of a multiply-add unit: a fused multiply-add, or an addition, product, division, root,
/// comparison by itself. Divisions and roots take several slots on real machines, and a single operation uses half of
/// what a multiply-add does, so this is a count of needed work, and the share of the peak that follows from it a lower
/// bound of how busy the machine is.
///
/// ```
/// use convrfm::{Geometry, Shape, engine::multiply_adds};
/// let mnist = Geometry::new(Shape { channels: 1, height: 28, width: 28 }, 3, 2)?;
/// assert_eq!(multiply_adds(mnist), (676 * 9 + 24 * (676 + 576) + 9 * 576) as f64);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub fn multiply_adds(geometry: Geometry) -> f64 {
    let first = geometry.positions(0);
    let layers = geometry.position_layers();
    let sums = 4 * (geometry.patch() - 1) + 1;
    (first * geometry.patch_len() + MAPS * layers + sums * (layers - first)) as f64
}
