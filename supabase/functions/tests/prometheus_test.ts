import { type Metric, prometheusText } from "../_shared/prometheus.ts";
import { assertEquals } from "./assert.ts";

const sample = (change: Partial<Metric>): Metric => ({
  name: "open",
  kind: "gauge",
  help: "Open.",
  labels: {},
  value: 1,
  ...change,
});

Deno.test("samples of one name are together, after what they are", () => {
  const metrics = [
    sample({ labels: { status: "live" }, value: 2 }),
    sample({ name: "age", value: 0.5 }),
    sample({ labels: { status: "preparing", type: "audio" } }),
  ];
  const text = [
    "# HELP open Open.",
    "# TYPE open gauge",
    'open{status="live"} 2',
    'open{status="preparing",type="audio"} 1',
    "# HELP age Open.",
    "# TYPE age gauge",
    "age 0.5",
    "",
  ];
  assertEquals(prometheusText(metrics), text.join("\n"));
});

Deno.test("the parts of a histogram are one metric", () => {
  const parts = ["took_bucket", "took_sum", "took_count"].map((name) => sample({ name, kind: "histogram" }));
  const text = ["# HELP took Open.", "# TYPE took histogram", "took_bucket 1", "took_sum 1", "took_count 1", ""];
  assertEquals(prometheusText(parts), text.join("\n"));
});

Deno.test("what a label holds can't end it", () => {
  const [, , line] = prometheusText([sample({ labels: { reason: 'a "b"\\c\nd' } })]).split("\n");
  assertEquals(line, 'open{reason="a \\"b\\"\\\\c\\nd"} 1');
});
