internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Host
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

extension BrokerService {
    /// The one table of endpoints and operations.
    func route(_ verified: VerifiedRequest, in vault: OpenVault) async throws(RequestRefusal) -> ReplyContent {
        switch verified.request.endpoint {
        case .unseal, .unsealCard, .seal, .witnessAlarm: throw .malformed("not an operation of an open vault")
        case .keysStatus: try await Self.run(GetKeysHandler.self, verified, vault)
        case .keysConfirm: try await Self.run(ConfirmCardsHandler.self, verified, vault)
        case .slotAdd: try await Self.run(AddSlotHandler.self, verified, vault)
        case .slotRemove: try await Self.run(RemoveSlotHandler.self, verified, vault)
        case .reshare: try await Self.run(ReshareHandler.self, verified, vault)
        case .keysRecover: try await Self.run(RecoverAuthorityHandler.self, verified, vault)
        case .keysRecoverOwner: try await Self.run(RecoverOwnerHandler.self, verified, vault)
        case .policyApply: try await Self.run(ApplyPolicyHandler.self, verified, vault)
        case .policyGet: try await Self.run(GetPolicyHandler.self, verified, vault)
        case .staffInvite: try await Self.run(InviteStaffHandler.self, verified, vault)
        case .enroll: try await Self.run(EnrollHandler.self, verified, vault)
        case .staffPending: try await Self.run(PendingStaffHandler.self, verified, vault)
        case .staffApprove: try await Self.run(ApproveStaffHandler.self, verified, vault)
        case .staffSet: try await Self.run(SetStaffHandler.self, verified, vault)
        case .staffRights: try await Self.run(StaffRightsHandler.self, verified, vault)
        case .staffGrant: try await Self.run(GrantStaffHandler.self, verified, vault)
        case .staffList: try await Self.run(ListStaffHandler.self, verified, vault)
        case .staffWhoAmI: try await Self.run(WhoAmIHandler.self, verified, vault)
        case .importBegin: try await Self.run(BeginImportHandler.self, verified, vault)
        case .importBatch: try await Self.run(ImportBatchHandler.self, verified, vault)
        case .importEnd: try await Self.run(EndImportHandler.self, verified, vault)
        case .find: try await Self.run(FindCustomersHandler.self, verified, vault)
        case .customerShow: try await Self.run(ShowCustomersHandler.self, verified, vault)
        case .customerMatch: try await Self.run(MatchCustomerHandler.self, verified, vault)
        case .customerAdd: try await Self.run(AddCustomerHandler.self, verified, vault)
        case .customerUpdate: try await Self.run(UpdateCustomerHandler.self, verified, vault)
        case .customerVerify: try await Self.run(VerifyCustomerHandler.self, verified, vault)
        case .recordAdd: try await Self.run(AddRecordHandler.self, verified, vault)
        case .recordShow: try await Self.run(ShowRecordsHandler.self, verified, vault)
        case .orderStep: try await Self.run(StepOrderHandler.self, verified, vault)
        case .grantPrepare: try await Self.run(PrepareGrantHandler.self, verified, vault)
        case .grantDelegate: try await Self.run(DelegateGrantHandler.self, verified, vault)
        case .grantList: try await Self.run(ListGrantsHandler.self, verified, vault)
        case .grantRevoke: try await Self.run(RevokeGrantHandler.self, verified, vault)
        case .staffOffboard: try await Self.run(OffboardStaffHandler.self, verified, vault)
        case .staffSeen: try await Self.run(ListSeenHandler.self, verified, vault)
        case .requestList: try await Self.run(ListRequestsHandler.self, verified, vault)
        case .requestShow: try await Self.run(ShowRequestHandler.self, verified, vault)
        case .requestApprove: try await Self.run(ApproveRequestHandler.self, verified, vault)
        case .requestDeny: try await Self.run(DenyRequestHandler.self, verified, vault)
        case .requestWithdraw: try await Self.run(WithdrawRequestHandler.self, verified, vault)
        case .requestReview: try await Self.run(ReviewRequestHandler.self, verified, vault)
        case .witnessAdd: try await Self.run(AddWitnessHandler.self, verified, vault)
        case .witnessRemove: try await Self.run(RemoveWitnessHandler.self, verified, vault)
        case .witnessList: try await Self.run(ListWitnessesHandler.self, verified, vault)
        case .witnessCosigned: try await Self.run(StoreCosignedHandler.self, verified, vault)
        case .logTail: try await Self.run(TailLogHandler.self, verified, vault)
        case .logShow: try await Self.run(ShowLogEntryHandler.self, verified, vault)
        case .logFollowBegin: try await Self.run(BeginFollowHandler.self, verified, vault)
        case .logFollowPage: try await Self.run(FollowPageHandler.self, verified, vault)
        case .logFollowEnd: try await Self.run(EndFollowHandler.self, verified, vault)
        case .logCheckpoint: try await Self.run(GetCheckpointHandler.self, verified, vault)
        case .logExportBegin: try await Self.run(BeginExportHandler.self, verified, vault)
        case .logExportPage: try await Self.run(GetExportPageHandler.self, verified, vault)
        case .logExportObject: try await Self.run(GetExportObjectHandler.self, verified, vault)
        case .logExportEnd: try await Self.run(EndExportHandler.self, verified, vault)
        case .logPurgePlan: try await Self.run(PlanPurgeHandler.self, verified, vault)
        case .logPurge: try await Self.run(PurgeLogHandler.self, verified, vault)
        case .logHold: try await Self.run(HoldLogHandler.self, verified, vault)
        case .logHoldList: try await Self.run(ListHoldsHandler.self, verified, vault)
        case .keysRotate: try await Self.run(RotateKeysHandler.self, verified, vault)
        case .scrub: try await Self.run(BeginScrubHandler.self, verified, vault)
        case .scrubStatus: try await Self.run(ScrubStatusHandler.self, verified, vault)
        case .subjectErase: try await Self.run(EraseSubjectHandler.self, verified, vault)
        case .subjectUndo: try await Self.run(UndoErasureHandler.self, verified, vault)
        case .subjectList: try await Self.run(ListErasuresHandler.self, verified, vault)
        case .subjectReceipt: try await Self.run(ErasureReceiptHandler.self, verified, vault)
        case .backupRun: try await Self.run(RunBackupHandler.self, verified, vault)
        case .backupStatus: try await Self.run(BackupStatusHandler.self, verified, vault)
        case .backupObject: try await Self.run(GetBackupObjectHandler.self, verified, vault)
        case .backupStored: try await Self.run(StoredBackupHandler.self, verified, vault)
        case .backupNote: try await Self.run(NoteBackupHandler.self, verified, vault)
        case .backupPickPage: try await Self.run(PickPageHandler.self, verified, vault)
        case .backupPick: try await Self.run(PickCustomerHandler.self, verified, vault)
        case .backupDrillKey: try await Self.run(SetDrillKeyHandler.self, verified, vault)
        }
    }

