import { ConvRfm } from "convrfm";

const model = new ConvRfm({ data: "star", settings: { patch: 11, depth: 1, ridge: 1e-3, rounds: 2 } });
for await (const { round, accuracy, agop } of model.run()) {
  console.log(`round ${round}: ${accuracy.test} %`);
  if (agop) console.log(`the first filter holds ${Math.round(100 * agop.shares[0])} % of M, ${agop.matrix.length} numbers`);
}
model.free();
