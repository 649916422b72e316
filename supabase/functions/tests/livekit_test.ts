import { TokenVerifier, TrackSource } from "livekit-server-sdk";
import { deliverAll, type Delivery, ensureRoom, mint, type Ticket } from "../_shared/livekit.ts";
import { Refusal } from "../_shared/refusal.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { config, env, userId } from "./fixtures.ts";

const ticket: Ticket = {
  room_name: "live_0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10",
  identity: userId,
  name: "Viewer",
  role: "speaker",
  permission: { can_publish: true, can_publish_data: true, can_publish_sources: ["microphone"] },
  ttl_seconds: 600,
  ensure_room: true,
  empty_timeout_seconds: 900,
  departure_timeout_seconds: 120,
};
const room_name = ticket.room_name;
const verify = (token: string) => new TokenVerifier(env.LIVEKIT_API_KEY, env.LIVEKIT_API_SECRET).verify(token);

Deno.test("a token says what the ticket says and nothing more", async () => {
  const { url, token } = await mint(config, ticket);
  const claims = await verify(token);
  assertEquals(url, env.LIVEKIT_URL);
  assertEquals([claims.sub, claims.name, claims.attributes], [userId, "Viewer", { role: "speaker" }]);
  assertEquals(Object.entries(claims.video ?? {}).sort(), [
    ["canPublish", true],
    ["canPublishData", true],
    ["canPublishSources", ["microphone"]],
    ["canSubscribe", true],
    ["canUpdateOwnMetadata", false],
    ["room", room_name],
    ["roomJoin", true],
  ]);
  const ttl = claims.exp! - Math.floor(Date.now() / 1000);
  assert(ttl > 590 && ttl <= 600);
});

Deno.test("the audience's token publishes nothing", async () => {
  const permission = { can_publish: false, can_publish_data: false, can_publish_sources: [] };
  const { video } = await verify((await mint(config, { ...ticket, permission })).token);
  assertEquals([video?.canPublish, video?.canPublishData, video?.canSubscribe], [false, false, true]);
});

Deno.test("a media server that is away is media_unavailable", async () => {
  await assertRejects(ensureRoom(config, ticket), (error: unknown) => {
    return error instanceof Refusal && error.code === "media_unavailable";
  });
  await ensureRoom(config, { ...ticket, ensure_room: false });
});

type Seen = { path: string; body: Record<string, unknown> };

/** LiveKit's and PostgREST's addresses in one: answers by the last part of the path, and remembers what was asked. */
async function withServer(
  answers: Record<string, (body: unknown) => Response>,
  test: (c: typeof config) => Promise<void>,
) {
  const seen: Seen[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const path = new URL(request.url).pathname.split("/").at(-1) ?? "";
    const body = await request.json();
    seen.push({ path, body });
    return answers[path](body);
  });
  const address = `http://127.0.0.1:${server.addr.port}`;
  try {
    await test({ ...config, SUPABASE_URL: address, LIVEKIT_URL: address });
  } finally {
    await server.shutdown();
  }
  return seen;
}

const twirpError = (status: number, code: string) => Response.json({ code, msg: code }, { status });

Deno.test("a promotion reaches LiveKit as permission and attribute, and is settled", async () => {
  const delivery: Delivery = { id: 7, kind: "update_participant", ...ticket };
  const seen = await withServer({
    UpdateParticipant: () => Response.json({}),
    settle_deliveries: () => Response.json([]),
  }, async (config) => {
    assertEquals(await deliverAll(config, [delivery]), { delivered: 1, failed: 0 });
  });
  const [update, settled] = seen;
  assertEquals([update.body.room, update.body.identity], [room_name, userId]);
  assertEquals(update.body.attributes, { role: "speaker" });
  assertEquals((update.body.permission as Record<string, unknown>).canPublishSources, ["MICROPHONE"]);
  assertEquals(TrackSource[TrackSource.MICROPHONE], "MICROPHONE");
  assertEquals(settled.body, { p_results: [{ id: 7, error: null }] });
});

Deno.test("what is gone already counts as done, what fails stays for the sweeper", async () => {
  const deliveries: Delivery[] = [
    { id: 1, kind: "delete_room", room_name },
    { id: 2, kind: "remove_participant", room_name, identity: userId },
  ];
  const seen = await withServer({
    DeleteRoom: () => twirpError(404, "not_found"),
    RemoveParticipant: () => twirpError(503, "unavailable"),
    settle_deliveries: () => Response.json([]),
  }, async (config) => {
    assertEquals(await deliverAll(config, deliveries), { delivered: 1, failed: 1 });
  });
  const { body } = seen.find(({ path }) => path === "settle_deliveries")!;
  const results = body.p_results as { id: number; error: string | null }[];
  assertEquals(results.map(({ id, error }) => [id, error !== null]), [[1, false], [2, true]]);
});

Deno.test("what waited behind a delivery goes out next", async () => {
  const next: Delivery[] = [{ id: 2, kind: "delete_room", room_name }];
  let settled = 0;
  await withServer({
    DeleteRoom: () => Response.json({}),
    settle_deliveries: () => Response.json(settled++ === 0 ? next : []),
  }, async (config) => {
    const first: Delivery[] = [{ id: 1, kind: "delete_room", room_name }];
    assertEquals(await deliverAll(config, first), { delivered: 2, failed: 0 });
  });
  assertEquals(settled, 2);
});
