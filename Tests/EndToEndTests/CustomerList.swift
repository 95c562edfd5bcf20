import Foundation

/// Lists of customers as the platform exports them, for `policies/maps/takeout-customers.yaml`.
enum CustomerList {
    static let map = Sandbox.root + "/policies/maps/takeout-customers.yaml"
    static let header = "姓名,手机号,收货地址,邮箱,生日,偏好,来源,营销同意\n"

    /// So many customers; the phone number of the first is `13710000000`, of the next `13710000001`.
    static func csv(rows: Int) -> String {
        var csv = header
        for index in 0..<rows {
            csv += "客户\(index),137\(String(format: "%08d", index + 10_000_000)),杭州市西湖区 \(index) 号,,,,walk-in,否\n"
        }
        return csv
    }
}
