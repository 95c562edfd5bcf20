// swift-tools-version: 6.2
import PackageDescription

// MARK: - Products of other packages

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let rainbow = Target.Dependency.product(name: "Rainbow", package: "Rainbow")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let structuredFields = Target.Dependency.product(
    name: "RawStructuredFieldValues", package: "swift-http-structured-headers")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// MARK: - Targets, bottom up; `docs/architecture.md` holds the table, `TidyTests` keeps the sources to it

let package = Package(
    name: "coffer",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "cofferd", targets: ["cofferd"]),
        .executable(name: "coffer", targets: ["coffer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // System libraries and thin C and C++ shims
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CQRCode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CHost"),
        .target(
            name: "CPhoneNumber",
            linkerSettings: [.linkedLibrary("phonenumber"), .linkedLibrary("icuuc")]),
        .target(name: "CCSV", linkerSettings: [.linkedLibrary("csv")]),
        .target(name: "CDigest", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CCertificate", linkerSettings: [.linkedLibrary("crypto")]),

        // Primitives
        .target(name: "Primitives", dependencies: ["CDigest", "CSodium"]),
        .target(name: "CanonicalJSON"),
        .target(name: "VaultModel", dependencies: ["CPhoneNumber", "Primitives"]),
        .target(name: "Host", dependencies: ["CHost", "Primitives"]),

        // Pure
        .target(name: "Policy", dependencies: ["Primitives", "VaultModel", yams]),
        .target(name: "Keys", dependencies: ["CanonicalJSON", "Host", "Primitives", "VaultModel"]),
        .target(name: "Authority", dependencies: ["CanonicalJSON", "Policy", "Primitives", "VaultModel"]),
        .target(
            name: "AccessLog",
            dependencies: ["Authority", "CanonicalJSON", "Host", "Policy", "Primitives", "VaultModel"]),
        .target(
            name: "Wire", dependencies: ["Authority", "CanonicalJSON", "Primitives", "VaultModel"]),
        .target(
            name: "Archive",
            dependencies: ["AccessLog", "Authority", "CanonicalJSON", "Keys", "Primitives", "VaultModel"]),
        .target(name: "Import", dependencies: ["CCSV", "Host", "Primitives", "VaultModel", yams]),

        .target(name: "Transfer", dependencies: ["CCurl", "Host", "Primitives", "VaultModel"]),

        // The broker
        .target(
            name: "Storage",
            dependencies: [
                "AccessLog", "CSQLite", "CanonicalJSON", "Host", "Keys", "Primitives", "VaultModel", grdb,
            ]),
        .target(
            name: "Turnstile",
            dependencies: [
                "AccessLog", "Authority", "CanonicalJSON", "Host", "Keys", "Policy", "Primitives", "Storage",
                "VaultModel", "Wire",
            ]),
        .target(
            name: "Backup",
            dependencies: [
                "AccessLog", "Archive", "Authority", "Host", "Keys", "Primitives", "Storage", "Turnstile", "VaultModel",
            ]),
        .target(
            name: "Broker",
            dependencies: [
                "AccessLog", "Archive", "Authority", "Backup", "CanonicalJSON", "Host", "Keys", "Policy", "Primitives",
                "Storage",
                "Turnstile", "VaultModel", "Wire",
            ]),
        .target(
            name: "Server",
            dependencies: [
                "Broker", "Host", "Turnstile", "Wire", hummingbirdCore, logging, nioCore, nioHTTP1, nioPosix,
                serviceLifecycle, unixSignals,
            ]),

        // A witness, for somebody else's log
        .target(
            name: "Witness",
            dependencies: [
                "AccessLog", "Host", "Primitives", httpTypes, hummingbirdCore, logging, nioCore, nioPosix,
                serviceLifecycle, unixSignals,
            ]),

        // The people's side
        .target(
            name: "Client",
            dependencies: [
                "AccessLog", "Archive", "Authority", "CanonicalJSON", "Host", "Primitives", "Transfer", "VaultModel",
                "Wire", asyncHTTPClient, nioCore, nioHTTP1, nioPosix,
            ]),
        .target(
            name: "Offline",
            dependencies: [
                "AccessLog", "Archive", "Authority", "Backup", "CanonicalJSON", "Host", "Keys", "Policy", "Primitives",
                "Storage",
                "Turnstile", "VaultModel", "Wire", "CCertificate",
            ]),
        .target(name: "Console", dependencies: ["CanonicalJSON", "Host", "Primitives", "VaultModel", rainbow]),
        .target(name: "Pages", dependencies: ["AccessLog", "CQRCode", "Console", "Primitives", "VaultModel"]),
        .executableTarget(
            name: "cofferd",
            dependencies: ["Broker", "Host", "Server", "Turnstile", "VaultModel", "Wire", argumentParser]),
        .executableTarget(
            name: "coffer",
            dependencies: [
                "AccessLog", "Archive", "Authority", "CanonicalJSON", "Client", "Console", "Host", "Import", "Offline",
                "Pages",
                "Policy", "Primitives", "Transfer", "VaultModel", "Wire", "Witness", argumentParser,
            ]),
        .executableTarget(
            name: "coffer-bench",
            dependencies: [
                "AccessLog", "Authority", "Client", "Host", "Keys", "Primitives", "Storage", "VaultModel", "Wire",
            ], path: "Benchmarks/Bench"
        ),

        // Tests
        .target(
            name: "TestSupport", dependencies: ["Host", "Primitives"], path: "Tests/TestSupport", exclude: ["Servers"]),
        .testTarget(name: "PrimitivesTests", dependencies: ["Primitives"]),
        .testTarget(name: "CanonicalJSONTests", dependencies: ["CanonicalJSON"]),
        .testTarget(name: "VaultModelTests", dependencies: ["Primitives", "VaultModel"]),
        .testTarget(name: "PolicyTests", dependencies: ["Policy", "Primitives", "VaultModel"]),
        .testTarget(name: "KeysTests", dependencies: ["Keys", "Primitives", "VaultModel"]),
        .testTarget(name: "AuthorityTests", dependencies: ["Authority", "CanonicalJSON", "Primitives", "VaultModel"]),
        .testTarget(
            name: "AccessLogTests",
            dependencies: ["AccessLog", "Authority", "CanonicalJSON", "Host", "Policy", "Primitives", "VaultModel"]),
        .testTarget(
            name: "WireTests", dependencies: ["CanonicalJSON", "Primitives", "VaultModel", "Wire", structuredFields]),
        .testTarget(
            name: "ClientTests",
            dependencies: [
                "AccessLog", "Authority", "CanonicalJSON", "Client", "Host", "Primitives", "VaultModel", "Wire",
                nioCore, nioHTTP1, nioPosix,
            ]),
        .testTarget(name: "ArchiveTests", dependencies: ["Archive", "Keys", "Primitives", "VaultModel"]),
        .testTarget(
            name: "TransferTests", dependencies: ["CCurl", "Host", "Primitives", "TestSupport", "Transfer"]),
        .testTarget(
            name: "BackupTests",
            dependencies: [
                "AccessLog", "Archive", "Authority", "Backup", "Host", "Keys", "Offline", "Policy", "Primitives",
                "Storage", "TestSupport", "Turnstile", "VaultModel",
            ]),
        .testTarget(name: "ImportTests", dependencies: ["Host", "Import", "Primitives"]),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "AccessLog", "CSQLite", "CanonicalJSON", "Host", "Keys", "Primitives", "Storage", "TestSupport",
                "VaultModel", grdb,
            ]),
        .testTarget(
            name: "TurnstileTests",
            dependencies: [
                "AccessLog", "Authority", "Host", "Keys", "Policy", "Primitives", "Storage", "Turnstile", "VaultModel",
                "Wire",
            ]),
        .testTarget(
            name: "BrokerTests",
            dependencies: ["Broker", "Host", "Keys", "Primitives", "Storage", "Turnstile", "VaultModel", "Wire"]),
        .testTarget(name: "WitnessTests", dependencies: ["AccessLog", "Host", "Primitives", "Witness"]),
        .testTarget(name: "CLITests", dependencies: ["CanonicalJSON", "Console", "Host", "Primitives", "VaultModel"]),
        .testTarget(
            name: "PagesTests",
            dependencies: ["AccessLog", "CanonicalJSON", "Console", "Pages", "Primitives", "VaultModel"],
            exclude: ["Browser"]),
        .testTarget(name: "TidyTests"),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Archive", "Authority", "Broker", "CanonicalJSON", "Client", "Host", "Keys", "Primitives",
                "TestSupport", "VaultModel", "Wire", "coffer", "cofferd",
            ], exclude: ["Golden", "Rogue"]),
    ]
)

// MARK: - Fuzzing, only where it is asked for (`make fuzz`): libFuzzer brings `main`, the targets have no tests

if Context.environment["COFFER_FUZZ"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "coffer-fuzz",
            dependencies: [
                "AccessLog", "Archive", "Authority", "Backup", "CanonicalJSON", "Host", "Import", "Keys", "Policy",
                "Primitives", "VaultModel", "Wire",
            ], path: "Fuzz/Targets", swiftSettings: [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-use-ld=lld"])]))
}

// MARK: - One set of strict settings for every Swift target

for target in package.targets where ![.system, .plugin].contains(target.type) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .treatAllWarnings(as: .error),
        ]
    // The load generator speaks to a raw socket and ships to nobody.
    if target.name != "coffer-bench" { target.swiftSettings?.append(.strictMemorySafety()) }
}
