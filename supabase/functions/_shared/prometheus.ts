// The text format that Prometheus reads.

/** `live.metrics`: one sample. */
export type Metric = { name: string; kind: string; help: string; labels: Record<string, string>; value: number };

/** Samples of one name together, after what they are. The parts of a histogram have one name. */
export function prometheusText(metrics: Metric[]): string {
  const families = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const name = metric.kind === "histogram" ? metric.name.replace(/_(bucket|sum|count)$/, "") : metric.name;
    families.set(name, [...families.get(name) ?? [], metric]);
  }
  const lines: string[] = [];
  for (const [name, samples] of families) {
    lines.push(`# HELP ${name} ${samples[0].help}`, `# TYPE ${name} ${samples[0].kind}`);
    for (const { name, labels, value } of samples) lines.push(`${name}${labelText(labels)} ${value}`);
  }
  return `${lines.join("\n")}\n`;
}

function labelText(labels: Record<string, string>): string {
  const escape = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}
