/** Pseudorandom numbers that depend only on the seed (mulberry32). */
export class SeededRandom {
    constructor(private state: number) {}

    /** A whole number from 0 to `end` - 1. */
    below(end: number): number {
        this.state = (this.state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
    }

    pick<T>(choices: readonly T[]): T {
        return choices[this.below(choices.length)] as T;
    }

    bytes(length: number): Buffer {
        return Buffer.from(Array.from({ length }, () => this.below(256)));
    }
}

type Mutation = (file: Buffer, random: SeededRandom, others: readonly Buffer[]) => Buffer;

const flipBit: Mutation = (file, random) => {
    const at = random.below(file.length);
    return withByte(file, at, file.readUInt8(at) ^ (1 << random.below(8)));
};
const setByte: Mutation = (file, random) => withByte(file, random.below(file.length), random.below(256));
const truncate: Mutation = (file, random) => file.subarray(0, random.below(file.length));
const removeRange: Mutation = (file, random) => {
    const start = random.below(file.length);
    return Buffer.concat([file.subarray(0, start), file.subarray(start + 1 + random.below(40))]);
};
const repeatRange: Mutation = (file, random) => {
    const start = random.below(file.length);
    const piece = file.subarray(start, start + 1 + random.below(200));
    return Buffer.concat([file.subarray(0, start), piece, file.subarray(start)]);
};
const replaceFromOther: Mutation = (file, random, others) => {
    const other = random.pick(others);
    const start = random.below(other.length);
    const piece = other.subarray(start, start + 1 + random.below(400));
    const at = random.below(file.length);
    return Buffer.concat([file.subarray(0, at), piece, file.subarray(at + random.below(piece.length + 1))]);
};

/** Replacements of DER length fields: wrong, indefinite, reserved, and longer than the file. */
const LENGTHS = [
    "00",
    "01",
    "7f",
    "80",
    "81ff",
    "82ffff",
    "83ffffff",
    "84ffffffff",
    "887fffffffffffffff",
    "ff",
].map(hex => Buffer.from(hex, "hex"));
const TAGS = new Set([0x02, 0x03, 0x04, 0x06, 0x30, 0x31, 0x80, 0xa0]);
const changeLength: Mutation = (file, random) => {
    const start = random.below(file.length);
    const tag = file.findIndex((byte, at) => at >= start && TAGS.has(byte));
    if (tag < 0) return file;
    return Buffer.concat([file.subarray(0, tag + 1), random.pick(LENGTHS), file.subarray(tag + 2)]);
};
const insertBytes: Mutation = (file, random) => {
    const at = random.below(file.length);
    return Buffer.concat([file.subarray(0, at), random.bytes(1 + random.below(8)), file.subarray(at)]);
};

const MUTATIONS = [
    flipBit,
    flipBit,
    setByte,
    truncate,
    removeRange,
    repeatRange,
    replaceFromOther,
    changeLength,
    changeLength,
    insertBytes,
];

/** Applies one to four random changes to one of the files. One result in fifty consists of random bytes only. */
export function mutate(files: readonly Buffer[], random: SeededRandom): Buffer {
    if (random.below(50) === 0) return random.bytes(random.below(400));
    let file = random.pick(files);
    for (let left = 1 + random.below(4); left > 0 && file.length > 0; left--)
        file = random.pick(MUTATIONS)(file, random, files);
    return file;
}

/** A copy of the file with another byte at this offset. */
function withByte(file: Buffer, at: number, value: number): Buffer {
    const copy = Buffer.from(file);
    copy.writeUInt8(value, at);
    return copy;
}
