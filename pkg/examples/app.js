import { ConvRfm } from "convrfm";

const model = new ConvRfm({ data: "star", settings: { train: 20, validation: 20, test: 50 } });
for await (const { round, accuracy } of model.run()) {
  document.body.append(`Round ${round}: ${accuracy.test} % of the test images are right. `);
}
model.free();
