// Multiply-adds on registers, and nothing else: what the other shaders can be held against. CPU twin: `cpu::peak`.
//
// A thread has ${SUMS} independent sums of four, x <- a x + b, which tend to b / (1 - a).

struct Params {
    steps: u32,
    a: f32,
    b: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let a = vec4f(p.a);
    let b = vec4f(p.b);
    //# for s in 0..SUMS
    var x_${s} = vec4f(f32(lane + ${s}u), 1.0, 2.0, 3.0);
    //# end
    for (var step = 0u; step < p.steps; step++) {
        //# for u in 0..UNROLL
        //# for s in 0..SUMS
        x_${s} = fma(x_${s}, a, b);
        //# end
        //# end
    }
    var total = vec4f();
    //# for s in 0..SUMS
    total += x_${s};
    //# end
    // Every thread's result is kept, so no thread's work may be left out.
    out[group.x * ${THREADS}u + lane] = dot(total, vec4f(1.0));
}
