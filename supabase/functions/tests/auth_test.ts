import { AccessToken } from "livekit-server-sdk";
import { livekitSignature, serviceRole, user } from "../_shared/auth.ts";
import { Refusal } from "../_shared/refusal.ts";
import { assertEquals, assertRejects } from "./assert.ts";
import { config, env, post, userId, userToken } from "./fixtures.ts";

const past = Math.floor(Date.now() / 1000) - 60;
const unsigned = (token: string) => {
  const header = btoa(JSON.stringify({ alg: "none" })).replace(/=+$/, "");
  return `${header}.${token.split(".")[1]}.`;
};
const notAuthenticated = (error: unknown) => error instanceof Refusal && error.code === "not_authenticated";

Deno.test("a user's token names the user", async () => {
  const request = post(null, { authorization: `Bearer ${await userToken()}` });
  assertEquals(await user(request, config, request.text), { userId });
});

const refused: Record<string, string | undefined> = {
  "no header": undefined,
  "another scheme": `Basic ${await userToken()}`,
  "no token": "Bearer ",
  "two tokens": `Bearer ${await userToken()} ${await userToken()}`,
  "no JWT": "Bearer abc",
  "an expired token": `Bearer ${await userToken({ exp: past })}`,
  "a token that never expires": `Bearer ${await userToken({ exp: undefined })}`,
  "a token that is not valid yet": `Bearer ${await userToken({ nbf: past + 3600 })}`,
  "a forged token": `Bearer ${await userToken({}, "another-secret-of-at-least-32-characters")}`,
  "an unsigned token": `Bearer ${unsigned(await userToken())}`,
  "another algorithm": `Bearer ${await userToken({}, env.JWT_SECRET, "HS512")}`,
  "another project's token": `Bearer ${await userToken({ iss: "https://other.supabase.co/auth/v1" })}`,
  "another audience": `Bearer ${await userToken({ aud: "anon" })}`,
  "the anonymous role": `Bearer ${await userToken({ role: "anon" })}`,
  "the service role": `Bearer ${await userToken({ role: "service_role" })}`,
  "nobody": `Bearer ${await userToken({ sub: undefined })}`,
  "somebody who is no user": `Bearer ${await userToken({ sub: "admin" })}`,
};
for (const [name, authorization] of Object.entries(refused)) {
  Deno.test(`${name} is refused`, async () => {
    const request = post(null, authorization === undefined ? {} : { authorization });
    await assertRejects(user(request, config, request.text), notAuthenticated);
  });
}

for (const [name, status, body] of [["are out of reach", 503, ""], ["are none", 200, "{}"]] as const) {
  Deno.test(`keys that ${name} sign nobody out`, async () => {
    await using keys = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response(body, { status }),
    );
    const project = { ...config, JWT_SECRET: undefined, SUPABASE_URL: `http://127.0.0.1:${keys.addr.port}` };
    const header = btoa(JSON.stringify({ alg: "ES256", kid: "1" })).replace(/=+$/, "");
    const request = post(null, { authorization: `Bearer ${header}.${(await userToken()).split(".")[1]}.AAAA` });
    await assertRejects(user(request, project, request.text), (error) => !(error instanceof Refusal));
  });
}

Deno.test("only the service role key is the service role", async () => {
  const request = post(null, { authorization: `Bearer ${env.SUPABASE_SERVICE_ROLE_KEY}` });
  assertEquals(await serviceRole(request, config, request.text), "service_role");
  for (const authorization of [`Bearer ${await userToken()}`, `Bearer ${env.SUPABASE_SERVICE_ROLE_KEY}x`, ""]) {
    const other = post(null, { authorization });
    await assertRejects(serviceRole(other, config, other.text), notAuthenticated);
  }
});

const event = JSON.stringify({ event: "room_started", id: "EV_1", room: { name: "live_1", sid: "RM_1" } });

async function signature(body: string, secret = env.LIVEKIT_API_SECRET): Promise<string> {
  const token = new AccessToken(env.LIVEKIT_API_KEY, secret);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body)));
  token.sha256 = btoa(String.fromCharCode(...digest));
  return await token.toJwt();
}

Deno.test("LiveKit's signature over the body is LiveKit", async () => {
  const request = post(event, { authorization: await signature(event) });
  const told = await livekitSignature(request, config, () => request.text());
  assertEquals([told.event, told.id, told.room?.name], ["room_started", "EV_1", "live_1"]);
});

const forged: Record<string, [string, string | undefined]> = {
  "an unsigned event": [event, undefined],
  "an event signed with another secret": [event, await signature(event, "some-other-secret-of-32-characters!")],
  "another body under the same signature": [event.replace("live_1", "live_2"), await signature(event)],
  "a truncated event": [event.slice(0, -9), await signature(event)],
  "a user's token as signature": [event, await userToken()],
};
for (const [name, [body, authorization]] of Object.entries(forged)) {
  Deno.test(`${name} is refused`, async () => {
    const request = post(body, authorization === undefined ? {} : { authorization });
    await assertRejects(livekitSignature(request, config, () => request.text()), notAuthenticated);
  });
}
