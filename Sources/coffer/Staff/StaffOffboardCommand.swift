import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Host
import VaultModel
import Wire

struct StaffOffboardCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "offboard",
        abstract: "Somebody leaves: end all keys, and everything that goes through them, now.",
        discussion: """
            When the command returns, no request by her keys or through them succeeds, and connections held open \
            under them are closed. What she had lent ends too; --adopt-by lends it anew from somebody who stays. \
            The receipt says what ended and what she has seen: no revocation undoes that.

            Example: coffer staff offboard Lin --receipt lin.json --html lin.html
            """)

    @Argument(help: ArgumentHelp("Who leaves.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("Who takes over what she had lent and is still needed.", valueName: "name"))
    var adoptBy: String?

    @Option(
        help: ArgumentHelp("The identity file of --adopt-by, who signs what is lent anew.", valueName: "file"),
        completion: .file())
    var adoptIdentity: String?

    @Option(
        help: ArgumentHelp("File with the passphrase of that identity.", valueName: "file"), completion: .file())
    var adoptPassphraseFile: String?

    @Option(help: ArgumentHelp("Where the signed receipt goes.", valueName: "file"), completion: .file())
    var receipt: String?

    @Option(help: ArgumentHelp("Where the receipt goes as a page to print.", valueName: "file"), completion: .file())
    var html: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.personName(name)
        for path in [receipt, html].compactMap({ $0 }) where Folder.exists(path) {
            throw Failure.usage("a file for the receipt is there already", hint: "name another", why: "receipt")
        }
        let session = try await Session.open(options, output)
        // Opened before anything ends: a wrong passphrase must not leave couriers without their orders.
        let adopter = try await adopter(output)
        let members = try await session.call(ListStaff.self, .init()).message.staff.filter {
            $0.name.utf8.elementsEqual(name.utf8) && $0.state != "revoked"
        }
        guard let person = members.first?.person else {
            throw Failure(
                code: "not-found", why: "person", message: "nobody of this name has a key that still works",
                hint: "coffer staff list", exitCode: 4)
        }
        let reply = try await offboard(person, members, session)
        let adopted = try await adopt(reply.message.killed, by: adopter, output)
        let seen = try await SeenReport.gather(person, session)
        let document = OffboardingReceipt(
            name: name, roles: members.map(\.role.text), reply: reply, adopted: adopted, seen: seen)
        if let receipt { try document.write(document.json.encode() + [0x0A], to: receipt) }
        if let html { try document.write(Array(document.html.utf8), to: html) }
        report(document, output)
    }

    private func offboard(
        _ person: PersonID, _ members: [ListStaff.Member], _ session: Session
    ) async throws(Failure) -> Answer<OffboardStaff.Reply> {
        let header = BlockHeader(vault: session.vault, issuer: session.identity.kid, at: session.nowSeconds)
        guard let block = RevokeBlock(header: header, kids: members.map(\.kid), caps: [], reason: "offboarded") else {
            throw Failure.brokenReply
        }
        let envelope = try session.signer.seal(block)
        return try await session.call(
            OffboardStaff.self, .init(person: person, block: envelope.value), RequestScope(object: envelope.object))
    }

    // MARK: - Adoption

    private func adopter(_ output: Output) async throws -> Session? {
        guard let adoptBy else {
            guard adoptIdentity == nil else {
                throw Failure.usage("--adopt-identity belongs to --adopt-by", why: "adopt")
            }
            return nil
        }
        guard let adoptIdentity else {
            throw Failure.usage(
                "whoever takes over signs what is lent anew", hint: "name her identity file: --adopt-identity FILE",
                why: "adopt")
        }
        var theirs = options
        theirs.identity = adoptIdentity
        theirs.passphraseFile = adoptPassphraseFile
        let session = try await Session.open(theirs, output)
        let known = try await session.whoAmI().name
        guard known.utf8.elementsEqual(try Arguments.personName(adoptBy).utf8) else {
            throw Failure.usage("the identity file is not that of --adopt-by", why: "adopt")
        }
        return session
    }

    /// Lends anew what the leaver had lent, as it was, for the time and uses that are left. What cannot be is said.
    private func adopt(
        _ killed: [OffboardStaff.Killed], by adopter: Session?, _ output: Output
    ) async throws(Failure) -> [OffboardingReceipt.Adopted] {
        guard let adopter else { return [] }
        var adopted: [OffboardingReceipt.Adopted] = []
        for lost in killed where lost.wasLent {
            do throws(Failure) {
                adopted.append(.init(old: lost.capability, to: lost.to, new: try await adopter.lendAnew(lost)))
            } catch {
                output.note("what was lent to \(lost.to) could not be taken over: \(error.message)")
            }
        }
        return adopted
    }

    // MARK: - What is said

    private func report(_ document: OffboardingReceipt, _ output: Output) {
        let reply = document.reply
        output.answer(reply.members(document.members)) {
            var list = LabelList()
            list.add("left", document.name)
            list.add("keys ended at entry", "\(reply.entry)")
            list.add("connections cut", "\(reply.message.connections)")
            list.add("capabilities ended", "\(reply.message.ended)")
            list.add("taken over", "\(document.adopted.count)")
            list.add("customers seen", "\(document.seen.customers)")
            return list.rendered(paint: output.paint)
        }
        for lost in reply.message.killed
        where lost.wasLent && !document.adopted.contains(where: { $0.old == lost.capability }) {
            output.note("ended and not taken over: what \(document.name) had lent to \(lost.to) for \(lost.order)")
        }
        if reply.message.ended > UInt64(reply.message.killed.count) {
            output.warning("only \(reply.message.killed.count) of them are listed and could be taken over")
        }
        for task in reply.message.tasks { output.warning("still to be done: " + OffboardingReceipt.words(task: task)) }
        if receipt == nil { output.note("keep a receipt next time: --receipt FILE") }
        output.entry(reply.entry)
    }
}

extension Session {
    /// A capability like one that died, lent by this person: the same fields, form, purpose and order, until the same
    /// moment, for the uses that were left. Its id.
    fileprivate func lendAnew(_ lost: OffboardStaff.Killed) async throws(Failure) -> String {
        let signed: SignedBlock
        do throws(BlockRefusal) { signed = try Block.open(DSSEEnvelope(lost.block), vault: vault) } catch {
            throw .brokenReply
        }
        guard case .capability(var block) = signed.block, case .only(let fields) = block.fields,
            case .only(let purposes) = block.purposes, case .orders(let orders) = block.subjects
        else { throw .brokenReply }
        let terms = try await call(PrepareGrant.self, .init(to: lost.to), RequestScope(orders: orders)).message
        guard let parent = BlockID(terms.parent) else { throw .brokenReply }
        block = CapabilityBlock(
            vault: vault, issuer: identity.kid, audience: terms.kid, parent: parent, role: terms.role,
            acts: block.acts, fields: block.fields, forms: block.forms, purposes: block.purposes,
            shops: .only([terms.shop]), subjects: block.subjects, notBefore: terms.now, expires: block.expires,
            maxUses: max(1, lost.left), depth: 0)
        let envelope = try signer.seal(block)
        return try await call(
            DelegateGrant.self, .init(block: envelope.value),
            RequestScope(
                fields: fields, form: block.forms.max(), object: envelope.object, purpose: purposes.first?.text ?? "",
                orders: orders)
        ).message.capability
    }
}
