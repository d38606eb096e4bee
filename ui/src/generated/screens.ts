// Generated from protocol/src/screens by its tests; not edited by hand.

export type About = { 
/**
 * Version of the program.
 */
version: string, 
/**
 * The home folder, as it is shown.
 */
home: string, 
/**
 * Operating system and processor.
 */
system: string, 
/**
 * Port of the localhost agent; absent while it does not listen here.
 */
port: number | null, 
/**
 * Why the agent does not listen.
 */
agent: Told | null, };

export type Attempt = { 
/**
 * When.
 */
at: string, 
/**
 * `rehearse`, `decrypt` or `open`.
 */
operation: string, 
/**
 * `done`, or the code of the failure.
 */
result: string, };

export type Bid = { 
/**
 * Its name in the ledger.
 */
id: string, 
/**
 * `sealing`, `waiting`, `opened` or `cleared`.
 */
state: string, 
/**
 * The project.
 */
project: string, 
/**
 * The lot.
 */
lot: string, 
/**
 * The bidder.
 */
bidder: string, 
/**
 * Name of the file.
 */
file: string, 
/**
 * Its length in bytes.
 */
size: number, 
/**
 * Number of files in it.
 */
files: number, 
/**
 * Root of its hash tree.
 */
root: string, 
/**
 * When it was encrypted, RFC 3339.
 */
sealed_at: string, 
/**
 * When bids are opened, RFC 3339.
 */
opens_at: string | null, 
/**
 * Seconds until then; negative afterwards.
 */
seconds_left: number | null, 
/**
 * Who can open it.
 */
recipients: Array<Recipient>, 
/**
 * The sealing statement.
 */
statement: Proof | null, 
/**
 * The platform's receipt.
 */
receipt: Proof | null, 
/**
 * Trials and openings, oldest first.
 */
attempts: Array<Attempt>, 
/**
 * What stands between this bid and a sure opening, in the person's language.
 */
missing_told: Array<string>, };

export type Call = { "do": "about", } | { "do": "preferences", } | { "do": "set_preferences", 
/**
 * All of them.
 */
preferences: Preferences, } | { "do": "pick", 
/**
 * What.
 */
what: Pick, 
/**
 * A name to begin with, for what is to be written.
 */
suggested: string | null, } | { "do": "opened", } | { "do": "cancel", } | { "do": "links", } | { "do": "turn_links", 
/**
 * From now on.
 */
on: boolean, } | { "do": "tokens", } | { "do": "make_token", 
/**
 * Its name.
 */
label: string, 
/**
 * `sm`, `rsa`, `p256` or `p384`.
 */
suite: string, } | { "do": "activate", 
/**
 * The token's serial number.
 */
token: string, } | { "do": "change_pin", 
/**
 * The token's serial number.
 */
token: string, } | { "do": "unblock", 
/**
 * The token's serial number.
 */
token: string, } | { "do": "verify_pin", 
/**
 * The token's serial number.
 */
token: string, } | { "do": "import_certificate", 
/**
 * The token's serial number.
 */
token: string, 
/**
 * The file.
 */
file: number, } | { "do": "export_certificate", 
/**
 * SHA-256 of the certificate.
 */
sha256: string, 
/**
 * With those above it.
 */
chain: boolean, 
/**
 * The file to be written.
 */
output: number, } | { "do": "trusted", } | { "do": "trust", 
/**
 * The file.
 */
file: number, } | { "do": "distrust", 
/**
 * SHA-256 of the root.
 */
sha256: string, } | { "do": "status", 
/**
 * SHA-256 of the certificate.
 */
sha256: string, } | { "do": "seals", } | { "do": "import_seal", 
/**
 * The picture.
 */
file: number, 
/**
 * Its width in millimetres, if the picture does not tell.
 */
width_mm: number | null, 
/**
 * Its name.
 */
name: string, 
/**
 * The white paper of a scan becomes transparent.
 */
clear_white: boolean, } | { "do": "rename_seal", 
/**
 * Its name.
 */
name: string, 
/**
 * The name that it gets.
 */
to: string, } | { "do": "remove_seal", 
/**
 * Its name.
 */
name: string, } | { "do": "seal_picture", 
/**
 * Its name.
 */
name: string, } | { "do": "stamp", 
/**
 * What and how.
 */
order: StampOrder, } | { "do": "bids", 
/**
 * The cleared ones too.
 */
all: boolean, } | { "do": "encrypt", 
/**
 * What and for whom.
 */
order: EncryptOrder, } | { "do": "room", 
/**
 * Files and folders that go into it.
 */
inputs: Array<number>, 
/**
 * Where it goes; absent means beside the first of them.
 */
output: number | null, } | { "do": "inspect", 
/**
 * The bid.
 */
bid: number, } | { "do": "rehearse", 
/**
 * The bid.
 */
bid: number, 
/**
 * By its password.
 */
password: boolean, } | { "do": "decrypt", 
/**
 * The bid.
 */
bid: number, 
/**
 * The folder to be made.
 */
folder: number, 
/**
 * By its password.
 */
password: boolean, } | { "do": "evidence", 
/**
 * The bid.
 */
bid: number, 
/**
 * The archive to be written.
 */
output: number, 
/**
 * Signed by the bidder's certificate.
 */
signed: boolean, } | { "do": "receipt", 
/**
 * The bid's name in the ledger.
 */
id: string, 
/**
 * The receipt.
 */
file: number, } | { "do": "clear", 
/**
 * The bid's name in the ledger.
 */
id: string, } | { "do": "verify", 
/**
 * The file.
 */
file: number, 
/**
 * Its separate signature.
 */
signature: number | null, } | { "do": "verify_report", 
/**
 * The file.
 */
file: number, 
/**
 * Its separate signature.
 */
signature: number | null, 
/**
 * The text to be written.
 */
output: number, } | { "do": "sites", } | { "do": "forget_site", 
/**
 * Its origin.
 */
origin: string, } | { "do": "journal", } | { "do": "check_journal", } | { "do": "export_journal", 
/**
 * The file to be written.
 */
output: number, } | { "do": "check", } | { "do": "repair", 
/**
 * The repair's word.
 */
repair: string, } | { "do": "practice_begin", } | { "do": "practice_step", 
/**
 * `stamp`, `verify`, `encrypt` or `open`.
 */
step: string, } | { "do": "practice_end", } | { "do": "check_bundle", 
/**
 * The file to be written.
 */
output: number, };

