// What is shipped, as the locks tell: crates of the desktop program, and packages that its screens are built of.

import { readFileSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";

const text = (name) => readFileSync(fileURLToPath(new URL(name, import.meta.url)), "utf8");

/** Crates of the desktop program's lock that come from a registry, for every system: name and version, in order. */
export function shippedCrates() {
    const found = text("../src-tauri/Cargo.lock").matchAll(
        /\[\[package\]\]\nname = "([^"]+)"\nversion = "([^"]+)"\nsource = "registry\+/g,
    );
    return [...found].map(([, name, version]) => ({ name, version }));
}

/** Packages of the screens, and what these depend on: name, version and declared licence, in order. */
export function shippedPackages() {
    const lock = JSON.parse(text("../package-lock.json")).packages;
    const place = (name) => [`ui/node_modules/${name}`, `node_modules/${name}`].find((path) => path in lock);
    const found = new Map();
    const waiting = Object.keys(lock.ui.dependencies);
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const path = place(name);
        if (path === undefined || found.has(name)) continue;
        found.set(name, { name, version: lock[path].version, licence: lock[path].license });
        waiting.push(...Object.keys(lock[path].dependencies ?? {}));
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
