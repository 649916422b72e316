// Addresses of files in storage that speaks S3, signed for one method and a while (AWS Signature Version 4).

import type { Config } from "./config.ts";

export type Storage = { endpoint: string; region: string; bucket: string; accessKey: string; secret: string };

/** Where recordings go; undefined where nothing is set up. */
export function storage(config: Config): Storage | undefined {
  const { RECORDING_S3_ENDPOINT: endpoint, RECORDING_S3_REGION: region, RECORDING_S3_BUCKET: bucket } = config;
  const { RECORDING_S3_ACCESS_KEY: accessKey, RECORDING_S3_SECRET: secret } = config;
  if (!endpoint || !region || !bucket || !accessKey || !secret) return undefined;
  return { endpoint, region, bucket, accessKey, secret };
}

/** The address of `/<bucket>/<key>`, good for `seconds` from `at`. */
export async function signedUrl(
  store: Storage,
  method: "GET" | "DELETE",
  key: string,
  seconds: number,
  at = new Date(),
) {
  const path = `/${[store.bucket, ...key.split("/")].map(encode).join("/")}`;
  return await signUrl(store, method, `${store.endpoint}${path}`, seconds, at);
}

/** Signs an address as it is. */
export async function signUrl(store: Storage, method: string, address: string, seconds: number, at: Date) {
  const url = new URL(address);
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${store.region}/s3/aws4_request`;
  const query = [
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${store.accessKey}/${scope}`],
    ["X-Amz-Date", time],
    ["X-Amz-Expires", String(seconds)],
    ["X-Amz-SignedHeaders", "host"],
  ].map(([name, value]) => `${name}=${encode(value)}`).join("&");
  const request = [method, url.pathname, query, `host:${url.host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, scope, hex(await sha256(request))].join("\n");
  let key: Uint8Array<ArrayBuffer> = bytes(`AWS4${store.secret}`);
  for (const part of scope.split("/")) key = await hmac(key, part);
  return `${url.origin}${url.pathname}?${query}&X-Amz-Signature=${hex(await hmac(key, text))}`;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (digest: Uint8Array) => [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (text: string) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(text)));

async function hmac(secret: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(text)));
}

// All but the unreserved characters, which is more than encodeURIComponent does.
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
