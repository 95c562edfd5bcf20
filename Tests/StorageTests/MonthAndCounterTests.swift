import AccessLog
import Foundation
import Testing

@testable import Storage

struct CounterWindowTests {
    /// What a new window says to each of these counters in turn.
    private func answers(_ counters: [UInt64]) -> [Bool] {
        var window = CounterWindow()
        return counters.map { window.accept($0) }
    }

    @Test func `each counter is accepted once, in any order within 64`() {
        #expect(answers([1, 3, 2, 64, 65, 66]) == [true, true, true, true, true, true])
        // 66 - 64 = 2 is out, 3 has been seen, 4 is in.
        let again = answers([1, 3, 2, 64, 65, 66, 3, 64, 65, 66, 2, 4]).suffix(6)
        #expect(again == [false, false, false, false, false, true])
    }

    @Test func `a counter 63 below the highest is in, one 64 below is out`() {
        for (age, accepted) in [(UInt64(63), true), (64, false), (65, false)] {
            #expect(answers([1_000, 1_000 - age]) == [true, accepted])
        }
    }

    @Test func `zero is no counter, and the largest jump forgets the past`() {
        let answers = answers([0, 5, .max, 5, .max, .max - 63, .max - 64])
        #expect(answers == [false, true, true, false, false, true, false])
    }

    @Test func `it agrees with a set of all counters seen`() {
        var generator = SystemRandomNumberGenerator()
        var window = CounterWindow()
        var seen: Set<UInt64> = []
        var highest: UInt64 = 0
        for _ in 0..<20_000 {
            let low = highest > 100 ? highest - 100 : 1
            let counter = UInt64.random(in: low...(highest + 30), using: &generator)
            let expected = !seen.contains(counter) && counter > 0 && counter + 64 > highest
            let answer = window.accept(counter)
            #expect(answer == expected)
            if expected {
                seen.insert(counter)
                highest = max(highest, counter)
            }
        }
    }
}

struct LogMonthTests {
    @Test(arguments: [
        (Int64(0), UInt32(197_001)), (1_795_289_434_000, 202_611), (951_782_399_999, 200_002),
        (951_782_400_000, 200_002), (951_868_800_000, 200_003), (1_767_225_599_999, 202_512),
        (1_767_225_600_000, 202_601), (4_107_542_400_000, 210_003), (4_107_542_399_999, 210_002),
    ])
    func `a time lies in its month of UTC`(_ milliseconds: Int64, _ month: UInt32) {
        #expect(LogMonth.of(milliseconds) == month)
    }

    @Test func `every day of two centuries agrees with Foundation`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for day in Int64(0)..<(200 * 366) {
            let seconds = day * 86_400
            let parts = calendar.dateComponents([.year, .month], from: Date(timeIntervalSince1970: Double(seconds)))
            let expected = try #require(parts.year) * 100 + #require(parts.month)
            #expect(LogMonth.of(seconds * 1_000) == UInt32(expected))
            #expect(LogMonth.of(seconds * 1_000 + 86_399_999) == UInt32(expected))
        }
    }
}
