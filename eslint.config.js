// Shared by every package of the workspace; a package with other kinds of files adds to it.
import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["**/dist/", "**/generated/", "**/node_modules/", "target/"] },
    eslint.configs.recommended,
    ...tseslint.configs.strictTypeChecked,
    { languageOptions: { parserOptions: { projectService: true } } },
    { files: ["**/*.js", "**/*.mjs"], ...tseslint.configs.disableTypeChecked },
);
