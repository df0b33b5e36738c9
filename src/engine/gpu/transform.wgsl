// Transformed patches z_p = W u_p, stored as (image, feature, position), so that neighbouring threads read
// neighbouring positions. CPU twin: `naive::transformed`.
//
// One thread computes 8 features of one position; W is upper triangular, so features f sum over g >= f only.

struct Params {
    pixels_first: u32, // image of `pixels` that workgroup z = 0 takes
    out_first: u32,    // where it goes in `z`
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> pixels: array<f32>;
@group(0) @binding(2) var<storage, read_write> z: array<f32>;
//# if IDENTITY == 0
// W transposed: 8 consecutive values are the weights of input g to features f .. f + 7; rows padded to a multiple of 8.
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
    let first = id.y * 8u;
    let corner = (p.pixels_first + id.z) * ${PIXELS}u + (position / ${COLS}u) * ${WIDTH}u + position % ${COLS}u;
    let at = ((p.out_first + id.z) * ${D}u + first) * ${POSITIONS}u + position;
    let count = min(8u, ${D}u - first);
    //# if IDENTITY == 1
    for (var f = 0u; f < count; f++) {
        z[at + f * ${POSITIONS}u] = patch_value(corner, first + f);
    }
    //# else
    var low = vec4f();
    var high = vec4f();
    for (var g = first; g < ${D}u; g++) {
        let value = patch_value(corner, g);
        let row = (g * ${D8}u + first) / 4u;
        low = fma(vec4f(value), w[row], low);
        high = fma(vec4f(value), w[row + 1u], high);
    }
    for (var f = 0u; f < count; f++) {
        z[at + f * ${POSITIONS}u] = select(low[f % 4u], high[f % 4u], f >= 4u);
    }
    //# end
}
