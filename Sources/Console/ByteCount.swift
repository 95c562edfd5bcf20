/// Sizes for people.
public enum ByteCount {
    /// `812 B`, `1.4 MiB`: binary units, one decimal below ten.
    public static func text(_ bytes: Int64) -> String {
        var value = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
            if value < 1_024 || unit == "TiB" {
                let isShort = unit != "B" && value < 10
                let tenths = (value * 10).rounded()
                return isShort ? "\(tenths / 10) \(unit)" : "\(Int64(value.rounded())) \(unit)"
            }
            value /= 1_024
        }
        return "\(bytes) B"
    }
}
