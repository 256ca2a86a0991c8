/**
 * The order of the rooms, for `npm run lint`. A file may import from its own room and from the rooms listed before it; rooms of the same line
 * do not import each other. Types count as imports too. docs/architecture.md explains the order.
 */

/** The rooms of the published library, lowest first. */
const COMPONENTS = [
    ["components/shared"],
    ["components/pki", "components/registry"],
    ["components/front"],
    ["components/issuer"],
    ["components/keys", "components/model", "components/dns"],
    ["components/certificate"],
    ["components/address", "components/images"],
    ["components/aci", "components/aks"],
    ["components/index.ts"],
];

/** The rooms of the sandbox, lowest first. Its providers are a program apart: see SANDBOX_PROVIDERS. */
const SANDBOX = [
    ["sandbox/instance.ts", "sandbox/subscriptions.ts"],
    ["sandbox/processes"],
    ["sandbox/node"],
    ["sandbox/images", "sandbox/control"],
    ["sandbox/lifecycle"],
    ["sandbox/cli.ts"],
    ["sandbox/testing"],
    ["sandbox/test"],
];
const SANDBOX_PROVIDERS = "sandbox/providers";

/** What each of the top-level rooms may import, besides itself. */
const TOP_LEVEL = {
    components: [],
    machine: [],
    sandbox: ["machine"],
    cli: ["components/pki", "components/registry"],
    stacks: ["components"],
    examples: ["components"],
    tools: ["components", "cli", "machine", "sandbox", "stacks"],
    bench: ["components", "cli", "machine", "sandbox", "stacks", "test/support"],
    test: ["components", "cli", "machine", "sandbox", "stacks", "bench"],
};

const pattern = rooms => `^(${rooms.map(room => room.replace(".", "\\.")).join("|")})($|/)`;

/** For each room one rule: it may not import the other rooms of its line, nor those of later lines. */
function orderRules(name, lines) {
    return lines.flatMap((line, index) =>
        line.flatMap(room => {
            const forbidden = [...line.filter(other => other !== room), ...lines.slice(index + 1).flat()];
            if (forbidden.length === 0) return [];
            return {
                name: `order-of-${name}`,
                comment: `${room} is below the room that it imports. Move what both need to a lower room.`,
                severity: "error",
                from: { path: pattern([room]) },
                to: { path: pattern(forbidden) },
            };
        }),
    );
}

const topLevelRules = Object.entries(TOP_LEVEL).map(([room, allowed]) => ({
    name: `imports-of-${room}`,
    comment: `${room}/ imports only ${[...allowed, "packages"].join(", ")}.`,
    severity: "error",
    from: { path: pattern([room]) },
    to: { path: pattern(Object.keys(TOP_LEVEL)), pathNot: pattern([room, ...allowed]) },
}));

module.exports = {
    forbidden: [
        {
            name: "no-cycles",
            comment: "Files that import each other cannot be read or tested one without the other.",
            severity: "error",
            from: {},
            to: { circular: true },
        },
        {
            name: "no-cycles-of-folders",
            comment: "Folders that import each other are one room. Move what both need to a third.",
            severity: "error",
            scope: "folder",
            from: { path: pattern(["components", "cli", "machine", "tools"]) },
            to: { circular: true },
        },
        {
            name: "resolvable",
            comment: "The imported file or package does not exist.",
            severity: "error",
            from: {},
            to: { couldNotResolve: true },
        },
        ...topLevelRules,
        ...orderRules("components", COMPONENTS),
        ...orderRules("sandbox", SANDBOX),
        {
            name: "providers-apart",
            comment:
                "The provider stand-ins run in processes of their own: they share only addresses and subscriptions with the sandbox.",
            severity: "error",
            from: { path: pattern([SANDBOX_PROVIDERS]) },
            to: { path: "^sandbox/", pathNot: pattern([SANDBOX_PROVIDERS, ...SANDBOX[0]]) },
        },
        {
            name: "providers-apart",
            comment: "Nothing of the running sandbox depends on the provider stand-ins.",
            severity: "error",
            from: {
                path: pattern(
                    SANDBOX.flat().filter(room => room !== "sandbox/testing" && room !== "sandbox/test"),
                ),
            },
            to: { path: pattern([SANDBOX_PROVIDERS]) },
        },
    ],
    options: {
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
        doNotFollow: { path: "node_modules" },
        exclude: { path: "(^|/)(node_modules|dist)/" },
        cache: { folder: "node_modules/.cache/dependency-cruiser", strategy: "content" },
    },
};
