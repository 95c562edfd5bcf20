/// The steps of an axis for counts: whole numbers, at most four of them, of the form 1, 2 or 5 and zeros.
struct Axis {
    let step: UInt64
    let top: UInt64

    init(most: UInt64) {
        let most = min(most, .max / 4)
        var step: UInt64 = 1
        var factors: [UInt64] = [2, 5, 10]
        var power: UInt64 = 1
        while most > 4 * step {
            let (next, overflows) = power.multipliedReportingOverflow(by: factors[0])
            guard !overflows, next <= .max / 8 else { break }
            step = next
            factors.append(factors.removeFirst())
            if factors[0] == 2 { power = step }
        }
        self.step = step
        top = max(1, (most + step - 1) / step) * step
    }

    /// From 0 to the top.
    var marks: [UInt64] { (0...(top / step)).map { $0 * step } }

    func share(_ value: UInt64) -> Double { Double(value) / Double(top) }
}
