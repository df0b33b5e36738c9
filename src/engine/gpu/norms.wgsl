// Roots of the norm maps of every layer: N_p = |z_p|^2 / c and its box sums. CPU twin: engine/cpu/panel.rs.
//
// Stored as (image, layer, position).
//
// The order of the sums is that of kernel.wgsl, so that identical patches have S = N there: features in blocks, windows left to
// right, then top to bottom. STEP 0: patches; 1: box sums of one layer for the next; 2: square roots.

struct Params {
    first: u32, // image of workgroup y = 0
    source: u32, // STEP 1: first index and columns of the previous layer, first index, columns and positions of this layer
    source_cols: u32,
    to: u32,
    to_cols: u32,
    positions: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> norms: array<f32>;
//# if STEP == 0
@group(0) @binding(2) var<storage, read> z: array<f32>;
//# end

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x >= p.positions) { return; }
    let image = p.first + id.y;
    let base = image * ${TOTAL}u;
    //# if STEP == 0
    var at = image * ${D * POSITIONS}u + id.x;
    var sum = 0.0;
    for (var block = 0u; block < ${D}u; block += ${UNROLL}u) {
        var part = 0.0;
        for (var f = block; f < min(block + ${UNROLL}u, ${D}u); f++) {
            part = fma(z[at], z[at], part);
            at += p.positions;
        }
        sum += part;
    }
    norms[base + id.x] = sum * (1.0 / ${C}.0);
    //# end
    //# if STEP == 1
    let corner = base + p.source + (id.x / p.to_cols) * p.source_cols + id.x % p.to_cols;
    var sum = 0.0;
    for (var row = 0u; row < ${Q}u; row++) {
        var across = 0.0;
        for (var col = 0u; col < ${Q}u; col++) {
            across += norms[corner + row * p.source_cols + col];
        }
        sum += across;
    }
    norms[base + p.to + id.x] = sum;
    //# end
    //# if STEP == 2
    // WGSL's sqrt may be wrong by a few units in the last place; one Newton step corrects it.
    let value = norms[base + id.x];
    let root = sqrt(value);
    norms[base + id.x] = select(0.0, root + 0.5 * fma(-root, root, value) / root, root > 0.0);
    //# end
}