export type Certificate = { 
/**
 * Whom it was issued to.
 */
holder: string, 
/**
 * The whole subject name.
 */
subject: string, 
/**
 * The issuer's whole name.
 */
issuer: string, 
/**
 * Serial number (证书号), hexadecimal.
 */
serial: string, 
/**
 * SHA-256 thumbprint.
 */
sha256: string, 
/**
 * SM3 thumbprint.
 */
sm3: string, 
/**
 * Algorithm of its key.
 */
algorithm: string, 
/**
 * May sign.
 */
can_sign: boolean, 
/**
 * May be encrypted to.
 */
can_encrypt: boolean, 
/**
 * First moment of validity, RFC 3339.
 */
valid_from: string, 
/**
 * Last moment of validity, RFC 3339.
 */
valid_to: string, 
/**
 * Unified social credit code.
 */
credit_code: string | null, 
/**
 * Device number.
 */
device_number: string | null, 
/**
 * Label of the token it lies on.
 */
token: string | null, };

export type CertificateStatus = { 
/**
 * `good`, `revoked` or `unknown`: the worst of the path.
 */
status: string, 
/**
 * Each certificate below the root, that asked about first.
 */
checked: Array<CheckedCertificate>, 
/**
 * Why nothing could be asked at all.
 */
reasons: Array<Reason>, };

export type Check = { 
/**
 * Nothing stands in the way.
 */
healthy: boolean, 
/**
 * Every layer, from the bottom up.
 */
layers: Array<LayerState>, 
/**
 * Every finding.
 */
findings: Array<Finding>, };

export type CheckedCertificate = { 
/**
 * Whose it is.
 */
holder: string, 
/**
 * Its serial number.
 */
serial: string, 
/**
 * `good`, `revoked` or `unknown`.
 */
status: string, 
/**
 * `ocsp` or `crl`.
 */
source: string | null, 
/**
 * The address that was asked.
 */
url: string | null, 
/**
 * When it was known to be so.
 */
this_update: string | null, 
/**
 * Since when it is revoked.
 */
revoked_since: string | null, 
/**
 * Why an answer was not taken.
 */
reasons: Array<Reason>, };

