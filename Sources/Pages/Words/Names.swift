import AccessLog
import VaultModel

/// The closed lists of the log in words.
extension Words {
    func name(_ reason: Reason) -> String {
        let names: (en: String, zh: String) =
            switch reason {
            case .granted: ("granted", "已允许")
            case .notEnrolled: ("key not enrolled", "密钥未登记")
            case .revokedKey: ("key revoked", "密钥已吊销")
            case .revokedCapability: ("loan taken back", "授权已收回")
            case .unregistered: ("capability not registered", "授权未登记")
            case .noRoot: ("no right in force", "没有有效权限")
            case .expired: ("right has run out", "权限已过期")
            case .notYetValid: ("right not valid yet", "权限尚未生效")
            case .chain: ("right does not follow", "授权链不成立")
            case .exhausted: ("used up", "次数已用完")
            case .orderClosed: ("order has ended", "订单已结束")
            case .unknownRole: ("unknown role", "未知角色")
            case .act: ("act not allowed", "操作不允许")
            case .field: ("field not allowed", "字段不允许")
            case .form: ("form not allowed", "形式不允许")
            case .purpose: ("purpose not allowed", "用途不允许")
            case .shop: ("other shop", "其他门店")
            case .subject: ("other customer", "其他客户")
            case .unknownField: ("unknown field", "未知字段")
            case .unknownPurpose: ("unknown purpose", "未知用途")
            case .lookup: ("look-up not allowed", "查找方式不允许")
            case .approvalRequired: ("approval required", "需要审批")
            case .confidentiality: ("no confidentiality agreement", "未签保密协议")
            case .training: ("training has run out", "培训已过期")
            case .replay: ("repeated request", "重复请求")
            case .counter: ("counter behind", "计数落后")
            case .clock: ("clocks differ", "时钟不一致")
            case .rate: ("limit reached", "达到上限")
            case .malformed: ("not understood", "格式有误")
            case .headMismatch: ("asks more than signed", "超出签名范围")
            case .notFound: ("not found", "未找到")
            case .conflict: ("conflict", "冲突")
            case .invalidValue: ("invalid value", "值无效")
            case .integrity: ("integrity", "完整性问题")
            case .sealed: ("vault sealed", "保险库已封存")
            case .wrongPassphrase: ("wrong passphrase", "口令错误")
            case .wrongCard: ("card refused", "解封卡被拒绝")
            case .wrongKey: ("wrong key file", "密钥文件错误")
            case .unavailable: ("unavailable", "暂不可用")
            case .aborted: ("interrupted", "中断")
            }
        return language == .en ? names.en : names.zh
    }

    func name(_ kind: EntryKind) -> String {
        let names: (en: String, zh: String) =
            switch kind {
            case .read: ("read", "查看")
            case .lookup: ("look-up", "查找")
            case .write: ("change", "修改")
            case .list: ("list", "列表")
            case .export: ("export", "导出")
            case .delegate: ("lending", "出借授权")
            case .revoke: ("revocation", "吊销")
            case .enrol: ("enrolment", "登记")
            case .offboard: ("offboarding", "离职处理")
            case .role: ("right given", "授予权限")
            case .policy: ("policy", "策略")
            case .approve: ("approval", "审批")
            case .purge: ("purge", "清除日志")
            case .erase: ("erasure", "删除客户")
            case .breakglass: ("emergency", "紧急访问")
            case .backup: ("backup", "备份")
            case .restore: ("restore", "恢复")
            case .unauthSummary: ("unknown keys", "未知密钥")
            case .startup: ("start", "启动")
            case .seal: ("sealing", "封存")
            case .unseal: ("unsealing", "解封")
            case .clock: ("clock accepted", "时钟确认")
            case .clockAlarm: ("clock alarm", "时钟警报")
            case .witness: ("witness", "见证")
            case .recover: ("recovery", "密钥恢复")
            case .canary: ("canary", "诱饵记录")
            case .alert: ("alert", "警报")
            case .intent: ("intent", "意向")
            case .aborted: ("interrupted", "中断")
            case .job: ("job", "作业")
            case .rotate: ("key rotation", "密钥轮换")
            case .hold: ("hold", "保全")
            case .import: ("import", "导入")
            case .propose: ("proposal", "更正建议")
            case .notify: ("notice sent", "通知客户")
            case .scan: ("leak scan", "泄露扫描")
            case .incident: ("incident", "事件")
            case .share: ("card given", "出示解封卡")
            }
        return language == .en ? names.en : names.zh
    }
}
