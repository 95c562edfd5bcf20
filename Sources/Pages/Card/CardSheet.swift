public import VaultModel

/// One card on a sheet of its own, to print and to give to one person: in plain words, in both languages, because whoever
/// holds it may need it years later and without help.
public struct CardSheet: Sendable {
    private let isRecovery: Bool
    private let index: Int
    private let needed: Int
    private let count: Int
    private let vault: VaultID
    private let set: String
    private let card: String
    private let fingerprint: String
    private let folder: String

    /// - Parameters:
    ///   - card: the secret: 86 letters and digits.
    ///   - fingerprint: of the recovery quorum's signing key; empty where there is none.
    ///   - folder: the vault's folder, as a command names it.
    public init(
        isRecovery: Bool, index: Int, needed: Int, count: Int, vault: VaultID, set: String, card: String,
        fingerprint: String, folder: String
    ) {
        self.isRecovery = isRecovery
        self.index = index
        self.needed = needed
        self.count = count
        self.vault = vault
        self.set = set
        self.card = card
        self.fingerprint = fingerprint
        self.folder = folder
    }

    /// The file's name without its ending: `unseal-2-of-3`.
    public var name: String { "\(isRecovery ? "recovery" : "unseal")-\(index)-of-\(count)" }

    /// What is typed to use the card.
    private var useCommand: String {
        isRecovery ? "coffer keys cards confirm --recovery" : "coffer unseal --share"
    }

    private var command: String { useCommand + " --dir " + Self.quoted(folder) }

