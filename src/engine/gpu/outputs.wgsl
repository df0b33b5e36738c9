// Gradients of the outputs by the transformed patches of the samples. CPU twin: engine/cpu/agop.rs.
//
//     G[j, o, f, p] += sum_i alpha_io A_ijp z_ifp + (sum_i alpha_io B_ijp) z_jfp
//
// A thread computes OT outputs x FT features of one position of one sample.

struct Params {
    i_begin: u32,
    i_end: u32,
    j_begin: u32,
    samples: u32,
    alpha_first: u32, // row of alpha of zi's image 0
    g_first: u32,     // sample of G for image j_begin
    j_first: u32,     // j - j_begin of workgroup z = 0
    fresh: u32,       // 1: the first sum of G, whose old values are ignored
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> zi: array<f32>;
@group(0) @binding(2) var<storage, read> zj: array<f32>;
@group(0) @binding(3) var<storage, read> tape: array<vec2f>;
@group(0) @binding(4) var<storage, read> alpha: array<f32>;
@group(0) @binding(5) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let position = id.x;
    if (position >= ${POSITIONS}u) { return; }
    let o_first = (id.y / ${F_TILES}u) * ${OT}u;
    let f_first = (id.y % ${F_TILES}u) * ${FT}u;
    let j = p.j_first + id.z;
    // Beyond the last output or feature, the last one is computed again; these values are not written.
    //# for o in 0..OT
    let o_${o} = min(o_first + ${o}u, ${K - 1}u);
    var b_${o} = 0.0;
    //# end
    //# for f in 0..FT
    let f_${f} = min(f_first + ${f}u, ${D - 1}u) * ${POSITIONS}u + position;
    //# end
    //# for o in 0..OT
    //# for f in 0..FT
    var g_${o}_${f} = 0.0;
    //# end
    //# end
    for (var i = p.i_begin; i < p.i_end; i++) {
        let a_b = tape[((i - p.i_begin) * p.samples + j) * ${POSITIONS}u + position];
        //# for f in 0..FT
        let z_${f} = zi[i * ${D * POSITIONS}u + f_${f}];
        //# end
        //# for o in 0..OT
        {
            let weight = alpha[(p.alpha_first + i) * ${K}u + o_${o}];
            let a = weight * a_b.x;
            b_${o} = fma(weight, a_b.y, b_${o});
            //# for f in 0..FT
            g_${o}_${f} = fma(a, z_${f}, g_${o}_${f});
            //# end
        }
        //# end
    }
    let own = (p.j_begin + j) * ${D * POSITIONS}u;
    //# for f in 0..FT
    let own_${f} = zj[own + f_${f}];
    //# end
    //# for o in 0..OT
    if (o_first + ${o}u < ${K}u) {
        let base = ((p.g_first + j) * ${K}u + o_${o}) * ${D * POSITIONS}u;
        //# for f in 0..FT
        if (f_first + ${f}u < ${D}u) {
            let before = select(gradients[base + f_${f}], 0.0, p.fresh == 1u);
            gradients[base + f_${f}] = before + fma(b_${o}, own_${f}, g_${o}_${f});
        }
        //# end
    }
    //# end
}
