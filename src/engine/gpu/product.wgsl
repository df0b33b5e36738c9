// Matrix product of strided operands, C <- beta C + alpha A B. CPU twin: linalg/gemm.rs.
//
// 256 threads compute a tile of 64 x 16 RN entries, 4 x RN each, in steps of 16 along the inner axis. Workgroup memory has tiles
// of A and B as (inner, row), four rows to a vector, padded so that neither writing nor reading has bank conflicts. Partial sums
// over 256 inner steps are added separately, which keeps the rounding error of long sums small.
//
// PART 0: all entries. PART 1: entries of C with row >= column, for symmetric updates. PART 2: entries of A with column > row;
// PART 3: entries of A with column < row: for products with a symmetric matrix of which one triangle is stored.

struct Params {
    rows: u32,
    cols: u32,
    inner: u32,
    a_first: u32,
    a_row: u32, // distance between two rows of A, and between two columns
    a_col: u32,
    b_first: u32,
    b_row: u32,
    b_col: u32,
    c_first: u32,
    c_row: u32,
    c_col: u32,
    alpha: f32,
    beta: f32,
    row_first: u32, // index in the whole matrix of the first row, and of the first column (PART 1) or inner step (PART 2, 3)
    col_first: u32,
    tile_first: u32, // row of tiles of workgroup y = 0
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
var<workgroup> left: array<vec4f, ${16 * 17}>;
//# if RN == 4
var<workgroup> right: array<vec4f, ${16 * 17}>;
//# else
var<workgroup> right: array<f32, ${16 * 17}>;
//# end

fn a_at(row: u32, k: u32) -> f32 {
    //# if PART == 2
    if (p.col_first + k <= p.row_first + row) { return 0.0; }
    //# end
    //# if PART == 3
    if (p.col_first + k >= p.row_first + row) { return 0.0; }
    //# end
    if (row >= p.rows || k >= p.inner) { return 0.0; }
    return a[p.a_first + row * p.a_row + k * p.a_col];
}

fn b_at(k: u32, col: u32) -> f32 {
    if (col >= p.cols || k >= p.inner) { return 0.0; }
    return b[p.b_first + k * p.b_row + col * p.b_col];
}

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
    let row_first = (p.tile_first + tile.y) * 64u;
    let col_first = tile.x * ${16 * RN}u;
    //# if PART == 1
    if (p.col_first + col_first > p.row_first + row_first + 63u) { return; }
    //# end
    // Neighbouring threads read neighbouring values: along the inner axis or along the rows, depending on the layout.
    let a_k = select(id.y, id.x, p.a_col == 1u);
    let a_rows = select(id.x, id.y, p.a_col == 1u);
    let b_k = select(id.y, id.x, p.b_row == 1u);
    let b_cols = select(id.x, id.y, p.b_row == 1u);
    //# for n in 0..RN
    var total_${n} = vec4f();
    var part_${n} = vec4f();
    //# end
    for (var first = 0u; first < p.inner; first += 16u) {
        let row = row_first + a_rows * 4u;
        let k = first + a_k;
        left[a_k * 17u + a_rows] = vec4f(a_at(row, k), a_at(row + 1u, k), a_at(row + 2u, k), a_at(row + 3u, k));
        //# if RN == 4
        let col = col_first + b_cols * 4u;
        let kb = first + b_k;
        right[b_k * 17u + b_cols] = vec4f(b_at(kb, col), b_at(kb, col + 1u), b_at(kb, col + 2u), b_at(kb, col + 3u));
        //# else
        right[b_k * 17u + b_cols] = b_at(first + b_k, col_first + b_cols);
        //# end
        workgroupBarrier();
        for (var step = 0u; step < 16u; step++) {
            let l = left[step * 17u + id.y];
            let r = right[step * 17u + id.x];
            //# if RN == 4
            part_0 = fma(l, vec4f(r.x), part_0);
            part_1 = fma(l, vec4f(r.y), part_1);
            part_2 = fma(l, vec4f(r.z), part_2);
            part_3 = fma(l, vec4f(r.w), part_3);
            //# else
            part_0 = fma(l, vec4f(r), part_0);
            //# end
        }
        workgroupBarrier();
        if (first % 256u == 240u) {
            //# for n in 0..RN
            total_${n} += part_${n};
            part_${n} = vec4f();
            //# end
        }
    }
    //# for n in 0..RN
    {
        let col = col_first + id.x * ${RN}u + ${n}u;
        let sum = (total_${n} + part_${n}) * p.alpha;
        for (var m = 0u; m < 4u; m++) {
            let row = row_first + id.y * 4u + m;
            //# if PART == 1
            let wanted = p.row_first + row >= p.col_first + col;
            //# else
            let wanted = true;
            //# end
            if (wanted && row < p.rows && col < p.cols) {
                let at = p.c_first + row * p.c_row + col * p.c_col;
                var value = sum[m];
                if (p.beta != 0.0) { value = fma(p.beta, c[at], value); }
                c[at] = value;
            }
        }
    }
    //# end
}
