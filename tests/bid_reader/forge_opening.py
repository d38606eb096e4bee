"""Makes the vectors of openings together and at a platform that must be refused, one fault each, and two that must open.

    python tests/bid_reader/forge_opening.py tests/data/bid/v1-opening

As for forge.py: the committed files count, and each fault is forged as well as its forger could. Whoever encrypts holds every
key, so that MAC and commitment fit; somebody on the way holds none, and only units and root fit.
"""

import json
import secrets
import sys
from pathlib import Path

import bid
import cms
import der
import shamir
from forge import OFFER_FILES, flip, metadata_der, index_of, payload_of, seal

THRESHOLD = 1


class Committee:
    """The 2-of-3 vector taken apart by all its holders."""

    def __init__(self, folder, name, keys):
        self.envelope = bid.read((folder / name).read_bytes())
        self.profile, self.slots = self.envelope.profile, list(self.envelope.slots)
        self.parts = {}
        for number, slot in enumerate(self.slots):
            for key in keys:
                if slot.key_id == cms.key_id(key):
                    self.parts[number] = bid.bid_key(cms.open_enveloped(slot.content_info, key), slot.role)
        self.members = [number for number, slot in enumerate(self.slots) if slot.role == "committee"]
        self.bidder = self.parts[0]
        shares = [(i + 1, self.parts[number]) for i, number in enumerate(self.members)]
        self.committee = shamir.combine(shares[: self.envelope.policy["threshold"]])
        self.input_key = self.profile.expand(self.bidder + self.committee, b"bidenc threshold", 32)

    def hashes(self, slots):
        """The policy's hashes for these slots, pairs of a slot and its part."""
        index, hashes = 0, []
        for slot, part in slots:
            index += slot.role == "committee"
            hashes.append(self.envelope.part_hash(slot.label, index if slot.role == "committee" else 0, part))
        return hashes

    def usual(self):
        """Bidder and members; the others are left out."""
        return [(self.slots[number], self.parts[number]) for number in [0, *self.members]]

    def policy(self, slots, **changes):
        members = sum(slot.role == "committee" for slot, _ in slots)
        hashes = changes.get("hashes", self.hashes(slots))
        committee = changes.get("committee", self.envelope.part_hash("", 0, self.committee))
        return der.tlv(
            der.explicit(0),
            der.tlv(
                der.SEQUENCE,
                der.integer(changes.get("members", members)),
                der.integer(changes.get("threshold", 2)),
                der.tlv(der.OCTETS, committee),
                der.tlv(der.SEQUENCE, *(der.tlv(der.OCTETS, one) for one in hashes)),
            ),
        )

    def seal(self, slots=None, policy=None, flags=THRESHOLD, input_key=None, **changes):
        """A bid by whoever dealt the parts."""
        slots = slots or self.usual()
        payload = payload_of(index_of(OFFER_FILES), b"".join(content for _, content in OFFER_FILES))
        metadata = metadata_der(len(payload), len(OFFER_FILES))
        policy = self.policy(slots, **changes) if policy is None else policy
        sealed_slots = der.tlv(der.SEQUENCE, *(slot_der(slot) for slot, _ in slots))
        header = der.tlv(der.SEQUENCE, der.integer(1), metadata, sealed_slots, policy)
        key = input_key or self.input_key
        return seal(self.profile, key, metadata, [], payload, header_der=header, flags=flags)


def slot_der(slot):
    return der.tlv(
        der.SEQUENCE,
        der.tlv(der.ENUMERATED, bytes([bid.ROLES.index(slot.role)])),
        der.tlv(der.UTF8, slot.label.encode()),
        der.tlv(der.OCTETS, slot.serial),
        der.tlv(der.OCTETS, slot.key_id),
        der.tlv(der.explicit(0), slot.content_info),
    )


