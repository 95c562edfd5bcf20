import Primitives
import Testing
import VaultModel

@testable import Keys

/// A seal file of the first release with every kind of slot, and what each of them opens. It must open for ever.
struct GoldenSlotTests {
    @Test func `a seal file of the first release opens with passphrase, cards and host key`() throws {
        let file = try SealFile.parse(hex(GoldenSlots.sealFile))
        #expect(file.slots.map(\.kind) == [.passphrase, .shares, .hostKey])
        let vault = file.facts.vault
        let cards = try GoldenSlots.cards.map { (text) throws(ShareError) in
            try ShareCard(parsing: SecretBytes(text: text))
        }
        let set = file.shareSlots[0].set
        for chosen in choices(of: cards, 2) {
            let root = try file.rootKey(.shares(set: set.id, secret: try set.combine(chosen, vault: vault)))
            let isSame = root.secret.equals(SecretBytes(copying: ramp(0xE0, 32)))
            #expect(isSame)
        }
        _ = try file.rootKey(.hostKey(HeldSecret(SecretBytes(copying: ramp(0x60, 32)))))
        let root = try file.rootKey(passphrase: SecretBytes(text: "correct horse battery staple"))
        let seal = try file.verify(with: root)
        #expect(Hex.encode(seal.bytes) == GoldenSlots.sealFile)

        #expect(seal.facts.confirmedSets == [set.id])
        let recovery = try #require(seal.facts.recovery)
        #expect(recovery.certifies(seal.facts.logKey, vault: vault))
        let secret = try set.combine(cards, vault: vault)
        let opens = RecoveryIdentity(vault: vault, secret: secret.value)
            .opens(recovery, recipients: seal.facts.recoveryRecipients, vault: vault)
        #expect(opens, "its recovery set shares the same secret, which a real one never does")
    }
}

enum GoldenSlots {
    static let cards = [
        "cofferu1qyqsyqcpqypqxpq9qcrsshp5xrfez4f0deswehqf8luldazgsat25m8tmwkhtfmgqy9clqcwxttpky",
        "cofferu1qyqsyqczqypqxpq9qcrs3vr0ch4vyz60dcdjw8va7g6rmpp7rc0mq0zvhdnn72rj63vuumcp5tsu0g",
        "cofferu1qyqsyqcrqypqxpq9qcrs3ut72p0sufvpc6k0u4xns34xy2p5khnm2r9dngssn2tm575q6hqyh44xlq",
    ]

