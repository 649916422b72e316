// What a request may contain. Shapes and bounds only; whether it may be done is decided in SQL.

import { z } from "zod";
import { invalid, type Refusal } from "./refusal.ts";

/** A UUID in any version, as PostgreSQL reads it. */
export const id = z.guid();

/** One line of text, by characters as people count them. NUL and lone surrogates would not reach PostgreSQL. */
export const line = (max: number) =>
  z.string().trim()
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), "has control characters or is not well-formed")
    .refine((text) => text.length > 0 && [...text].length <= max, `must have 1 to ${max} characters`);

export const coins = z.int().min(0).max(2_147_483_647);

/** A length of time in whole seconds, ten years at most. */
export const seconds = z.int().min(1).max(315_360_000);

const key = z.string().regex(/^[\x21-\x7e]{1,255}$/);

export function idempotencyKey(headers: Headers): string | null {
  const given = headers.get("idempotency-key");
  if (given === null) return null;
  if (!key.safeParse(given).success) {
    throw invalid("idempotency_key", "Idempotency-Key must have 1 to 255 visible ASCII characters.");
  }
  return given;
}

/** Reads a body of at most `limit` bytes without ever holding more. */
export async function readBody(request: Request, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw invalid("body", `The body is larger than ${limit} bytes.`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  chunks.reduce((at, chunk) => (bytes.set(chunk, at), at + chunk.byteLength), 0);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid("body", "The body is not UTF-8.");
  }
}

export function parse<Input>(schema: z.ZodType<Input>, body: string): Input {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw invalid("body", "The body is not JSON.");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw describe(parsed.error.issues[0]);
}

function describe(issue: z.core.$ZodIssue): Refusal {
  if (issue.code === "unrecognized_keys") {
    return invalid(issue.keys[0], `There is no field ${JSON.stringify(issue.keys[0].slice(0, 64))}.`);
  }
  const field = issue.path.map(String).join(".");
  return field === "" ? invalid("body", issue.message) : invalid(field, `${field}: ${issue.message}`);
}
