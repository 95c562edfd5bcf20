/// `Mask.surname`.
enum SurnameMask {
    /// Shows the first character, or a compound surname when at least one character of a given name is left to hide.
    /// A name of one character is hidden altogether.
    static func apply(_ name: String) -> String {
        let characters = Array(name.prefix(4))
        guard characters.count > 1 else { return Mask.hidden }
        let pair = String(characters[0...1])
        if characters.count > 2, compound.contains(pair) { return pair + "**" }
        // A character may be a pile of marks; what is shown stays one letter.
        return String(characters[0].unicodeScalars.prefix(1)) + "**"
    }

    /// The compound surnames in use (Ministry of Public Security, name reports 2019 to 2021), both scripts.
    private static let compound: Set<String> = [
        "欧阳", "歐陽", "上官", "皇甫", "令狐", "诸葛", "諸葛", "司徒", "司马", "司馬", "申屠", "夏侯", "贺兰", "賀蘭",
        "完颜", "完顏", "慕容", "尉迟", "尉遲", "长孙", "長孫", "宇文", "东方", "東方", "公孙", "公孫", "南宫", "南宮",
        "西门", "西門", "东郭", "東郭", "百里", "端木", "轩辕", "軒轅", "呼延", "钟离", "鍾離", "独孤", "獨孤", "澹台",
        "澹臺", "太史", "淳于", "闻人", "聞人", "公羊", "赫连", "赫連", "万俟", "萬俟", "濮阳", "濮陽", "第五", "拓跋",
    ]
}
