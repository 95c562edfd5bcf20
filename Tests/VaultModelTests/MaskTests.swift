import Testing
import VaultModel

@Suite("Masks")
struct MaskTests {
    @Test(
        "hide the telling part",
        arguments: [
            (Mask.surname, "张小明", "张**"), (.surname, "张三", "张**"), (.surname, "欧阳娜娜", "欧阳**"),
            (.surname, "司馬懿", "司馬**"),
            (.surname, "Alice Smith", "A**"), (.surname, "阿卜杜拉·买买提", "阿**"), (.surname, "欧阳", "欧**"),
            (.middle, "+8613812345678", "138****5678"), (.middle, "+862174851302", "021****1302"),
            (.middle, "+862164851302;ext=801", "021****1302"), (.middle, "+85291234567", "****4567"),
            (.middle, "+886912345678", "09****5678"),
            (.district, "浙江省杭州市西湖区文三路1号", "浙江省杭州市西湖区***"), (.district, "上海市浦东新区世纪大道1号", "上海市浦东新区***"),
            (.district, "湖南省兴城市西峰拉萨路Z座 734405", "湖南省兴城市***"), (.district, "内蒙古自治区呼和浩特市赛罕区大学路", "内蒙古自治区呼和浩特市赛罕区***"),
            (.district, "内蒙古自治区锡林郭勒盟苏尼特左旗满都拉图镇", "内蒙古自治区锡林郭勒盟苏尼特左旗***"),
            (.district, "江苏省苏州市工业园区星湖街1号", "江苏省苏州市***"), (.district, "南京市鼓楼区中山路1号", "南京市鼓楼区***"),
            (.district, "哈尔滨市道里区中央大街", "哈尔滨市道里区***"), (.district, "江苏省镇江市京口区正东路", "江苏省镇江市京口区***"),
            (.district, "台北市大安區忠孝東路四段1號", "台北市大安區***"), (.district, "香港特别行政区沙田区沙田正街1号", "香港特别行政区沙田区***"),
            (.district, "上海市红旗路3号", "上海市***"), (.district, "李家小区3号", "***"), (.district, "文三路1号", "***"),
            (.district, "12 High Street", "***"), (.district, "朝阳区", "***"), (.district, "市府路小区3栋", "***"),
            (.local, "lihua@example.com", "l***@example.com"), (.local, "李华@例子.中国", "李***@例子.中国"),
            (.tail4, "632522200003091691", "****1691"), (.tail4, "A123456789", "****89"),
            (.tail4, "A1234563", "****63"),
            (.tail4, "M0700000", "****00"),
            (.month, "1990-05-17", "05-**"), (.all, "花生过敏", "***"), (.none, "meituan", "meituan"),
        ])
    func hide(mask: Mask, value: String, expected: String) {
        #expect(utf8(mask.apply(value)) == utf8(expected))
    }

    @Test(
        "show no more of short values than of long ones",
        arguments: [
            (Mask.surname, "张", "***"), (.surname, "张三", "张**"), (.surname, "", "***"), (.surname, "👩‍👩‍👧", "***"),
            (.local, "a@x.cn", "***@x.cn"), (.local, "ab@x.cn", "a***@x.cn"), (.local, "abc@x.cn", "a***@x.cn"),
            (.tail4, "1", "****"), (.tail4, "12", "****"), (.tail4, "123", "****"), (.tail4, "1234", "****4"),
            (.middle, "+861", "****"), (.middle, "12", "****"), (.middle, "123", "****"), (.middle, "", "****"),
            (.district, "区", "***"), (.district, "市区", "***"), (.district, "省", "***"), (.district, "", "***"),
            (.month, "5", "***"), (.month, "05", "***"), (.month, "05-", "***"), (.month, "", "***"), (.all, "", "***"),
        ])
    func short(mask: Mask, value: String, expected: String) {
        #expect(utf8(mask.apply(value)) == utf8(expected))
    }

    @Test("never show a whole value, whatever it is", arguments: Mask.allCases.filter { $0 != .none })
    func neverWhole(mask: Mask) {
        let values = [
            "张", "张三", "a", "ab", "1", "+8613812345678", "l@x.cn", "1990-05-17", "632522200003091691", "上海市", "区区区",
            "县城市区", "x@", "@x", "a@b@c", "\u{0}", String(repeating: "市", count: 500),
            String(repeating: "1", count: 500),
        ]
        for value in values {
            let masked = mask.apply(value)
            #expect(masked.contains("**"))
            #expect(!masked.contains(value), "\(mask)")
            #expect(masked.count <= 40)
        }
    }

    @Test("do not tell how long the hidden part is")
    func constantLength() {
        #expect(Mask.surname.apply("张三") == Mask.surname.apply("张三丰"))
        #expect(Mask.local.apply("lihua@x.cn") == Mask.local.apply("li@x.cn"))
        #expect(Mask.all.apply("a") == Mask.all.apply("abcdef"))
    }

    @Test("suit their types: the types that name a person offer no mask that hides nothing")
    func types() {
        for type in [FieldType.name, .phone, .address, .email, .idNumber, .date] {
            #expect(!type.masks.contains(.none))
        }
        for type in FieldType.allCases { #expect(type.masks.contains(.all)) }
    }
}
