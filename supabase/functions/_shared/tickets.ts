// Tickets: what a phone that was asleep answers a call with, instead of the app's session.

import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { Config } from "./config.ts";
import { Refusal } from "./refusal.ts";

/** `answer` comes with the push and is good while it rings; `call` comes with the answer and lasts as the call may. */
export type TicketKind = "answer" | "call";

/** One call, one user, one device. */
export type CallTicket = { id: string; kind: TicketKind; user_id: string; call_id: string; device_id: string };

const issuer = "ipelya-live";
const types: Record<TicketKind, string> = { answer: "answer-ticket+jwt", call: "call-ticket+jwt" };
const claims = z.object({ jti: z.guid(), sub: z.guid(), call_id: z.guid(), device_id: z.string() });

/** A key of its own, so that no ticket is ever a user's token, nor the other way round. */
async function secret(config: Config): Promise<Uint8Array> {
  const seed = new TextEncoder().encode(`ipelya-live call tickets\n${config.SUPABASE_SERVICE_ROLE_KEY}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", seed));
}

/** Signs a ticket that is good until `expiresAt`, in seconds since 1970. */
export async function signTicket(config: Config, ticket: Omit<CallTicket, "id">, expiresAt: number): Promise<string> {
  const { kind, user_id, call_id, device_id } = ticket;
  return await new SignJWT({ call_id, device_id })
    .setProtectedHeader({ alg: "HS256", typ: types[kind] })
    .setIssuer(issuer).setSubject(user_id).setJti(crypto.randomUUID()).setExpirationTime(expiresAt)
    .sign(await secret(config));
}

/** Which ticket a bearer token says it is; undefined where it is none. */
export function ticketKind(token: string): TicketKind | undefined {
  try {
    const { typ } = decodeProtectedHeader(token);
    return typ === types.answer ? "answer" : typ === types.call ? "call" : undefined;
  } catch {
    return undefined;
  }
}

/** The ticket, if its signature, kind and time are right. */
export async function verifyTicket(config: Config, token: string, kind: TicketKind): Promise<CallTicket> {
  const refuse = () => new Refusal("not_authenticated", "The ticket is not valid.");
  const expected = { issuer, typ: types[kind], algorithms: ["HS256"], requiredClaims: ["exp", "sub", "jti"] };
  const verified = await jwtVerify(token, await secret(config), expected).catch((error) => {
    throw error instanceof errors.JOSEError ? refuse() : error;
  });
  const read = claims.safeParse(verified.payload);
  if (!read.success) throw refuse();
  const { jti, sub, call_id, device_id } = read.data;
  return { id: jti, kind, user_id: sub, call_id, device_id };
}
