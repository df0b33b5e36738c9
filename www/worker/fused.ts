/** Which of the two builds of the engine this browser computes with. */

/** 1 + 2^-12. Its square is 1 + 2^-11 + 2^-24, of which a product that is rounded keeps 1 + 2^-11. */
const FACTOR = 1 + 2 ** -12;

/** `(func (export "f") (param f32) (result f32))`: the first lane of `f32x4.relaxed_madd(x, x, -(1 + 2^-11))`. */
// prettier-ignore
const PROBE = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // magic and version
  0x01, 0x06, 0x01, 0x60, 0x01, 0x7d, 0x01, 0x7d, // type: f32 -> f32
  0x03, 0x02, 0x01, 0x00, // one function
  0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00, // export "f"
  0x0a, 0x19, 0x01, 0x17, 0x00, // one body without locals
  0x20, 0x00, 0xfd, 0x13, // local.get 0, f32x4.splat
  0x20, 0x00, 0xfd, 0x13,
  0x43, 0x00, 0x10, 0x80, 0xbf, 0xfd, 0x13, // f32.const -(1 + 2^-11), f32x4.splat
  0xfd, 0x85, 0x02, // f32x4.relaxed_madd
  0xfd, 0x1f, 0x00, 0x0b, // f32x4.extract_lane 0, end
]);

/**
 * Whether `f32x4.relaxed_madd` is there and rounds once. It may also round twice, on processors without the instruction: then it is no
 * faster, and its results are those of neither build.
 */
export function canFuse(): boolean {
  try {
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(PROBE)).exports;
    return (f as (x: number) => number)(FACTOR) === 2 ** -24;
  } catch {
    return false;
  }
}
