import { assert, client, scenes, serviceRole, signedIn, stack } from "./support.mjs";

await scenes({
  "somebody signed in reads what RLS allows": async () => {
    const { supabase } = await signedIn("viewer");
    const { data, error } = await supabase.from("profiles").select("username, is_creator").order("username");
    assert.equal(error, null);
    assert.deepEqual(data.find((row) => row.username === "creator"), { username: "creator", is_creator: true });
  },

  "a row is seen by those whom it concerns and by nobody else": async () => {
    const rows = async (name) => (await (await signedIn(name)).supabase.from("creator_subscriptions").select()).data;
    assert.equal((await rows("subscriber")).length, 1);
    assert.equal((await rows("creator")).length, 1);
    assert.deepEqual(await rows("viewer"), []);
  },

  "without a session nothing is seen": async () => {
    const { data, error } = await client().from("profiles").select();
    assert.ok(error || data.length === 0);
  },

  "nobody writes a wallet or a profile of somebody else": async () => {
    const { supabase } = await signedIn("viewer");
    const id = stack.users.find((user) => user.name === "creator").id;
    const updated = await supabase.from("profiles").update({ is_creator: false }).eq("id", id).select();
    assert.ok(updated.error || updated.data.length === 0);
    const { data } = await serviceRole().from("profiles").select("is_creator").eq("id", id).single();
    assert.equal(data.is_creator, true);
  },

  "an expired or forged token is refused by PostgREST itself": async () => {
    const forged = client({ global: { headers: { Authorization: "Bearer not.a.token" } } });
    const { error, status } = await forged.from("profiles").select();
    assert.ok(error);
    assert.equal(status, 401);
  },
});
