/** The formulas of the loop, in MathML, and their letters: the same in every language. */
import { tex } from "./tex";

/** Of the loop's stations. */
export const formulas = {
  image: tex`x \in \mathbb{R}^{c \times H \times W}`,
  patch: tex`u_p(x) \in \mathbb{R}^{c q^2}`,
  kernel: tex`K(x, x') = \mathrm{NTK}(R\, u(x),\, R\, u(x'))`,
  ridge: tex`(K / s + \lambda I)\, \alpha = y, \qquad f(x) = \sum_i \frac{K(x, x_i)}{s}\, \alpha_i`,
  gradient: tex`g_p = \frac{\partial f(x)}{\partial u_p}`,
  matrix: tex`M = \frac{1}{m} \sum_x \sum_{p,\, o} g_p\, g_p^{\top}`,
  seen: tex`R = \sqrt{M / \operatorname{tr} M}, \qquad u_p \mapsto R\, u_p`,
};

/** The letters of those formulas, and of the arithmetic of single numbers. */
export const letters = {
  x: tex`x`,
  x2: tex`x'`,
  xi: tex`x_i`,
  c: tex`c`,
  HW: tex`H, W`,
  q: tex`q`,
  p: tex`p`,
  u: tex`u_p`,
  K: tex`K`,
  s: tex`s`,
  NTK: tex`\mathrm{NTK}`,
  R: tex`R`,
  lambda: tex`\lambda`,
  I: tex`I`,
  alpha: tex`\alpha`,
  alphai: tex`\alpha_{i o}`,
  y: tex`y`,
  f: tex`f`,
  fo: tex`f_o`,
  o: tex`o`,
  g: tex`g_p`,
  gi: tex`g_i,\, g_j`,
  gj: tex`g_{p j}`,
  j: tex`j`,
  M: tex`M`,
  Mij: tex`M_{i j}`,
  m: tex`m`,
  tr: tex`\operatorname{tr} M`,
  similarity: tex`\frac{K(x, x')}{\sqrt{K(x, x)\, K(x', x')}}`,
  z: tex`z,\, z'`,
  S: tex`S`,
  T: tex`T`,
  N: tex`N`,
  N2: tex`N'`,
  r: tex`r = \sqrt{N N'}`,
  rho: tex`\rho = S / r`,
  k0: tex`\kappa_0(\rho)`,
  k1: tex`\kappa_1(\rho)`,
  Sout: tex`r\, \kappa_1`,
  Tout: tex`T\, \kappa_0`,
  P: tex`P`,
  w: tex`w_r`,
  v: tex`v_r`,
};

export type Letter = keyof typeof letters;
