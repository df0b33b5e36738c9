// S of the first layer, S_p(x, x') = z_p(x) . z_p(x') / c, for kernel.wgsl. CPU twin: engine/cpu/tile.rs.
//
// S is stored as (pair, position). At each position it is a product of the matrices (image, feature) of two sets of images.
//
// For long patches, where the inner products are most of the work. A thread computes one position of BI x BJ pairs, so that it
// uses a value four or eight times; kernel.wgsl needs registers for the maps and uses it twice. Neighbouring threads read
// neighbouring positions, and the other threads of the workgroup read the same values from the cache.

struct Params {
    i_begin: u32,
    i_end: u32,
    j_begin: u32,
    j_end: u32,
    i_global: u32, // as in kernel.wgsl
    j_global: u32,
    symmetric: u32, // blocks of pairs that all have row > column are skipped
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> zi: array<f32>;
@group(0) @binding(2) var<storage, read> zj: array<f32>;
@group(0) @binding(3) var<storage, read_write> inner: array<f32>;

@compute @workgroup_size(${ACROSS}, ${GJ}, ${GI})
fn main(@builtin(global_invocation_id) id: vec3u) {
    let i_first = p.i_begin + id.z * ${BI}u;
    let j_first = p.j_begin + id.y * ${BJ}u;
    if (id.x >= ${POSITIONS}u || i_first >= p.i_end || j_first >= p.j_end) { return; }
    if (p.symmetric == 1u && p.i_global + i_first >= p.j_global + j_first + ${BJ}u) { return; }
    // Beyond the edge the last image is multiplied again; these products are not written.
    //# for a in 0..BI
    var at_i_${a} = min(i_first + ${a}u, p.i_end - 1u) * ${D * POSITIONS}u + id.x;
    //# end
    //# for b in 0..BJ
    var at_j_${b} = min(j_first + ${b}u, p.j_end - 1u) * ${D * POSITIONS}u + id.x;
    //# end
    //# for a in 0..BI
    //# for b in 0..BJ
    var s_${a}_${b} = 0.0;
    //# end
    //# end
    // Blocks of ${UNROLL} features are summed separately, as in norms.wgsl. Drivers unroll a loop of known length.
    for (var block = 0u; block < ${D}u; block += ${UNROLL}u) {
        //# for a in 0..BI
        //# for b in 0..BJ
        var part_${a}_${b} = 0.0;
        //# end
        //# end
        //# if TAIL == 0
        for (var f = 0u; f < ${UNROLL}u; f++) {
        //# else
        for (var f = 0u; f < min(${UNROLL}u, ${D}u - block); f++) {
        //# end
            //# for a in 0..BI
            let u_${a} = zi[at_i_${a}];
            at_i_${a} += ${POSITIONS}u;
            //# end
            //# for b in 0..BJ
            let v_${b} = zj[at_j_${b}];
            at_j_${b} += ${POSITIONS}u;
            //# end
            //# for a in 0..BI
            //# for b in 0..BJ
            part_${a}_${b} = fma(u_${a}, v_${b}, part_${a}_${b});
            //# end
            //# end
        }
        //# for a in 0..BI
        //# for b in 0..BJ
        s_${a}_${b} += part_${a}_${b};
        //# end
        //# end
    }
    let across = p.j_end - p.j_begin;
    //# for a in 0..BI
    //# for b in 0..BJ
    if (i_first + ${a}u < p.i_end && j_first + ${b}u < p.j_end) {
        let pair = (i_first + ${a}u - p.i_begin) * across + j_first + ${b}u - p.j_begin;
        inner[pair * ${POSITIONS}u + id.x] = s_${a}_${b} * (1.0 / ${C}.0);
    }
    //# end
    //# end
}
