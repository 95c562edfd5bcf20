import VaultModel

/// Names that a policy makes up: roles, purposes, fields. Those that the policies of this project share are put into words;
/// others are shown as they are.
extension Words {
    func role(_ name: String) -> String { language == .zh ? Self.roles[name] ?? name : name }
    func purpose(_ name: String) -> String { language == .zh ? Self.purposes[name] ?? name : name }

    private static let roles = [
        "customer-service": "客服", "online-service": "在线客服", "courier": "配送员", "craftsman": "技师", "finance": "财务",
        "management": "管理层", "compliance-officer": "合规专员", "backup-operator": "备份操作员",
        "backup-machine": "备份机器", "owner": "负责人",
    ]

    private static let purposes = [
        "order": "订单", "delivery": "配送", "support": "咨询", "complaint": "投诉", "settlement": "结算",
        "membership": "会员", "care": "关怀回访", "import": "导入", "subject-request": "客户权利请求", "incident": "事件处理",
        "intake": "收件", "pickup": "取件",
    ]

    func name(_ form: Form) -> String {
        switch form {
        case .full: self[.formFull]
        case .masked: self[.formMasked]
        case .match: self[.formMatch]
        }
    }

    /// A field as a customer would call it; the policy's own name where it is none of the usual ones.
    func name(_ field: FieldName) -> String {
        let names: (en: String, zh: String)? =
            switch field.description {
            case "customer.name": ("name", "姓名")
            case "customer.phone": ("phone", "电话")
            case "customer.address": ("address", "地址")
            case "customer.email": ("e-mail", "电子邮箱")
            case "customer.id_number": ("ID number", "证件号码")
            case "customer.birthday": ("birthday", "生日")
            case "customer.preferences": ("preferences", "偏好")
            case "customer.source": ("how you came to us", "来源")
            case "customer.marketing_consent": ("consent to advertising", "营销同意")
            case "customer.member_number": ("member number", "会员号")
            case "customer.level": ("level", "会员等级")
            case "customer.points": ("points", "积分")
            default: nil
            }
        guard let names else { return field.record == "customer" ? field.field : field.description }
        return language == .en ? names.en : names.zh
    }
}
