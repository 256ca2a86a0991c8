import { type Node, allNodes, children, shortestLength } from "./der-tree";
import type { SeededRandom } from "./mutate";

/** A change of a certificate's structure. Returns what it did, or undefined when it does not apply. */
type Mutation = (tree: Node, random: SeededRandom) => string | undefined;

const isBytes = ({ value }: Node): boolean => Buffer.isBuffer(value);
const bytesOf = ({ value }: Node): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));

/** Applies a change to a random element that `fits`. */
function onElement(
    name: string,
    fits: (node: Node) => boolean,
    change: (node: Node, random: SeededRandom) => void,
): Mutation {
    return (tree, random) => {
        const nodes = allNodes(tree).slice(1).filter(fits);
        if (nodes.length === 0) return undefined;
        const node = random.pick(nodes);
        const before = node.tag;
        change(node, random);
        return `${name} ${before.toString(16)}`;
    };
}

/** Applies a change to the elements inside of a random constructed element. */
function onChildren(name: string, change: (inside: Node[], random: SeededRandom) => void): Mutation {
    return onElement(
        name,
        node => !isBytes(node) && children(node).length > 0,
        (node, random) => change(children(node), random),
    );
}

const copy = (node: Node): Node => ({
    ...node,
    value: Buffer.isBuffer(node.value) ? Buffer.from(node.value) : node.value.map(copy),
});

const EXTENSIONS = 0xa3;
const STRING_TAGS = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1b, 0x1c, 0x1e];
const TAGS = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x17, 0x18, 0x24, 0x30, 0x31, 0x23, 0x10].concat(
    STRING_TAGS,
    [0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0x40, 0xc0],
);
const TEXTS = [
    "",
    " ",
    "score.contoso.test.",
    "score contoso.test",
    "a.test,b.test",
    "a.test b.test",
    "*",
    "-a.test",
    "a-.test",
    "a..test",
    ".contoso.test",
    "bücher.test",
    "a_b.test",
    "a@b.test",
    "@",
    "a&b*",
    "http://[::1",
    "http://a b/",
    "http://-/",
    "urn:a",
    "10.0.0.1",
    "a\0b.test",
    `${"a".repeat(64)}.test`,
    `${"a.".repeat(130)}test`,
];
const TIMES = [
    "260101000000Z",
    "2601010000Z",
    "260101000000+0000",
    "260101000000.5Z",
    "20260101000000Z",
    "20260101000000.357Z",
    "202601010000Z",
    "20260101000000",
    "20260101000000+0100",
    "20261301000000Z",
    "20260230000000Z",
    "20260101240000Z",
    "00000101000000Z",
    "99991231235959Z",
    "501231235959Z",
    "491231235959Z",
    " 60101000000Z",
    "",
];
/** Numbers at the limits of types, as contents of an INTEGER. */
const NUMBERS = [
    "00",
    "01",
    "02",
    "03",
    "7f",
    "80",
    "ff",
    "0001",
    "007f",
    "0080",
    "ff80",
    "ffff",
    "7fffffff",
    "0080000000",
    "7fffffffffffffff",
    `7f${"00".repeat(19)}`,
    `7f${"00".repeat(20)}`,
    "",
].map(hex => Buffer.from(hex, "hex"));

const isTime = ({ tag }: Node) => tag === 0x17 || tag === 0x18;
const isText = ({ tag }: Node) => STRING_TAGS.includes(tag) || [0x81, 0x82, 0x86].includes(tag);
const isAddress = ({ tag }: Node) => tag === 0x87;

