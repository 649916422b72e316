// What the tests share: settings of a project that isn't there, and people's tokens.

import { SignJWT } from "jose";
import { readConfig } from "../_shared/config.ts";

export const env = {
  SUPABASE_URL: "http://127.0.0.1:9",
  SUPABASE_SERVICE_ROLE_KEY: "a-service-role-key-for-tests",
  LIVEKIT_URL: "ws://127.0.0.1:9",
  LIVEKIT_API_KEY: "devkey",
  LIVEKIT_API_SECRET: "a-livekit-secret-of-thirty-two-characters",
  JWT_SECRET: "a-jwt-secret-of-at-least-thirty-two-characters",
};
export const config = readConfig(env);
export const userId = "44444444-4444-4444-8444-444444444444";

export async function userToken(claims: Record<string, unknown> = {}, secret = env.JWT_SECRET, alg = "HS256") {
  const now = Math.floor(Date.now() / 1000);
  const issuer = `${env.SUPABASE_URL}/auth/v1`;
  const all = { sub: userId, role: "authenticated", aud: "authenticated", iss: issuer, exp: now + 60, ...claims };
  return await new SignJWT(all).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

export function post(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/functions/v1/test", { method: "POST", body, headers });
}
