public import Wire

/// The questions anybody may ask and whose answers nobody signs.
public struct BrokerInquiry: Sendable {
    private let transport: any BrokerTransport

    public init(transport: any BrokerTransport) { self.transport = transport }

    /// Who the broker says it is. Believe the keys only once a code or an identity confirms them.
    public func health() async throws(ClientError) -> HealthReply { try await fetch(.health) }

    /// What the broker says it does. Unsigned: good for a person to look at, not to decide by.
    public func status() async throws(ClientError) -> StatusReply { try await fetch(.status) }

    /// The quorum's word on which keys the vault has now, a DSSE text; empty where there is none. Its signature counts,
    /// not who brought it.
    public func succession() async throws(ClientError) -> String {
        let reply: SuccessionReply = try await fetch(.succession)
        return reply.statement
    }

    /// What the broker says of the vault's recovery cards, which what the cards give proves, and of earlier authorities.
    public func recovery() async throws(ClientError) -> RecoveryReply { try await fetch(.recovery) }

    private func fetch<Reply: WireMessage>(_ endpoint: OpenEndpoint) async throws(ClientError) -> Reply {
        let reply: IncomingReply
        do throws(TransportError) {
            // The name a broker goes by may not be known yet; these pages are served under any.
            reply = try await transport.fetch(
                path: endpoint.path, authority: "coffer", deadlineSeconds: ClientLimits.deadlineSeconds)
        } catch {
            throw .transport(error)
        }
        guard reply.status == 200 else {
            guard let error = try? ErrorBody(canonical: reply.body), error.code.mayBeUnsigned else { throw .reply }
            throw .refused(
                Refusal(
                    code: error.code, why: error.why, hint: error.hint, request: error.request, isSigned: false))
        }
        guard let message = try? Reply(openReply: reply.body) else { throw .reply }
        return message
    }
}
