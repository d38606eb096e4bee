"""Answers what pyHanko says about signed PDF files.

Reads JSON from standard input and writes JSON to standard output:
  {"root": PEM, "files": [{"path": …, "password": …}]}        → {"files": [[{field, summary, …}, …], …]}
  {"certify": {"in": …, "out": …, "key": …, "certificate": …, "permission": 1..3, "lock": null | "all"}}
"""
import json
import logging
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)


def judge(job):
    root = load_cert_from_pemder(job["root"])
    return [judge_file(root, file) for file in job["files"]]


def judge_file(root, file):
    with open(file["path"], "rb") as handle:
        reader = PdfFileReader(handle, strict=True)
        if file.get("password") is not None:
            reader.decrypt(file["password"])
        elif reader.encrypted:
            reader.decrypt("")
        return [judge_signature(root, embedded) for embedded in reader.embedded_signatures]


def judge_signature(root, embedded):
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    status = validate_pdf_signature(embedded, signer_validation_context=context)
    return {
        "field": embedded.field_name,
        "summary": status.summary(),
        "coverage": status.coverage.name,
        "modification": status.modification_level.name if status.modification_level is not None else None,
        "bottom_line": status.bottom_line,
        "timestamp": stamp_facts(status.timestamp_validity),
    }


def stamp_facts(stamp):
    if stamp is None:
        return None
    return {"sound": stamp.intact and stamp.valid, "trusted": stamp.trusted, "time": stamp.timestamp.isoformat()}


def certify(job):
    signer = signers.SimpleSigner.load(job["key"], job["certificate"])
    lock = None
    if job.get("lock"):
        lock = fields.FieldMDPSpec(fields.FieldMDPAction.ALL)
    permission = job.get("permission")
    metadata = signers.PdfSignatureMetadata(
        field_name="Certified",
        certify=permission is not None,
        docmdp_permissions=fields.MDPPerm(permission or 2),
    )
    spec = fields.SigFieldSpec("Certified", field_mdp_spec=lock)
    with open(job["in"], "rb") as handle, open(job["out"], "wb") as out:
        writer = IncrementalPdfFileWriter(handle, strict=True)
        signers.PdfSigner(metadata, signer, new_field_spec=spec).sign_pdf(writer, output=out)
    return []


job = json.load(sys.stdin)
answer = certify(job["certify"]) if "certify" in job else judge(job)
json.dump({"files": answer}, sys.stdout)
