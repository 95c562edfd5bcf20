public import AccessLog

/// An entry that is durable, with the proof of it.
public struct CommittedEntry: Sendable {
    public let place: LogPlace
    /// The exact bytes of the core.
    public let core: [UInt8]
    /// Hashes of the three parts.
    public let leaf: Leaf
    /// The signed checkpoint of the batch, byte for byte.
    public let checkpoint: [UInt8]
    /// Whether `admit` had the draft replaced: the submission was denied, and the denial logged.
    public let isSubstitute: Bool

    /// The batch the entry was written with: its proof is made by whoever needs it, not by the one writer.
    let tree: MerkleBatch

    public var seq: UInt64 { place.seq }
    public var time: Int64 { place.time }

    /// Number of entries the checkpoint covers.
    public var size: UInt64 { tree.after.size }

    /// RFC 6962 audit path in the tree of `size` leaves. Made anew at each call.
    public var proof: [[UInt8]] {
        guard let proof = tree.proof(for: place.seq) else {
            preconditionFailure("an entry of the batch has a proof in it")
        }
        return proof
    }

    /// What the requester gets.
    public var receipt: Receipt {
        Receipt(index: place.seq, core: core, leaf: leaf, proof: proof, checkpoint: checkpoint)
    }
}
