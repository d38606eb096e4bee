// Colours by which a person tells keys apart, like the tags that hang on them.

/** Their words, in the order in which they are offered. */
export const COLOURS = ["red", "orange", "green", "blue", "purple", "grey"] as const;
