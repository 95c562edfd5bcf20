public import CanonicalJSON

/// `POST /v1/policy/apply`: puts a policy into force. The block is signed by the owner and names the policy's hash.
public enum ApplyPolicy: WireOperation {
    public static let endpoint = Endpoint.policyApply
    /// Bytes of a policy file.
    public static let policyBytes = 40 * 1024

    public struct Request: WireMessage {
        /// The YAML file as it is.
        public let policy: [UInt8]
        /// A DSSE envelope of type `policy`.
        public let block: JSONValue

        public init(policy: [UInt8], block: JSONValue) {
            self.policy = policy
            self.block = block
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            policy = try members.bytes("policy", most: policyBytes)
            block = try members.object("block")
        }

        public func write(to members: inout MessageWriter) {
            members.put("policy", bytes: policy)
            members.put("block", block)
        }
    }

    public struct Reply: WireMessage {
        /// SHA-256 of the file, lower-case hexadecimal.
        public let policy: String
        /// One line for each right that changed.
        public let difference: [String]

        public init(policy: String, difference: [String]) {
            self.policy = policy
            self.difference = difference
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            policy = try members.text("policy", most: 64)
            difference = try members.texts("difference", count: 4_096, most: 1_024)
        }

        public func write(to members: inout MessageWriter) {
            members.put("policy", policy)
            members.put("difference", difference)
        }
    }
}

/// `POST /v1/policy/get`: the policy in force, or an earlier one by its hash.
public enum GetPolicy: WireOperation {
    public static let endpoint = Endpoint.policyGet

    public struct Request: WireMessage {
        /// SHA-256 in lower-case hexadecimal; empty for the policy in force.
        public let sha256: String

        public init(sha256: String) { self.sha256 = sha256 }

        public init(reading members: inout MessageReader) throws(MessageError) {
            sha256 = try members.optional("sha256") { OpaqueID.isHash($0) ? $0 : nil } ?? ""
        }

        public func write(to members: inout MessageWriter) { members.put("sha256", sha256) }
    }

    public struct Reply: WireMessage {
        /// The YAML file.
        public let policy: [UInt8]

        public init(policy: [UInt8]) { self.policy = policy }

        public init(reading members: inout MessageReader) throws(MessageError) {
            policy = try members.bytes("policy", most: ApplyPolicy.policyBytes)
        }

        public func write(to members: inout MessageWriter) { members.put("policy", bytes: policy) }
    }
}
