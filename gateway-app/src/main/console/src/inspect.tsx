import { useEffect, useState } from 'preact/hooks';
import { get, type Call, type CallLine, type Decision } from './api';
import { Card, Difference, number, Say, Table, Tiles } from './parts';

export function Inspector({ id }: { id: string }) {
  const [calls, setCalls] = useState<CallLine[]>([]);
  const [said, say] = useState('');
  useEffect(() => {
    let open = true;
    const load = () => get<CallLine[]>('calls').then((all) => open && setCalls(all), (e: Error) => say(`Refused: ${e.message}`));
    void load();
    const timer = setInterval(load, 2000);
    return () => {
      open = false;
      clearInterval(timer);
    };
  }, []);
  const find = (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = new FormData(event.target as HTMLFormElement).get('id');
    location.hash = `#/requests/${encodeURIComponent(String(wanted).trim())}`;
  };
  return (
    <>
      <Card title="Find a request">
        <form class="row" onSubmit={find}>
          <div>
            <label for="request-id">x-request-id of an answer</label>
            <input id="request-id" name="id" required autocomplete="off" size={32} />
          </div>
          <button>Inspect</button>
        </form>
        <Say text={said} />
      </Card>
      {id && <One key={id} id={id} />}
      <Card title="Latest requests">
        <Table caption="The newest first; each opens with its decisions"
          head={['request', 'what', 'status', 'cache', 'node', 'first byte', 'total']}
          rows={calls.slice(0, 50).map((c) => [
            <a href={`#/requests/${encodeURIComponent(c.id)}`}>{c.id}</a>,
            <span class="break">{c.method} {c.path} {c.model}</span>,
            <span class={c.status < 400 ? '' : 'bad'}>{c.status} {c.outcome === 'done' ? '' : c.outcome}</span>,
            c.cache, c.node, `${number(c.first_ms, 1)} ms`, `${number(c.total_ms, 1)} ms`,
          ])} />
      </Card>
    </>
  );
}

function One({ id }: { id: string }) {
  const [call, setCall] = useState<Call>();
  const [said, say] = useState('');
  useEffect(() => {
    get<Call>(`calls/${encodeURIComponent(id)}`).then(setCall, (e: Error) => say(`Refused: ${e.message}`));
  }, [id]);
  if (!call) {
    return <Card title={`Request ${id}`}><Say text={said} /></Card>;
  }
  const tiles: [string, string][] = [
    ['status', `${call.status} ${call.outcome}`], ['node', call.node], ['attempts', number(call.attempts)],
    ['first byte', `${number(call.first_ms, 1)} ms`], ['total', `${number(call.total_ms, 1)} ms`], ['asked by', call.who],
  ];
  if (call.prompt_original !== undefined) {
    tiles.push(['prompt tokens', `${call.prompt_original} → ${call.prompt_sent}`]);
  }
  if (call.output_tokens !== undefined) {
    tiles.push(['read / written', `${call.input_tokens} / ${call.output_tokens}`]);
  }
  return (
    <Card title={`Request ${call.id}`}>
      <p class="break"><code>Cache-Status: {call.cache_status}</code></p>
      <Tiles of={tiles} />
      <h3>Server-Timing</h3>
      <Waterfall call={call} />
      <h3>Decisions</h3>
      {call.decisions.length === 0 && <p class="quiet">none was needed</p>}
      {call.decisions.map((d, i) => <Reason key={i} decision={d} />)}
    </Card>
  );
}

function Waterfall({ call }: { call: Call }) {
  const end = Math.max(0.01, call.total_ms);
  return (
    <ul class="waterfall" data-test="waterfall">
      {call.timing.map((span, i) => (
        <li key={i}>
          <span>{span.name}</span>
          <svg viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">
            <rect x={(1000 * span.from) / end} y="1" width={Math.max(3, (1000 * (span.to - span.from)) / end)} height="12" />
          </svg>
          <span class="n">{number(span.to - span.from, 2)} ms</span>
        </li>
      ))}
    </ul>
  );
}

function Reason({ decision }: { decision: Decision }) {
  const { scores, saved, before, after, ...rest } = decision.facts;
  return (
    <section aria-label={decision.stage}>
      <p><strong>{decision.stage}</strong>: {decision.verdict} – {decision.why}
        <span class="quiet"> (after {number(decision.at_ms, 2)} ms)</span></p>
      {Object.keys(rest).length > 0 && (
        <p class="quiet break">{Object.entries(rest).map(([k, v]) => `${k}: ${typeof v === 'string' ? v : JSON.stringify(v)}`).join(' · ')}</p>
      )}
      {saved && Object.keys(saved).length > 0 && (
        <Table caption="Saved by rule" head={['rule', 'tokens']} rows={Object.entries(saved).map(([k, v]) => [k, number(v)])} />
      )}
      {typeof before === 'string' && typeof after === 'string' && <Difference before={before} after={after} />}
      {scores && (
        <Table caption="The fleet as the strategy saw it: the lowest cost is taken"
          head={['node', 'cost', 'in flight', 'slowness', 'success', 'weight', 'may take it']}
          rows={scores.map((s) => [
            s.node === decision.verdict ? <strong>{s.node} (chosen)</strong> : s.node,
            number(s.cost, 3), number(s.in_flight), number(s.slowness, 2), `${number(s.success_rate * 100, 1)} %`,
            number(s.weight, 2), s.eligible ? 'yes' : 'no',
          ])} />
      )}
    </section>
  );
}
