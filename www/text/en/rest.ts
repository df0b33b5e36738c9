/** The words of everything else: the chapters, the tour, the dialogs. */
export * from "./settings_panel";
export * from "./own";
export * from "./samples";
export * from "./loop";
export * from "./compare";
export * from "./try";
export * from "./noise";
export * from "./deep";
export * from "./network";
export * from "./matrix";
export * from "./export";
export * from "./tour";
export * from "./teach";
export * from "./update";
export * from "./embed";
