// Nothing can be added to what all objects inherit, so no data can make itself part of every object. Unlike by freezing alone,
// an object may still have a `toString` or `valueOf` of its own: libraries of dates give theirs one by assigning it.
for (const name of Object.getOwnPropertyNames(Object.prototype)) {
    const { value, writable } = Object.getOwnPropertyDescriptor(Object.prototype, name);
    if (!writable) continue;
    Object.defineProperty(Object.prototype, name, {
        get: () => value,
        set(own) {
            if (this === Object.prototype) throw new TypeError(`${name} is frozen`);
            Object.defineProperty(this, name, { value: own, writable: true, enumerable: true, configurable: true });
        },
        enumerable: false,
        configurable: false,
    });
}
Object.freeze(Object.prototype);
