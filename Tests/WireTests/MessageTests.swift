import CanonicalJSON
import Primitives
import Testing
import VaultModel

@testable import Wire

@Suite struct MessageTests {
    @Test(arguments: SampleMessages.all)
    func `a message is read back as it was written`(sample: SampleMessage) throws {
        try sample.roundTrip()
    }

    @Test(arguments: SampleMessages.all)
    func `each member is needed and no other is accepted`(sample: SampleMessage) throws {
        let members = try #require(sample.value.objectValue)
        for name in members.keys {
            var fewer = members
            fewer[name] = nil
            #expect(throws: MessageError.self, "\(sample) without \(name)") { try sample.read(.object(fewer)) }
        }
        var more = members
        more["zz"] = 1
        #expect(throws: MessageError.unknownMember) { try sample.read(.object(more)) }
        #expect(throws: MessageError.form) { try sample.read(.array([])) }
    }

    @Test(arguments: SampleMessages.all)
    func `no member may change its type`(sample: SampleMessage) throws {
        let members = try #require(sample.value.objectValue)
        let others: [JSONValue] = ["\u{1}", 9_007_199_254_740_991, true, ["\u{1}"], .object(["zz": 1])]
        for (name, value) in members {
            for other in others where kind(other) != kind(value) {
                var changed = members
                changed[name] = other
                #expect(throws: MessageError.self, "\(sample) \(name)") { try sample.read(.object(changed)) }
            }
        }
    }

    @Test(arguments: SampleMessages.all)
    func `texts and lists end somewhere`(sample: SampleMessage) throws {
        let members = try #require(sample.value.objectValue)
        for (name, value) in members {
            var changed = members
            switch value {
            case .string: changed[name] = .string(String(repeating: "a", count: 1_000_000))
            case .array(let list):
                changed[name] = .array([JSONValue](repeating: list.first ?? "a", count: 10_001))
            default: continue
            }
            #expect(throws: MessageError.self, "\(sample) \(name)") { try sample.read(.object(changed)) }
        }
    }

    private func kind(_ value: JSONValue) -> Int {
        switch value {
        case .object: 0
        case .array: 1
        case .string: 2
        case .integer: 3
        case .bool: 4
        }
    }

    @Test func `a request body carries a rid of its own`() throws {
        let body = RequestBody(UpdateCustomer.Request(fields: FieldValues(["name": ["李娜"]]) ?? FieldValues(), rev: 3))
        #expect(try RequestBody<UpdateCustomer.Request>(canonical: body.encode()) == body)
        #expect(RequestBody(NoMembers()).rid != RequestBody(NoMembers()).rid)
        for text in ["{}", #"{"rid":""}"#, #"{"rid":"AAECAwQFBgcICQoLDA0ODx"}"#, #"{"rid":"a"}"#, #"{"rid": "a"}"#] {
            #expect(throws: MessageError.self) { try RequestBody<NoMembers>(canonical: Array(text.utf8)) }
        }
        let other = #"{"a":1,"rid":"\#(Sample.nonce)"}"#
        #expect(throws: MessageError.unknownMember) { try RequestBody<NoMembers>(canonical: Array(other.utf8)) }
    }

    @Test func `a reply body carries its entry and receipt`() throws {
        let reply = ReplyBody(
            StateReply(state: .unsealed), entry: 7, receipt: .object(["checkpoint": "x", "payloadType": "y"]))
        #expect(try ReplyBody<StateReply>(canonical: reply.encode()) == reply)
        let text = #"{"entry":7,"receipt":{"checkpoint":"x","payloadType":"y"},"state":"unsealed"}"#
        #expect(String(decoding: reply.encode(), as: UTF8.self) == text)
        for text in [#"{"state":"unsealed"}"#, #"{"entry":7,"receipt":"x","state":"unsealed"}"#, ""] {
            #expect(throws: MessageError.self) { try ReplyBody<StateReply>(canonical: Array(text.utf8)) }
        }
    }

    @Test func `a piece of a sealed object is bytes behind its size`() throws {
        let reply = GetBackupObject.Reply(size: 0x0102, data: [7, 8, 9])
        #expect(reply.encode() == [2, 1, 0, 0, 0, 0, 0, 0, 7, 8, 9])
        #expect(try GetBackupObject.Reply.parse(reply.encode()).message == reply)
        let largest = [UInt8](repeating: 0xFF, count: 8 + GetBackupObject.pieceBytes)
        #expect(try GetBackupObject.Reply.parse(largest).message.size == .max)
        #expect(largest.count <= WireLimits.replyBytes)
        for body in [[], Array(largest.prefix(8)), largest + [0]] {
            #expect(throws: MessageError.member("data")) { try GetBackupObject.Reply.parse(body) }
        }
    }

