import CanonicalJSON
import Primitives
import VaultModel

@testable import Wire

enum WireTargets {
    static let authority = "000102030405060708090a0b0c0d0e0f"
    static let kid = AuthorityTargets.kid

    static func head(_ bytes: [UInt8]) {
        guard let head = try? RequestHead(canonical: bytes) else { return }
        expect(head.encode() == bytes, "a head has one encoding")
        expect((try? RequestHead(withoutCounter: head.membersWithoutCounter)) != nil, "a head without its counter")
    }

    static func signatureInput(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let input = SignatureInput(text) else { return }
        expect(input.value.utf8.elementsEqual(text.utf8), "a signature input has one encoding")
    }

    /// Five lines: path, head, signature input, capability, further headers joined by semicolons; then the body. Digest
    /// and signature are made here, so that the checks behind them are reached.
    static func request(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 0x0A, maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6 else { return }
        let texts = parts.prefix(5).map { String(decoding: $0, as: UTF8.self) }
        let body = Array(parts[5])
        var headers = [
            HeaderField("content-type", FixedHeaders.contentType),
            HeaderField("content-digest", FixedHeaders.contentDigest(of: body)),
            HeaderField("coffer-request", FixedHeaders.byteSequence(Array(parts[1]))),
            HeaderField("signature-input", texts[2]), HeaderField("coffer-capability", texts[3]),
        ]
        for field in texts[4].split(separator: ";") {
            let halves = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            headers.append(HeaderField(halves[0], halves.count > 1 ? halves[1] : ""))
        }
        func parsed(_ signature: [UInt8]) -> ParsedRequest? {
            let all = headers + [HeaderField("signature", FixedHeaders.signature(signature))]
            let incoming = IncomingRequest(
                method: "POST", authority: authority, path: texts[0], query: nil, headers: all, body: body)
            return try? RequestProfile.parse(incoming, authority: authority)
        }
        guard let request = parsed([UInt8](repeating: 0, count: 64)) else { return }
        expect(request.head.encode() == request.headBytes, "a head has one encoding")
        expect(!request.hasValidSignature(), "a signature of zeros is valid")
        _ = request.freshness(now: 1_795_286_734)
        guard request.kid == kid else { return }
        let signature = AuthorityTargets.signing.sign(request.baseBytes)
        expect(parsed(signature)?.hasValidSignature() == true, "a signed request verifies")
        expect(parsed(flipped(signature, at: bytes.count))?.hasValidSignature() != true, "a changed signature verified")
        headers[2] = HeaderField("coffer-request", FixedHeaders.byteSequence(flipped(Array(parts[1]), at: body.count)))
        expect(parsed(signature)?.hasValidSignature() != true, "a changed head verified")
    }

    /// The name of a message, a line feed, its canonical JSON: what is read has one encoding.
    static func message(_ bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: 0x0A) else { return }
        messages[String(decoding: bytes[..<end], as: UTF8.self)]?(Array(bytes[(end + 1)...]))
    }

    static let messages = Dictionary(all.joined()) { first, _ in first }

    private typealias Entry = (String, @Sendable ([UInt8]) -> Void)

    private static func entries<Operation: WireOperation>(of operation: Operation.Type) -> [Entry]
    where Operation.Reply: WireMessage { [entry(Operation.Request.self), entry(Operation.Reply.self)] }

    /// A reply that is bytes.
    private static func bytes<Reply: WireReply>(_ type: Reply.Type) -> Entry {
        (
            String(reflecting: type),
            { bytes in
                guard let body = try? type.parse(bytes) else { return }
                expect(body.message.encode() == bytes, "a reply has one encoding")
            }
        )
    }

    private static func entry<Message: WireMessage>(_ type: Message.Type) -> Entry {
        (
            String(reflecting: type),
            { bytes in
                guard let value = try? JSONValue.parse(bytes, limits: limits), let message = try? Message(value) else {
                    return
                }
                expect(message.jsonValue.encode() == bytes, "a message has one encoding")
                let body = RequestBody(message, rid: "AAECAwQFBgcICQoLDA0ODw").encode()
                guard body.count <= WireLimits.bodyBytes else { return }
                expect((try? RequestBody<Message>(canonical: body))?.encode() == body, "a body has one encoding")
            }
        )
    }

    private static let limits: JSONLimits = {
        var limits = JSONLimits.message
        limits.names = .any
        return limits
    }()

    private static let all: [[Entry]] = [
        entries(of: AddCustomer.self), entries(of: AddRecord.self), entries(of: AddSlot.self),
        entries(of: AddWitness.self), entries(of: ApplyPolicy.self), entries(of: ApproveRequest.self),
        entries(of: ApproveStaff.self), entries(of: BackupStatus.self), entries(of: BeginExport.self),
        entries(of: BeginFollow.self), entries(of: BeginImport.self), entries(of: BeginScrub.self),
        entries(of: ConfirmCards.self), entries(of: DelegateGrant.self), entries(of: DenyRequest.self),
        entries(of: EndExport.self), entries(of: EndFollow.self), entries(of: EndImport.self), entries(of: Enroll.self),
        entries(of: EraseSubject.self), entries(of: FindCustomers.self), entries(of: FollowPage.self),
        [entry(GetBackupObject.Request.self), bytes(GetBackupObject.Reply.self)], entries(of: GetCheckpoint.self),
        entries(of: GetErasureReceipt.self),
        entries(of: GetExportObject.self), entries(of: GetExportPage.self), entries(of: GetKeys.self),
        entries(of: GetPolicy.self), entries(of: GrantStaff.self), entries(of: HoldLog.self),
        entries(of: ImportBatch.self), entries(of: InviteStaff.self), entries(of: ListErasures.self),
        entries(of: ListGrants.self), entries(of: ListHolds.self), entries(of: ListRequests.self),
        entries(of: ListSeen.self), entries(of: ListStaff.self), entries(of: ListWitnesses.self),
        entries(of: MatchCustomer.self), entries(of: NoteBackup.self), entries(of: OffboardStaff.self),
        entries(of: PendingStaff.self), entries(of: PickCustomer.self), entries(of: PickPage.self),
        entries(of: PlanPurge.self), entries(of: PrepareGrant.self), entries(of: PurgeLog.self),
        entries(of: RaiseAlarm.self), entries(of: RecoverAuthority.self), entries(of: RecoverOwner.self),
        entries(of: RemoveSlot.self), entries(of: RemoveWitness.self), entries(of: Reshare.self),
        entries(of: ReviewRequest.self), entries(of: RevokeGrant.self), entries(of: RotateKeys.self),
        entries(of: RunBackup.self), entries(of: ScrubStatus.self), entries(of: SealVault.self),
        entries(of: SetDrillKey.self), entries(of: SetStaff.self), entries(of: ShowCustomers.self),
        entries(of: ShowLogEntry.self), entries(of: ShowRecords.self), entries(of: ShowRequest.self),
        entries(of: StaffRights.self), entries(of: StepOrder.self), entries(of: StoreCosigned.self),
        entries(of: StoredBackup.self), entries(of: TailLog.self), entries(of: UndoErasure.self),
        entries(of: UnsealVault.self), entries(of: UnsealWithCard.self), entries(of: UpdateCustomer.self),
        entries(of: VerifyCustomer.self), entries(of: WhoAmI.self), entries(of: WithdrawRequest.self),
    ]
}
