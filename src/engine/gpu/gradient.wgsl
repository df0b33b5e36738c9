// Gradient maps A, B of image pairs. CPU twins: `pair_gradient` in math/ntk.rs, engine/cpu/reverse.rs.
//
//     dK(x, x') / dz_p(x') = A_p z_p(x) + B_p z_p(x')
//
// Reads the inputs of the layers that kernel.wgsl has written to `tape`, (S, T), and (1 - |rho|, S) of the first layer, where T = S.
// It goes from the last layer to the first: at step t, layer l computes row t - (LAYERS - 1 - l). The transposed box sum reads values
// above and to the left; beyond the edge these are zero.
// (A, B) replaces the inputs of layer 0 on the tape. A thread computes a column of one pair.

struct Params {
    i_begin: u32,
    j_begin: u32,
    samples: u32, // pair = (i - i_begin) * samples + j - j_begin
    pairs: u32,
    first: u32, // first pair of workgroup 0
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> root_i: array<f32>;
@group(0) @binding(2) var<storage, read> root_j: array<f32>;
@group(0) @binding(3) var<storage, read_write> tape: array<vec2f>;
// (gS + gT, gT, gN) of the previous row as (slot, layer, thread).
var<workgroup> rows: array<vec3f, ${2 * LAYERS * THREADS}>;

// The derivative of K by rho is infinite at |rho| = 1. It is set to 0 where 1 - rho^2 is below 16 units of rounding.
const STEEP = 1.9e-6;
// The limit is lower in the first layer with NEARBY: rounding leaves an angle of 1e-7 |W| |u| / |z| between parallel patches, which is
// below the limit as long as W shrinks a patch by less than 3,000. The CPU engine, which transforms these patches in double precision,
// takes 1e-12.
//# if NEARBY == 1
const STEEP_FIRST = 1e-7;
//# else
const STEEP_FIRST = STEEP;
//# end

// Adjoints of a layer's inputs from the adjoints (gS, gT, gN) of its outputs, at inputs (S, T), v = 1 - |rho|, and the roots of the
// norms of x and x'.
fn through(g: vec3f, s_t: vec2f, v: f32, steep: f32, root_first: f32, root_second: f32) -> vec3f {
    let r = root_first * root_second;
    let k = arc_cosine(v, s_t.x);
    let inverse = select(0.0, 1.0 / max(r, TINY), r >= TINY);
    let slope = select(0.0, 0.101321184 / max(k.z, 1e-9), v * (2.0 - v) > steep);
    // g_rho / r. T / r comes first, because T and r are both small for dim patches.
    let g_s = g.x * k.x * select(0.0, 1.0, r >= TINY) + g.y * (s_t.y * inverse) * slope;
    let g_r = g.x * k.y - g_s * cosine(v, s_t.x);
    let half = select(0.0, 0.5 * root_first / max(root_second, TINY), root_second > TINY);
    return vec3f(g_s, g.y * k.x, g.z + g_r * half);
}

@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
    let x = lane % ${COLUMNS}u;
    let pair = p.first + id.x * ${GROUPS}u + lane / ${COLUMNS}u;
    let live = pair < p.pairs;
    let here = min(pair, p.pairs - 1u);
    let i = p.i_begin + here / p.samples;
    let j = p.j_begin + here % p.samples;
    for (var left = 0u; left < ${LEFT_END}u; left += ${COLUMNS - HALO}u) {
        let col = left + x;
        //# for l in 0..LAYERS
        //# for k in 0..Q
        var above_${l}_${k} = vec3f();
        //# end
        //# end
        for (var t = 0u; t < ${STEPS}u; t++) {
            //# for e in 0..LAYERS
            // Layer ${LAYERS - 1 - e}
            if (t >= ${e}u && t < ${e + H[LAYERS - 1 - e]}u) {
                let y = t - ${e}u;
                //# if e == 0
                let g = vec3f(1.0 / ${P_LAST}.0, 1.0 / ${P_LAST}.0, 0.0);
                //# else
                var across = vec3f();
                if (y < ${H[LAYERS - e]}u) {
                    let start = ((1u - (t & 1u)) * ${LAYERS}u + ${LAYERS - e}u) * ${THREADS}u + lane;
                    //# for k in 0..Q
                    if (x >= ${k}u) { across += rows[start - ${k}u]; }
                    //# end
                }
                let g = above_${LAYERS - 1 - e}_0 + across;
                //# for k in 1..Q
                above_${LAYERS - 1 - e}_${k - 1} = above_${LAYERS - 1 - e}_${k} + across;
                //# end
                //# end
                let inside = col < ${W[LAYERS - 1 - e]}u;
                let at = y * ${W[LAYERS - 1 - e]}u + min(col, ${W[LAYERS - 1 - e] - 1}u);
                let slot = ${BASE[LAYERS - 1 - e]}u * p.pairs + here * ${P[LAYERS - 1 - e]}u + at;
                let root = i * ${TOTAL}u + ${BASE[LAYERS - 1 - e]}u + at;
                let root_first = root_i[root];
                let root_second = root_j[j * ${TOTAL}u + ${BASE[LAYERS - 1 - e]}u + at];
                //# if e + 1 < LAYERS
                let v = complement(tape[slot].x, root_first * root_second);
                let after = through(g, tape[slot], v, STEEP, root_first, root_second);
                rows[((t & 1u) * ${LAYERS}u + ${LAYERS - 1 - e}u) * ${THREADS}u + lane] =
                    select(vec3f(), vec3f(after.x + after.y, after.y, after.z), inside);
                //# else
                let after = through(g, tape[slot].yy, tape[slot].x, STEEP_FIRST, root_first, root_second);
                if (live && inside && (x >= ${HALO}u || left == 0u)) {
                    tape[slot] = vec2f(after.x + after.y, 2.0 * after.z) * (1.0 / ${C}.0);
                }
                //# end
            }
            //# end
            //# if LAYERS > 1
            workgroupBarrier();
            //# end
        }
    }
}
