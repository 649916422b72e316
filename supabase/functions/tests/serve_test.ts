import { assert, assertEquals, assertFalse } from "./assert.ts";
import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { id, line } from "../_shared/input.ts";
import { Refusal } from "../_shared/refusal.ts";
import { type Endpoint, handler } from "../_shared/serve.ts";
import { config, post, userId, userToken } from "./fixtures.ts";

const echo: Endpoint<{ userId: string }, { session_id: string; title?: string }> = {
  auth: user,
  input: z.strictObject({ session_id: id, title: line(5).optional() }),
  handle: ({ caller, input, key }) => Promise.resolve({ ...caller, ...input, key }),
};
const session_id = "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10";
const authorization = `Bearer ${await userToken()}`;
const ask = (body: BodyInit | null, headers = {}, endpoint = echo) =>
  handler("test", endpoint, () => config)(post(body, { authorization, ...headers }));

Deno.test("a good request is answered, with CORS and a request id", async () => {
  const answer = await ask(JSON.stringify({ session_id }), { "idempotency-key": "tap-1" });
  assertEquals(answer.status, 200);
  assertEquals(answer.headers.get("access-control-allow-origin"), "*");
  assert(answer.headers.get("x-request-id"));
  assertEquals(await answer.json(), { userId, session_id, key: "tap-1" });
});

Deno.test("a browser's preflight is answered without a caller", async () => {
  const request = new Request("http://localhost/", { method: "OPTIONS" });
  const answer = await handler("test", echo, () => config)(request);
  assertEquals(answer.status, 204);
  assert(answer.headers.get("access-control-allow-headers")?.includes("idempotency-key"));
});

const bad: Record<string, [BodyInit | null, string, Record<string, string>?]> = {
  "no body": [null, "body"],
  "malformed JSON": ["{", "body"],
  "not an object": ["[]", "body"],
  "bytes that are no UTF-8": [new Uint8Array([0x22, 0xff, 0x22]), "body"],
  "more than 16 KiB": [JSON.stringify({ session_id, title: "a".repeat(17_000) }), "body"],
  "a missing field": ["{}", "session_id"],
  "a field of the wrong type": [JSON.stringify({ session_id: 7 }), "session_id"],
  "a text that is no id": [JSON.stringify({ session_id: "1' or true" }), "session_id"],
  "a field that isn't there": [JSON.stringify({ session_id, admin: true }), "admin"],
  "__proto__": [`{"session_id": "${session_id}", "__proto__": {"a": 1}}`, "__proto__"],
  "a text that is too long": [JSON.stringify({ session_id, title: "abcdef" }), "title"],
  "a text of blanks": [JSON.stringify({ session_id, title: "   " }), "title"],
  "NUL in a text": [JSON.stringify({ session_id, title: "a\0b" }), "title"],
  "half a surrogate pair": [`{"session_id": "${session_id}", "title": "\\ud800"}`, "title"],
  "a bad idempotency key": [JSON.stringify({ session_id }), "idempotency_key", { "idempotency-key": "a b" }],
  "a long idempotency key": [JSON.stringify({ session_id }), "idempotency_key", { "idempotency-key": "k".repeat(256) }],
};
for (const [name, [body, field, headers]] of Object.entries(bad)) {
  Deno.test(`${name} is refused by the name of the field`, async () => {
    const answer = await ask(body, headers);
    assertEquals(answer.status, 400);
    const { error } = await answer.json();
    assertEquals({ ...error, message: "" }, {
      code: "invalid_argument",
      message: "",
      retryable: false,
      details: { field },
    });
  });
}

Deno.test("five characters are counted as people count them", async () => {
  assertEquals((await ask(JSON.stringify({ session_id, title: "👋🏽ışğ" }))).status, 200);
});

Deno.test("other methods than POST are refused", async () => {
  const request = new Request("http://localhost/", { headers: { authorization } });
  assertEquals((await handler("test", echo, () => config)(request)).status, 400);
});

Deno.test("a refusal keeps its code and details", async () => {
  const refusal = new Refusal("payment_required", "It costs.", { price_coins: 5 });
  const answer = await ask(JSON.stringify({ session_id }), {}, { ...echo, handle: () => Promise.reject(refusal) });
  assertEquals(answer.status, 402);
  assertEquals(await answer.json(), {
    error: { code: "payment_required", message: "It costs.", retryable: false, details: { price_coins: 5 } },
  });
});

Deno.test("what goes wrong inside stays inside", async () => {
  const trouble = new Error("connection to postgres://admin:hunter2@db failed");
  const answer = await ask(JSON.stringify({ session_id }), {}, { ...echo, handle: () => Promise.reject(trouble) });
  assertEquals(answer.status, 500);
  const text = await answer.text();
  assertFalse(text.includes("hunter2"));
  assertEquals(JSON.parse(text).error.code, "internal");
});

Deno.test("without settings nobody is let in", async () => {
  const answer = await handler("test", echo, () => null)(post("{}", { authorization }));
  assertEquals(answer.status, 500);
});
