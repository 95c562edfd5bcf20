import Testing
import VaultModel

@Suite("Values of the sample files", .enabled(if: SampleData.isThere, "sample files are absent; set COFFER_DATA"))
struct SampleDataTests {
    /// The values that are wrong on purpose.
    private static let badPhones: Set<String> = ["", "无", "123", "1380013800x"]

    @Test(
        "every phone has an E.164 form, except those that are wrong on purpose",
        arguments: [
            ("takeout-customers.csv", "手机号"), ("takeout-customers-bom.csv", "手机号"), ("shoecare-members.csv", "联系电话"),
        ])
    func phones(file: String, column: String) throws {
        var good = 0
        for row in try SampleData.rows(file) {
            let raw = try #require(row[column])
            if Self.badPhones.contains(raw) {
                #expect(
                    failure { () throws(FieldValueError) in try FieldType.phone.canonical(raw, region: china) } != nil)
                continue
            }
            let phone = try PhoneNumber(raw, region: china)
            #expect(phone.e164.hasPrefix("+86"))
            #expect(phone.extension.isEmpty)
            let digits = raw.unicodeScalars.compactMap { scalar in
                scalar.properties.numericType == .decimal ? scalar.properties.numericValue.map { String(Int($0)) } : nil
            }.joined()
            #expect(digits.hasSuffix(phone.e164.dropFirst(3)))
            #expect(utf8(try FieldType.phone.canonical(phone.stored, region: china)) == utf8(phone.stored))
            good += 1
        }
        #expect(good >= 40)
    }

    @Test("the ID numbers of the shoe-care list fit their check digits, except ten that are wrong on purpose")
    func idNumbers() throws {
        let rows = try SampleData.rows("shoecare-members.csv")
        #expect(rows.count == 800)
        var refused: [FieldValueError] = []
        for row in rows {
            let raw = try #require(row["身份证号"])
            do throws(FieldValueError) {
                #expect(utf8(try IDNumber(raw).text) == utf8(raw))
            } catch {
                refused.append(error)
            }
        }
        #expect(refused == Array(repeating: .idNumberCheckDigit, count: 10))
    }

    @Test("the other columns of the shoe-care list have stored forms")
    func shoeCare() throws {
        let types: [(String, FieldType)] = [
            ("会员号", .memberNumber), ("姓名", .name), ("地址", .address), ("电子邮箱", .email), ("鞋类品牌及款式", .text),
            ("购买时间", .date), ("清洗保养需求", .text), ("积分", .number),
        ]
        for row in try SampleData.rows("shoecare-members.csv") {
            for (column, type) in types {
                let raw = try #require(row[column])
                #expect(utf8(try type.canonical(raw, region: china)) == utf8(raw))
            }
        }
    }

    @Test("the other columns of the takeout list have stored forms; the addresses without @ are refused")
    func takeout() throws {
        var refused = 0
        for row in try SampleData.rows("takeout-customers.csv") {
            for (column, type) in [("姓名", FieldType.name), ("收货地址", .address), ("来源", .enumeration)] {
                let raw = try #require(row[column])
                #expect(utf8(try type.canonical(raw, region: china)) == utf8(raw))
            }
            for (column, type) in [("生日", FieldType.date), ("偏好", .text), ("营销同意", .consent), ("邮箱", .email)] {
                let raw = try #require(row[column])
                if raw.isEmpty { continue }
                if raw == "not-an-email@" {
                    #expect(failure { () throws(FieldValueError) in try EmailAddress(raw) } == .emailForm)
                    refused += 1
                } else {
                    _ = try type.canonical(raw, region: china)
                }
            }
        }
        #expect(refused == 10)
    }

    @Test("the columns of the orders have stored forms")
    func orders() throws {
        let types: [(String, FieldType)] = [
            ("订单编号", .code), ("下单时间", .datetime), ("菜品", .text), ("数量", .number), ("金额", .amount),
            ("支付方式", .enumeration),
        ]
        for row in try SampleData.rows("takeout-orders.csv") {
            for (column, type) in types { _ = try type.canonical(#require(row[column]), region: china) }
        }
    }

    @Test("a masked phone shows seven digits, a masked name its surname, a masked address no number")
    func masks() throws {
        for row in try SampleData.rows("shoecare-members.csv") {
            let phone = try FieldType.phone.canonical(#require(row["联系电话"]), region: china)
            let masked = Mask.middle.apply(phone)
            #expect(masked.filter(\.isNumber).count <= 8)
            #expect(masked.contains("****"))
            let address = try FieldType.address.canonical(#require(row["地址"]), region: china)
            let shown = Mask.district.apply(address)
            #expect(shown.hasSuffix("***"))
            #expect(!shown.contains(where: \.isASCII) || !shown.dropLast(3).contains(where: \.isASCII))
            #expect(shown.count - 3 < address.count)
        }
    }
}
