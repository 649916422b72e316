import { assertEquals } from "./assert.ts";
import { decide } from "../_shared/database.ts";
import { Refusal } from "../_shared/refusal.ts";
import { config } from "./fixtures.ts";

/** A database that answers in this order, and how often it was asked. */
async function database(
  answers: [number, unknown][],
  test: (ask: () => Promise<unknown>, asked: () => number) => Promise<void>,
) {
  let asked = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    const [status, body] = answers[Math.min(asked++, answers.length - 1)];
    return Response.json(body, { status });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  await test(() => decide({ ...config, SUPABASE_URL: url }, "join_session", {}), () => asked);
  await server.shutdown();
}

const refusedWith = (ask: () => Promise<unknown>) =>
  ask().then(() => "granted", (error) => error instanceof Refusal ? error.code : "something else");
const deadlock: [number, unknown] = [500, { code: "40P01", message: "deadlock detected" }];

Deno.test("a decision that a deadlock undid is asked for again", () =>
  database([deadlock, [500, { code: "40001" }], [200, { role: "viewer" }]], async (ask, asked) => {
    assertEquals(await ask(), { role: "viewer" });
    assertEquals(asked(), 3);
  }));

Deno.test("a decision that is undone again and again is given up", () =>
  database([deadlock], async (ask, asked) => {
    assertEquals(await refusedWith(ask), "internal");
    assertEquals(asked(), 3);
  }));

Deno.test("a refusal, and any other error, is not asked for again", async () => {
  const full = { code: "LIVE0", hint: "session_full", message: "The session has no place left.", details: "{}" };
  for (const [answer, code] of [[full, "session_full"], [{ code: "23505" }, "internal"]] as const) {
    await database([[400, answer]], async (ask, asked) => {
      assertEquals(await refusedWith(ask), code);
      assertEquals(asked(), 1);
    });
  }
});