export type Chosen = { 
/**
 * Its handle.
 */
id: number, 
/**
 * Its name.
 */
name: string, 
/**
 * The folder it lies in, as it is shown.
 */
place: string, 
/**
 * Length in bytes; absent for folders and for what is to be written.
 */
size: number | null, 
/**
 * A folder.
 */
folder: boolean, };

export type Decrypted = { 
/**
 * The folder, as it is shown.
 */
output: string, 
/**
 * Every file in it.
 */
files: Array<SealedFile>, 
/**
 * Bytes of all files.
 */
size: number, };

export type Device = { 
/**
 * What people call it.
 */
label: string, 
/**
 * Serial number.
 */
serial: string, 
/**
 * When the key was seen there last.
 */
seen_at: string, };

export type EncryptOrder = { 
/**
 * Files and folders.
 */
inputs: Array<number>, 
/**
 * The bid to be written.
 */
output: number, 
/**
 * SHA-256 of certificates on tokens here: the bidder's, then spare ones.
 */
to: Array<string>, 
/**
 * The host's certificate files.
 */
host: Array<number>, 
/**
 * Whether a password opens it too.
 */
password: boolean, 
/**
 * The tender.
 */
tender: Tender, 
/**
 * With the signed sealing statement.
 */
statement: boolean, 
/**
 * The folder for a plain copy that carries the bid's key; absent means none.
 */
twin: number | null, };

export type Encrypted = { 
/**
 * The bid.
 */
bid: Chosen, 
/**
 * Its length in bytes.
 */
size: number, 
/**
 * Number of files in it.
 */
files: number, 
/**
 * `sm` or `intl`.
 */
profile: string, 
/**
 * Root of its hash tree.
 */
root: string, 
/**
 * Whether it was opened on trial.
 */
rehearsed: boolean, 
/**
 * Name of the sealing statement's file.
 */
statement: string | null, 
/**
 * The folder of the plain copy, as it is shown.
 */
twin: string | null, };

export type EvidenceMade = { 
/**
 * The archive, as it is shown.
 */
output: string, 
/**
 * Whose part failed.
 */
part: string, 
/**
 * Whether it is signed.
 */
signed: boolean, 
/**
 * What was found, in the person's language.
 */
findings: Array<string>, };

export type Finding = { 
/**
 * Its layer.
 */
layer: string, 
/**
 * The stable word of docs/findings.md.
 */
code: string, 
/**
 * `good`, `note` or `problem`.
 */
level: string, 
/**
 * What was found.
 */
message: string, 
/**
 * What to do.
 */
hint: string, 
/**
 * The word of the repair that this program can do by itself.
 */
repair: string | null, };

export type JournalEntry = { 
/**
 * When, RFC 3339.
 */
time: string, 
/**
 * Which page asked.
 */
origin: string, 
/**
 * What for.
 */
operation: string, 
/**
 * SHA-256 of the certificate.
 */
certificate: string | null, 
/**
 * Digests of the documents.
 */
documents: Array<string>, 
/**
 * `yes`, `no` or `not_asked`.
 */
decision: string, 
/**
 * `done`, or the code of the failure.
 */
result: string, };

export type JournalState = { 
/**
 * Nothing is wrong with it.
 */
whole: boolean, 
/**
 * `chain`, `tail` or `seal`.
 */
broken: string | null, 
/**
 * The line of a broken chain.
 */
line: number | null, };

export type Key = { 
/**
 * Name of its container.
 */
container: string, 
/**
 * `sign` or `encrypt`.
 */
use: string, 
/**
 * Its algorithm.
 */
algorithm: string, 
/**
 * Its certificate, once imported.
 */
certificate: Certificate | null, };

export type LayerState = { 
/**
 * Its stable word.
 */
layer: string, 
/**
 * `good`, `note` or `problem`.
 */
state: string, };

export type Links = { 
/**
 * This program does.
 */
on: boolean, 
/**
 * Where it lies, as it is shown.
 */
program: string, };

export type Module = { 
/**
 * Its file.
 */
module: string, 
/**
 * How many tokens it shows.
 */
tokens: number, 
/**
 * Why it does not work.
 */
failure: Told | null, };

