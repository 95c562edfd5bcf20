import Host
import Primitives

/// The targets by name. A parser of a new format gets a function in one of the files beside this one, a line here, and
/// seeds in `Seeds.swift`.
private let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "age": ArchiveTargets.age,
    "anchor": KeysTargets.anchor,
    "block": AuthorityTargets.block,
    "canary": canary,
    "card": KeysTargets.card,
    "csv": ImportTargets.csv,
    "dsse": AuthorityTargets.dsse,
    "entry": LogTargets.entry,
    "envelope": KeysTargets.envelope,
    "head": WireTargets.head,
    "json": JSONTargets.json,
    "keyring": BackupTargets.keyring,
    "keyset": KeysTargets.keyset,
    "manifest": BackupTargets.manifest,
    "mapping": ImportTargets.mapping,
    "merkle": LogTargets.merkle,
    "message": WireTargets.message,
    "note": LogTargets.note,
    "policy": PolicyTargets.policy,
    "proof": LogTargets.proof,
    "request": WireTargets.request,
    "seal": KeysTargets.seal,
    "siginput": WireTargets.signatureInput,
    "statement": BackupTargets.statement,
    "tile": LogTargets.tile,
    "word": BackupTargets.word,
]

/// Read once: libFuzzer calls the function below some ten thousand times a second.
private let target = targets[Environment.value("COFFER_FUZZ_TARGET") ?? ""]

/// Fails on purpose, four comparisons deep: a run that does not find this finds nothing else either.
private func canary(_ bytes: [UInt8]) {
    guard bytes.count > 3, bytes[0] == 0x43, bytes[1] == 0x6F, bytes[2] == 0x66, bytes[3] == 0x66 else { return }
    fatalError("the canary")
}

/// Stops the run, and libFuzzer keeps the input, unless a property holds.
func expect(_ holds: Bool, _ property: StaticString) {
    guard holds else { fatalError("property violated: \(property)") }
}

/// The same bytes with one bit of one of them changed.
func flipped(_ bytes: [UInt8], at place: Int) -> [UInt8] {
    var bytes = bytes
    bytes[place % bytes.count] ^= 1 << UInt8(place % 8)
    return bytes
}

/// A value that a target is built on.
func known<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("a fixed value is malformed") }
    return value
}

/// `count` bytes that count up from `first`.
func ramp(_ first: UInt8, _ count: Int) -> [UInt8] { (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) } }

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ input: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// SwiftPM names an executable's entry point after the module and makes it `main`, so libFuzzer's own `main` stays
/// out. With COFFER_FUZZ_SEEDS the corpus of all targets is written into that folder instead of fuzzing.
@_cdecl("coffer_fuzz_main")
public func fuzzMain(
    _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    if let folder = Environment.value("COFFER_FUZZ_SEEDS") {
        Seeds.write(to: folder)
        return 0
    }
    guard target != nil else {
        Terminal.write(Array(targets.keys.sorted().joined(separator: "\n").utf8) + [0x0A], to: 1)
        return 2
    }
    var count = count
    var arguments = unsafe arguments
    return unsafe runDriver(&count, &arguments) { start, size in
        target?(unsafe Array(UnsafeBufferPointer(start: start, count: size)))
        return 0
    }
}
