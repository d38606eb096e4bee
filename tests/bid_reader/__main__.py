"""A reader of bids (.bid) that shares no code with the program: docs/bid-format.md in Python.

    python tests/bid_reader FILE --key KEY.p8 [--out DIR]
    python tests/bid_reader FILE --key KEY.p8 --key MEMBER.p8 --key MEMBER.p8      with a threshold
    python tests/bid_reader FILE --key PLATFORM.p8 --response FILE [--response FILE]
    python tests/bid_reader FILE --twin DIR                    is it equal? Signatures are not checked here
    python tests/bid_reader FILE --password [--out DIR]        the password is the first line of standard input
    python tests/bid_reader --manifest tests/data/bid/v1       opens or refuses every vector as the manifest says

Prints what it read as JSON. Exit status 0, or 2 with the code of docs/errors.md on standard error.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import bid
import cms


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--key", type=Path, action="append", default=[], help="private key, DER of PKCS #8")
    parser.add_argument("--response", type=Path, action="append", default=[], help="a holder's answer; --key is the platform's")
    parser.add_argument("--twin", type=Path, help="folder with the plain copy")
    parser.add_argument("--password", action="store_true")
    parser.add_argument("--out", type=Path, help="folder to make with the files of the bid")
    parser.add_argument("--manifest", type=Path, help="folder with manifest.json")
    options = parser.parse_args()
    if options.manifest:
        return check_manifest(options.manifest)
    keys = [cms.load_key(key.read_bytes()) for key in options.key]
    password = sys.stdin.readline().rstrip("\n") if options.password else None
    try:
        envelope = bid.read(options.file.read_bytes())
        if options.twin:
            files = check_twin(envelope, options.twin)
        elif options.response:
            parts = [envelope.read_response(answer.read_bytes(), keys[0]) for answer in options.response]
            files = envelope.open_with(envelope.combine(parts))
        else:
            files = envelope.open(keys, password) if keys or password is not None else None
    except bid.Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    print(json.dumps(bid.describe(envelope, files), ensure_ascii=False, indent=1))
    if options.out and files is not None:
        extract(files, options.out)
    return 0


def check_twin(envelope, folder):
    plain = {}
    for place in (folder / "files").rglob("*"):
        if place.is_file():
            plain[place.relative_to(folder / "files").as_posix()] = place.read_bytes()
    manifest = cms.signed_content((folder / "manifest.p7s").read_bytes())
    return envelope.check_twin((folder / "input.key").read_bytes(), manifest, plain)


def extract(files, folder):
    """Everything was verified in memory; the folder appears whole."""
    part = Path(tempfile.mkdtemp(dir=folder.absolute().parent))
    try:
        for path, mtime, content in files:
            place = part / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            os.utime(place, ns=(mtime, mtime))
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part)
        raise


def check_manifest(folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    keys = {name: cms.load_key((folder / file).read_bytes()) for name, file in manifest["keys"].items()}
    faults = [fault for vector in manifest["good"] for fault in check_good(folder, vector, keys)]
    faults += [fault for vector in manifest["refused"] for fault in check_refused(folder, vector, keys)]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(manifest['good'])} opened, {len(manifest['refused'])} refused, {len(faults)} faults")
    return 1 if faults else 0


def open_as(folder, vector, way, keys):
    """Opens in one of the ways of a manifest: with keys, a password, or answers to the platform."""
    envelope = bid.read((folder / vector["file"]).read_bytes())
    if "twin" in way:
        return envelope, check_twin(envelope, folder / way["twin"])
    mine = [keys[name] for name in way.get("keys", [way["key"]] if way.get("key") else [])]
    if "responses" in way:
        answers = [(folder / answer).read_bytes() for answer in way["responses"]]
        parts = [envelope.read_response(answer, mine[0]) for answer in answers]
        return envelope, envelope.open_with(envelope.combine(parts))
    return envelope, envelope.open(mine, way.get("password"))


def check_good(folder, vector, keys):
    for way in vector["open"]:
        try:
            envelope, files = open_as(folder, vector, way, keys)
        except bid.Refused as refused:
            yield f"{vector['file']} with {way}: {refused}"
            continue
        described = bid.describe(envelope, files)
        for name in ("profile", "metadata", "header_hash", "root", "files"):
            if described[name] != vector[name]:
                yield f"{vector['file']}: {name} is {described[name]}"


def check_refused(folder, vector, keys):
    try:
        open_as(folder, vector, vector, keys)
    except bid.Refused as refused:
        if refused.code != vector["code"]:
            yield f"{vector['file']} ({vector['fault']}): {refused}"
        return
    yield f"{vector['file']} ({vector['fault']}) was opened"


if __name__ == "__main__":
    sys.exit(main())
