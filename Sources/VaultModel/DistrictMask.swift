/// `Mask.district`.
enum DistrictMask {
    /// Keeps the leading divisions, province to district, and hides the rest. An address that does not begin like
    /// that, or has nothing to hide behind its district, is hidden altogether: better a useless mask than a door number.
    static func apply(_ address: String) -> String {
        let characters = Array(address.prefix(longest + 1))
        guard let end = end(of: characters), end < characters.count else { return Mask.hidden }
        return String(characters[..<end]) + Mask.hidden
    }

    /// No division's full name from the province down is longer.
    private static let longest = 28
    /// A single division's name: `双江拉祜族佤族布朗族傣族自治县` has fifteen characters.
    private static let longestName = 16

    private static let provinceEnds = ["特别行政区", "特別行政區", "自治区", "自治區"].map { Array($0) }
    private static let districtEnds: Set<Character> = ["区", "區", "县", "縣", "旗"]
    /// What ends a street's name; only as the first character of a division's name harmless (路南区, 道里区).
    private static let streets = Set("路街道巷弄号號栋棟室座")
    /// Places below a district, unless the very next character makes them a district or city (鼓楼区, 新乡市).
    private static let places = Set("村镇鎮乡鄉楼樓园園院里")
    /// Before 区 these make a housing estate or a site, not a division: 小区, 工业园区, 开发区.
    private static let sites = Set("小社校园園景厂廠院矿礦库庫舍宅活业業技发發税稅保")

    /// The index after the last division, or nil.
    private static func end(of characters: [Character]) -> Int? {
        var start = provinceEnd(characters) ?? 0
        var found: Int?
        for position in start..<max(start, characters.count) {
            let character = characters[position]
            let isFirst = position == start
            if isFirst, districtEnds.contains(character) || character == "市" { return found }
            if position - start >= longestName || isBreak(characters, position, isFirst: isFirst) { return found }
            if isDistrictEnd(characters, position) { return position + 1 }
            if isCityEnd(characters, position) {
                // A second 市 is a city at county level: 苏州市昆山市.
                if found != nil { return position + 1 }
                found = position + 1
                start = position + 1
            }
        }
        return found
    }

    private static func isDistrictEnd(_ characters: [Character], _ position: Int) -> Bool {
        // Banners are Inner Mongolia's; elsewhere 红旗 is a street.
        if characters[position] == "旗" { return ["内蒙", "內蒙"].contains(String(characters[..<2])) }
        return districtEnds.contains(characters[position]) && !sites.contains(characters[position - 1])
    }

    private static func isCityEnd(_ characters: [Character], _ position: Int) -> Bool {
        switch characters[position] {
        case "市", "盟": true
        // 州 alone ends names of cities (苏州市); a prefecture says 自治州.
        case "州": position >= 2 && characters[(position - 2)..<position].elementsEqual("自治")
        default: false
        }
    }

    private static func isBreak(_ characters: [Character], _ position: Int, isFirst: Bool) -> Bool {
        let character = characters[position]
        if character.isASCII || character.isWhitespace || isDigit(character) { return true }
        if streets.contains(character) { return !isFirst }
        guard places.contains(character), !isFirst else { return false }
        let next = position + 1 < characters.count ? characters[position + 1] : " "
        return !(districtEnds.contains(next) || next == "市")
    }

    /// Digits only: 京, 三 and 万 count as numbers too, and begin names of cities.
    private static func isDigit(_ character: Character) -> Bool {
        character.unicodeScalars.first?.properties.numericType == .decimal
    }

    /// The index after the province, when the address names one by a long form or by 省.
    private static func provinceEnd(_ characters: [Character]) -> Int? {
        for index in characters.indices.prefix(12) {
            if index > 0, characters[index] == "省" { return index + 1 }
            for end in provinceEnds where index > 0 && characters[index...].starts(with: end) {
                return index + end.count
            }
        }
        return nil
    }
}
