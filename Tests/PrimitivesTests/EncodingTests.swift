import Primitives
import Testing

struct EncodingTests {
    @Test func `every byte survives all encodings`() {
        for count in 0..<70 {
            let bytes = ramp(count).map { $0 &* 151 &+ 7 }
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Base64Unpadded.decode(Base64Unpadded.encode(bytes)) == bytes)
        }
        #expect(Hex.decode(Hex.encode(ramp(256))) == ramp(256))
    }

    @Test func `bytes are the same when each of them is`() {
        #expect([UInt8]().hasSameBytes(as: []))
        #expect(!ramp(3).hasSameBytes(as: ramp(4)) && !ramp(4).hasSameBytes(as: ramp(3)))
        for count in [1, 31, 64, 1_000] {
            #expect(ramp(count).hasSameBytes(as: ramp(count)))
            for place in [0, count / 2, count - 1] {
                var other = ramp(count)
                other[place] ^= 1
                #expect(!other.hasSameBytes(as: ramp(count)))
            }
        }
    }

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base 64 agrees with RFC 4648`(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        let unpadded = String(encoded.prefix { $0 != "=" })
        #expect(Base64URL.encode(Array(text.utf8)) == unpadded)
        #expect(Base64URL.decode(unpadded) == Array(text.utf8))
        #expect(Base64Unpadded.encode(Array(text.utf8)) == unpadded)
        #expect(Base64Unpadded.decode(unpadded) == Array(text.utf8))
    }

    @Test func `the two alphabets differ in two characters`() {
        #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
        #expect(Base64URL.encode([0xFB, 0xFF, 0xBF]) == "-_-_")
        #expect(Base64.decode("-_-_") == nil)
        #expect(Base64Unpadded.decode("-_-_") == nil)
        #expect(Base64Unpadded.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
        #expect(Base64URL.decode("+/+/") == nil)
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "=", "====", "Z", "Zm8", "Zm9v=", "Zh==", "Zm9=", "Zg==Zg==", " Zg==", "Zg== ", "Zg==\n",
        "Zm\n9v", "Zm 9v", "Zm9v\0", "\u{FEFF}Zm9v", "Zm9v!", "Zm9ä", "Zg=\u{0}=",
    ])
    func `base 64 has one form`(text: String) { #expect(Base64.decode(text) == nil) }

    @Test(arguments: [
        "Zg==", "Zg=", "Z", "Zh", "Zm9", "Zm9v=", " Zg", "Zg ", "Zg\n", "Z\ng", "Zg\0", "Zm+v", "Zm/v", "Zm.v", "AAAAA",
    ])
    func `base 64 for URLs has one form`(text: String) { #expect(Base64URL.decode(text) == nil) }

    @Test(arguments: [
        "Zg==", "Zg=", "Z", "Zh", "Zm9", "Zm9v=", " Zg", "Zg ", "Zg\n", "Z\ng", "Zg\0", "Zm-v", "Zm_v", "Zm.v", "AAAAA",
    ])
    func `base 64 without padding has one form`(text: String) { #expect(Base64Unpadded.decode(text) == nil) }

    /// libsodium's decoder takes some bytes above 127 for digits; found by fuzzing.
    @Test func `no character beyond ASCII is a digit of base 64`() {
        for scalar in (0x80...0x7FF).compactMap({ Unicode.Scalar($0) }) {
            for text in ["Zm\(scalar)", "\(scalar)9v", "Z\(scalar)v", "AAAA\(scalar)AA"] {
                #expect(Base64.decode(text) == nil, "U+\(String(scalar.value, radix: 16))")
                #expect(Base64Unpadded.decode(text) == nil, "U+\(String(scalar.value, radix: 16))")
                #expect(Base64URL.decode(text) == nil, "U+\(String(scalar.value, radix: 16))")
            }
        }
    }

    @Test(arguments: ["0", "0g", "AB", "aB", "0x00", "00 ", " 00", "0\n", "00\0", "００", "é0", "-1"])
    func `hexadecimal is lower-case and even`(text: String) { #expect(Hex.decode(text) == nil) }

    @Test func `hexadecimal of known bytes`() {
        #expect(Hex.encode([0x00, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
        #expect(Hex.decode("000fa0ff") == [0x00, 0x0F, 0xA0, 0xFF])
        #expect(Hex.decode("") == [])
        #expect(Hex.encode([]) == "")
    }
}

struct ByteCodecTests {
    @Test func `integers are little-endian and back to back`() throws {
        var writer = ByteWriter()
        writer.append(UInt8(0x01))
        writer.append(UInt16(0x0302))
        writer.append(UInt32(0x0706_0504))
        writer.append(UInt64(0x0F0E_0D0C_0B0A_0908))
        writer.append([0x10, 0x11])
        writer.append([0xFF, 0x12, 0xFF][1...1])
        #expect(writer.bytes == Array(1...0x12))

        var reader = ByteReader(writer.bytes)
        #expect(try reader.readUInt8() == 0x01)
        #expect(try reader.readUInt16() == 0x0302)
        #expect(try reader.readUInt32() == 0x0706_0504)
        #expect(try reader.readUInt64() == 0x0F0E_0D0C_0B0A_0908)
        #expect(try reader.readBytes(2) == [0x10, 0x11])
        #expect(reader.remaining == 1)
        #expect(try reader.readBytes(1) == [0x12])
        #expect(reader.remaining == 0)
    }

    @Test func `the largest integers survive`() throws {
        var writer = ByteWriter(capacity: 15)
        writer.append(UInt8.max)
        writer.append(UInt16.max)
        writer.append(UInt32.max)
        writer.append(UInt64.max)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.readUInt8() == .max)
        #expect(try reader.readUInt16() == .max)
        #expect(try reader.readUInt32() == .max)
        #expect(try reader.readUInt64() == .max)
    }

    @Test func `a field that does not fit is truncated, and nothing is consumed`() throws {
        for count in 0..<8 {
            var reader = ByteReader(ramp(count))
            #expect(throws: ByteReader.Truncated.self) { try reader.readUInt64() }
            #expect(reader.remaining == count)
            #expect(throws: ByteReader.Truncated.self) { try reader.readBytes(count + 1) }
            #expect(throws: ByteReader.Truncated.self) { try reader.readBytes(-1) }
            #expect(throws: ByteReader.Truncated.self) { try reader.readBytes(.max) }
            #expect(reader.remaining == count)
            if count < 4 { #expect(throws: ByteReader.Truncated.self) { try reader.readUInt32() } }
            if count < 2 { #expect(throws: ByteReader.Truncated.self) { try reader.readUInt16() } }
            if count < 1 { #expect(throws: ByteReader.Truncated.self) { try reader.readUInt8() } }
            #expect(try reader.readBytes(count) == ramp(count))
            #expect(try reader.readBytes(0) == [])
        }
    }
}

struct BlockPaddingTests {
    @Test func `padding goes to the next multiple and comes off again`() {
        for block in [1, 2, 16, 32, 64, 128] {
            for count in 0..<200 {
                let message = ramp(count)
                let padded = BlockPadding.pad(message, to: block)
                #expect(padded.count % block == 0)
                #expect(padded.count > count && padded.count <= count + block)
                #expect(BlockPadding.unpad(padded, blockSize: block) == message)
            }
        }
    }

    @Test func `a message that ends like padding keeps its end`() {
        for message: [UInt8] in [[0x80], [0x80, 0], [0, 0], [0x80, 0x80, 0, 0]] {
            #expect(BlockPadding.unpad(BlockPadding.pad(message, to: 16), blockSize: 16) == message)
        }
    }

    @Test func `anything else is refused`() {
        let zeros = [UInt8](repeating: 0, count: 16)
        #expect(BlockPadding.unpad([], blockSize: 16) == nil)
        #expect(BlockPadding.unpad(zeros, blockSize: 16) == nil)
        #expect(BlockPadding.unpad(Array(zeros.dropLast()) + [1], blockSize: 16) == nil)
        #expect(BlockPadding.unpad([0x80] + zeros, blockSize: 16) == nil)
        #expect(BlockPadding.unpad([0x80] + zeros.dropLast() + zeros, blockSize: 16) == nil, "a block too many")
        #expect(BlockPadding.unpad([0x80], blockSize: 0) == nil)
        #expect(BlockPadding.unpad([0x80], blockSize: -1) == nil)
    }
}