export type News = { "news": "keys", } | { "news": "progress", 
/**
 * Bytes that are through.
 */
done: number, 
/**
 * Bytes in all; 0 while that is not known.
 */
total: number, 
/**
 * Estimated seconds left.
 */
seconds_left: number | null, } | { "news": "files", 
/**
 * Which.
 */
files: Array<Chosen>, 
/**
 * On the screen that is shown, rather than opened with the program.
 */
dropped: boolean, } | { "news": "waiting", 
/**
 * How many.
 */
count: number, } | { "news": "reminder", 
/**
 * In the person's language.
 */
text: string, };

export type Outside = { 
/**
 * `sm` or `intl`.
 */
profile: string, 
/**
 * Length of the file in bytes.
 */
size: number, 
/**
 * Number of files inside.
 */
files: number, 
/**
 * The project.
 */
project: string, 
/**
 * The lot.
 */
lot: string, 
/**
 * The bidder.
 */
bidder: string, 
/**
 * The bidder's credit code.
 */
credit_code: string, 
/**
 * When bids are opened, RFC 3339.
 */
opens_at: string | null, 
/**
 * Who can open it.
 */
recipients: Array<Slot>, 
/**
 * Root of its hash tree, as the file states it.
 */
root: string, };

export type Pick = "documents" | "files" | "folder" | "file" | "picture" | "certificate" | "bid" | "output" | "new_folder";

export type Pin = { 
/**
 * A PIN has been set.
 */
initialised: boolean, 
/**
 * The initial PIN is still in force.
 */
is_default: boolean | null, 
/**
 * Tries of a fresh counter.
 */
max: number | null, 
/**
 * Tries left.
 */
remaining: number | null, 
/**
 * `ok`, `low`, `final_try`, `locked` or `unknown`.
 */
state: string, 
/**
 * Fewest and most characters of a new PIN.
 */
length: [number, number], };

export type Policy = { 
/**
 * The authority.
 */
authority: string, 
/**
 * The PIN that all its keys come with.
 */
initial: string | null, 
/**
 * Fewest and most characters of a new PIN.
 */
length: [number, number], 
/**
 * What a new PIN must have.
 */
classes: Array<string>, 
/**
 * Tries of a fresh counter.
 */
tries: number | null, 
/**
 * How a locked key is unlocked.
 */
unblock: Array<string>, 
/**
 * Whether this was seen on a key.
 */
confirmed: boolean, };

export type Practice = { 
/**
 * The steps that are done, in their order: `begin`, `stamp`, `verify`, `encrypt`, `open`.
 */
done: Array<string>, 
/**
 * The PIN of the practice key, which protects nothing.
 */
pin: string, 
/**
 * The folder of what was made, as it is shown.
 */
folder: string, 
/**
 * The document, to be shown: the stamped one as soon as there is one.
 */
document: number, 
/**
 * The verdict on the stamped document, once it was asked for.
 */
verdict: string | null, 
/**
 * Names of the files that came out of the practice bid.
 */
opened: Array<string>, };

export type Preferences = { 
/**
 * `zh-CN` or `en`.
 */
language: string, 
/**
 * Light, dark, or as the system.
 */
theme: Theme, 
/**
 * What the person calls a token, by its serial number.
 */
nicknames: { [key in string]: string }, 
/**
 * The colour by which the person tells a token from others: one of the words of the screens, by its serial number.
 */
colours: { [key in string]: string }, 
/**
 * Starts with the person's session; absent until the person was asked.
 */
autostart: boolean | null, 
/**
 * The person was asked whether bids and links open with this program; the system knows the answer.
 */
links_asked: boolean, 
/**
 * The guided try was offered and is not to be offered again.
 */
practised: boolean, };

