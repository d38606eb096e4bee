// The licence of every package that is shipped with the desktop program, by its name: `npm run licences -w ui` writes the list
// anew from the locks and what their packages declare, `npm run licences -w ui -- --check` only compares.
//
// Versions are not in the list: the screens take them from the locks themselves when they are built (vite.config.ts).

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import console from "node:console";
import process from "node:process";
import { fileURLToPath, URL } from "node:url";
import { shippedCrates, shippedPackages } from "./shipped.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const LIST = here("src/data/licences.json");

/** What the crates of the lock declare. */
function ofCrates() {
    const manifest = here("../src-tauri/Cargo.toml");
    const told = execFileSync("cargo", ["metadata", "--format-version", "1", "--locked", "--manifest-path", manifest], {
        maxBuffer: 1 << 28,
        encoding: "utf8",
    });
    const declared = new Map(JSON.parse(told).packages.map((one) => [one.name, one.license ?? "UNKNOWN"]));
    return Object.fromEntries(shippedCrates().map(({ name }) => [name, declared.get(name) ?? "UNKNOWN"]));
}

/** What the packages of the lock declare. */
function ofPackages() {
    return Object.fromEntries(shippedPackages().map(({ name, licence }) => [name, licence ?? "UNKNOWN"]));
}

const fresh = `${JSON.stringify({ crates: ofCrates(), packages: ofPackages() }, null, 2)}\n`;
const kept = existsSync(LIST) ? readFileSync(LIST, "utf8") : "";
if (process.argv.includes("--check")) {
    if (kept !== fresh) {
        console.error("ui/src/data/licences.json is stale: npm run licences -w ui");
        process.exit(1);
    }
} else {
    writeFileSync(LIST, fresh);
}
