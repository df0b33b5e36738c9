// Outer products of the gradients. CPU twin: engine/cpu/agop.rs.
//
// sums[slice, f, f'] += sum over the slice's (sample, output) and all positions p of G[.., f, p] G[.., f', p].
//
// A workgroup computes a (16 RT)^2 tile of one slice; the host adds the slices in double precision. Tiles above the diagonal are
// skipped: the host mirrors the lower ones.

struct Params {
    first: u32, // (sample, output) pairs `first .. end` of `gradients`
    end: u32,
    slices: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gradients: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
var<workgroup> left: array<f32, ${16 * RT * 17}>;
var<workgroup> right: array<f32, ${16 * RT * 17}>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
    if (tile.x > tile.y) { return; }
    let row_first = tile.y * ${16 * RT}u;
    let col_first = tile.x * ${16 * RT}u;
    //# for a in 0..RT
    //# for b in 0..RT
    var total_${a}_${b} = 0.0;
    if (row_first + id.y + ${16 * a}u < ${D}u && col_first + id.x + ${16 * b}u < ${D}u) {
        total_${a}_${b} = sums[(tile.z * ${D}u + row_first + id.y + ${16 * a}u) * ${D}u + col_first + id.x + ${16 * b}u];
    }
    //# end
    //# end
    for (var batch = p.first + tile.z; batch < p.end; batch += p.slices) {
        //# for a in 0..RT
        //# for b in 0..RT
        var part_${a}_${b} = 0.0;
        //# end
        //# end
        for (var first = 0u; first < ${POSITIONS}u; first += 16u) {
            let position = first + id.x;
            let base = batch * ${D * POSITIONS}u + position;
            //# for a in 0..RT
            {
                let row = id.y + ${16 * a}u;
                let l = row_first + row;
                let r = col_first + row;
                left[row * 17u + id.x] = 0.0;
                right[row * 17u + id.x] = 0.0;
                if (position < ${POSITIONS}u && l < ${D}u) { left[row * 17u + id.x] = gradients[base + l * ${POSITIONS}u]; }
                if (position < ${POSITIONS}u && r < ${D}u) { right[row * 17u + id.x] = gradients[base + r * ${POSITIONS}u]; }
            }
            //# end
            workgroupBarrier();
            for (var k = 0u; k < 16u; k++) {
                //# for a in 0..RT
                let l_${a} = left[(id.y + ${16 * a}u) * 17u + k];
                let r_${a} = right[(id.x + ${16 * a}u) * 17u + k];
                //# end
                //# for a in 0..RT
                //# for b in 0..RT
                part_${a}_${b} = fma(l_${a}, r_${b}, part_${a}_${b});
                //# end
                //# end
            }
            workgroupBarrier();
        }
        //# for a in 0..RT
        //# for b in 0..RT
        total_${a}_${b} += part_${a}_${b};
        //# end
        //# end
    }
    //# for a in 0..RT
    //# for b in 0..RT
    if (row_first + id.y + ${16 * a}u < ${D}u && col_first + id.x + ${16 * b}u < ${D}u) {
        sums[(tile.z * ${D}u + row_first + id.y + ${16 * a}u) * ${D}u + col_first + id.x + ${16 * b}u] = total_${a}_${b};
    }
    //# end
    //# end
}
