import Archive
import Testing
import VaultModel

@Suite struct ArchiveNamesTests {
    @Test func `a life of which packs alone are left is found where it is asked for`() {
        let (vault, other) = (VaultID.random(), VaultID.random())
        let hash = String(repeating: "a", count: 64)
        let names = [
            "target.json", "\(vault)/2/m/0000000001.00000000.json", "\(vault)/1/p/aa/\(hash)", "\(vault)/1/e/1.json",
            "\(other)/x/p/aa/\(hash)", "\(vault)/3/p/\(hash)", "p/\(vault)/4/m/x",
        ]
        let later = ArchiveNames(vault: vault, generation: 2)
        #expect(ArchiveNames.found(in: names) == [later])
        #expect(
            ArchiveNames.found(in: names, withPacks: true) == [later, ArchiveNames(vault: vault, generation: 1)])
    }
}
