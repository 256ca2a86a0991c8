/** Numbers from a seed, the same every time (mulberry32). */
export class Dice {
    constructor(private state: number) {}

    /** From 0 to below `end`. */
    below(end: number): number {
        this.state = (this.state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
    }

    of<T>(choices: readonly T[]): T {
        return choices[this.below(choices.length)] as T;
    }

    bytes(length: number): Buffer {
        return Buffer.from(Array.from({ length }, () => this.below(256)));
    }
}

type Mutation = (file: Buffer, dice: Dice, others: readonly Buffer[]) => Buffer;

const flipBit: Mutation = (file, dice) => replaced(file, dice.below(file.length), 1 << dice.below(8), true);
const setByte: Mutation = (file, dice) => replaced(file, dice.below(file.length), dice.below(256));
const truncate: Mutation = (file, dice) => file.subarray(0, dice.below(file.length));
const cutOut: Mutation = (file, dice) => {
    const start = dice.below(file.length);
    return Buffer.concat([file.subarray(0, start), file.subarray(start + 1 + dice.below(40))]);
};
const repeat: Mutation = (file, dice) => {
    const start = dice.below(file.length);
    const piece = file.subarray(start, start + 1 + dice.below(200));
    return Buffer.concat([file.subarray(0, start), piece, file.subarray(start)]);
};
const splice: Mutation = (file, dice, others) => {
    const other = dice.of(others);
    const start = dice.below(other.length);
    const piece = other.subarray(start, start + 1 + dice.below(400));
    const at = dice.below(file.length);
    return Buffer.concat([file.subarray(0, at), piece, file.subarray(at + dice.below(piece.length + 1))]);
};

/** What DER's length fields may be turned into: none, indefinite, huge, longer than the file. */
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
const changeLength: Mutation = (file, dice) => {
    const start = dice.below(file.length);
    const tag = file.findIndex((byte, at) => at >= start && TAGS.has(byte));
    if (tag < 0) return file;
    return Buffer.concat([file.subarray(0, tag + 1), dice.of(LENGTHS), file.subarray(tag + 2)]);
};
const insert: Mutation = (file, dice) => {
    const at = dice.below(file.length);
    return Buffer.concat([file.subarray(0, at), dice.bytes(1 + dice.below(8)), file.subarray(at)]);
};

const MUTATIONS = [
    flipBit,
    flipBit,
    setByte,
    truncate,
    cutOut,
    repeat,
    splice,
    changeLength,
    changeLength,
    insert,
];

/** One to four changes to one of the files, or (one in fifty) nothing but noise. */
export function mutated(files: readonly Buffer[], dice: Dice): Buffer {
    if (dice.below(50) === 0) return dice.bytes(dice.below(400));
    let file = dice.of(files);
    for (let left = 1 + dice.below(4); left > 0 && file.length > 0; left--)
        file = dice.of(MUTATIONS)(file, dice, files);
    return file;
}

function replaced(file: Buffer, at: number, value: number, flip = false): Buffer {
    const copy = Buffer.from(file);
    copy.writeUInt8(flip ? copy.readUInt8(at) ^ value : value, at);
    return copy;
}
