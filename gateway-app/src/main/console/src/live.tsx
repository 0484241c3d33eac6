import type { ComponentChildren } from 'preact';
import { post, type Account, type Brief, type NodeState, type Pulse } from './api';
import { bytes, Card, Chart, number, Say, Table, Tiles, useAction } from './parts';

const BLUE = '#3b82c4';
const ORANGE = '#d9822b';
const GREEN = '#2f9e5f';

/** Per second, between each two looks. */
function rates(past: Brief[], of: (b: Brief) => number): (number | null)[] {
  return past.map((brief, i) => {
    const before = past[i - 1];
    if (!before || brief.at === before.at) {
      return null;
    }
    return Math.max(0, ((of(brief) - of(before)) * 1000) / (brief.at - before.at));
  });
}

const requests = (b: Brief) => Object.values(b.cache.results).reduce((sum, n) => sum + n, 0);

function ratio(pulse: Brief): string {
  const results = pulse.cache.results;
  const hits = (results.hit ?? 0) + (results.collapsed ?? 0);
  const asked = hits + (results.miss ?? 0) + (results.stale ?? 0) + (results.request ?? 0);
  return asked === 0 ? '–' : `${number((100 * hits) / asked, 1)} %`;
}

export function Overview({ pulse, past }: { pulse: Pulse; past: Brief[] }) {
  const at = past.map((b) => b.at / 1000);
  const rps = rates(past, requests);
  const tiles: [string, string][] = [
    ['requests/s', number(rps.at(-1) ?? 0, 1)],
    ['latency p50', pulse.latency_ms.p50 === undefined ? '–' : `${number(pulse.latency_ms.p50, 1)} ms`],
    ['latency p99', pulse.latency_ms.p99 === undefined ? '–' : `${number(pulse.latency_ms.p99, 1)} ms`],
    ['first token p50', pulse.first_token_ms.p50 === undefined ? '–' : `${number(pulse.first_token_ms.p50, 1)} ms`],
    ['cache hits', ratio(pulse)],
    ['prompt tokens saved', number(pulse.totals.saved_tokens)],
    ['tokens read', number(pulse.totals.input_tokens)],
    ['… of them from KV cache', number(pulse.totals.cached_tokens)],
    ['tokens written', number(pulse.totals.output_tokens)],
    ['failed', number(pulse.totals.failed)],
    ['refused', number(pulse.totals.refused)],
    ['waiting', number(pulse.waiting)],
  ];
  if (pulse.totals.cost !== undefined) {
    tiles.push(['cost', number(pulse.totals.cost, 4)]);
  }
  for (const [name, value] of energy(pulse)) {
    tiles.push([name, value]);
  }
  return (
    <>
      <Tiles of={tiles} />
      <div class="grid">
        <Chart title="Requests per second" at={at} lines={[
          { name: 'all', unit: '/s', values: rps, colour: BLUE },
          { name: 'model calls', unit: '/s', values: rates(past, (b) => b.totals.calls), colour: ORANGE, dash: [6, 4] },
        ]} />
        <Chart title="Latency over ten seconds" at={at} lines={[
          { name: 'p50', unit: 'ms', values: past.map((b) => b.latency_ms.p50 ?? null), colour: GREEN },
          { name: 'p95', unit: 'ms', values: past.map((b) => b.latency_ms.p95 ?? null), colour: BLUE, dash: [6, 4] },
          { name: 'p99', unit: 'ms', values: past.map((b) => b.latency_ms.p99 ?? null), colour: ORANGE, dash: [2, 3] },
        ]} />
        <Chart title="Time to the first token" at={at} lines={[
          { name: 'p50', unit: 'ms', values: past.map((b) => b.first_token_ms.p50 ?? null), colour: GREEN },
          { name: 'p99', unit: 'ms', values: past.map((b) => b.first_token_ms.p99 ?? null), colour: ORANGE, dash: [2, 3] },
        ]} />
        <Chart title="Tokens per second" at={at} lines={[
          { name: 'written', unit: '/s', values: rates(past, (b) => b.totals.output_tokens), colour: GREEN },
          { name: 'read', unit: '/s', values: rates(past, (b) => b.totals.input_tokens), colour: BLUE, dash: [6, 4] },
          { name: 'saved', unit: '/s', values: rates(past, (b) => b.totals.saved_tokens), colour: ORANGE, dash: [2, 3] },
        ]} />
      </div>
      {pulse.meters.length > 0 && (
        <Card title="More meters">
          <Table caption="Meters that this gateway has" head={['meter', 'of', 'value']}
            rows={pulse.meters.map((m) => [
              <code title={m.what ?? ''}>{m.name}</code>,
              Object.entries(m.tags).map(([k, v]) => `${k}=${v}`).join(' '),
              `${number(m.value, 3)} ${m.unit ?? ''}`,
            ])} />
        </Card>
      )}
    </>
  );
}

