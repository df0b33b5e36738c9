/** What a lesson link can leave out beside chapters: controls, and the settings that change what all students have in common. */
export const CONTROLS = ["header", "data", "step", "new-seed", "experiment", "reset", "footer"] as const;
export const SETTING_CONTROLS = ["train", "patch", "ridge", "rounds", "seed", "engine"] as const;