    @Test func `a customer's number has one form`() throws {
        let text =
            #"{"records":[{"customer":"C-0HAR-HXZS","fields":{},"form":"full","id":"o_14hgnka9xtnavdy0etr8xamh76","#
            + #""kind":"order","rev":2,"status":"open"}]}"#
        let whole = try JSONValue.parse(Array(text.utf8), limits: .message)
        #expect(try ShowRecords.Reply(whole).jsonValue == whole)
        let other = try JSONValue.parse(Array(text.replacing("HXZS", with: "HXZs").utf8), limits: .message)
        #expect(throws: MessageError.member("customer")) { try ShowRecords.Reply(other) }
    }

    @Test func `field values keep to names and limits`() {
        #expect(FieldValues(["name": ["a"], "id_number": []]) != nil)
        #expect(FieldValues(["Name": ["a"]]) == nil)
        #expect(FieldValues(["customer.name": ["a"]]) == nil)
        #expect(FieldValues(["name": [String](repeating: "a", count: 32)]) != nil)
        #expect(FieldValues(["name": [String](repeating: "a", count: 33)]) == nil)
        #expect(FieldValues(["name": [String(repeating: "a", count: 8_192)]]) != nil)
        #expect(FieldValues(["name": [String(repeating: "a", count: 8_193)]]) == nil)
        let many = Dictionary(uniqueKeysWithValues: (0...64).map { ("f\($0)", ["a"]) })
        #expect(FieldValues(many) == nil)
    }

    @Test func `values of one meaning in another normalisation differ`() {
        let composed = FieldValues(["name": ["\u{E9}"]])
        let decomposed = FieldValues(["name": ["e\u{301}"]])
        #expect(composed != decomposed)
        #expect(Sensitive("\u{E9}") != Sensitive("e\u{301}"))
    }

    @Test func `what customers told and passphrases are never described`() throws {
        let canary = "canary-13800138000"
        let values = try #require(FieldValues(["name": [canary]]))
        let holders: [Any] = [
            values, Sensitive(canary), AddCustomer.Request(fields: values),
            UnsealVault.Request(passphrase: Sensitive(canary), checkpoint: ""),
            UnsealWithCard.Request(card: Sensitive(canary), checkpoint: ""),
            AddSlot.Request(kind: "passphrase", secret: Sensitive(canary)),
            Reshare.Request(
                set: SampleMessages.cardSet, material: Sensitive(canary),
                kept: [Reshare.Kept(id: 1, secret: Sensitive(canary))]),
            FindCustomers.Request(by: .phone, value: Sensitive(canary)),
            ShowCustomers.Reply(customers: [SampleMessages.customer(values)], quota: SampleMessages.quota),
            RequestBody(AddCustomer.Request(fields: values)),
        ]
        for holder in holders {
            var dumped = ""
            dump(holder, to: &dumped)
            #expect(!"\(holder)".contains(canary))
            #expect(!String(reflecting: holder).contains(canary))
            #expect(!dumped.contains(canary))
        }
    }

    @Test func `every endpoint has one operation`() {
        let operations: [any WireOperation.Type] = [
            UnsealVault.self, UnsealWithCard.self, SealVault.self, GetKeys.self, ConfirmCards.self, AddSlot.self,
            RemoveSlot.self, Reshare.self, RecoverAuthority.self, RecoverOwner.self, ApplyPolicy.self, GetPolicy.self,
            InviteStaff.self,
            Enroll.self,
            PendingStaff.self, ApproveStaff.self, SetStaff.self, StaffRights.self, GrantStaff.self, ListStaff.self,
            WhoAmI.self, BeginImport.self, ImportBatch.self,
            EndImport.self, FindCustomers.self, ShowCustomers.self, MatchCustomer.self, AddCustomer.self,
            UpdateCustomer.self, VerifyCustomer.self, AddRecord.self, ShowRecords.self, StepOrder.self,
            PrepareGrant.self, DelegateGrant.self, ListGrants.self, RevokeGrant.self, OffboardStaff.self,
            ListSeen.self, ListRequests.self, ShowRequest.self, ApproveRequest.self, DenyRequest.self,
            WithdrawRequest.self, ReviewRequest.self, AddWitness.self, RemoveWitness.self, ListWitnesses.self,
            StoreCosigned.self, RaiseAlarm.self, TailLog.self, ShowLogEntry.self, BeginFollow.self, FollowPage.self,
            EndFollow.self, GetCheckpoint.self, BeginExport.self, GetExportPage.self, GetExportObject.self,
            EndExport.self, PlanPurge.self, PurgeLog.self, HoldLog.self, ListHolds.self, RotateKeys.self,
            BeginScrub.self,
            ScrubStatus.self, EraseSubject.self, UndoErasure.self, ListErasures.self, GetErasureReceipt.self,
            RunBackup.self, BackupStatus.self, GetBackupObject.self, StoredBackup.self, NoteBackup.self,
            PickPage.self, PickCustomer.self, SetDrillKey.self,
        ]
        #expect(operations.map { $0.endpoint } == Endpoint.allCases)
    }
}