/** Energy as the gateway's meters or the nodes' reports tell it; nothing where they do not. */
function energy(pulse: Pulse): [string, string][] {
  const told = pulse.nodes.flatMap((n) =>
    Object.entries(n.told ?? {}).filter(([name]) => /joule|energy|watt|carbon/.test(name))
      .map(([name, value]): [string, string] => [`${n.id} ${name.replaceAll('_', ' ')}`, number(value, 3)]));
  const sums = new Map<string, number>();
  pulse.meters.filter((m) => /energy|carbon/.test(m.name)).forEach((m) => {
    const name = `${m.name.replace('tokenlane.', '').replaceAll('.', ' ')} ${m.unit ?? ''}`.trim();
    sums.set(name, (sums.get(name) ?? 0) + m.value);
  });
  return [...told, ...[...sums].map(([name, value]): [string, string] => [name, number(value, 3)])];
}

const WELL = new Set(['UP', 'RAMPING']);

export function Nodes({ pulse, admin }: { pulse: Pulse; admin: boolean }) {
  const [said, run, busy] = useAction();
  const act = (id: string, action: string) =>
    run(async () => {
      const node = await post<NodeState>(`nodes/${encodeURIComponent(id)}/${action}`, {});
      return `${id} is ${node.state}.`;
    });
  const rows = pulse.nodes.map((n) => [
    <strong>{n.id}</strong>,
    <span class={WELL.has(n.state) ? 'good' : 'bad'}>{n.state}</span>,
    `${n.inFlight}${n.limit ? ` of ${n.limit}` : ''}`,
    n.latencyMs === undefined ? '–' : `${n.latencyMs} ms`,
    number(n.slowness, 2),
    `${number(n.successRate * 100, 1)} %`,
    `${number(n.told?.num_requests_running)} / ${number(n.told?.num_requests_waiting)}`,
    n.told?.kv_cache_usage_perc === undefined ? '–' : (
      <><meter min={0} max={1} value={n.told.kv_cache_usage_perc} aria-label={`KV cache of ${n.id}`} />{' '}
        {number(n.told.kv_cache_usage_perc * 100, 1)} %</>
    ),
    n.breaker ?? 'none',
    <button class="plain" disabled={!admin || busy} title={admin ? '' : 'needs a login with the role admin'}
      onClick={() => act(n.id, n.state === 'DRAINING' ? 'readmit' : 'drain')}>
      {n.state === 'DRAINING' ? 'Re-admit' : 'Drain'} <span class="skip">{n.id}</span>
    </button>,
  ]);
  return (
    <Card title="Nodes">
      <Table caption="What the gateway knows of each node; smoothed (EWMA) where it is a time or a share"
        head={['node', 'state', 'in flight', 'first byte', 'slowness', 'success', 'running / queued', 'KV cache', 'breaker', 'action']}
        rows={rows} />
      <Adaptive nodes={pulse.nodes} />
      {pulse.nodes.filter((n) => n.lastFailure).map((n) => (
        <p key={n.id} class="warn break">{n.id}: {n.lastFailure}</p>
      ))}
      <Say text={said} />
    </Card>
  );
}

/** Planned are also those that were held back, or failed. */
function account(name: string, a: Account, planned: number, done: number): ComponentChildren[] {
  return [<code>{name}</code>, number(planned), number(done), number(a.used), number(a.wasted), number(a.failed), a.lastFailure ?? '–'];
}

