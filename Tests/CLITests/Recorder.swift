import Console
import Synchronization

/// Keeps what an `Output` writes.
final class Recorder: Sendable {
    private let written = Mutex<[(stream: Output.Stream, bytes: [UInt8])]>([])

    func output(json: Bool = false, paint: Paint = .none) -> Output {
        Output(isJSON: json, width: nil, paint: paint, notesPaint: paint) { stream, bytes in
            self.written.withLock { $0.append((stream, bytes)) }
        }
    }

    func text(_ stream: Output.Stream) -> String {
        written.withLock { items in
            String(decoding: items.filter { $0.stream == stream }.flatMap(\.bytes), as: UTF8.self)
        }
    }
}
