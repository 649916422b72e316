// Assertions over Node's, so that the functions need no package for their tests.

import { deepStrictEqual, ok, rejects } from "node:assert";

export const assert: (value: unknown) => asserts value = ok;
export const assertFalse = (value: unknown) => ok(!value);
export const assertEquals: <T>(actual: T, expected: T) => void = deepStrictEqual;
export const assertRejects = rejects;