export function Cache({ pulse, admin }: { pulse: Pulse; admin: boolean }) {
  const [said, run, busy] = useAction();
  const purge = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    run(async () => {
      const done = await post<{ purged: number }>('cache/purge', { by: form.get('by'), value: form.get('value') });
      return `${done.purged} stored answers purged.`;
    });
  };
  const accounts = Object.entries(pulse.prefetch.endpoints).map(([name, a]) => account(name, a, (a.done ?? 0) + a.failed, a.done ?? 0));
  const foreseen = pulse.prefetch.foresight;
  if (foreseen) {
    const issued = foreseen.issued ?? 0;
    accounts.push(account('(foreseen)', foreseen, issued + foreseen.withheld, issued - foreseen.failed));
  }
  const schedules = Object.entries(pulse.prefetch.schedules ?? {});
  return (
    <>
      <Tiles of={[
        ['hit ratio', ratio(pulse)],
        ['stored answers', number(pulse.cache.answers)],
        ['bytes', `${bytes(pulse.cache.bytes)} of ${bytes(pulse.cache.max_bytes)}`],
        ...Object.entries(pulse.cache.results).map(([name, n]): [string, string] => [name, number(n)]),
      ]} />
      <Card title="Hottest keys">
        <Table caption="Asked most within ten minutes; paths are shown where tokenlane.console.targets allows it"
          head={['key', 'target', 'asked', 'hits']}
          rows={pulse.cache.hottest.map((h) => [<code>{h.key}</code>, h.target || '(hidden)', number(h.asked), number(h.hits)])} />
      </Card>
      <Card title="Prefetch">
        <Table caption="What was fetched ahead, and what became of it"
          head={['what', 'planned', 'done', 'used', 'wasted', 'failed', 'last failure']} rows={accounts} />
        {schedules.length > 0 && (
          <Table caption="Planned by the clock" head={['schedule', 'next']} rows={schedules.map(([what, next]) => [<code>{what}</code>, next])} />
        )}
      </Card>
      <Card title="Purge">
        <form class="row" onSubmit={purge}>
          <div>
            <label for="purge-by">by</label>
            <select id="purge-by" name="by">
              <option value="key">key</option>
              <option value="route">route</option>
              <option value="tenant">tenant</option>
            </select>
          </div>
          <div>
            <label for="purge-value">value</label>
            <input id="purge-value" name="value" required autocomplete="off" />
          </div>
          <button disabled={!admin || busy}>Purge</button>
          {!admin && <span class="quiet">needs a login with the role admin</span>}
        </form>
        <Say text={said} />
      </Card>
    </>
  );
}

export function Savings({ pulse, children }: { pulse: Pulse; children: ComponentChildren }) {
  return (
    <>
      <Tiles of={[
        ['prompt tokens saved', number(pulse.totals.saved_tokens)],
        ['prompt tokens read', number(pulse.totals.input_tokens)],
      ]} />
      <Card title="Saved by route and rule">
        <Table caption="Prompt tokens that were not sent" head={['route', 'rule', 'tokens']}
          rows={pulse.compression.map((c) => [c.route, c.rule, number(c.tokens)])} />
      </Card>
      {children}
    </>
  );
}

/** Early exits, drafts and the length of reasoning, of nodes where they were used. */
function Adaptive({ nodes }: { nodes: NodeState[] }) {
  const used = nodes.filter((n) => n.told?.mean_layers !== undefined || n.told?.mean_reasoning_tokens !== undefined);
  const share = (value?: number) => (value === undefined ? '–' : `${number(value * 100, 1)} %`);
  if (used.length === 0) {
    return null;
  }
  return (
    <Table caption="Adaptive inference since the node's start"
      head={['node', 'layers a token', 'left early', 'drafts right', 'reasoning ended by a rule', 'tokens of a reasoning']}
      rows={used.map((n) => [
        <strong>{n.id}</strong>,
        n.told?.mean_layers === undefined ? '–' : number(n.told.mean_layers, 2),
        share(n.told?.early_exit_share),
        share(n.told?.drafts_right_share),
        share(n.told?.reasoning_cut_share),
        n.told?.mean_reasoning_tokens === undefined ? '–' : number(n.told.mean_reasoning_tokens, 1),
      ])} />
  );
}
