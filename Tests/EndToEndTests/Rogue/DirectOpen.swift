import Keys

/// Opening an envelope without the turnstile must not compile.
func peek(_ envelope: [UInt8], _ context: FieldContext, _ key: CustomerKey) throws -> FieldBody {
    try Envelope.open(envelope, context: context, key: key, pad: .blocks64, recordRevision: 1)
}
