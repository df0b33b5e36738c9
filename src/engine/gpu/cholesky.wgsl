// Steps of the blocked Cholesky factorisation K / s + ridge I = L L^T. CPU twin: linalg/cholesky.rs.
//
// These are the steps that are not matrix products; their order is in cholesky.rs.
//
// `k` is a slab of rows of the matrix, `stride` apart. L is written on and below the diagonal. The part above keeps K, and
// `diagonal` a copy of K's diagonal, so that another ridge can be tried. The matrix is padded with the identity to a multiple of
// 64 rows.

struct Params {
    block: u32,      // first row of the current block of 64
    slab_first: u32, // first row of the slab
    slab_rows: u32,
    n: u32,
    stride: u32,
    scale: f32, // 1 / s
    ridge: f32,
    skip: u32, // first rows of the slab that `scatter` does not write
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> k: array<f32>;
@group(0) @binding(2) var<storage, read_write> diagonal: array<f32>;
// The current block of columns, as (column, row of the whole matrix).
@group(0) @binding(3) var<storage, read_write> panel: array<f32>;
// Inverses of the diagonal blocks of L, 64 x 64 each.
@group(0) @binding(4) var<storage, read_write> inverses: array<f32>;
// Index of the first pivot that is not positive; 0xffffffff when all are.
@group(0) @binding(5) var<storage, read_write> failed: array<u32>;

// Copies the diagonal of a slab.
@compute @workgroup_size(64)
fn copy_diagonal(@builtin(global_invocation_id) id: vec3u) {
    let row = p.slab_first + id.x;
    if (id.x < p.slab_rows && row < p.n) { diagonal[row] = k[id.x * p.stride + row]; }
}

// Columns `block` .. `block + 63` of K / s + ridge I into `panel`, read from the rows above the diagonal.
@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3u) {
    let i = p.block + id.x;
    let column = p.block + id.y;
    if (i >= p.stride) { return; }
    var value = select(0.0, 1.0, i == column);
    if (i < p.n && column < p.n) {
        if (i == column) {
            value = fma(diagonal[i], p.scale, p.ridge);
        } else {
            value = k[(min(i, column) - p.slab_first) * p.stride + max(i, column)] * p.scale;
        }
    }
    panel[id.y * p.stride + i] = value;
}

// Columns of `panel` into the lower triangle of a slab.
@compute @workgroup_size(64)
fn scatter(@builtin(global_invocation_id) id: vec3u) {
    let own = p.skip + id.y;
    let row = p.slab_first + own;
    let column = p.block + id.x;
    if (own < p.slab_rows && row >= column) {
        k[own * p.stride + column] = panel[id.x * p.stride + row];
    }
}

// Lower triangle of the block by rows: column j is A before step j and the inverse of L after it.
var<workgroup> triangle: array<f32, 2080>;
var<workgroup> column_l: array<f32, 64>;
var<workgroup> row_x: array<f32, 64>;

// Factors the diagonal block and inverts the factor at the same time, in one workgroup.
@compute @workgroup_size(256)
fn factor(@builtin(local_invocation_index) lane: u32) {
    let first = (p.block - p.slab_first) * p.stride + p.block;
    for (var e = lane; e < 4096u; e += 256u) {
        let i = e / 64u;
        let c = e % 64u;
        if (c <= i) { triangle[i * (i + 1u) / 2u + c] = k[first + i * p.stride + c]; }
    }
    workgroupBarrier();
    for (var j = 0u; j < 64u; j++) {
        var pivot = triangle[j * (j + 1u) / 2u + j];
        let positive = pivot > 0.0;
        if (!positive && lane == 0u && failed[0] == 0xffffffffu) { failed[0] = p.block + j; }
        // A failed factor is not used; 1 keeps the rest finite.
        pivot = select(1.0, pivot, positive);
        let root = sqrt(pivot);
        let inverse = 1.0 / root;
        if (lane < 64u) {
            var l = 0.0;
            var x = 0.0;
            if (lane > j) {
                l = triangle[lane * (lane + 1u) / 2u + j] * inverse;
                x = l;
            } else if (lane == j) {
                l = root;
                x = inverse;
            } else {
                x = triangle[j * (j + 1u) / 2u + lane] * inverse;
            }
            column_l[lane] = l;
            row_x[lane] = x;
            if (lane >= j) { k[first + lane * p.stride + j] = l; }
        }
        workgroupBarrier();
        for (var e = lane; e < 4096u; e += 256u) {
            let i = e / 64u;
            let c = e % 64u;
            let at = i * (i + 1u) / 2u + c;
            if (i > j && c <= i) {
                triangle[at] = fma(-column_l[i], row_x[c], select(triangle[at], 0.0, c == j));
            } else if (i == j && c <= j) {
                triangle[at] = row_x[c];
            }
        }
        workgroupBarrier();
    }
    for (var e = lane; e < 4096u; e += 256u) {
        let i = e / 64u;
        let c = e % 64u;
        var value = 0.0;
        if (c <= i) { value = triangle[i * (i + 1u) / 2u + c]; }
        inverses[p.block * 64u + e] = value;
    }
}
