import Authority
import CanonicalJSON
import Primitives
import Testing
import VaultModel

@Suite("Form of blocks")
struct BlockFormTests {
    private static func parse(_ payload: [UInt8], like block: any BlockBody) throws(BlockRefusal) -> any BlockBody {
        try Block.parse(payload, as: type(of: block).kind).body
    }

    private static func members(of block: any BlockBody) throws -> [String: JSONValue] {
        try #require(JSONValue.parse(block.encode(), limits: .signed).objectValue)
    }

    private static func isRefused(_ members: [String: JSONValue], like block: any BlockBody) -> BlockRefusal? {
        refusal { () throws(BlockRefusal) in _ = try parse(JSONValue.object(members).encode(), like: block) }
    }

    @Test("a capability is written exactly so")
    func golden() throws {
        var block = World.delegation(of: World.authority.seal(World.root())) { block in
            block.nonce = known(BlockNonce("AAAAAAAAAAAAAAAAAAAAAA"))
            block.parent = known(BlockID("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"))
            block.notBefore = 1_795_286_734
            block.expires = 1_795_289_434
        }
        let expected =
            #"{"act":["read"],"aud":"\#(World.courier.kid)","depth":0,"exp":1795289434,"#
            + #""fld":["customer.address","customer.phone"],"frm":["full"],"iss":"\#(World.service.kid)","#
            + #""max":3,"nbf":1795286734,"nonce":"AAAAAAAAAAAAAAAAAAAAAA","#
            + #""prf":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU","pur":["delivery"],"role":"courier","#
            + #""shop":["s12"],"sub":{"order":["o123"]},"typ":"cap","v":1,"vlt":"07070707070707070707070707070707"}"#
        #expect(String(decoding: block.encode(), as: UTF8.self) == expected)
        block = World.root { block in
            block.acts = .any
            block.subjects = .any
        }
        let root = try Self.members(of: block)
        #expect(root["act"] == ["*"] && root["sub"] == ["any": ["*"]] && root["prf"] == "")
        #expect(root["max"] == 9_007_199_254_740_991)
    }

    @Test("an enrolment is written exactly so")
    func goldenEnrolment() throws {
        let header = BlockHeader(
            vault: World.vault, issuer: World.authority.kid, at: 5, nonce: known(BlockNonce("AAAAAAAAAAAAAAAAAAAAAA")))
        let block = EnrolBlock(
            header: header, person: known(PersonID("p_00000000000000000000000000")), kid: World.courier.kid,
            role: World.role("courier"), nda: World.day("2026-01-02"), training: nil, uid: 1000)
        let expected =
            #"{"at":5,"iss":"\#(World.authority.kid)","kid":"\#(World.courier.kid)","nda":"2026-01-02","#
            + #""nonce":"AAAAAAAAAAAAAAAAAAAAAA","person":"p_00000000000000000000000000","role":"courier","#
            + #""training":"","typ":"enrol","uid":"1000","v":1,"vlt":"07070707070707070707070707070707"}"#
        #expect(String(decoding: block.encode(), as: UTF8.self) == expected)
    }

    @Test("every kind reads back what it wrote, and opens under its signature", arguments: World.everyKind.indices)
    func roundTrip(index: Int) throws {
        let block = World.everyKind[index]
        let payload = block.encode()
        let parsed = try Self.parse(payload, like: block)
        #expect(parsed.encode() == payload)
        #expect(AnyHashable(parsed) == AnyHashable(block))
        let key = block.issuer == World.service.kid ? World.service : World.authority
        let signed = try Block.open(key.seal(block), vault: World.vault)
        #expect(signed.id == block.id && signed.issuer == key.kid)
        #expect(try Set(Self.members(of: block).keys).isSuperset(of: ["typ", "v", "vlt", "iss", "nonce"]))
    }

    @Test("a block without one of its members is refused", arguments: World.everyKind.indices)
    func dropped(index: Int) throws {
        let block = World.everyKind[index]
        let all = try Self.members(of: block)
        for name in all.keys {
            var members = all
            members[name] = nil
            #expect(Self.isRefused(members, like: block) == .syntax(.missing(name)))
        }
    }

    @Test("a block with a member too many is refused, here or one level down", arguments: World.everyKind.indices)
    func added(index: Int) throws {
        let block = World.everyKind[index]
        var members = try Self.members(of: block)
        members["x"] = 1
        #expect(Self.isRefused(members, like: block) == .syntax(.unknownMember))
        for name in ["sub", "scope"] {
            members = try Self.members(of: block)
            guard var nested = members[name]?.objectValue else { continue }
            nested["order"] = nested["order"] == nil ? ["o1"] : nil
            nested["customer"] = ["C-0000-0000"]
            nested["any"] = ["*"]
            members[name] = .object(nested)
            #expect(Self.isRefused(members, like: block) == .value(name))
            members[name] = [:]
            #expect(Self.isRefused(members, like: block) == .value(name))
        }
    }