    /// As a shell takes it.
    private static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                || "/._-".utf8.contains(byte)
        }
        return plain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }

    /// The card in groups of four, five or six lines of them.
    private var lines: [String] {
        let letters = Array(card)
        let groups = stride(from: 0, to: letters.count, by: 4).map {
            String(letters[$0..<min($0 + 4, letters.count)])
        }
        return stride(from: 0, to: groups.count, by: 6).map {
            groups[$0..<min($0 + 6, groups.count)].joined(separator: " ")
        }
    }

    // MARK: - Words

    private struct Words {
        let title: String
        let quorum: String
        let what: String
        let who: String
        let use: String
        let typing: String
        let vault: String
        let set: String
        let key: String
    }

    private var english: Words {
        Words(
            title: "Coffer: card \(index) of \(count) for \(isRecovery ? "recovery" : "unsealing")",
            quorum: "\(index) of \(count), any \(needed) open",
            what: isRecovery
                ? "Any \(needed) of these \(count) cards open the archives of the customer vault after a disaster, and sign "
                    + "which keys go on. They do not unseal the vault. Fewer than \(needed) open nothing."
                : "Any \(needed) of these \(count) cards open the customer vault after its machine was started. Fewer than "
                    + "\(needed) open nothing. They do not open archives.",
            who:
                "Held by one person, who shows it to nobody and makes no photo and no copy. Nobody holds two cards of a "
                + "set, and two cards never lie in one place. Whoever leaves gives it back, and the owner makes a new set: "
                + "coffer keys reshare.",
            use: isRecovery
                ? "A restore asks for it. To see that it can still be read, on the vault's machine:"
                : "On the vault's machine, each holder one after the other:",
            typing: "You are asked for the card and do not see what you type. Blanks do not matter, nor do capitals.",
            vault: "vault", set: "set", key: "fingerprint of the recovery key")
    }

    private var chinese: Words {
        Words(
            title: "Coffer：\(isRecovery ? "恢复" : "解封")卡，\(count) 张中的第 \(index) 张",
            quorum: "\(count) 张中的第 \(index) 张，任意 \(needed) 张可开启",
            what: isRecovery
                ? "发生灾难后，\(count) 张卡中任意 \(needed) 张可以打开客户资料库的备份，并签署继续使用的密钥。这些卡不能解封资料库。少于 \(needed) 张时什么也打不开。"
                : "资料库所在的机器启动后，\(count) 张卡中任意 \(needed) 张可以打开客户资料库。少于 \(needed) 张时什么也打不开。这些卡不能打开备份。",
            who: "由一个人保管，不给任何人看，不拍照，不复印。同一套卡，一个人不得持有两张，两张不得放在一处。离职时交回，由店主重新制卡：coffer keys reshare。",
            use: isRecovery ? "恢复备份时需要它。要确认这张卡仍可读取，请在资料库的机器上输入：" : "在资料库的机器上，各持卡人依次输入：",
            typing: "程序会要求输入卡号，输入时不显示。空格和大小写没有影响。",
            vault: "资料库", set: "卡组", key: "恢复密钥指纹")
    }

    // MARK: - Forms

    /// The card as a text file. The line that begins with `cofferu1` or `cofferr1` is what a program reads.
    public var text: String {
        func part(_ words: Words) -> String {
            var lines = [words.title, words.quorum, "", words.what, words.who, "", words.use, "    \(command)"]
            lines += [words.typing, "", "\(words.vault): \(vault)", "\(words.set): \(set)"]
            if !fingerprint.isEmpty { lines.append("\(words.key): \(fingerprint)") }
            return lines.joined(separator: "\n")
        }
        return """
            \(part(english))

            \(part(chinese))

            \(lines.map { "    " + $0 }.joined(separator: "\n"))

            \(card)

            """
    }

    /// The card as a page to print: one sheet of A4, no script, nothing fetched.
    public var html: String {
        func part(_ words: Words, tag: String) -> Markup {
            """
            <section lang="\(tag)">
            <h1>\(words.title)</h1>
            <p class="quorum">\(words.quorum)</p>
            <p>\(words.what)</p>
            <p>\(words.who)</p>
            <p>\(words.use)</p>
            <pre>\(command)</pre>
            <p class="note">\(words.typing)</p>
            </section>
            """
        }
        let code = QRCode(card)?.svg ?? .empty
        let letters = lines.map { Markup(escaping: $0) }.joined(separator: "<br>\n")
        let key: Markup =
            fingerprint.isEmpty ? .empty : "<dt>\(english.key) · \(chinese.key)</dt><dd>\(fingerprint)</dd>"
        let page: Markup = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(english.title)</title>
            <style>
            \(Self.style)
            </style>
            \(part(english, tag: "en"))
            \(part(chinese, tag: "zh-Hans"))
            <div class="card">\(code)<p class="letters">\(letters)</p></div>
            <dl><dt>\(english.vault) · \(chinese.vault)</dt><dd>\(vault.description)</dd>\
            <dt>\(english.set) · \(chinese.set)</dt><dd>\(set)</dd>\(key)</dl>
            </html>

            """
        return page.text
    }

    private static let style: Markup = """
        :root { font: 15px/1.45 system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
          "WenQuanYi Micro Hei", sans-serif; color: #000; background: #fff; }
        body { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1.25rem; }
        h1 { font-size: 1.3rem; margin: 0 0 .1rem; } section { margin-bottom: 1.1rem; } p { margin: .3rem 0; }
        .quorum { font-weight: 600; } .note { font-size: .875rem; }
        pre { margin: .35rem 0; padding: .45rem .6rem; border: 1px solid #999; white-space: pre-wrap;
          overflow-wrap: anywhere; font: 14px/1.4 "DejaVu Sans Mono", ui-monospace, monospace; }
        .card { display: flex; gap: 1.5rem; align-items: center; border: 2px solid #000; padding: .75rem 1rem;
          break-inside: avoid; } .code { width: 42mm; height: 42mm; flex: none; }
        .letters { font: 600 17px/1.75 "DejaVu Sans Mono", ui-monospace, monospace; white-space: nowrap; margin: 0; }
        dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1.25rem; margin: 1rem 0 0;
          font-size: .875rem; } dt { color: #444; } dd { margin: 0; overflow-wrap: anywhere; }
        @media screen and (max-width: 40rem) { .card { flex-direction: column; } .letters { white-space: normal; }
          dl { grid-template-columns: minmax(0, 1fr); } }
        @page { size: A4; margin: 16mm; } @media print { body { padding: 0; max-width: none; } }
        """
}
