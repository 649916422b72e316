import { assert, client, scenes, signedIn, stack } from "./support.mjs";

const email = `witness-${process.pid}-${Date.now()}@example.com`;
const password = "a long enough password";

function refusedWith(error, code, status) {
  assert.equal(error?.code, code, `expected ${code}, got ${error}`);
  assert.equal(error.status, status);
}

await scenes({
  "a new user signs up, is signed in at once and finds the metadata again": async () => {
    const supabase = client();
    const { data, error } = await supabase.auth.signUp({ email, password, options: { data: { nickname: "w" } } });
    assert.equal(error, null);
    assert.equal(data.user.email, email);
    assert.ok(data.session.access_token);
    const found = await supabase.auth.getUser();
    assert.equal(found.data.user.id, data.user.id);
    assert.deepEqual(found.data.user.user_metadata, { nickname: "w" });
  },

  "the token carries the claims that PostgREST, Realtime and the functions read": async () => {
    const { session, id } = await signedIn("viewer");
    const claims = JSON.parse(Buffer.from(session.access_token.split(".")[1], "base64url"));
    assert.equal(claims.iss, `${stack.supabase_url}/auth/v1`);
    assert.equal(claims.aud, "authenticated");
    assert.equal(claims.role, "authenticated");
    assert.equal(claims.sub, id);
    assert.equal(claims.email, "viewer@ipelya.test");
    assert.equal(claims.exp - claims.iat, 3600);
    assert.ok(claims.session_id);
  },

  "wrong credentials, a taken address and a weak password are told apart": async () => {
    const supabase = client();
    const wrong = await supabase.auth.signInWithPassword({ email, password: "wrong" });
    refusedWith(wrong.error, "invalid_credentials", 400);
    const unknown = await supabase.auth.signInWithPassword({ email: "nobody@example.com", password });
    refusedWith(unknown.error, "invalid_credentials", 400);
    refusedWith((await supabase.auth.signUp({ email, password })).error, "user_already_exists", 422);
    const weak = await supabase.auth.signUp({ email: `x${email}`, password: "short" });
    refusedWith(weak.error, "weak_password", 422);
    assert.deepEqual(weak.error.reasons, ["length"]);
    refusedWith((await supabase.auth.signUp({ email: "no address", password })).error, "validation_failed", 400);
  },

  "a session is renewed by a token that works once, and once more in the seconds after": async () => {
    const { supabase, session } = await signedIn("viewer");
    const renewed = await supabase.auth.refreshSession();
    assert.equal(renewed.error, null);
    assert.notEqual(renewed.data.session.access_token, session.access_token);
    assert.notEqual(renewed.data.session.refresh_token, session.refresh_token);
    const again = await client().auth.refreshSession({ refresh_token: session.refresh_token });
    assert.equal(again.data.session.refresh_token, renewed.data.session.refresh_token);
  },

  "a stolen old token ends the renewals of its session": async () => {
    const { supabase, session } = await signedIn("viewer");
    const second = (await supabase.auth.refreshSession()).data.session;
    const third = (await supabase.auth.refreshSession()).data.session;
    const renew = (refresh_token) => client().auth.refreshSession({ refresh_token });
    // The first token's successor is used as well, so the first can only be a copy. It is recent, though:
    // the double answers with the session's active token for 10 s, as the real one does.
    assert.equal((await renew(session.refresh_token)).data.session.refresh_token, third.refresh_token);
    assert.equal((await renew(second.refresh_token)).data.session.refresh_token, third.refresh_token);
    refusedWith((await renew("never issued")).error, "refresh_token_not_found", 400);
  },

  "after signing out neither token is good any more": async () => {
    const { supabase, session } = await signedIn("viewer");
    assert.equal((await supabase.auth.signOut({ scope: "local" })).error, null);
    const found = await client().auth.getUser(session.access_token);
    assert.equal(found.data.user, null);
    const renewed = await client().auth.refreshSession({ refresh_token: session.refresh_token });
    refusedWith(renewed.error, "refresh_token_not_found", 400);
  },

  "a forged token is refused": async () => {
    const { session } = await signedIn("viewer");
    const [header, payload] = session.access_token.split(".");
    const found = await client().auth.getUser(`${header}.${payload}.${"A".repeat(43)}`);
    refusedWith(found.error, "bad_jwt", 403);
  },

  "the project's key is needed": async () => {
    const answer = await fetch(`${stack.supabase_url}/auth/v1/user`);
    assert.equal(answer.status, 401);
    assert.deepEqual(await answer.json(), { message: "No API key found in request" });
  },
});
