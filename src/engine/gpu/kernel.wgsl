// K(x, x') for a block of image pairs: inner products of patches, arc-cosine maps and box sums of every layer, and the
// read-out, fused. No map leaves the workgroup. CPU twin: `kernel::pair`.
//
// A thread owns one column of the maps of BI x BJ pairs; a workgroup has GI x GJ such pair blocks. It walks down the
// rows: at step t, layer 0 computes row t, and layer l row t - l Q from the horizontal sums of what layer l - 1 left in
// workgroup memory one step before (two slots, so one barrier a step). Vertical sums of the last Q - 1 rows wait in
// registers. Images wider than the workgroup are done in column tiles, each with a halo of HALO columns.
//
// With INNER, S of the first layer comes from inner.wgsl. With TAPE, the inputs (S, T) of every layer are written for
// gradient.wgsl, and K is not.

struct Params {
    i_begin: u32, // rows of the tile grid: images of zi
    i_end: u32,
    j_begin: u32, // columns: images of zj
    j_end: u32,
    i_global: u32, // index of zi's first image in the whole set, and zj's: the order that `symmetric` compares
    j_global: u32,
    symmetric: u32, // only pairs with row <= column
    out_first: u32, // where K(0, 0) would be in `out`, wrapping around
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
// (S, T) of the row before, by (slot, layer, pair of the block, thread); at the end the sums of the columns.
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
    // Beyond the edge the last image is computed again, and dropped at the end.
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
                // Features in blocks of ${UNROLL}, summed apart: norms.wgsl does the same.
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
                    // Where inner.wgsl left a pair out (row > column of a symmetric K), what is read is dropped at the end.
                    let s = inner[pair_${a}_${b} * ${POSITIONS}u + at];
                    //# else
                    let s = s_${a}_${b} * (1.0 / ${C}.0);
                    //# end
                    let r = root_i_${a} * root_j_${b};
                    let k = arc_cosine(complement(s, r));
                    let after = vec2f(r * k.y, s * k.x);
                    //# if TAPE == 1
                    tape[pair_${a}_${b} * ${POSITIONS}u + at] = vec2f(s, s);
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
            // Layer ${l}: row t - ${DELAY[l - 1]} - 1 of the layer above came in; the row Q - 1 before it is complete.
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
                        let k = arc_cosine(complement(s, r));
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
    // Each column thread sums a pair in turn, left to right.
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