export type Prompt = { "ask": "consent", 
/**
 * The operation's stable word.
 */
operation: string, 
/**
 * The operation as a sentence.
 */
title: string, 
/**
 * Which web page asks.
 */
origin: string | null, 
/**
 * With which certificate.
 */
certificate: PromptCertificate | null, 
/**
 * To what.
 */
documents: Array<PromptDocument>, 
/**
 * How many documents.
 */
count: number, 
/**
 * What should make the person hesitate, in their language.
 */
warnings: Array<string>, 
/**
 * Who else gets a key to it, in the person's language.
 */
others: Array<string>, } | { "ask": "connect", 
/**
 * Its origin.
 */
origin: string, } | { "ask": "secret", 
/**
 * `pin`, `new_pin`, `puk`, `activation_code`, `password`, `new_password` or `document_password`.
 */
kind: string, 
/**
 * Of what.
 */
subject: string, 
/**
 * Tries left.
 */
remaining: number | null, 
/**
 * Few tries are left.
 */
running_out: boolean, 
/**
 * Fewest and most characters of a new one.
 */
length: [number, number] | null, 
/**
 * It is typed twice.
 */
twice: boolean, } | { "ask": "last_try", 
/**
 * The token.
 */
token: string, } | { "ask": "clear", 
/**
 * The bid.
 */
bid: string, 
/**
 * Its opening is past.
 */
past: boolean, } | { "ask": "repair", 
/**
 * The repair's word, which the screens put into words.
 */
repair: string, } | { "ask": "pad", 
/**
 * The token.
 */
token: string, } | { "ask": "quit", 
/**
 * Work of this program.
 */
jobs: number, 
/**
 * Questions and requests of web pages.
 */
requests: number, } | { "ask": "puk", 
/**
 * The token.
 */
token: string, 
/**
 * The code.
 */
puk: string, };

export type PromptAnswer = "yes" | "no" | "once" | "always" | "block";

export type PromptCertificate = { 
/**
 * Whom it was issued to.
 */
holder: string, 
/**
 * Who issued it.
 */
issuer: string, 
/**
 * Serial number, hexadecimal.
 */
serial: string, 
/**
 * Last moment of validity, RFC 3339.
 */
valid_to: string, };

export type PromptDocument = { 
/**
 * Its name.
 */
name: string, 
/**
 * Length in bytes.
 */
size: number, 
/**
 * Hash function of the digest.
 */
hash: string | null, 
/**
 * Digest, hexadecimal.
 */
digest: string | null, 
/**
 * Number of pages.
 */
pages: number | null, 
/**
 * A picture of its first page can be asked for.
 */
preview: boolean, };

export type Proof = { 
/**
 * When it was stored.
 */
at: string, 
/**
 * SHA-256 of its bytes.
 */
sha256: string, 
/**
 * Whether it is over this bid.
 */
matches: boolean | null, };

export type Reason = { 
/**
 * The stable word.
 */
code: string, 
/**
 * What it means.
 */
message: string, 
/**
 * What to do.
 */
hint: string, };

export type Recipient = { 
/**
 * `bidder`, `spare`, `host` or `committee`.
 */
role: string, 
/**
 * The holder's name.
 */
holder: string, 
/**
 * Serial number of the certificate.
 */
serial: string, 
/**
 * The token that the key was seen on last.
 */
device: Device | null, 
/**
 * Whether the key is here now.
 */
here: boolean, 
/**
 * The holder has a later certificate with another key.
 */
renewed: boolean, };

export type Rehearsed = { 
/**
 * Number of files in the bid.
 */
files: number, 
/**
 * Length of the content in bytes.
 */
size: number, 
/**
 * Units of 1 MiB that were opened.
 */
checked: number, 
/**
 * Units of the bid.
 */
units: number, };

export type Room = { 
/**
 * Bytes of everything that goes into it.
 */
content: number, 
/**
 * Bytes that are free where it goes.
 */
free: number, };

export type Seal = { 
/**
 * Its name.
 */
name: string, 
/**
 * Width in millimetres.
 */
width_mm: number, 
/**
 * Height in millimetres.
 */
height_mm: number, 
/**
 * Width and height in pixels.
 */
pixels: [number, number], 
/**
 * False: a picture alone is not a seal object of a seal maker.
 */
registered: boolean, };

export type SealedFile = { 
/**
 * Path inside the bid.
 */
path: string, 
/**
 * Length in bytes.
 */
size: number, };

export type Signature = { 
/**
 * Its name.
 */
name: string, 
/**
 * The signer's subject name.
 */
signer: string, 
/**
 * SHA-256 of the signer's certificate.
 */
certificate: string, 
/**
 * When.
 */
time: SignatureTime, 
/**
 * The signed bytes are unchanged.
 */
intact: boolean, 
/**
 * The signature is mathematically right.
 */
signature: boolean, 
/**
 * `whole`, `revision` or `partial`.
 */
coverage: string, 
/**
 * `none`, `signature`, `timestamp`, `dss`, `form` or `other`.
 */
changes_after: string, 
/**
 * Pages that changed since.
 */
pages_changed: Array<number>, 
/**
 * `valid`, `invalid` or `absent`.
 */
seal: string, 
/**
 * `trusted`, `untrusted`, `expired` or `unknown`.
 */
chain: string, 
/**
 * `good`, `revoked`, `unknown` or `not_checked`.
 */
revocation: string, 
/**
 * Why a fact is not good.
 */
reasons: Array<Reason>, };

