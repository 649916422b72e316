import { signedUrl, signUrl } from "../_shared/storage.ts";
import { assertEquals } from "./assert.ts";

// The example of "Authenticating Requests: Using Query Parameters" in the documentation of Amazon S3.
const store = {
  endpoint: "https://s3.amazonaws.com",
  region: "us-east-1",
  bucket: "examplebucket",
  accessKey: "AKIAIOSFODNN7EXAMPLE",
  secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const at = new Date("2013-05-24T00:00:00Z");

Deno.test("an address is signed as Amazon's example is", async () => {
  const signed = await signUrl(store, "GET", "https://examplebucket.s3.amazonaws.com/test.txt", 86400, at);
  assertEquals(
    new URL(signed).searchParams.get("X-Amz-Signature"),
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
});

Deno.test("the bucket is in the path, and no character of a key gets out of it", async () => {
  const signed = new URL(await signedUrl(store, "DELETE", "recordings/a b/(1)?x=y.mp4", 60, at));
  assertEquals(signed.pathname, "/examplebucket/recordings/a%20b/%281%29%3Fx%3Dy.mp4");
  assertEquals([...signed.searchParams.keys()].length, 6);
});
