public import CanonicalJSON

/// The body of every request that brings one signed block. The head names the block by the hash of its payload.
public struct BlockRequest: WireMessage {
    /// A DSSE envelope.
    public let block: JSONValue

    public init(block: JSONValue) { self.block = block }

    public init(reading members: inout MessageReader) throws(MessageError) { block = try members.object("block") }

    public func write(to members: inout MessageWriter) { members.put("block", block) }
}

/// The answer to a block that was registered.
public struct GrantReply: WireMessage {
    /// The id of the registered block.
    public let grant: String

    public init(grant: String) { self.grant = grant }

    public init(reading members: inout MessageReader) throws(MessageError) {
        grant = try members.text("grant", most: 64)
    }

    public func write(to members: inout MessageWriter) { members.put("grant", grant) }
}
