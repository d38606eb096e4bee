"""Which paths a bid may hold, and which clash (docs/bid-format.md §5)."""

import unicodedata

DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    port + number for port in ("COM", "LPT") for number in "0123456789¹²³"
}


def is_allowed(path):
    names = path.split("/")
    return (
        len(path.encode()) <= 1024
        and unicodedata.normalize("NFC", path) == path
        and all(_is_allowed_name(name) for name in names)
    )


def _is_allowed_name(name):
    stem = name.split(".")[0].rstrip(" ")
    return (
        1 <= len(name.encode()) <= 255
        and name not in (".", "..")
        and not any(c in '<>:"|?*\\' or unicodedata.category(c) == "Cc" for c in name)
        and name[-1] not in ". "
        and "".join(c.upper() if c.isascii() else c for c in stem) not in DEVICES
    )


def fold(path):
    folded = "".join(low for c in path for up in c.upper() for low in up.lower())
    return unicodedata.normalize("NFC", folded)


def clash(paths):
    """Whether two of the paths cannot stand beside each other everywhere."""
    files, folders = set(), {}
    for path in paths:
        names = path.split("/")
        for depth in range(1, len(names)):
            folder = "/".join(names[:depth])
            if folders.setdefault(fold(folder), folder) != folder:
                return True
        if fold(path) in files:
            return True
        files.add(fold(path))
    return not files.isdisjoint(folders)
