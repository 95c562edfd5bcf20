import Testing

@testable import Client

@Suite struct ClockHelpTests {
    @Test(arguments: [-24, -1, 0, 1, 24] as [Int64])
    func `clocks that agree within what requests allow are not the reason`(difference: Int64) {
        #expect(ClockHelp(brokerTime: 1_000_000 + difference, ownTime: 1_000_000, offset: 0) == .unrelated)
    }

    @Test(arguments: [-600, -25, 25, 31, 600] as [Int64])
    func `up to ten minutes are corrected silently`(difference: Int64) {
        let help = ClockHelp(brokerTime: 1_000_000 + difference, ownTime: 1_000_000, offset: 0)
        #expect(help == .retry(offsetSeconds: difference))
        // With the correction applied, the same answer is no reason to go on.
        #expect(ClockHelp(brokerTime: 1_000_000 + difference, ownTime: 1_000_000, offset: difference) == .unrelated)
    }

    @Test(arguments: [-86_400, -601, 601, 86_400] as [Int64])
    func `more than ten minutes need a person`(difference: Int64) {
        let help = ClockHelp(brokerTime: 1_000_000 + difference, ownTime: 1_000_000, offset: 0)
        #expect(help == .refuse(offsetSeconds: difference))
    }
}
