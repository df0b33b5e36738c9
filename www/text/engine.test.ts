import { expect, test } from "vitest";
import { fromEngine as english } from "./en";
import { fromEngine } from "./es";

test("what the engine says is translated as a whole, or not at all", () => {
  expect(fromEngine("cpu (2 workers)")).toBe("CPU (2 hilos)");
  expect(fromEngine("no graphics adapter: the browser offers none")).toBe(
    "no hay adaptador gráfico: el navegador no ofrece ninguno",
  );
  expect(fromEngine("Files: found images without labels, expected the file with their labels too.")).toBe(
    "Archivos: encontrado: imágenes sin etiquetas; esperado: también el archivo con sus etiquetas.",
  );
  expect(
    fromEngine(
      "the gpu engine stopped: the graphics device was lost (Unknown). Round 2 starts again on a fresh device; finished rounds are kept",
    ),
  ).toBe(
    "el motor gpu se detuvo: se perdió el dispositivo gráfico (Unknown). La ronda 2 empieza de nuevo en un dispositivo nuevo; las rondas terminadas se conservan",
  );
  expect(fromEngine("features.0.weight: found nothing, expected an array of shape [64, 3, 11, 11] for alexnet.")).toBe(
    "features.0.weight: encontrado: nada; esperado: un array de forma [64, 3, 11, 11] para alexnet.",
  );
  expect(fromEngine("conv1.weight: found shape [64, 3, 7, 6], expected shape [64, 3, 7, 7] for resnet18")).toBe(
    "conv1.weight: encontrado: la forma [64, 3, 7, 6]; esperado: la forma [64, 3, 7, 7] para resnet18",
  );
  expect(fromEngine("frame, byte 7: found ff, expected another chunk")).toBeNull();
  expect(english("cpu (2 workers)")).toBeNull();
});
