public import AccessLog
import VaultModel

/// The receipt of an erasure as a page to print, to sign and to give to her who asked for it. It names her by the number
/// of her file, which says nothing.
public struct ErasurePage: Sendable {
    private let statement: ErasureStatement
    private let archives: ErasureArchivesStatement?
    private let entries: [UInt64]
    private let words: Words
    private let clock: PageClock

    /// - Parameters:
    ///   - archives: the second statement, which has been found to be about the same erasure; nil before there is one.
    ///   - entries: those whose objects are the hashes of the statements.
    public init(
        _ statement: ErasureStatement, _ archives: ErasureArchivesStatement? = nil, entries: [UInt64],
        language: PageLanguage, clock: PageClock
    ) {
        self.statement = statement
        self.archives = archives
        self.entries = Array(entries.prefix(archives == nil ? 1 : 2))
        words = Words(language: language)
        self.clock = clock
    }

    /// What no erasure can reach, in English: it is part of every receipt.
    public static let residual = Words(language: .en)[.erasureResidual]

    /// The whole file, UTF-8.
    public var html: String {
        let kept = statement.kept == 0 ? Word.erasureNothingKept : .erasureKeptMeaning
        let body: Markup = """
            <h1>\(words[.erasureTitle])</h1>
            <p>\(words(.erasureLead, statement.customer.text, clock.text(statement.at)))</p>
            \(facts)
            <p>\(words[kept])</p>
            <p>\(archivesMeaning)</p>
            <p class="note">\(words[.erasureResidual])</p>
            <div class="sign"><p>\(words[.slipSign])</p><p>\(words[.slipReceived])</p></div>
            <footer>\(words[.erasureFooter])</footer>
            """
        return Style.page(words, title: words[.erasureTitle], body: body)
    }

    /// What the archives still hold, in few words.
    private var archivesText: String {
        if let archives { return words(.erasureArchivesGone, clock.text(archives.reported)) }
        guard statement.archivesUntil > 0 else { return words[.erasureNoArchives] }
        return words(.erasureArchivesUntil, clock.text(statement.archivesUntil))
    }

    private var archivesMeaning: String {
        if let archives {
            return words(
                .erasureArchivesReport, String(archives.report), words.number(max(0, Int(archives.targets))),
                clock.text(archives.oldest))
        }
        return words[statement.archivesUntil > 0 ? .erasureArchivesCaveat : .erasureArchivesNever]
    }

    private var facts: Markup {
        let facts: [(Word, String)] = [
            (.slipNumber, statement.customer.text), (.erasureAsked, clock.text(statement.requested)),
            (.reason, words.name(statement.reason)),
            (.erasureLevel, words[archives == nil ? .erasureLevelText : .erasureLevelArchives]),
            (.erasureKeys, words.number(max(0, Int(statement.keys)))),
            (.erasureDeleted, words.number(max(0, Int(statement.records - statement.kept)))),
            (.erasureKept, words.number(max(0, Int(statement.kept)))), (.erasureArchives, archivesText),
            (.entries, ([statement.request, statement.entry] + entries).map(String.init).joined(separator: ", ")),
            (.erasureLedger, "\(statement.ledger), \(statement.ledgerHash)"), (.erasureID, statement.id),
            (.clock, words(.clockZone, clock.zone(at: statement.at))),
        ]
        let list = facts.map { word, value -> Markup in "<dt>\(words[word])</dt><dd>\(value)</dd>" }
        return "<dl class=\"facts\">\n\(list.joined())\n</dl>"
    }
}

extension Words {
    func name(_ reason: ErasureReason) -> String {
        let names: (en: String, zh: String) =
            switch reason {
            case .customerRequest: ("the customer asked for it", "客户要求")
            case .consentWithdrawn: ("consent was withdrawn", "撤回同意")
            case .purposeEnded: ("the purpose has ended", "目的已实现")
            case .retentionEnded: ("the time of keeping is over", "保存期限届满")
            case .unlawfulProcessing: ("the data should not have been kept", "违法处理")
            case .mistakenEntry: ("entered by mistake", "误录")
            }
        return language == .en ? names.en : names.zh
    }
}