export type SignatureTime = { 
/**
 * RFC 3339.
 */
value: string | null, 
/**
 * `timestamp`, `claimed` or `none`.
 */
source: string, };

export type Site = { 
/**
 * Its origin.
 */
origin: string, 
/**
 * `always`, `blocked` or `refused`.
 */
standing: string, };

export type Slot = { 
/**
 * `bidder`, `spare`, `password`, `host` or `committee`.
 */
role: string, 
/**
 * The holder's name.
 */
label: string, 
/**
 * Serial number of the certificate.
 */
serial: string, };

export type StampOrder = { 
/**
 * The documents.
 */
files: Array<number>, 
/**
 * The folder for the results; absent means a folder beside the first document.
 */
folder: number | null, 
/**
 * SHA-256 of the certificate.
 */
certificate: string, 
/**
 * Name of the seal.
 */
seal: string, 
/**
 * Its width in millimetres, if it is to be another.
 */
width_mm: number | null, 
/**
 * `all`, `odd`, `even`, `last` or `1,3-5`.
 */
pages: string, 
/**
 * The seal's centre from the top left of the page as displayed, in millimetres.
 */
at_mm: [number, number], 
/**
 * Why it is signed.
 */
reason: string | null, };

export type Stamped = { 
/**
 * Whose signature it is.
 */
certificate: Certificate, 
/**
 * The folder of the results, for what is stamped later; absent where nothing was written.
 */
folder: Chosen | null, 
/**
 * Each document, in the order given.
 */
results: Array<StampedFile>, };

export type StampedFile = { 
/**
 * Its name.
 */
name: string, 
/**
 * The result.
 */
output: Chosen | null, 
/**
 * The verdict over the result, verified at once: `valid`, `unknown` or `invalid`.
 */
verdict: string | null, 
/**
 * Why there is none.
 */
error: Told | null, };

export type Tender = { 
/**
 * The project.
 */
project: string, 
/**
 * The lot.
 */
lot: string, 
/**
 * The bidder.
 */
bidder: string, 
/**
 * The bidder's credit code.
 */
credit_code: string, 
/**
 * When bids are opened, RFC 3339.
 */
opens_at: string | null, };

export type Theme = "system" | "light" | "dark";

export type Token = { 
/**
 * What people call it.
 */
label: string, 
/**
 * Kind of token.
 */
provider: string, 
/**
 * Serial number (设备号).
 */
serial: string, 
/**
 * Who made it.
 */
manufacturer: string, 
/**
 * Model name.
 */
model: string, 
/**
 * The suite it was made for.
 */
suite: string | null, 
/**
 * What it can do.
 */
capabilities: Array<string>, 
/**
 * The state of its PIN.
 */
pin: Pin, 
/**
 * The rules of its certificate authority.
 */
policy: Policy | null, 
/**
 * Limits of its protection.
 */
warnings: Array<string>, 
/**
 * Its keys.
 */
keys: Array<Key>, };

export type Tokens = { 
/**
 * Every token.
 */
tokens: Array<Token>, 
/**
 * Every module.
 */
modules: Array<Module>, 
/**
 * The first failure of what the person chose.
 */
failure: Told | null, };

export type Told = { 
/**
 * The stable word of docs/errors.md.
 */
code: string, 
/**
 * What happened.
 */
message: string, 
/**
 * What to do next.
 */
hint: string, 
/**
 * The facts, by name.
 */
data: Record<string, unknown>, };

export type Verified = { 
/**
 * Name of the file.
 */
name: string, 
/**
 * `pdf`, `cms` or `bid`.
 */
kind: string, 
/**
 * `valid`, `unknown` or `invalid`.
 */
verdict: string, 
/**
 * Reasons that concern the file as a whole.
 */
reasons: Array<Reason>, 
/**
 * Every signature.
 */
signatures: Array<Signature>, };
