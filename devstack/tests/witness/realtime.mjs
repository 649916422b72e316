import { createHmac } from "node:crypto";

import { assert, client, inbox, scenes, serviceRole, signedIn, stack, subscribed, within } from "./support.mjs";

const VERSIONS = ["1.0.0", "2.0.0"];

/** Sends by `realtime.send`, as the triggers do: a call row is a change that both its people hear. */
async function ring(caller, calleeId) {
  const body = { callee_id: calleeId, call_type: "audio_call" };
  const { data, error } = await caller.functions.invoke("initiate-call", { body });
  assert.equal(error, null, await error?.context?.text?.());
  return {
    id: data.call.id,
    hangUp: () => caller.functions.invoke("end-call", { body: { call_id: data.call.id } }),
  };
}

function token(claims) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${text}.${createHmac("sha256", stack.jwt_secret).update(text).digest("base64url")}`;
}

const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;

await scenes({
  "a private Broadcast reaches the person whose topic it is, in both serializer versions": async () => {
    const caller = await signedIn("creator");
    for (const vsn of VERSIONS) {
      const callee = await signedIn("viewer");
      const supabase = client({ realtime: { vsn } });
      await supabase.realtime.setAuth(callee.session.access_token);
      const events = inbox("call_changed");
      const channel = supabase.channel(`user:${callee.id}`, { config: { private: true } });
      channel.on("broadcast", { event: "call_changed" }, events.push);
      assert.equal((await subscribed(channel)).status, "SUBSCRIBED");
      const call = await ring(caller.supabase, callee.id);
      const event = await events.next();
      assert.equal(event.event, "call_changed");
      assert.equal(event.payload.call.id, call.id);
      assert.ok(event.meta.id);
      await call.hangUp();
      await supabase.removeAllChannels();
    }
  },

  "somebody else's topic is refused, and so is everything private without a session": async () => {
    const { supabase } = await signedIn("viewer");
    const { id } = stack.users.find((user) => user.name === "creator");
    for (const asker of [supabase, client()]) {
      const refused = await subscribed(asker.channel(`user:${id}`, { config: { private: true } }));
      assert.equal(refused.status, "CHANNEL_ERROR");
      assert.match(String(refused.error?.message), /Unauthorized: You do not have permissions to read/);
      await asker.removeAllChannels();
    }
  },

  "a public channel of the same name hears nothing private": async () => {
    const caller = await signedIn("creator");
    const callee = await signedIn("viewer");
    const heard = inbox("call_changed");
    const channel = callee.supabase.channel(`user:${callee.id}`, { config: { private: true } });
    channel.on("broadcast", { event: "*" }, heard.push);
    assert.equal((await subscribed(channel)).status, "SUBSCRIBED");
    const overheard = inbox("anything");
    const spy = client().channel(`user:${callee.id}`).on("broadcast", { event: "*" }, overheard.push);
    assert.equal((await subscribed(spy)).status, "SUBSCRIBED");
    const call = await ring(caller.supabase, callee.id);
    await heard.next();
    // Sent after the private message was delivered, so the spy would have heard that one before.
    await client().channel(`user:${callee.id}`).httpSend("public", {});
    assert.equal((await overheard.next()).event, "public");
    await call.hangUp();
    await callee.supabase.removeAllChannels();
  },

  "a refreshed session goes on hearing": async () => {
    const caller = await signedIn("creator");
    const { supabase, id } = await signedIn("viewer");
    const events = inbox("call_changed");
    const channel = supabase.channel(`user:${id}`, { config: { private: true } });
    channel.on("broadcast", { event: "call_changed" }, events.push);
    assert.equal((await subscribed(channel)).status, "SUBSCRIBED");
    assert.equal((await supabase.auth.refreshSession()).error, null);
    const call = await ring(caller.supabase, id);
    assert.equal((await events.next()).payload.call.id, call.id);
    await call.hangUp();
    await supabase.removeAllChannels();
  },

  "a channel closes when its token runs out, unless a new one came before": async () => {
    const caller = await signedIn("creator");
    const { id } = await signedIn("viewer");
    const claims = { sub: id, role: "authenticated", aud: "authenticated" };
    const join = async () => {
      const supabase = client();
      await supabase.realtime.setAuth(token({ ...claims, exp: inSeconds(3) }));
      const [system, events] = [inbox("the end of the token"), inbox("call_changed")];
      const channel = supabase.channel(`user:${id}`, { config: { private: true } });
      channel.on("system", {}, system.push).on("broadcast", { event: "call_changed" }, events.push);
      assert.equal((await subscribed(channel)).status, "SUBSCRIBED");
      return { supabase, system, events, channel };
    };
    const [lapsed, renewed] = [await join(), await join()];
    await renewed.supabase.realtime.setAuth(token({ ...claims, exp: inSeconds(600) }));
    const message = await lapsed.system.next();
    assert.equal(message.status, "error");
    assert.match(message.message, /^Token has expired \d+ seconds ago$/);
    const call = await ring(caller.supabase, id);
    assert.equal((await renewed.events.next()).payload.call.id, call.id);
    assert.equal(renewed.system.size, 0);
    await call.hangUp();
    await lapsed.supabase.removeAllChannels();
    await renewed.supabase.removeAllChannels();
  },

  "a token that is no longer allowed to read closes the channel": async () => {
    const { id } = await signedIn("viewer");
    const supabase = client();
    const claims = { sub: id, role: "authenticated", exp: inSeconds(600) };
    await supabase.realtime.setAuth(token(claims));
    const system = inbox("the refusal");
    const channel = supabase.channel(`user:${id}`, { config: { private: true } }).on("system", {}, system.push);
    assert.equal((await subscribed(channel)).status, "SUBSCRIBED");
    await supabase.realtime.setAuth(token({ ...claims, sub: "99999999-9999-4999-8999-999999999999" }));
    assert.match((await system.next()).message, /You do not have permissions to read/);
    await supabase.removeAllChannels();
  },

  "nobody broadcasts on a private topic without a policy that allows it": async () => {
    const { supabase, id } = await signedIn("viewer");
    const events = inbox("a broadcast");
    const channel = supabase.channel(`user:${id}`, { config: { private: true, broadcast: { self: true } } });
    channel.on("broadcast", { event: "*" }, events.push);
    assert.equal((await subscribed(channel)).status, "SUBSCRIBED");
    await channel.send({ type: "broadcast", event: "forged", payload: {} });
    // Sent after the forged one on the same topic, so it would arrive after it.
    const trusted = serviceRole().channel(`user:${id}`, { config: { private: true } });
    assert.equal((await trusted.httpSend("trusted", { from: "the service" })).success, true);
    assert.equal((await events.next()).event, "trusted");
    await supabase.removeAllChannels();
  },

  "public channels carry what clients send each other, acknowledged when asked": async () => {
    for (const vsn of VERSIONS) {
      const [one, other] = [client({ realtime: { vsn } }), client({ realtime: { vsn: "2.0.0" } })];
      const events = inbox("a broadcast");
      const hearing = other.channel("lobby").on("broadcast", { event: "hello" }, events.push);
      assert.equal((await subscribed(hearing)).status, "SUBSCRIBED");
      const sending = one.channel("lobby", { config: { broadcast: { ack: true } } });
      assert.equal((await subscribed(sending)).status, "SUBSCRIBED");
      assert.equal(await sending.send({ type: "broadcast", event: "hello", payload: { ünicode: "✓" } }), "ok");
      assert.deepEqual((await events.next()).payload, { ünicode: "✓" });
      await Promise.all([one.removeAllChannels(), other.removeAllChannels()]);
    }
  },

  "what isn't served says so": async () => {
    const supabase = client();
    const channel = supabase.channel("lobby").on("postgres_changes", { event: "*", schema: "public" }, () => {});
    const { status, error } = await subscribed(channel);
    assert.equal(status, "CHANNEL_ERROR");
    assert.match(String(error?.message), /PostgresChangesNotServed/);
    await within(supabase.removeAllChannels(), "leaving");
  },
});
