import "convrfm/element";

const figure = document.createElement("conv-rfm");
for (const [name, value] of Object.entries({ figure: "accuracy", data: "star", train: 20, validation: 20, test: 50 }))
  figure.setAttribute(name, String(value));
figure.addEventListener("done", ({ detail }) => (document.title = `${detail.rounds.length} rounds`));
document.body.append(figure);
await figure.run();
