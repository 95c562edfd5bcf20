/// The reply to the unsigned `GET /v1/succession`: the recovery quorum's word on which keys the vault has now. A DSSE text
/// that carries its own signature; empty for a vault that never had others.
public struct SuccessionReply: WireMessage {
    public let statement: String

    public init(statement: String) { self.statement = statement }

    public init(reading members: inout MessageReader) throws(MessageError) {
        statement = try members.text("statement", most: 16 * 1_024)
    }

    public func write(to members: inout MessageWriter) { members.put("statement", statement) }
}
