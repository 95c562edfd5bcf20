@testable import Wire

extension SampleMessages {
    static let witnesses: [SampleMessage] = [
        SampleMessage(AddWitness.Request(name: "officer", url: "https://w.example/a", key: "officer+0a+key")),
        SampleMessage(RemoveWitness.Request(name: "officer")),
        SampleMessage(
            ListWitnesses.Reply(witnesses: [
                ListWitnesses.Witness(name: "officer", url: "unix:/run/w", key: "officer+0a+key", size: 3, time: 4)
            ])),
        SampleMessage(GetCheckpoint.Request(from: 1, to: 2)),
        SampleMessage(GetCheckpoint.Reply(checkpoint: "note", proof: ["hash"])),
        SampleMessage(WitnessedNote(note: "note")),
        SampleMessage(StoreCosigned.Reply(witnesses: ["officer"])),
        SampleMessage(ConsistencyReply(proof: ["hash"])),
        SampleMessage(WitnessedState(name: "officer", size: 3, time: 4)),
    ]
}
