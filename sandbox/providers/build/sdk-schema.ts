import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import * as ts from "typescript";
import type { ObjectShape, PropertyShape, Schema, Shape } from "../azure-native/schema";

/**
 * Reads the shapes of azure-native types (e.g. `containerinstance:ContainerGroup`) and functions (e.g.
 * `storage:listStorageAccountKeys`) from the type declarations of the npm SDK, which are generated from the schema of the
 * real provider. They contain which properties are inputs, which are required, and which are outputs.
 */
export function readSdkSchema(resourceTypes: string[], functions: string[]): Schema {
    const reader = new SdkReader();
    const resources = resourceTypes.map(token => [token, reader.resource(token)] as const);
    const results = functions.map(token => [token, reader.functionResult(token)] as const);
    reader.resolve();
    return {
        resources: Object.fromEntries(resources),
        functions: Object.fromEntries(results),
        objects: Object.fromEntries(reader.objects),
    };
}

const PRIMITIVES: { [kind in ts.SyntaxKind]?: "string" | "number" | "boolean" } = {
    [ts.SyntaxKind.StringKeyword]: "string",
    [ts.SyntaxKind.NumberKeyword]: "number",
    [ts.SyntaxKind.BooleanKeyword]: "boolean",
};

class SdkReader {
    readonly objects = new Map<string, ObjectShape>();
    /** Names of object types that are still to be read. */
    private readonly pending: string[] = [];
    private readonly namespaces = new Map<string, Map<string, ts.InterfaceDeclaration>>();
    private readonly folder = path.dirname(
        createRequire(__filename).resolve("@pulumi/azure-native/package.json"),
    );

    resource(token: string): Schema["resources"][string] {
        const { source, name } = this.moduleFile(token);
        const inputs = findInterface(source, `${name}Args`);
        const members = source.statements
            .filter(ts.isClassDeclaration)
            .flatMap(declaration => [...declaration.members]);
        const outputs = members.filter(ts.isPropertyDeclaration).filter(isPublicInstanceProperty);
        return {
            apiVersion: apiVersion(source),
            inputs: this.shapeOf(inputs.members.filter(ts.isPropertySignature)),
            outputs: this.shapeOf(outputs),
        };
    }

    functionResult(token: string): Schema["functions"][string] {
        const { source, name } = this.moduleFile(token);
        const result = findInterface(source, `${name.charAt(0).toUpperCase()}${name.slice(1)}Result`);
        return {
            apiVersion: apiVersion(source),
            result: this.shapeOf(result.members.filter(ts.isPropertySignature)),
        };
    }

    /** Reads all object types that the resources and functions refer to, directly or indirectly. */
    resolve(): void {
        for (let reference = this.pending.pop(); reference; reference = this.pending.pop()) {
            if (this.objects.has(reference)) continue;
            const [side, module, name] = reference.split(".") as [string, string, string];
            const declaration = this.namespace(side, module).get(name);
            if (!declaration) throw new Error(`The SDK of azure-native has no type ${reference}.`);
            this.objects.set(reference, this.shapeOf(declaration.members.filter(ts.isPropertySignature)));
        }
    }

