"""Makes documents with pyHanko, and says what pyHanko thinks of their signatures.

Reads JSON from standard input and writes JSON to standard output:
  {"key": PEM, "certificate": PEM, "root": PEM,
   "make": [{"in": …, "out": …, "steps": [{"do": "sign" | "fill" | "dss" | "timestamp" | "field", …}, …]}, …],
   "judge": [path, …]}
→ {"judged": [[{"field", "clean", "coverage", "modification", "said"}, …], …]}
Every step is one saving.
"""
import datetime
import io
import json
import logging
import sys

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
name = generic.NameObject


class Maker:
    def __init__(self, job):
        self.signer = signers.SimpleSigner.load(job["key"], job["certificate"])
        self.certificate = load_cert_from_pemder(job["certificate"])
        self.stamper = time_stamper()

    def sign(self, document, step):
        permission = step.get("permission")
        lock = step.get("lock")
        if lock:
            lock = fields.FieldMDPSpec(fields.FieldMDPAction[lock["action"]], lock.get("fields"))
        metadata = signers.PdfSignatureMetadata(
            field_name=step["field"],
            certify=permission is not None,
            docmdp_permissions=fields.MDPPerm(permission or 2),
            subfilter=fields.SigSeedSubFilter.PADES,
        )
        box = step.get("box")
        spec = fields.SigFieldSpec(step["field"], field_mdp_spec=lock, box=tuple(box) if box else None)
        out = io.BytesIO()
        writer = IncrementalPdfFileWriter(document, strict=True)
        existing = step.get("existing")
        maker = signers.PdfSigner(metadata, self.signer, new_field_spec=None if existing else spec)
        # what the document forbids is to be done all the same: the judges must see it
        maker._enforce_certification_constraints = lambda *_: None
        maker.sign_pdf(writer, output=out, existing_fields_only=bool(existing))
        return out

    def field(self, document, step):
        writer = IncrementalPdfFileWriter(document, strict=True)
        box = step.get("box")
        spec = fields.SigFieldSpec(step["field"], box=tuple(box) if box else None)
        fields.append_signature_field(writer, spec)
        return written(writer)

    def fill(self, document, step):
        writer = IncrementalPdfFileWriter(document, strict=True)
        field = find(writer.root["/AcroForm"]["/Fields"], step["field"].split("."))
        if "state" in step:
            field[name("/V")] = field[name("/AS")] = name(step["state"])
        else:
            field[name("/V")] = generic.pdf_string(step["value"])
            drawing = generic.StreamObject(
                dict_data={
                    name("/Type"): name("/XObject"),
                    name("/Subtype"): name("/Form"),
                    name("/BBox"): generic.ArrayObject(map(generic.NumberObject, [0, 0, 100, 20])),
                },
                stream_data=b"/Tx BMC EMC",
            )
            field[name("/AP")] = generic.DictionaryObject({name("/N"): writer.add_object(drawing)})
        writer.update_container(field)
        return written(writer)

    def dss(self, document, step):
        signature = PdfFileReader(document).embedded_regular_signatures[-1]
        contents = signature.pkcs7_content.hex().encode("ascii").upper()
        DocumentSecurityStore.add_dss(document, contents, certs=[self.certificate], force_write=True)
        return document

    def timestamp(self, document, step):
        out = io.BytesIO()
        writer = IncrementalPdfFileWriter(document, strict=True)
        stamper = signers.PdfTimeStamper(self.stamper, field_name=step.get("field"))
        stamper.timestamp_pdf(writer, "sha256", output=out)
        return out


def time_stamper():
    """pyHanko's own needs an RSA key."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test Time Stamps")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    certificate = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    encoding = serialization.Encoding.DER
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(encoding)),
        asn1_keys.PrivateKeyInfo.load(key.private_bytes(encoding, *plain)),
    )


def written(writer):
    out = io.BytesIO()
    writer.write(out)
    return out


def find(among, path):
    for reference in among:
        field = reference.get_object()
        if field.get("/T") == path[0]:
            return field if len(path) == 1 else find(field["/Kids"], path[1:])
    raise KeyError(path)


def judge(root, path):
    with open(path, "rb") as handle:
        try:
            reader = PdfFileReader(handle, strict=True)
            return [judge_signature(root, embedded) for embedded in reader.embedded_regular_signatures]
        except Exception as refusal:  # whatever it is, pyHanko does not approve
            return [{"field": "", "clean": False, "said": repr(refusal)}]


def judge_signature(root, embedded):
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    try:
        status = validate_pdf_signature(embedded, signer_validation_context=context)
    except Exception as refusal:
        return {"field": embedded.field_name, "clean": False, "said": repr(refusal)}
    level = status.modification_level
    return {
        "field": embedded.field_name,
        "clean": status.bottom_line,
        "coverage": status.coverage.name,
        "modification": level.name if level is not None else None,
        "said": status.summary(),
    }


job = json.load(sys.stdin)
maker = Maker(job)
for document in job["make"]:
    with open(document["in"], "rb") as handle:
        state = io.BytesIO(handle.read())
    for step in document["steps"]:
        state.seek(0)
        state = getattr(maker, step["do"])(state, step)
    with open(document["out"], "wb") as out:
        out.write(state.getvalue())
root = load_cert_from_pemder(job["root"])
json.dump({"judged": [judge(root, path) for path in job["judge"]]}, sys.stdout)
