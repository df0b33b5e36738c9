// Transformed patches z_p = W u_p. CPU twin: engine/cpu/panel.rs.
//
// Stored as (image, feature, position), so that neighbouring threads read neighbouring positions.
//
// A thread computes VECTORS vectors of four features of one position. W is upper triangular, so feature f is a sum over g >= f.
// Rows of W that are zero because of a low rank are skipped.

struct Params {
    pixels_first: u32, // image of `pixels` of workgroup z = 0
    out_first: u32,    // its index in `z`
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> pixels: array<f32>;
@group(0) @binding(2) var<storage, read_write> z: array<f32>;
//# if IDENTITY == 0
// W transposed: consecutive values are the weights of input g for features f, f + 1, ..; rows are padded to whole threads.
@group(0) @binding(3) var<storage, read> w: array<vec4f>;
//# end

// Value g of the patch whose upper left corner is at `corner`.
fn patch_value(corner: u32, g: u32) -> f32 {
    let window = g % ${Q * Q}u;
    return pixels[corner + (g / ${Q * Q}u) * ${PLANE}u + (window / ${Q}u) * ${WIDTH}u + window % ${Q}u];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let position = id.x;
    if (position >= ${POSITIONS}u) { return; }
    let first = id.y * ${4 * VECTORS}u;
    let corner = (p.pixels_first + id.z) * ${PIXELS}u + (position / ${COLS}u) * ${WIDTH}u + position % ${COLS}u;
    let at = ((p.out_first + id.z) * ${D}u + first) * ${POSITIONS}u + position;
    let count = min(${4 * VECTORS}u, ${D}u - first);
    //# if IDENTITY == 1
    for (var f = 0u; f < count; f++) {
        z[at + f * ${POSITIONS}u] = patch_value(corner, first + f);
    }
    //# else
    //# for v in 0..VECTORS
    var sum_${v} = vec4f();
    //# end
    for (var g = first; g < ${PATCH}u; g++) {
        let value = vec4f(patch_value(corner, g));
        let row = (g * ${PADDED}u + first) / 4u;
        //# for v in 0..VECTORS
        sum_${v} = fma(value, w[row + ${v}u], sum_${v});
        //# end
    }
    //# for v in 0..VECTORS
    for (var f = ${4 * v}u; f < min(count, ${4 * v + 4}u); f++) {
        z[at + f * ${POSITIONS}u] = sum_${v}[f % 4u];
    }
    //# end
    //# end
}