    private moduleFile(token: string): { source: ts.SourceFile; name: string } {
        const [module, name] = token.split(":") as [string, string];
        const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`;
        return { source: parse(readFileSync(path.join(this.folder, module, file), "utf8")), name };
    }

    private shapeOf(members: (ts.PropertySignature | ts.PropertyDeclaration)[]): ObjectShape {
        const entries = members.map((member): [string, PropertyShape] => {
            const required = !member.questionToken && !allowsUndefined(member.type);
            return [member.name.getText(), { shape: this.shape(member.type), ...(required && { required }) }];
        });
        return Object.fromEntries(entries);
    }

    private shape(type: ts.TypeNode | undefined): Shape {
        if (!type) return { kind: "any" };
        if (ts.isParenthesizedTypeNode(type)) return this.shape(type.type);
        if (ts.isArrayTypeNode(type)) return { kind: "list", items: this.shape(type.elementType) };
        if (ts.isUnionTypeNode(type)) return this.unionShape(type);
        if (ts.isLiteralTypeNode(type)) return { kind: "string" };
        if (ts.isTypeLiteralNode(type)) {
            const signature = type.members.find(ts.isIndexSignatureDeclaration);
            return { kind: "map", items: this.shape(signature?.type) };
        }
        if (ts.isTypeReferenceNode(type)) return this.referenceShape(type);
        const primitive = PRIMITIVES[type.kind];
        return { kind: primitive ?? "any" };
    }

    /** An optional value, or an enum that also permits other strings. Unions of different types become `any`. */
    private unionShape(type: ts.UnionTypeNode): Shape {
        const shapes = type.types.filter(option => !isUndefined(option)).map(option => this.shape(option));
        const [first] = shapes;
        return first && shapes.every(shape => JSON.stringify(shape) === JSON.stringify(first))
            ? first
            : { kind: "any" };
    }

    private referenceShape(type: ts.TypeReferenceNode): Shape {
        const name = type.typeName.getText();
        if (name === "pulumi.Input" || name === "pulumi.Output") return this.shape(type.typeArguments?.[0]);
        if (name.startsWith("enums.")) return { kind: "string" };
        if (name.startsWith("inputs.") || name.startsWith("outputs.")) {
            this.pending.push(name);
            return { kind: "object", type: name };
        }
        return { kind: "any" };
    }

    /** The types of one module. Only its section of the file is parsed, because the file has eight megabytes. */
    private namespace(side: string, module: string): Map<string, ts.InterfaceDeclaration> {
        const key = `${side}.${module}`;
        const cachedTypes = this.namespaces.get(key);
        if (cachedTypes) return cachedTypes;
        const text = readFileSync(path.join(this.folder, "types", `${side.replace(/s$/, "")}.d.ts`), "utf8");
        const start = text.indexOf(`export declare namespace ${module} {\n`);
        const source = parse(text.slice(start, text.indexOf("\n}\n", start) + 2));
        const block = source.statements.find(ts.isModuleDeclaration)?.body;
        const statements = block && ts.isModuleBlock(block) ? block.statements : [];
        const declarations = [...statements].filter(ts.isInterfaceDeclaration);
        const types = new Map(declarations.map(each => [each.name.text, each]));
        this.namespaces.set(key, types);
        return types;
    }
}

function parse(text: string): ts.SourceFile {
    return ts.createSourceFile("sdk.d.ts", text, ts.ScriptTarget.Latest, true);
}

function findInterface(source: ts.SourceFile, name: string): ts.InterfaceDeclaration {
    const found = source.statements.filter(ts.isInterfaceDeclaration).find(each => each.name.text === name);
    if (!found) throw new Error(`The SDK of azure-native has no ${name}.`);
    return found;
}

/** The version of the REST API that the SDK's documentation of a type or function states. */
function apiVersion(source: ts.SourceFile): string {
    const version = /Uses Azure REST API version ([\w-]+)\./.exec(source.text)?.[1];
    if (!version) throw new Error("The SDK of azure-native does not state an API version.");
    return version;
}

function isPublicInstanceProperty(member: ts.PropertyDeclaration): boolean {
    return !member.modifiers?.some(
        ({ kind }) => kind === ts.SyntaxKind.StaticKeyword || kind === ts.SyntaxKind.PrivateKeyword,
    );
}

function isUndefined(type: ts.TypeNode): boolean {
    return type.kind === ts.SyntaxKind.UndefinedKeyword;
}

/** Whether a property is optional. The SDK declares it as `Input<string | undefined>` or `Output<string | undefined>`. */
function allowsUndefined(type: ts.TypeNode | undefined): boolean {
    if (!type || !ts.isTypeReferenceNode(type)) return false;
    const inner = type.typeArguments?.[0];
    return inner !== undefined && ts.isUnionTypeNode(inner) && inner.types.some(isUndefined);
}
