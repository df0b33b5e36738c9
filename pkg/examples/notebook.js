import { ConvRfm } from "https://example.org/convrfm/index.js";

/** Yields the test accuracies so far. The notebook ends the model of a cell that is run again. */
export async function* accuracies() {
  const model = new ConvRfm({ data: "star", settings: { train: 20, validation: 20, test: 50 } });
  const tests = [];
  try {
    for await (const { accuracy } of model.run()) {
      tests.push(accuracy.test);
      yield [...tests];
    }
  } finally {
    model.free();
  }
}
