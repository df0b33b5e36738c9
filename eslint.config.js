import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist", "pkg/convrfm*", "target", "node_modules", "test-results", "bench", "tests/e2e"] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  {
    rules: {
      "no-undef": "off", // TypeScript finds them
      "no-console": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  { files: ["pkg/examples/**"], rules: { "no-console": "off" } },
  // Components hold no global, so that two instances work on one page.
  {
    files: ["www/chapters/**", "www/parts/**", "www/page/**", "www/App.svelte"],
    rules: { "no-restricted-globals": ["error", "document", "location", "history"] },
  },
);
