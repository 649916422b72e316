import { readConfig } from "../_shared/config.ts";
import { assert, assertEquals, assertFalse } from "./assert.ts";
import { env } from "./fixtures.ts";

const complaint = (change: Record<string, string | undefined>): string => {
  try {
    readConfig({ ...env, ...change });
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

Deno.test("what is missing is named", () => {
  for (const name of ["SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY", "LIVEKIT_URL", "LIVEKIT_API_KEY"]) {
    assertEquals(complaint({ [name]: undefined }), `${name} is missing`);
    assertEquals(complaint({ [name]: "" }), `${name} is missing`);
  }
});

Deno.test("what is wrong is named in one line, without its value", () => {
  assertEquals(complaint({ LIVEKIT_URL: "livekit.example" }), "LIVEKIT_URL is no ws or wss or http or https URL");
  assertEquals(complaint({ SUPABASE_URL: "ftp://x" }), "SUPABASE_URL is no http or https URL");
  const both = complaint({ LIVEKIT_API_SECRET: "hunter2", LIVEKIT_API_KEY: undefined });
  assert(both.includes("LIVEKIT_API_KEY is missing; LIVEKIT_API_SECRET is shorter than 32 characters"));
  assertFalse(both.includes("hunter2") || both.includes("\n"));
});

Deno.test("without JWT_SECRET the project's key set is used", () => {
  assertEquals(readConfig({ ...env, JWT_SECRET: undefined }).JWT_SECRET, undefined);
});