    static let sealFile =
        "434f46465345414c0100020094060000202122232425262728292a2b2c2d2e2f01000000000000000200000000000000"
        + "00013800a20100000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f200203040506070809"
        + "0a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021481ede772da15785c9e59a086201b8c3f9c307129e3fc6d7"
        + "f34aa4dfed5814e5d2eb993b63143528e70dcdc7eb9ca21010dd769be95250c2c5babfad15d458e24fd099ccd47d7893"
        + "dfe9ec24414ecb0d9b5420232aad30d91c465be33cbe65c40405060708090a0b0c0d0e0f101112131415161718191a1b"
        + "1c1d1e1f20212223030001000102010000000000800000000000391af53ab35eb127294110d832e1b1cf8f7167bd5edb"
        + "e1dfb806f28a831f2815509aa4b05a6eeef22a224390d74f70cd780001010000000000000000000000000000d3b69031"
        + "0662f5531115b94de80970b5241ecb76892c6eaa7edb52100668019c3f7f4c1d59644694415313f820ac266abc7051ac"
        + "c0c73d8c529300388e00d097ddf3520cf2c23201a46358ccda67e470bce2ebbbc1fbb4ca78df5e93acfa1cbf973c1973"
        + "3df8361402000202020300000102030405060708102f5428935cafd5953466adfa218fe9b27be16586c65227e34d6d69"
        + "9bbd7c39269846550d3767167349a396f6814c73d05657c6f81ad7a7666fd1bbc8483a62c7878b2fba79d43c748d2f9a"
        + "34db870f780001010000000000000000000000000000c78fbd90e02352dca4d534ee1aff060ef67f721eb13aa108531b"
        + "25a18c3415d17c5c8c189cd6a573a2e21d48e7422234460d181941ba6a823c828bf62ba4fdb3ae8cd42340ce912a7ec7"
        + "c29c5b55aa0f2286606e0e7011f5719e83a126dd2bf97c8b846954b6cf1e030003020000000096ca62abb77b13392984"
        + "fba588083e99f96bacbebe3748cfb646dcfae64cac4dbb2352c78b598285780001010000000000000000000000000000"
        + "263c9982ac642d38a2ce45ca9f1425f43a486c17f7b589b25c6d003bcbc431816fee57f6110247d52b7be7913abba367"
        + "8f6477a5ac59790260acef36c2d84c90e421d751c8a631abc8b72c16f8bc2aa944dea49165efafaebe9e1ecc4aa5b312"
        + "a83b25a3d21b80fa01003e006167653135766c68386437643268306b3439376c796d7a336d39647938326d6764757268"
        + "6b71646a613973356d303234633079736c76347163307877346b0102030203040506070809f9f04cbcb89adfb4e6be42"
        + "358c70257401228f774423322425e4ec9bcb4613fa4d83f13b822bbc59499c71233f15fb94d6eddd2cd74d9dbd665997"
        + "3f4c68b8f0b59a159e0873072a87068e501e6d8770b97a09172c12308fb708c91ce5cbd92a5359322ac48f59f7a0b158"
        + "a71d9e3add0e0c64ad9be3fc3c68520002c0789c21df7ce8a80bb8720444191aa86f6a97057800010100000000000000"
        + "000000000000005ad10fa67e18868612d63dad9c3a77d1c1264ce4c207f141d087700e5b5e5032f78a24f1b266af6e33"
        + "cd6ae863f9bd58da42f0eb05e65d2a37310cb4aeb70e1043f27aed54802f56c4195d637ea633e74d9d7ed0a004e54427"
        + "b8daa122f10f0ee0ebc3aaa4cfe4e5010102030405060708d801000001010000000000000100000000000000f38eb753"
        + "c6c61c7ea0a5a46037168c15b42c79880d1a1de0197b2d3c77a6f189f840fea82b1b64f02c20ec367adac8accdf4f9f0"
        + "4a1d14192819e82f6eb3f143569547071525a515e9ea10935c599ae14070ffb466874601de50b547a5ab3387b05afcf6"
        + "77af2e38d2267b13118478e3f5e94fb10c022be9811f7dd03c67838f149e5f198e47d3cddcfcc445097b5745826f7778"
        + "e509a035017b3099ac1fd7facabc749c65f6bbe5fec88f29a1a2d19f81f4cc661210d6f98021311fb6932330e0e85526"
        + "8d975b40df3f645711cc76d7635cf1c44778f0439e7ef033681674f24732104751260e03f60b5d6b0970f85316ee8c9c"
        + "28d1ae7bb12badb541cf9a3f85a3fc0e9cc043ac5f5134a0888a877bde566a5fae9cd933c5993c917deee36b42ff852c"
        + "d78bc15e3b138da2c8db57a474acf1a4b9c3cd3163306884905984a325c1a9246b8b4d41e1b11ba6bfedae919007a751"
        + "eda3734e4468f172dca7bb1dcfea2b07400a1c834b8abdd76e0bad9eef74e199d8c7850af72869f915153f3fadc27378"
        + "92b59e8870591959b0eb9cd6480aa23657bab203f1265ddfacc41f3e79d754ddb3b6b062acc8b4e71f89dcb4a5aa289a"
        + "cc0b1e034be89f0f9019457e97b00e1f96b50dd6c9a98bf93ebb25474547214a9b9205eabc0d1ab6e546df5129258d83"
        + "f0b9adb6"
}
