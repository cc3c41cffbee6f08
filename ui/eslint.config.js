import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist/", "dist-*/", "test-results/", "src/backend/bindings/"] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    // All other files use the Backend interface.
    ignores: ["src/backend/tauri.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: ["@tauri-apps/*"] }] },
  },
  {
    // Components call the backend through a controller, which shows a refused call.
    files: ["src/**/*.svelte"],
    rules: { "no-restricted-syntax": ["error", "MemberExpression[object.name='backend']"] },
  },
  {
    // What several screens use is in shared/, which knows none of them.
    files: ["src/shared/**", "src/settings/**"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["@tauri-apps/*", "**/intake/*", "**/jobs/*", "**/access/*"] },
      ],
    },
  },
);