class Forge:
    def __init__(self, folder, manifest):
        self.folder, self.manifest, self.vectors = folder, manifest, []
        keys = [cms.load_key((folder / file).read_bytes()) for file in manifest["keys"].values()]
        self.made = Committee(folder, "sm-2-of-3.bid", keys)
        self.others = [cms.key_id(key) for key in keys]
        self.enough = {"keys": ["bidder-sm", "member-1", "member-2"]}

    def refuse(self, name, fault, data, code="bid.tampered", **way):
        file = f"refused/{name}.bid"
        (self.folder / file).write_bytes(data if isinstance(data, bytes) else data.to_bytes())
        self.vectors.append({"file": file, "fault": fault, "code": code, **(way or self.enough)})

    def refuse_way(self, file, fault, code, **way):
        """A good bid, opened in a way that must not do."""
        self.vectors.append({"file": file, "fault": fault, "code": code, **way})

    def good(self):
        """Dealt by this implementation: the members' shares of a committee part of its own are those of the vector."""
        made = self.made.seal()
        (self.folder / "sm-2-of-3-by-python.bid").write_bytes(made.to_bytes())
        envelope = bid.read(made.to_bytes())
        keys = [cms.load_key((self.folder / self.manifest["keys"][name]).read_bytes()) for name in self.enough["keys"]]
        described = bid.describe(envelope, envelope.open(keys))
        del described["slots"]
        ways = [self.enough, {"keys": ["member-3", "member-1", "bidder-sm"]}]
        return {"file": "sm-2-of-3-by-python.bid", "open": ways, **described}

    def on_the_way(self):
        """By somebody who holds no key."""
        made = self.made
        original = (self.folder / "sm-2-of-3.bid").read_bytes()
        self.refuse("flag-removed", "downgrade: the flag removed, the policy left", original[:15] + b"\0" + original[16:])
        lowered = bid.read(original)
        for name, fault, policy in [
            ("threshold-lowered", "two of three made one of three", {"threshold": 1}),
            ("part-hash", "one bit of a part's hash", {"hashes": [flip(made.hashes(made.usual())[0], 3), *made.hashes(made.usual())[1:]]}),
        ]:
            sealed = made.seal(**policy)
            genuine = made.seal()
            sealed.mac, sealed.commitment = genuine.mac, genuine.commitment
            self.refuse(name, fault, sealed.fit_root())
        assert lowered.policy["threshold"] == 2
        usual = made.usual()
        sealed = made.seal(slots=[usual[0], usual[2], usual[1], usual[3]], hashes=made.hashes(usual))
        self.refuse("members-swapped", "two members swapped, so that their numbers are", sealed)

    def by_the_dealer(self):
        """By whoever encrypts, and has every key: MAC and commitment fit."""
        made, usual = self.made, self.made.usual()
        self.refuse("flag-alone", "the flag without a policy", made.seal(policy=b""), "bid.threshold")
        self.refuse("policy-alone", "a policy without the flag", made.seal(flags=0))
        self.refuse("k-0", "a threshold of 0", made.seal(threshold=0))
        self.refuse("k-above-n", "a threshold above the number of members", made.seal(threshold=4))
        self.refuse("n-wrong", "another number of members than slots", made.seal(members=2))
        self.refuse("hash-missing", "a hash too few", made.seal(hashes=made.hashes(usual)[:-1]))
        self.refuse("hash-short", "a hash of 31 bytes", made.seal(hashes=[made.hashes(usual)[0][:31], *made.hashes(usual)[1:]]))
        self.refuse("no-bidder", "a committee alone", made.seal(slots=usual[1:]), keys=["member-1", "member-2"])
        host = bid.Slot("host", usual[0][0].label, usual[0][0].serial, usual[0][0].key_id, usual[0][0].content_info)
        self.refuse("host", "a host's slot beside a threshold", made.seal(slots=[*usual, (host, made.bidder)]))
        self.refuse("committee-hash", "another hash of the committee's part", made.seal(committee=secrets.token_bytes(32)))
        # The shares are what the policy says, and give another secret than the body was sealed with.
        other = made.profile.expand(made.bidder + secrets.token_bytes(32), b"bidenc threshold", 32)
        self.refuse("dealt-wrongly", "shares of another secret than the body's", made.seal(input_key=other))
        many = [usual[0], *([usual[1]] * 17)]
        self.refuse("n-17", "seventeen members", made.seal(slots=many), keys=["bidder-sm", "member-1"])

    def too_few(self):
        for name, keys in [("bidder-sm", ["bidder-sm", "member-1"]), ("nobody", ["member-1", "member-2", "member-3"]), ("one", ["bidder-sm"])]:
            self.refuse_way("sm-2-of-3.bid", f"too few parts ({name})", "bid.threshold", keys=keys)
        self.refuse_way("sm-16-of-16.bid", "fifteen of sixteen", "bid.threshold", keys=["bidder-sm", *(f"member-{n}" for n in range(2, 17))])
        self.refuse_way("sm-2-of-3.bid", "a member twice", "bid.response_twice", keys=["bidder-sm", "member-1", "member-1"])
        self.refuse_way("sm-2-of-3.bid", "no slot for this key", "bid.no_recipient", keys=["member-9"])

    def answers(self):
        def with_answers(file, fault, code, *names, key="platform"):
            self.refuse_way(file, fault, code, key=key, responses=[f"{name}.response" for name in names])

        few = ("sm-2-of-3.bidder-sm", "sm-2-of-3.member-1")
        with_answers("sm-2-of-3.bid", "too few answers", "bid.threshold", *few)
        with_answers("sm-2-of-3.bid", "an answer twice", "bid.response_twice", *few, "sm-2-of-3.member-1")
        with_answers("sm-alone.bid", "an answer to another bid", "bid.response_other", "sm-2-of-3.bidder-sm")
        with_answers("sm-alone.bid", "another key than the platform's", "bid.response_damaged", "sm-alone.bidder-sm", key="other")
        answer = (self.folder / "sm-alone.bidder-sm.response").read_bytes()
        (self.folder / "refused/altered.response").write_bytes(flip(answer, len(answer) - 70))
        with_answers("sm-alone.bid", "an altered answer", "bid.response_damaged", "refused/altered")
        (self.folder / "refused/empty.response").write_bytes(answer[:100])
        with_answers("sm-alone.bid", "a cut answer", "bid.response_damaged", "refused/empty")

    def all(self):
        self.on_the_way()
        self.by_the_dealer()
        self.too_few()
        self.answers()
        return self.vectors


def main():
    folder = Path(sys.argv[1])
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["good"] = [one for one in manifest["good"] if "by-python" not in one["file"]]
    forge = Forge(folder, manifest)
    manifest["good"].append(forge.good())
    manifest["refused"] = forge.all()
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