/** Every mutation changes the structure or a value of a type, so that most results differ from DER or RFC 5280 in one place only. */
const MUTATIONS: readonly Mutation[] = [
    onChildren("remove an element of", (inside, random) => inside.splice(random.below(inside.length), 1)),
    onChildren("repeat an element of", (inside, random) => {
        const at = random.below(inside.length);
        inside.splice(at, 0, copy(inside[at] as Node));
    }),
    onChildren("exchange elements of", (inside, random) => {
        const [one, other] = [random.below(inside.length), random.below(inside.length)];
        [inside[one], inside[other]] = [inside[other] as Node, inside[one] as Node];
    }),
    onChildren("empty", inside => inside.splice(0)),
    onChildren("append to", (inside, random) =>
        inside.push({
            tag: random.pick(TAGS.filter(tag => (tag & 0x20) === 0)),
            value: random.bytes(random.below(3)),
        }),
    ),
    onElement(
        "change the tag of",
        () => true,
        (node, random) => {
            node.tag = random.pick(TAGS);
        },
    ),
    onElement("change the type of string", isText, (node, random) => {
        node.tag = random.pick(STRING_TAGS);
    }),
    onElement(
        "lengthen the length of",
        () => true,
        (node, random) => {
            const size = 1 + random.below(4);
            node.length = length => {
                const bytes = Buffer.alloc(1 + size, 0x80 | size);
                bytes.writeUIntBE(length % 256 ** size, 1, size);
                return bytes;
            };
        },
    ),
    onElement(
        "wrong length of",
        () => true,
        (node, random) => {
            const off = random.pick([-1, 1, 2]);
            node.length = length => shortestLength(Math.max(0, length + off));
        },
    ),
    onElement(
        "indefinite length of",
        node => !isBytes(node),
        node => {
            node.length = () => Buffer.from([0x80]);
            children(node).push({ tag: 0, value: Buffer.alloc(0) });
        },
    ),
    onElement(
        "split",
        node => isBytes(node),
        node => {
            const bytes = bytesOf(node);
            const half = bytes.length >> 1;
            node.value = [bytes.subarray(0, half), bytes.subarray(half)].map(value => ({
                tag: node.tag,
                value,
            }));
            node.tag |= 0x20;
        },
    ),
    onElement(
        "wrap",
        () => true,
        (node, random) => {
            node.value = [copy(node)];
            node.tag = random.pick([0x30, 0x31, 0xa0, 0xa1, 0xa3]);
            delete node.wraps;
            delete node.length;
        },
    ),
    onElement(
        "set a byte of",
        node => bytesOf(node).length > 0,
        (node, random) => {
            const bytes = Buffer.from(bytesOf(node));
            bytes[random.below(bytes.length)] = random.pick([
                0,
                1,
                0x20,
                0x2e,
                0x7f,
                0x80,
                0xff,
                random.below(256),
            ]);
            node.value = bytes;
        },
    ),
    onElement(
        "shorten",
        node => bytesOf(node).length > 0,
        (node, random) => {
            node.value = bytesOf(node).subarray(0, random.below(bytesOf(node).length));
        },
    ),
    onElement("lengthen", isBytes, (node, random) => {
        node.value = Buffer.concat([bytesOf(node), random.bytes(1 + random.below(4))]);
    }),
    onElement("put zeros before", isBytes, node => {
        node.value = Buffer.concat([Buffer.alloc(1), bytesOf(node)]);
    }),
    onElement("another text in", isText, (node, random) => {
        node.value = Buffer.from(random.pick(TEXTS));
    }),
    onElement("another time in", isTime, (node, random) => {
        node.value = Buffer.from(random.pick(TIMES));
        node.tag = random.pick([0x17, 0x18, node.tag]);
    }),
    onElement(
        "another number in",
        ({ tag }) => tag === 0x02 || tag === 0x82 || tag === 0x80,
        (node, random) => {
            node.value = random.pick(NUMBERS);
        },
    ),
    onElement(
        "another BOOLEAN in",
        ({ tag }) => tag === 0x01,
        (node, random) => {
            node.value = random.pick(["00", "01", "ff", "", "ffff"].map(hex => Buffer.from(hex, "hex")));
        },
    ),
    onElement("another address in", isAddress, (node, random) => {
        node.value = random.bytes(random.pick([0, 1, 3, 4, 5, 8, 15, 16, 17, 32]));
    }),
    onElement(
        "another bit string in",
        ({ tag }) => tag === 0x03,
        (node, random) => {
            node.value = Buffer.from(
                random.pick(["", "00", "07", "08", "0001", "0780", "078001", "03a8", "05a0", "02ff"]),
                "hex",
            );
        },
    ),
    (tree, random) => {
        const list = allNodes(tree).find(one => one.tag === EXTENSIONS);
        const extensions = list && !isBytes(list) && children(list)[0];
        if (!extensions || isBytes(extensions)) return undefined;
        const inside = children(extensions);
        const chosen = inside.length > 0 ? copy(random.pick(inside)) : undefined;
        const value = chosen && !isBytes(chosen) ? children(chosen).at(-1) : undefined;
        if (!value) return undefined;
        const flag = { tag: 0x01, value: Buffer.from([random.pick([0, 1, 0xff])]) };
        if (random.below(2) === 0) children(chosen as Node).splice(1, 0, flag);
        else value.value = random.bytes(random.below(6));
        inside.splice(
            inside.findIndex(() => true),
            random.below(2),
            chosen as Node,
        );
        return "another extension";
    },
];

/** Applies one to three random mutations. Returns what they did. */
export function mutateTree(tree: Node, random: SeededRandom): string[] {
    const done: string[] = [];
    for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left--) {
        const what = random.pick(MUTATIONS)(tree, random);
        if (what !== undefined) done.push(what);
    }
    return done;
}
