import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { diffWordsWithSpace } from 'diff';
import uPlot from 'uplot';

export function number(value: number | undefined, digits = 0): string {
  return value === undefined ? '–' : value.toLocaleString('en', { maximumFractionDigits: digits });
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let left = value;
  let unit = 0;
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1000;
    unit++;
  }
  return `${number(left, 1)} ${units[unit]}`;
}

export function Tiles({ of }: { of: [string, string][] }) {
  return (
    <dl class="tiles">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** A table that scrolls by itself where the page is narrow. */
export function Table({ caption, head, rows }: { caption: string; head: string[]; rows: ComponentChildren[][] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>{head.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>{row.map((cell, j) => <td key={j}>{cell}</td>)}</tr>
          ))}
          {rows.length === 0 && (
            <tr><td colSpan={head.length} class="quiet">nothing yet</td></tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

interface Line { name: string; unit: string; values: (number | null)[]; colour: string; dash?: number[] }

/** Seconds on the x axis; lines differ by dash as well as by colour. */
export function Chart({ title, at, lines }: { title: string; at: number[]; lines: Line[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  useEffect(() => {
    const here = place.current!;
    const ink = () => getComputedStyle(document.documentElement).getPropertyValue('--quiet').trim();
    const rule = () => getComputedStyle(document.documentElement).getPropertyValue('--line').trim();
    const axis = { stroke: ink, grid: { stroke: rule }, ticks: { stroke: rule } };
    const chart = new uPlot(
      {
        width: here.clientWidth || 320,
        height: 190,
        series: [
          {},
          ...lines.map((line) => ({
            label: line.name, stroke: line.colour, width: 2, dash: line.dash, spanGaps: true,
            value: (_: uPlot, v: number | null) => (v === null || v === undefined ? '–' : `${number(v, 1)} ${line.unit}`),
          })),
        ],
        axes: [axis, { ...axis, size: 56 }],
        scales: { y: { range: (_, __, max) => [0, Math.max(1, (max ?? 1) * 1.1)] } },
      },
      [at, ...lines.map((line) => line.values)] as uPlot.AlignedData,
      here,
    );
    plot.current = chart;
    const sized = new ResizeObserver(() => chart.setSize({ width: here.clientWidth || 320, height: 190 }));
    sized.observe(here);
    return () => {
      sized.disconnect();
      chart.destroy();
    };
  }, []);
  useEffect(() => {
    plot.current?.setData([at, ...lines.map((line) => line.values)] as uPlot.AlignedData);
  }, [at]);
  const latest = lines.map((line) => `${line.name} ${number(line.values.at(-1) ?? undefined, 1)} ${line.unit}`).join(', ');
  return (
    <Card title={title}>
      <div class="chart" ref={place} role="img" aria-label={`${title}; now: ${latest}`} />
    </Card>
  );
}

/** What left the first text, and what came into the second. */
export function Difference({ before, after }: { before: string; after: string }) {
  const parts = diffWordsWithSpace(before, after);
  return (
    <div class="grid">
      <div>
        <h3>Before</h3>
        <pre tabIndex={0} data-test="before">
          {parts.filter((p) => !p.added).map((p, i) => (p.removed ? <del key={i}>{p.value}</del> : <span key={i}>{p.value}</span>))}
        </pre>
      </div>
      <div>
        <h3>After</h3>
        <pre tabIndex={0} data-test="after">
          {parts.filter((p) => !p.removed).map((p, i) => (p.added ? <ins key={i}>{p.value}</ins> : <span key={i}>{p.value}</span>))}
        </pre>
      </div>
    </div>
  );
}

/** Runs an action and says how it went, aloud for screen readers. */
export function useAction(): [string, (what: () => Promise<string>) => void, boolean] {
  const [said, say] = useState('');
  const [busy, setBusy] = useState(false);
  const run = (what: () => Promise<string>) => {
    setBusy(true);
    say('');
    what()
      .then(say, (failure: Error) => say(`Refused: ${failure.message}`))
      .finally(() => setBusy(false));
  };
  return [said, run, busy];
}

export function Say({ text }: { text: string }) {
  return <p class={`say ${text.startsWith('Refused') ? 'bad' : ''}`} role="status">{text}</p>;
}
