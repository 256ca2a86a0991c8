/** Vitest setup file: each test file waits for its programs and images before its own hooks, whose time is limited. */
import { beforeAll } from "vitest";
import { build, type Needs } from "./builds";

const NO_LIMIT = 0;

beforeAll(() => build(process.env.TEST_NEEDS as Needs), NO_LIMIT);
