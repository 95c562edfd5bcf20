public import Host
internal import Primitives
public import VaultModel
public import Wire

/// Brings cards to a sealed broker, for somebody who has nothing but cards: each request is signed by a key made for it.
/// A sealed broker has no key to sign its answer with, so that nothing is learned from it but how many cards are missing.
public struct CardDelivery: Sendable {
    private let transport: any BrokerTransport
    private let vault: VaultID
    private let clock: any WallClock

    /// - Parameter vault: the vault's id, as the broker tells it.
    public init(transport: any BrokerTransport, vault: VaultID, clock: any WallClock = SystemClock()) {
        self.transport = transport
        self.vault = vault
        self.clock = clock
    }

    /// Brings one card.
    ///
    /// - Parameter checkpoint: the newest this device knows, or empty.
    public func deliver(_ card: Sensitive, checkpoint: String) async throws(ClientError) -> UnsealWithCard.Reply {
        let request = try sign(UnsealWithCard.Request(card: card, checkpoint: checkpoint))
        let reply: IncomingReply
        do throws(TransportError) {
            reply = try await transport.exchange(
                request, deadlineSeconds: UnsealWithCard.endpoint.deadlineSeconds)
        } catch { throw .transport(error) }
        guard reply.status == 200 else {
            guard let error = try? ErrorBody(canonical: reply.body), error.code.status == reply.status else {
                throw .reply
            }
            throw .refused(
                Refusal(
                    code: error.code, why: error.why, hint: error.hint, request: error.request, isSigned: false))
        }
        guard let parsed = try? ReplyBody<UnsealWithCard.Reply>(canonical: reply.body) else { throw .reply }
        return parsed.message
    }

    private func sign(_ message: UnsealWithCard.Request) throws(ClientError) -> SignedRequest {
        let key = Ed25519.SigningKey.generate()
        do throws(WireError) {
            let unsigned = try UnsignedRequest(
                endpoint: UnsealWithCard.endpoint, authority: vault.description,
                head: RequestHead(act: UnsealWithCard.act, counter: 1), body: RequestBody(message).encode(),
                kid: KeyID(key.publicKey), created: clock.nowSeconds())
            return try unsigned.signed(key.sign(unsigned.base))
        } catch { throw .request(error) }
    }
}
