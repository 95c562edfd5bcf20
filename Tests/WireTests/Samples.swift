import CanonicalJSON
import Primitives
import VaultModel

@testable import Wire

/// What the tests of this target sign with, and a request in its right form to deviate from.
enum Sample {
    static let authority = "000102030405060708090a0b0c0d0e0f"
    static let created: Int64 = 1_795_286_734
    static let nonce = "AAECAwQFBgcICQoLDA0ODw"
    static let customer = "C-7K3M-9QXD"

    static func key(_ byte: UInt8 = 7) -> Ed25519.SigningKey {
        Ed25519.SigningKey(seed: SecretBytes(copying: [UInt8](repeating: byte, count: 32)))
    }

    /// Numbers with the right check character.
    static let customers: [String] = {
        var numbers: Set<String> = []
        while numbers.count < 101 { numbers.insert(CustomerNumber.random().text) }
        return numbers.sorted()
    }()

    static func head(act: Act = .read, counter: UInt64 = 42) -> RequestHead {
        RequestHead(
            act: act, counter: counter, fields: fields("customer.phone", "customer.address"), form: .full,
            purpose: "delivery", customers: [customers[0]])
    }

    static func fields(_ names: String...) -> [FieldName] { names.compactMap { FieldName($0) } }

    static func body(_ text: String = #"{"rid":"AAECAwQFBgcICQoLDA0ODw"}"#) -> [UInt8] { Array(text.utf8) }

    static func unsigned(
        endpoint: Endpoint = .customerShow, head: RequestHead = head(), body: [UInt8] = body(),
        created: Int64 = created, lifetime: Int64 = 60, capability: String? = nil
    ) throws -> UnsignedRequest {
        try UnsignedRequest(
            endpoint: endpoint, authority: authority, head: head, body: body, kid: KeyID(key().publicKey),
            created: created, lifetimeSeconds: lifetime, nonce: nonce, capability: capability)
    }

    static func signed(
        endpoint: Endpoint = .customerShow, head: RequestHead = head(), body: [UInt8] = body(),
        created: Int64 = created, lifetime: Int64 = 60, capability: String? = nil
    ) throws -> SignedRequest {
        let request = try unsigned(
            endpoint: endpoint, head: head, body: body, created: created, lifetime: lifetime, capability: capability)
        return try request.signed(key().sign(request.base))
    }

    static func parse(_ request: IncomingRequest) throws(WireError) -> ParsedRequest {
        try RequestProfile.parse(request, authority: authority)
    }
}

extension IncomingRequest {
    /// The same request with some parts replaced.
    func with(
        method: String? = nil, authority: String? = nil, path: String? = nil, query: String? = nil,
        headers: [HeaderField]? = nil, body: [UInt8]? = nil
    ) -> IncomingRequest {
        IncomingRequest(
            method: method ?? self.method, authority: authority ?? self.authority, path: path ?? self.path,
            query: query ?? self.query, headers: headers ?? self.headers, body: body ?? self.body)
    }

    /// The same request with one header's value replaced.
    func with(_ header: WireHeader, _ value: String) -> IncomingRequest {
        with(headers: headers.map { $0.name == header.rawValue ? HeaderField($0.name, value) : $0 })
    }

    func adding(_ name: String, _ value: String) -> IncomingRequest {
        with(headers: headers + [HeaderField(name, value)])
    }

    func dropping(_ header: WireHeader) -> IncomingRequest {
        with(headers: headers.filter { $0.name != header.rawValue })
    }

    func value(_ header: WireHeader) -> String { headers.first { $0.name == header.rawValue }?.value ?? "" }
}

/// Whether the request was refused, before or by the signature.
func isRefused(_ request: IncomingRequest) -> Bool {
    guard let parsed = try? Sample.parse(request) else { return true }
    return !parsed.hasValidSignature()
}