    private static func run<Handler: OperationHandler>(
        _ handler: Handler.Type, _ verified: VerifiedRequest, _ vault: OpenVault
    ) async throws(RequestRefusal) -> ReplyContent {
        let body: Handler.Op.Request = try decode(verified.request.body)
        let answer = try await Handler.handle(Call(verified: verified, body: body), in: vault)
        return ReplyContent(encode(answer.message, answer.entry), Handler.Op.Reply.form)
    }

    static func decode<Message: WireMessage>(_ body: [UInt8]) throws(RequestRefusal) -> Message {
        do throws(MessageError) { return try RequestBody<Message>(canonical: body).message } catch {
            throw .malformed("the body is not the one this operation takes")
        }
    }

    static func encode<Reply: WireReply>(_ reply: Reply, _ entry: CommittedEntry?) -> [UInt8] {
        guard let entry else { return reply.encode() }
        return reply.encode(entry: entry.seq, receipt: entry.receipt.encode())
    }

    // MARK: - What is said without a signature

    /// HealthReply and status: no personal data, and true of a sealed vault too.
    func answerOpen(_ incoming: IncomingRequest) -> OutgoingReply {
        guard incoming.query == nil, incoming.body.isEmpty else { return refusal(.malformed) }
        if let path = ConsistencyPath(incoming.path) { return consistency(path) }
        guard let endpoint = OpenEndpoint(rawValue: incoming.path) else { return refusal(.malformed) }
        switch endpoint {
        case .health: return ReplyProfile.unsigned(status: 200, body: health().jsonValue.encode())
        case .status: return ReplyProfile.unsigned(status: 200, body: status().jsonValue.encode())
        case .recovery:
            let state = RecoveryState(files.currentFacts(facts))
            let earlier = (try? openVault())?.turnstile.controls.authority.recoveries.compactMap(\.replaced)
            let reply = RecoveryReply(recovery: state.map { [$0] } ?? [], earlier: earlier ?? [])
            return ReplyProfile.unsigned(status: 200, body: reply.jsonValue.encode())
        case .succession:
            let reply = SuccessionReply(statement: String(decoding: files.succession(), as: UTF8.self))
            return ReplyProfile.unsigned(status: 200, body: reply.jsonValue.encode())
        }
    }

