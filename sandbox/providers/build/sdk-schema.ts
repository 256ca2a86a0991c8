import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import * as ts from "typescript";
import type { ObjectShape, PropertyShape, Schema, Shape } from "../azure-native/schema";

/**
 * The shapes of the given azure-native types (`containerinstance:ContainerGroup`) and functions
 * (`storage:listStorageAccountKeys`), read from the type declarations of the npm SDK, which its provider's own
 * schema generated. They cover what the real provider needs its schema for: which properties are inputs, which are
 * required, what comes back.
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
    private readonly wanted: string[] = [];
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

    /** Reads the object types that were mentioned, and those that they mention. */
    resolve(): void {
        for (let reference = this.wanted.pop(); reference; reference = this.wanted.pop()) {
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

    /** An optional value, an enum that also takes any string, or several kinds of object (which are not told apart). */
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
            this.wanted.push(name);
            return { kind: "object", type: name };
        }
        return { kind: "any" };
    }

    /** The types of one module. Only its part of the file is parsed: the whole is eight megabytes. */
    private namespace(side: string, module: string): Map<string, ts.InterfaceDeclaration> {
        const key = `${side}.${module}`;
        const known = this.namespaces.get(key);
        if (known) return known;
        const text = readFileSync(path.join(this.folder, "types", `${side.replace(/s$/, "")}.d.ts`), "utf8");
        const start = text.indexOf(`export declare namespace ${module} {\n`);
        const source = parse(text.slice(start, text.indexOf("\n}\n", start) + 2));
        const block = source.statements.find(ts.isModuleDeclaration)?.body;
        const statements = block && ts.isModuleBlock(block) ? block.statements : [];
        const declarations = [...statements].filter(ts.isInterfaceDeclaration);
        const found = new Map(declarations.map(each => [each.name.text, each]));
        this.namespaces.set(key, found);
        return found;
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

/** `Input<string | undefined>` and `Output<string | undefined>` are how the SDK writes an optional property. */
function allowsUndefined(type: ts.TypeNode | undefined): boolean {
    if (!type || !ts.isTypeReferenceNode(type)) return false;
    const inner = type.typeArguments?.[0];
    return inner !== undefined && ts.isUnionTypeNode(inner) && inner.types.some(isUndefined);
}