    @Test("a member of any other type is refused", arguments: World.everyKind.indices)
    func wrongType(index: Int) throws {
        let block = World.everyKind[index]
        let all = try Self.members(of: block)
        let substitutes: [JSONValue] = ["", 0, true, [], [:], [1], [true], ["a": 1], [[]], .integer(.init(1) << 52)]
        for (name, value) in all {
            for substitute in substitutes where substitute != value {
                // Some substitutes are other valid values: times, none, an empty list beside a full one.
                var members = all
                members[name] = substitute
                guard Self.isRefused(members, like: block) == nil else { continue }
                #expect(
                    Self.kind(of: substitute) == Self.kind(of: value), "\(type(of: block)) \(name): \(substitute)")
            }
        }
    }

    private static func kind(of value: JSONValue) -> String {
        switch value {
        case .object: "object"
        case .array: "array"
        case .string: "string"
        case .integer: "integer"
        case .bool: "bool"
        }
    }

    /// Where white space would be white space: everywhere but inside strings. No string here has an escape.
    private static func boundaries(of payload: [UInt8]) -> [Int] {
        var inString = false
        return (0...payload.count).filter { index in
            defer { if index < payload.count, payload[index] == UInt8(ascii: "\"") { inString.toggle() } }
            return !inString
        }
    }

    @Test("white space anywhere, members out of order or twice, and bytes at either end are refused")
    func otherSpellings() throws {
        for block in World.everyKind {
            let payload = block.encode()
            for index in Self.boundaries(of: payload) {
                for space in [0x20, 0x09, 0x0A, 0x0D] as [UInt8] {
                    var spaced = payload
                    spaced.insert(space, at: index)
                    #expect(throws: BlockRefusal.self) { try Self.parse(spaced, like: block) }
                }
            }
            for (prefix, suffix) in [(" ", ""), ("", " "), ("\u{FEFF}", ""), ("", "\0"), ("", "{}"), ("[", "]")] {
                let wrapped = Array(prefix.utf8) + payload + Array(suffix.utf8)
                #expect(throws: BlockRefusal.self) { try Self.parse(wrapped, like: block) }
            }
            let members = try Self.members(of: block).mapValues { String(decoding: $0.encode(), as: UTF8.self) }
            let sorted = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
            #expect(Array(("{" + sorted.joined(separator: ",") + "}").utf8) == payload)
            for index in sorted.indices.dropLast() {
                var swapped = sorted
                swapped.swapAt(index, index + 1)
                let reordered = Array(("{" + swapped.joined(separator: ",") + "}").utf8)
                #expect(
                    refusal { () throws(BlockRefusal) in _ = try Self.parse(reordered, like: block) } == .syntax(.order)
                )
            }
            for index in sorted.indices {
                var doubled = sorted
                doubled.insert(sorted[index], at: index)
                let bytes = Array(("{" + doubled.joined(separator: ",") + "}").utf8)
                #expect(
                    refusal { () throws(BlockRefusal) in _ = try Self.parse(bytes, like: block) } == .syntax(.duplicate)
                )
            }
        }
    }

    @Test("every changed byte is refused by the signature, and a re-signed change is another statement or none")
    func everyChangedByte() throws {
        for block in World.everyKind {
            let key = block.issuer == World.service.kid ? World.service : World.authority
            let envelope = key.seal(block)
            for index in envelope.payload.indices {
                var payload = envelope.payload
                payload[index] ^= 1 << UInt8(index % 8)
                let changed = DSSEEnvelope(
                    payloadType: envelope.payloadType, payload: payload, keyid: envelope.keyid,
                    signature: envelope.signature)
                #expect(throws: BlockRefusal.self) { try Block.open(changed, vault: World.vault) }
                if let other = try? Self.parse(payload, like: block) {
                    #expect(other.encode() == payload && AnyHashable(other) != AnyHashable(block))
                    #expect(other.id != block.id)
                }
            }
        }
    }

    @Test("no prefix of a block is a block")
    func truncated() throws {
        for block in World.everyKind {
            let payload = block.encode()
            for length in 0..<payload.count {
                #expect(throws: BlockRefusal.self) { try Self.parse(Array(payload[..<length]), like: block) }
            }
        }
    }
}
