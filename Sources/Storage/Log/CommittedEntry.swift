public import AccessLog

/// An entry that is durable, with the proof of it.
public struct CommittedEntry: Sendable {
    public let place: LogPlace
    /// The exact bytes of the core.
    public let core: [UInt8]
    /// Hashes of the three parts.
    public let leaf: Leaf
    /// Number of entries the checkpoint covers.
    public let size: UInt64
    /// The signed checkpoint of the batch, byte for byte.
    public let checkpoint: [UInt8]
    /// RFC 6962 audit path in the tree of `size` leaves.
    public let proof: [[UInt8]]
    /// Whether `admit` had the draft replaced: the submission was denied, and the denial logged.
    public let isSubstitute: Bool

    public var seq: UInt64 { place.seq }
    public var time: Int64 { place.time }

    /// What the requester gets.
    public var receipt: Receipt {
        Receipt(index: place.seq, core: core, leaf: leaf, proof: proof, checkpoint: checkpoint)
    }
}
