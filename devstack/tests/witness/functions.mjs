import { assert, client, scenes, signedIn } from "./support.mjs";

const session = { session_type: "video_live", title: "Witnessed", access: "public" };

async function refusal(supabase, name, body) {
  const { data, error } = await supabase.functions.invoke(name, { body });
  assert.equal(data, null);
  assert.equal(error.name, "FunctionsHttpError");
  return { status: error.context.status, code: (await error.context.json()).error.code };
}

await scenes({
  "a creator opens a session through a function": async () => {
    const { supabase, id } = await signedIn("other_creator");
    const { data, error } = await supabase.functions.invoke("create-session", { body: session });
    assert.equal(error, null, await error?.context?.text?.());
    assert.equal(data.session.host_id, id);
    assert.equal(data.session.room_name, `live_${data.session.id}`);
    assert.ok(data.livekit.token);
    const ended = await supabase.functions.invoke("end-session", { body: { session_id: data.session.id } });
    assert.equal(ended.data.session.status, "ended");
  },

  "a refusal reaches the caller with its status and body": async () => {
    const { supabase } = await signedIn("viewer");
    assert.deepEqual(await refusal(supabase, "create-session", session), { status: 403, code: "not_creator" });
  },

  "without a session the caller is nobody": async () => {
    assert.deepEqual(await refusal(client(), "create-session", session), { status: 401, code: "not_authenticated" });
  },

  "a function that isn't there is not found": async () => {
    const { error } = await client().functions.invoke("no-such-function");
    assert.equal(error.context.status, 404);
  },
});
