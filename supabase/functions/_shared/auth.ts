// Who is calling. Every function names one of these; there is no function without.

import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import { type WebhookEvent, WebhookReceiver } from "livekit-server-sdk";
import { z } from "zod";
import type { Config } from "./config.ts";
import { Refusal } from "./refusal.ts";
import { type CallTicket, type TicketKind, ticketKind, verifyTicket } from "./tickets.ts";

/** Names the caller, or refuses with `not_authenticated`. `body` reads the request's body, once. */
export type Authenticate<Caller> = (request: Request, config: Config, body: () => Promise<string>) => Promise<Caller>;

export type User = { userId: string };

const clockToleranceSeconds = 5;
const userClaims = z.object({ sub: z.guid(), role: z.literal("authenticated") });
const ours = [errors.JOSEError.code, errors.JWKSTimeout.code, errors.JWKSInvalid.code];
const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

function refuse(message: string): never {
  throw new Refusal("not_authenticated", message);
}

function bearer(request: Request): string {
  const [scheme, token, ...rest] = (request.headers.get("authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !token || rest.length > 0) refuse("A bearer token is needed.");
  return token;
}

async function verify(token: string, config: Config): Promise<JWTPayload> {
  const expected = {
    audience: "authenticated",
    issuer: config.JWT_ISSUER ?? `${config.SUPABASE_URL}/auth/v1`,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ["exp", "sub"],
  };
  if (config.JWT_SECRET) {
    const key = new TextEncoder().encode(config.JWT_SECRET);
    return (await jwtVerify(token, key, { ...expected, algorithms: ["HS256"] })).payload;
  }
  const address = `${config.SUPABASE_URL}/auth/v1/.well-known/jwks.json`;
  const keys = keySets.get(address) ?? createRemoteJWKSet(new URL(address));
  keySets.set(address, keys);
  return (await jwtVerify(token, keys, { ...expected, algorithms: ["ES256", "RS256", "EdDSA"] })).payload;
}

/** A person, by the access token of Supabase Auth. */
export const user: Authenticate<User> = async (request, config) => {
  const token = bearer(request);
  const payload = await verify(token, config).catch((error) => {
    // Keys that can't be fetched, or aren't any, are our trouble and not a reason to sign in again.
    if (!(error instanceof errors.JOSEError) || ours.includes(error.code)) throw error;
    return refuse("The token is not valid; sign in again.");
  });
  const claims = userClaims.safeParse(payload);
  return claims.success ? { userId: claims.data.sub } : refuse("The token is no user's.");
};

/** A person, or a phone of theirs by a ticket for one call. */
export const userOrTicket =
  (...kinds: TicketKind[]): Authenticate<User & { ticket?: CallTicket }> => async (request, config, body) => {
    const token = bearer(request);
    const kind = ticketKind(token);
    if (kind === undefined) return await user(request, config, body);
    if (!kinds.includes(kind)) refuse("This ticket is not for this function.");
    const ticket = await verifyTicket(config, token, kind);
    return { userId: ticket.user_id, ticket };
  };

/** Holds a ticket to the call and the device that the request names. */
export function holdTo(ticket: CallTicket, callId: string | undefined, deviceId?: string | null): CallTicket {
  const isSame = callId?.toLowerCase() === ticket.call_id && (deviceId ?? ticket.device_id) === ticket.device_id;
  return isSame ? ticket : refuse("The ticket is for another call or device.");
}

/** The project's own machinery, by the service role key. */
export const serviceRole: Authenticate<"service_role"> = async (request, config) => {
  if (!await isSame(bearer(request), config.SUPABASE_SERVICE_ROLE_KEY)) refuse("For the service role only.");
  return "service_role";
};

/** Who watches, by a token that opens nothing else. */
export const metricsReader: Authenticate<"metrics_reader"> = async (request, config) => {
  const expected = config.METRICS_TOKEN;
  if (!expected || !await isSame(bearer(request), expected)) refuse("For who watches only.");
  return "metrics_reader";
};

/** Digests are compared, so that the time it takes tells nothing about the secret. */
async function isSame(given: string, expected: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const [one, other] = (await Promise.all([given, expected].map(digest))).map((bytes) => new Uint8Array(bytes));
  return one.every((byte, at) => byte === other[at]);
}

/** LiveKit, by the signature over the body. The caller is what it tells. */
export const livekitSignature: Authenticate<WebhookEvent> = async (request, config, body) => {
  const receiver = new WebhookReceiver(config.LIVEKIT_API_KEY, config.LIVEKIT_API_SECRET);
  const signature = request.headers.get("authorization") ?? undefined;
  const text = await body();
  return await receiver.receive(text, signature).catch(() => refuse("The signature is not LiveKit's."));
};
