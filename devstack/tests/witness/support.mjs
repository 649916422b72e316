// What every witness needs: the unmodified official client from the install folder, and waiting with a deadline.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.STACK_NODE_MODULES, "witness.js"));
const { createClient } = require("@supabase/supabase-js");

export const stack = JSON.parse(process.env.STACK);
export { assert };

/** A client as an app makes it, with a session of its own. */
export function client(options = {}) {
  return createClient(stack.supabase_url, stack.anon_key, { auth: { persistSession: false }, ...options });
}

/** A client that is signed in as a seeded user, and that user's id. */
export async function signedIn(name) {
  const { email, password, id } = stack.users.find((user) => user.name === name);
  const supabase = client();
  const { data, error } = await supabase.auth.signInWithPassword({ email, password });
  assert.equal(error, null);
  assert.equal(data.user.id, id);
  return { supabase, id, session: data.session };
}

/** A client that bypasses RLS. */
export function serviceRole() {
  return createClient(stack.supabase_url, stack.service_role_key, { auth: { persistSession: false } });
}

/** The value of `promise`, or a failure that names what didn't happen within 10 s. */
export function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within 10 s: ${what}`)), 10_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** An inbox for events: `push` puts one in, `next` waits for the next. */
export function inbox(what) {
  const received = [];
  const waiting = [];
  return {
    push: (event) => (waiting.length ? waiting.shift()(event) : received.push(event)),
    next: () => within(received.length ? Promise.resolve(received.shift()) : new Promise((resolve) => waiting.push(resolve)), what),
    get size() {
      return received.length;
    },
  };
}

/** Subscribes and returns the first status that decides, with its error. */
export function subscribed(channel) {
  return within(
    new Promise((resolve) => {
      channel.subscribe((status, error) => {
        if (status !== "CLOSED") resolve({ status, error });
      });
    }),
    `an answer to joining ${channel.topic}`,
  );
}

/** Runs the witness's scenes in order and ends the process, with the sockets that are still open. */
export async function scenes(list) {
  for (const [name, scene] of Object.entries(list)) {
    try {
      await scene();
      console.log(`ok: ${name}`);
    } catch (error) {
      console.error(`failed: ${name}\n`, error);
      process.exit(1);
    }
  }
  process.exit(0);
}
