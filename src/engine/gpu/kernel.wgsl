// K(x, x') for a block of image pairs. CPU twins: `pair` in math/ntk.rs, engine/cpu/tile.rs.
//
// Computes inner products of patches, arc-cosine maps and box sums of every layer, and the read-out in one pass. The maps stay in
// the workgroup.
//
// A thread computes one column of the maps of BI x BJ pairs; a workgroup has GI x GJ such blocks. At step t, layer 0 computes
// row t, and layer l computes row t - l Q from horizontal sums of the row that layer l - 1 wrote to workgroup memory at step
// t - 1. Two slots alternate, so a step needs one barrier. Vertical sums of the last Q - 1 rows stay in registers. Images wider
// than the workgroup are divided into column tiles, each with a halo of HALO columns.
//
// With INNER, S of the first layer comes from inner.wgsl. With NEARBY, the patches are short, and the angle of two that are nearly
// parallel comes from their difference. With TAPE, the inputs of the layers are written for gradient.wgsl instead of K: (S, T), and
// (1 - |rho|, S) of the first layer, where T = S.

struct Params {
    i_begin: u32, // rows of K: images of zi
    i_end: u32,
    j_begin: u32, // columns of K: images of zj
    j_end: u32,
    i_global: u32, // index of the first image of zi, and of zj, in the whole set: `symmetric` compares these
    j_global: u32,
    symmetric: u32, // only pairs with row <= column
    out_first: u32, // index of K(0, 0) in `out`, modulo 2^32
    out_stride: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
//# if INNER == 1
@group(0) @binding(1) var<storage, read> inner: array<f32>;
//# else
@group(0) @binding(1) var<storage, read> zi: array<f32>;
@group(0) @binding(2) var<storage, read> zj: array<f32>;
//# end
@group(0) @binding(3) var<storage, read> root_i: array<f32>;
@group(0) @binding(4) var<storage, read> root_j: array<f32>;
//# if TAPE == 1
@group(0) @binding(5) var<storage, read_write> tape: array<vec2f>;
//# else
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
//# end
// (S, T) of the previous row as (slot, layer, pair of the block, thread); at the end the sums of the columns.
var<workgroup> rows: array<vec2f, ${ROWS}>;

@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
    let i_tile = p.i_begin + tile.y * ${TILE_I}u;
    let j_tile = p.j_begin + tile.x * ${TILE_J}u;
    if (p.symmetric == 1u && p.i_global + i_tile >= p.j_global + j_tile + ${TILE_J}u) { return; }
    let x = lane % ${COLUMNS}u;
    let group = lane / ${COLUMNS}u;
    let i_first = i_tile + (group / ${GJ}u) * ${BI}u;
    let j_first = j_tile + (group % ${GJ}u) * ${BJ}u;
    // Beyond the edge the last image is computed again; these pairs are not written.
    //# for a in 0..BI
    let i_${a} = min(i_first + ${a}u, p.i_end - 1u);
    //# end
    //# for b in 0..BJ
    let j_${b} = min(j_first + ${b}u, p.j_end - 1u);
    //# end
    //# if TAPE == 1
    let pairs = (p.i_end - p.i_begin) * (p.j_end - p.j_begin);
    //# end
    //# for a in 0..BI
    //# for b in 0..BJ
    //# if TAPE + INNER > 0
    let pair_${a}_${b} = (i_${a} - p.i_begin) * (p.j_end - p.j_begin) + j_${b} - p.j_begin;
    //# end
    var total_${a}_${b} = 0.0;
    //# end
    //# end
    for (var left = 0u; left < ${LEFT_END}u; left += ${COLUMNS - HALO}u) {
        let col = left + x;
        //# for l in 1..LAYERS
        //# for a in 0..BI
        //# for b in 0..BJ
        //# for k in 0..Q
        var above_${l}_${a}_${b}_${k} = vec2f();
        //# end
        //# end
        //# end
        //# end
        for (var t = 0u; t < ${STEPS}u; t++) {
            if (t < ${H[0]}u && col < ${W[0]}u) {
                let at = t * ${W[0]}u + col;
                //# for a in 0..BI
                let root_i_${a} = root_i[i_${a} * ${TOTAL}u + at];
                //# end
                //# for b in 0..BJ
                let root_j_${b} = root_j[j_${b} * ${TOTAL}u + at];
                //# end
                //# if INNER == 0
                //# for a in 0..BI
                var at_i_${a} = i_${a} * ${D * POSITIONS}u + at;
                //# end
                //# for b in 0..BJ
                var at_j_${b} = j_${b} * ${D * POSITIONS}u + at;
                //# end
                //# for a in 0..BI
                //# for b in 0..BJ
                var s_${a}_${b} = 0.0;
                //# end
                //# end
                // Blocks of ${UNROLL} features are summed separately, as in norms.wgsl.
                for (var block = 0u; block < ${D - TAIL}u; block += ${UNROLL}u) {
                    //# for a in 0..BI
                    //# for b in 0..BJ
                    var part_${a}_${b} = 0.0;
                    //# end
                    //# end
                    //# for f in 0..UNROLL
                    //# for a in 0..BI
                    let u_${a}_${f} = zi[at_i_${a} + ${f * POSITIONS}u];
                    //# end
                    //# for b in 0..BJ
                    let v_${b}_${f} = zj[at_j_${b} + ${f * POSITIONS}u];
                    //# end
                    //# for a in 0..BI
                    //# for b in 0..BJ
                    part_${a}_${b} = fma(u_${a}_${f}, v_${b}_${f}, part_${a}_${b});
                    //# end
                    //# end
                    //# end
                    //# for a in 0..BI
                    //# for b in 0..BJ
                    s_${a}_${b} += part_${a}_${b};
                    //# end
                    //# end
                    //# for a in 0..BI
                    at_i_${a} += ${UNROLL * POSITIONS}u;
                    //# end
                    //# for b in 0..BJ
                    at_j_${b} += ${UNROLL * POSITIONS}u;
                    //# end
                }
                //# if TAIL > 0
                {
                    //# for a in 0..BI
                    //# for b in 0..BJ
                    var part_${a}_${b} = 0.0;
                    //# end
                    //# end
                    //# for f in 0..TAIL
                    //# for a in 0..BI
                    let u_${a}_${f} = zi[at_i_${a} + ${f * POSITIONS}u];
                    //# end
                    //# for b in 0..BJ
                    let v_${b}_${f} = zj[at_j_${b} + ${f * POSITIONS}u];
                    //# end
                    //# for a in 0..BI
                    //# for b in 0..BJ
                    part_${a}_${b} = fma(u_${a}_${f}, v_${b}_${f}, part_${a}_${b});
                    //# end
                    //# end
                    //# end
                    //# for a in 0..BI
                    //# for b in 0..BJ
                    s_${a}_${b} += part_${a}_${b};
                    //# end
                    //# end
                }
                //# end
                //# end
                //# for a in 0..BI
                //# for b in 0..BJ
                {
                    //# if INNER == 1
                    // inner.wgsl skips pairs with row > column of a symmetric K; their maps are not written.
                    let s = inner[pair_${a}_${b} * ${POSITIONS}u + at];
                    //# else
                    let s = s_${a}_${b} * (1.0 / ${C}.0);
                    //# end
                    let r = root_i_${a} * root_j_${b};
                    var v = complement(s, r);
                    //# if NEARBY == 1
                    if (v < NEAR) {
                        v = 0.0;
                        let side = sign(s); // 1 or -1: a blank patch is not near
                        for (var f = 0u; f < ${D}u; f++) {
                            let one = zi[(i_${a} * ${D}u + f) * ${POSITIONS}u + at] / root_i_${a};
                            let other = zj[(j_${b} * ${D}u + f) * ${POSITIONS}u + at] / root_j_${b};
                            let difference = one - side * other;
                            v = fma(difference, difference, v);
                        }
                        v *= 0.5 / ${C}.0;
                    }
                    //# end
                    let k = arc_cosine(v, s);
                    let after = vec2f(r * k.y, s * k.x);
                    //# if TAPE == 1
                    tape[pair_${a}_${b} * ${POSITIONS}u + at] = vec2f(v, s);
                    //# end
                    //# if LAYERS == 1
                    if (x < ${COLUMNS - HALO}u) { total_${a}_${b} += after.x + after.y; }
                    //# else
                    rows[((t & 1u) * ${(LAYERS - 1) * PAIRS}u + ${a * BJ + b}u) * ${THREADS}u + lane] = after;
                    //# end
                }
                //# end
                //# end
            }
            //# for l in 1..LAYERS
            // Layer ${l}: adds row t - ${DELAY[l - 1]} - 1 of the previous layer, which completes the row Q - 1 before it.
            if (t > ${DELAY[l - 1]}u && t <= ${DELAY[l - 1] + H[l - 1]}u && x < ${COLUMNS - l * (Q - 1)}u && col < ${W[l]}u) {
                //# for a in 0..BI
                //# for b in 0..BJ
                var sum_${a}_${b} = vec2f();
                {
                    let start = ((1u - (t & 1u)) * ${(LAYERS - 1) * PAIRS}u + ${(l - 1) * PAIRS}u + ${a * BJ + b}u) * ${THREADS}u + lane;
                    //# for k in 0..Q
                    sum_${a}_${b} += rows[start + ${k}u];
                    //# end
                    let across = sum_${a}_${b};
                    sum_${a}_${b} = above_${l}_${a}_${b}_0 + across;
                    //# for k in 1..Q
                    above_${l}_${a}_${b}_${k-1} = above_${l}_${a}_${b}_${k} + across;
                    //# end
                }
                //# end
                //# end
                if (t >= ${DELAY[l]}u) {
                    let at = ${BASE[l]}u + (t - ${DELAY[l]}u) * ${W[l]}u + col;
                    //# for a in 0..BI
                    let root_i_${a} = root_i[i_${a} * ${TOTAL}u + at];
                    //# end
                    //# for b in 0..BJ
                    let root_j_${b} = root_j[j_${b} * ${TOTAL}u + at];
                    //# end
                    //# for a in 0..BI
                    //# for b in 0..BJ
                    {
                        let s = sum_${a}_${b}.x;
                        let t_sum = sum_${a}_${b}.y + s;
                        let r = root_i_${a} * root_j_${b};
                        let k = arc_cosine(complement(s, r), s);
                        let after = vec2f(r * k.y, t_sum * k.x);
                        //# if TAPE == 1
                        tape[${BASE[l]}u * pairs + pair_${a}_${b} * ${P[l]}u + at - ${BASE[l]}u] = vec2f(s, t_sum);
                        //# end
                        //# if l + 1 == LAYERS
                        if (x < ${COLUMNS - HALO}u) { total_${a}_${b} += after.x + after.y; }
                        //# else
                        rows[((t & 1u) * ${(LAYERS - 1) * PAIRS}u + ${l * PAIRS}u + ${a * BJ + b}u) * ${THREADS}u + lane] = after;
                        //# end
                    }
                    //# end
                    //# end
                }
            }
            //# end
            //# if LAYERS > 1
            workgroupBarrier();
            //# end
        }
    }
    //# if TAPE == 0
    //# for a in 0..BI
    //# for b in 0..BJ
    rows[${a * BJ + b}u * ${THREADS}u + lane].x = total_${a}_${b};
    //# end
    //# end
    workgroupBarrier();
    // The threads of a block take turns: each sums the columns of one pair, left to right.
    for (var pair = x; pair < ${PAIRS}u; pair += ${COLUMNS}u) {
        var sum = 0.0;
        for (var k = 0u; k < ${COLUMNS}u; k++) {
            sum += rows[pair * ${THREADS}u + group * ${COLUMNS}u + k].x;
        }
        let i = i_first + pair / ${BJ}u;
        let j = j_first + pair % ${BJ}u;
        if (i < p.i_end && j < p.j_end && (p.symmetric == 0u || p.i_global + i <= p.j_global + j)) {
            out[p.out_first + i * p.out_stride + j] = sum * (1.0 / ${P_LAST}.0);
        }
    }
    //# end
}
