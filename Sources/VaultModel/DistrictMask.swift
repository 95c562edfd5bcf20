/// `Mask.district`.
enum DistrictMask {
    /// Keeps the leading divisions, province to district, and hides the rest. An address that does not begin like
    /// that, or has nothing to hide behind its district, is hidden altogether: better a useless mask than a door number.
    static func apply(_ address: String) -> String {
        let characters = Array(address.prefix(longest + 1))
        guard let end = end(of: characters), end < characters.count, end <= longest else { return Mask.hidden }
        return String(characters[..<end]) + Mask.hidden
    }

    /// No division's full name from the province down is longer.
    private static let longest = 24
    /// From the city's last character to the district's: `浦东新区`, `双江拉祜族佤族布朗族傣族自治县`.
    private static let longestDistrict = 16

    private static let provinceEnds = ["特别行政区", "特別行政區", "自治区", "自治區"].map { Array($0) }
    private static let cities: Set<Character> = ["市", "州", "盟"]
    private static let districts: Set<Character> = ["区", "區", "县", "縣", "旗"]
    /// What begins a street address, so that a compound named 小区 or a street named 市府路 is not taken for a division.
    private static let streets = Set("路街道巷弄号號村镇鎮乡鄉楼樓栋棟室座园園院里")
    /// Before 区 these make a housing estate or a site, not a division.
    private static let sites = Set("小社校园園景厂廠院矿礦山库庫营營舍宅活业業技发發税保")

    /// The index after the last division, or nil.
    private static func end(of characters: [Character]) -> Int? {
        var position = provinceEnd(characters) ?? 0
        var found: Int?
        var start = position
        while position < characters.count, position - start < longestDistrict {
            let character = characters[position]
            if character.isNumber || character.isASCII || streets.contains(character) { break }
            if districts.contains(character), position > start, !sites.contains(characters[position - 1]) {
                return position + 1
            }
            if cities.contains(character), position > start {
                found = position + 1
                start = position + 1
            }
            position += 1
        }
        return found
    }

    /// The index after the province, when the address names one by a long form or by 省.
    private static func provinceEnd(_ characters: [Character]) -> Int? {
        for index in characters.indices.prefix(12) {
            if index > 0, characters[index] == "省" { return index + 1 }
            for end in provinceEnds where characters[index...].starts(with: end) { return index + end.count }
        }
        return nil
    }
}
