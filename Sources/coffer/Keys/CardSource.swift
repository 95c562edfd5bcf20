import Console
import Host
import Offline
import Primitives

/// Where cards come from: files, or the person at the terminal. Never an argument, which other users can read.
struct CardSource {
    private let files: [String]

    init(files: [String]) { self.files = files }

    private static let mostFileBytes = 64 * 1_024

    /// How many cards there are; nil where they are asked for.
    var count: Int? { files.isEmpty ? nil : files.count }

    /// The card of a number, from 0: of the file of that place, or as it is typed.
    func card(_ place: Int, use: CardUse) throws(Failure) -> HeldSecret {
        let card = files.isEmpty ? try Self.ask(place) : try Self.card(inFile: files[place])
        do throws(CardReading.Problem) { try CardReading.check(card, use: use) } catch { throw Failure(error) }
        return card
    }

    private static func ask(_ place: Int) throws(Failure) -> HeldSecret {
        do throws(Terminal.PromptFailure) {
            return HeldSecret(try Terminal.askSecret(place == 0 ? "card: " : "another card: "))
        } catch {
            switch error {
            case .noTerminal:
                throw .usage(
                    "there is no terminal to ask for the card", hint: "name its file: --card-file FILE",
                    why: "no-terminal")
            case .tooLong: throw .usage("this is no card: it is too long", why: "card")
            case .interrupted: throw .usage("no card was given", why: "card")
            }
        }
    }

    /// The card in a file as `coffer init` writes it, or with nothing but the card.
    static func card(inFile path: String) throws(Failure) -> HeldSecret {
        var bytes: [UInt8]
        do throws(HostError) { bytes = try DurableFile.read(path, limit: mostFileBytes) } catch {
            throw .file(error, "the card's file cannot be read", why: "card-file")
        }
        let contents = SecretBytes(wiping: &bytes)
        guard let card = CardReading.find(in: contents) else {
            throw .usage(
                "there is no card in this file", hint: "a line of it begins with cofferu1 or cofferr1", why: "card-file"
            )
        }
        return card
    }
}

extension Failure {
    init(_ problem: CardReading.Problem) {
        let (code, exitCode): (String, Int32) =
            switch problem.kind {
            case .malformed: ("malformed", 2)
            case .denied: ("denied", 3)
            case .repeated: ("conflict", 7)
            case .damaged: ("integrity", 6)
            }
        self.init(
            code: code, why: problem.kind == .denied ? "wrong-card" : "card", message: "this card was not accepted",
            hint: problem.hint, exitCode: exitCode)
    }
}
