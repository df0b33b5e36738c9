/** The terms of the glossary that labels of settings open. */
import type { Row } from "../run/settings";
import type { TermName } from "./words";

export const SETTING_TERMS: Partial<Record<Row["key"], TermName>> = {
  train: "training",
  validation: "validation",
  test: "test",
  seed: "seed",
  sigma: "sigma",
  patch: "patch",
  depth: "layer",
  ridge: "ridge",
  rounds: "round",
  agop: "agop",
  levels: "level",
};
