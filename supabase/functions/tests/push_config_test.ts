import { readConfig } from "../_shared/config.ts";
import { assert, assertEquals, assertFalse } from "./assert.ts";
import { env } from "./fixtures.ts";

const key = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----";
const apple = { APNS_KEY_ID: "ABC123DEFG", APNS_TEAM_ID: "DEF123GHIJ", APNS_BUNDLE_ID: "com.x", APNS_PRIVATE_KEY: key };
const account = {
  project_id: "p",
  client_email: "a@p.iam.gserviceaccount.com",
  private_key_id: "1",
  private_key: key,
  token_uri: "https://oauth2.googleapis.com/token",
};

const complaint = (change: Record<string, string | undefined>): string => {
  try {
    readConfig({ ...env, ...change });
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

Deno.test("push is optional, and goes to the real services where nothing else is said", () => {
  const { APNS_KEY_ID, APNS_URL, FCM_SERVICE_ACCOUNT, FCM_URL } = readConfig(env);
  assertEquals([APNS_KEY_ID, FCM_SERVICE_ACCOUNT], [undefined, undefined]);
  assertEquals([APNS_URL, FCM_URL], ["https://api.push.apple.com", "https://fcm.googleapis.com"]);
});

Deno.test("half of Apple's settings is none", () => {
  assertEquals(complaint(apple), "");
  assertEquals(complaint({ ...apple, APNS_TEAM_ID: undefined }), "APNS_TEAM_ID is missing");
  assertEquals(complaint({ ...apple, APNS_PRIVATE_KEY: "hunter2" }), "APNS_PRIVATE_KEY is no private key in PEM");
});

Deno.test("a private key may come without lines", () => {
  const { APNS_PRIVATE_KEY } = readConfig({ ...env, ...apple, APNS_PRIVATE_KEY: key.replaceAll("\n", "\\n") });
  assertEquals(APNS_PRIVATE_KEY, key);
});

Deno.test("a wrong service account is named by its field, never by its value", () => {
  assertEquals(complaint({ FCM_SERVICE_ACCOUNT: JSON.stringify(account) }), "");
  for (const [name, value] of [["private_key", "hunter2"], ["token_uri", "http://hunter2"], ["project_id", 2]]) {
    const wrong = complaint({ FCM_SERVICE_ACCOUNT: JSON.stringify({ ...account, [name]: value }) });
    assert(wrong.startsWith(`FCM_SERVICE_ACCOUNT is no service account: ${name}`));
    assertFalse(wrong.includes("hunter2") || wrong.includes("\n"));
  }
  assert(
    complaint({ FCM_SERVICE_ACCOUNT: "hunter2" }).startsWith("FCM_SERVICE_ACCOUNT is no service account: the file"),
  );
});