    private func health() -> HealthReply {
        let origin = LogOrigin(vault: facts.vault, incarnation: facts.incarnation)
        return HealthReply(
            state: vaultState, vault: facts.vault, incarnation: facts.incarnation,
            logKey: VerifierKey(name: origin.description, key: facts.logKey)?.description ?? "",
            replyKey: KeyID(facts.replyKey), tlsPin: Hex.encode(facts.tlsPin),
            authority: files.currentFacts(facts).authority,
            profile: profile, version: BrokerVersion.text)
    }

    /// A proof for a device that has seen an earlier checkpoint: hashes that hold or do not, whoever says them.
    private func consistency(_ path: ConsistencyPath) -> OutgoingReply {
        guard let stores else { return refusal(.unavailable) }
        let proof: [[UInt8]]
        do throws(StorageError) { proof = try stores.log.consistencyProof(old: path.old, new: path.new) } catch {
            guard case .notFound = error else { return refusal(.unavailable) }
            return refusal(.notFound)
        }
        return ReplyProfile.unsigned(
            status: 200, body: ConsistencyReply(proof: proof.map(Base64.encode)).jsonValue.encode())
    }

    private var stores: Stores? {
        state.withLock { state in
            switch state {
            case .sealed(let vault), .unsealing(let vault), .unsealed(_, let vault): vault.stores
            case .stopping(let vault): vault?.stores
            }
        }
    }

    private func status() -> StatusReply {
        let open = try? openVault()
        let stores = stores
        let kind = open.flatMap { $0.turnstile.fieldMap.kind(OpenVault.customerKind) }
        let counts = (try? stores?.records.counts()) ?? [:]
        let witnesses = stores.map(witnesses) ?? []
        let newest = witnesses.newest
        return StatusReply(
            state: vaultState, profile: profile, vault: facts.vault, incarnation: facts.incarnation,
            logSize: (try? stores?.log.size()) ?? 0,
            customers: UInt64(kind.flatMap { counts[$0] } ?? 0),
            policy: open?.turnstile.policy.sha256 ?? "", unattended: unattended,
            overdue: UInt64(open?.overdueReviews() ?? 0), witnesses: UInt64(witnesses.count),
            witness: newest.map { WitnessedState(name: $0.name, size: $0.size, time: $0.time) },
            archives: archives, warnings: warnings() + warnings(about: witnesses, newest: newest))
    }

    private var profile: WireProfile { facts.profile == .test ? .test : .default }

    private var vaultState: VaultState {
        state.withLock { state in
            switch state {
            case .sealed, .stopping: .sealed
            case .unsealing: .verifying
            case .unsealed: .unsealed
            }
        }
    }

    /// Nil without recovery cards.
    private var archives: ArchiveState? {
        let facts = files.currentFacts(facts)
        guard facts.recovery != nil else { return nil }
        return BackupNotes.read(in: files.folder).state(hasDrillKey: !facts.drillRecipient.isEmpty)
    }

    private func warnings() -> [String] {
        var warnings: [String] = []
        if facts.profile == .test { warnings.append("test profile: a thief guesses the passphrase cheaply") }
        warnings += cardWarnings()
        if unattended { warnings.append("unattended: what unseals lies in a file of this machine") }
        if swap.mayLeak {
            warnings.append("swap is not encrypted, replies may reach the disk in clear: " + Swap.remedy)
        }
        if !LockedMemory.status().suffices {
            warnings.append("key memory cannot be locked: raise the limit (ulimit -l, LimitMEMLOCK=)")
        }
        if let free = try? Folder.freeBytes(at: files.folder), free < 1 << 30 {
            warnings.append("less than 1 GiB of disk is free: reads stop when the log cannot grow")
        }
        // Without recovery cards nobody could open an archive, and that has a warning of its own.
        if let archives {
            warnings += BackupNotes.read(in: files.folder).warnings(
                now: files.clock.nowMilliseconds(), hasDrillKey: archives.hasDrillKey)
        }
        return warnings
    }
}
